"""The keys that sign and check bearer tokens, and the rule of who may trust a development key.

On loopback, `concertation` signs tokens with a key of its own, made on first use in the data folder. Anywhere else
only the public keys of the operator's own identity providers count: the file that CONCERTATION_JWKS_FILE names, and
those of server/issuers.py.
Addresses of files are signed with a key of their own.
"""

import json
import os
from hashlib import sha256
from pathlib import Path

from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OctKey, OKPKey

from server.errors import CommandFailed
from server.settings import Settings
from server.signed import algorithms_of

#: The algorithm of the development key (RFC 9864), and all those accepted from an operator's keys.
DEVELOPMENT_ALGORITHM = "Ed25519"
ALGORITHMS = ("Ed25519", "EdDSA", "ES256", "RS256", "PS256")


class KeyRefused(CommandFailed):
    """These keys may not be trusted here."""


def trusted_keys(settings: Settings) -> KeySet:
    """The public keys that the API accepts tokens of.

    `KeyRefused` when the API would listen outside loopback without keys of the operator's own.
    """
    if settings.jwks_file is not None:
        return _read(settings.jwks_file)
    if settings.issuers_file is not None or settings.providers_file is not None:
        return KeySet([])  # none but theirs, wherever it listens: a proxy may stand before loopback
    if not settings.on_loopback:
        raise KeyRefused(
            f"The API would listen on {settings.host}, where other machines reach it, with a development key that "
            "anyone with access to the data folder can sign with. Name your identity provider's public keys in "
            "CONCERTATION_JWKS_FILE, or the provider itself in "
            "CONCERTATION_ISSUERS_FILE or CONCERTATION_PROVIDERS_FILE, or listen on 127.0.0.1."
        )
    key = development_key(settings.data_dir)
    return KeySet([OKPKey.import_key(key.as_dict(private=False))])


def development_key(data_dir: Path) -> OKPKey:
    """The private key of this data folder, made on first use, readable by its owner alone."""
    file = data_dir / "keys" / "development.jwk.json"
    if not file.exists():
        _keep(
            file,
            OKPKey.generate_key(
                "Ed25519", {"use": "sig", "alg": DEVELOPMENT_ALGORITHM}, private=True, auto_kid=True
            ),
        )
    return OKPKey.import_key(json.loads(file.read_text()))


def ticket_key(settings: Settings) -> OctKey:
    """The key that signs the addresses of files: the operator's, or one of the data folder, made on first use.

    `KeyRefused` when there is neither.
    """
    given = settings.ticket_key
    if given is not None:
        return OctKey.import_key(sha256(given.get_secret_value().encode()).digest())
    file = settings.data_dir / "keys" / "tickets.jwk.json"
    try:
        if not file.exists():
            _keep(file, OctKey.generate_key(256, {"use": "sig", "alg": "HS256"}))
        return OctKey.import_key(json.loads(file.read_text()))
    except OSError as error:
        raise KeyRefused(
            f"CONCERTATION_TICKET_KEY is not set, and {file} cannot be kept ({error.strerror}). Set it, the same for "
            "every API, or make the data folder writable."
        ) from error


def former_ticket_keys(settings: Settings) -> list[OctKey]:
    """Give the keys of before, with which addresses and links may still be signed.

    `KeyRefused` when one of them cannot be used.
    """
    given = settings.former_ticket_keys.get_secret_value().split() if settings.former_ticket_keys else []
    if any(len(key) < 32 for key in given):
        raise KeyRefused(
            "CONCERTATION_FORMER_TICKET_KEYS: each has 32 characters or more, with blanks between them."
        )
    keys = [OctKey.import_key(sha256(key.encode()).digest()) for key in given]
    for file in sorted((settings.data_dir / "keys").glob("former-tickets*.jwk.json")):
        try:
            keys.append(OctKey.import_key(json.loads(file.read_text())))
        except (OSError, ValueError, JoseError) as error:
            raise KeyRefused(f"{file} is no key ({type(error).__name__}).") from error
    return keys


def _keep(file: Path, key: OKPKey | OctKey) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(key.as_dict(private=True)))
    try:
        os.link(draft, file)  # whole or not at all, and the first of several processes wins
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _read(file: Path) -> KeySet:
    try:
        keys = KeySet.import_key_set(json.loads(file.read_text()))
    except (OSError, ValueError, TypeError, KeyError, JoseError) as error:
        raise KeyRefused(f"CONCERTATION_JWKS_FILE: {file} is no JSON Web Key Set ({error}).") from error
    private = [key for key in keys.keys if key.is_private or key.key_type == "oct"]
    if private or not any(map(algorithms_of, keys.keys)):
        raise KeyRefused(
            f"CONCERTATION_JWKS_FILE: {file} must hold public keys, at least one that signatures can be checked by "
            "(Ed25519, P-256, or RSA of 2048 bits or more), and nothing else."
        )
    return keys
