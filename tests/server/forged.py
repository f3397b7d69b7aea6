"""Tokens that nobody may come in with, made against an issuer whose keys and good tokens are known."""

from __future__ import annotations

import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, NamedTuple

from joserfc import jws
from joserfc.jwk import ECKey, Key, KeySet, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

ED, EC, RSA = (
    OKPKey.generate_key("Ed25519", {"use": "sig", "kid": "ed"}),
    ECKey.generate_key("P-256", {"use": "sig", "kid": "ec"}),
    RSAKey.generate_key(2048, {"use": "sig", "kid": "rsa"}),
)
STRANGER = OKPKey.generate_key("Ed25519", {"use": "sig", "kid": "ed"})
"""The key of somebody else, under the name of one that is trusted."""
KEYS = KeySet([ED, EC, RSA])
_ALGORITHMS = {"OKP": "Ed25519", "EC": "ES256", "RSA": "RS256"}


class Said(NamedTuple):
    """What good tokens of an issuer say."""

    issuer: str
    audience: str
    subject: str

    def claims(self, **changed: Any) -> dict[str, Any]:
        """Give the claims of a good token, some of them changed, those that are `None` left out."""
        now = int(time.time())
        given = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": self.subject,
            "iat": now,
            "exp": now + 6000,
            "roles": [],
        }
        return {name: value for name, value in (given | changed).items() if value is not None}


def public(*keys: Key) -> bytes:
    """Give a JSON Web Key Set as issuers publish it."""
    return json.dumps(KeySet(list(keys)).as_dict(private=False)).encode()


def signed(payload: dict[str, Any] | bytes, key: Key = ED, **header: Any) -> str:
    """Sign a payload as it is, with this in the header besides."""
    content = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    algorithm = header.pop("alg", _ALGORITHMS[key.key_type])
    said = {"alg": algorithm, "kid": key.kid, "typ": "JWT"} | header
    said = {name: value for name, value in said.items() if value is not None}
    registry = JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    return jws.serialize_compact(said, content, key, registry=registry)


def raw(header: dict[str, Any] | bytes, payload: dict[str, Any] | bytes, signature: bytes = b"") -> str:
    """Put a token together without any rule."""
    parts = (part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, payload))
    return ".".join(urlsafe_b64encode(part).decode().rstrip("=") for part in (*parts, signature))


def _with_a_secret(secret: bytes, payload: dict[str, Any], kid: str) -> str:
    unsigned = raw({"alg": "HS256", "kid": kid}, payload).rstrip(".")
    return raw({"alg": "HS256", "kid": kid}, payload, hmac.digest(secret, unsigned.encode(), sha256))


def forged(said: Said) -> Iterator[tuple[str, str]]:
    """Give tokens that are not good, each by the name of what is wrong with it."""
    good = said.claims()
    now = int(time.time())
    ed = signed(good)
    head, body, end = ed.split(".")

    yield "signed by somebody else under the same name", signed(good, STRANGER)
    yield (
        "changed after it was signed",
        ".".join([head, raw({}, said.claims(roles=["operator"])).split(".")[1], end]),
    )
    yield "signature cut off", f"{head}.{body}."
    yield "signature of zeros", f"{head}.{body}.{'A' * len(end)}"
    yield "signature in another alphabet", f"{head}.{body}.{end[:-2]}+/"
    yield "a fourth part", f"{ed}.{end}"
    yield "two parts", f"{head}.{body}"
    yield "encrypted, it says", raw({"alg": "RSA-OAEP", "enc": "A128GCM"}, good) + ".AA.AA"

    yield "expired", signed(said.claims(exp=now - 60))
    yield "expires nowhere", signed(said.claims(exp=None))
    yield "not yet valid", signed(said.claims(nbf=now + 7200))
    yield "issued in the future", signed(said.claims(iat=now + 7200))
    yield "for another audience", signed(said.claims(aud="autre"))
    yield "for no audience", signed(said.claims(aud=None))
    yield "for other audiences", signed(said.claims(aud=["autre", "encore"]))
    yield "for an audience that begins alike", signed(said.claims(aud=said.audience + "s"))
    yield "of another issuer", signed(said.claims(iss="https://autre.example.fr"))
    yield "of an issuer with a slash more", signed(said.claims(iss=said.issuer + "/"))
    yield "of no issuer", signed(said.claims(iss=None))
    yield "of nobody", signed(said.claims(sub=None))

    for name in ("none", "None", "NONE", "nOnE", "", " none"):
        yield f"algorithm {name!r}", raw({"alg": name, "kid": "ed"}, good)
        yield f"algorithm {name!r} with a signature", f"{raw({'alg': name, 'kid': 'ed'}, good)}{end}"
    yield "no algorithm", raw({"kid": "ed"}, good)
    yield "algorithm that is no text", raw({"alg": ["Ed25519"], "kid": "ed"}, good)
    yield "algorithm that nobody knows", raw({"alg": "XX512", "kid": "ed"}, good)

    for key in (ED, EC, RSA):
        kid = key.kid or ""
        for form, secret in (
            ("the set", public(key)),
            ("the key", json.dumps(key.as_dict(private=False)).encode()),
            ("PEM", key.as_pem(private=False)),
            ("DER", key.as_der(private=False)),
        ):
            yield f"public key {kid} as a secret, {form}", _with_a_secret(secret, good, kid)
    yield "no secret at all", _with_a_secret(b"", good, "ed")
    for algorithm, key in (("RS256", EC), ("ES256", RSA), ("Ed25519", RSA), ("PS256", ED), ("ES384", EC)):
        token = signed(good, key).split(".")
        other = raw({"alg": algorithm, "kid": key.kid}, good).split(".")
        yield f"{algorithm} on the key {key.kid}", ".".join([other[0], token[1], token[2]])

    mine = STRANGER.as_dict(private=False)
    yield "brings its key", signed(good, STRANGER, jwk=mine)
    yield "brings its key, without a name", signed(good, STRANGER, jwk=mine, kid=None)
    yield "says where its key is", signed(good, STRANGER, jku="https://mechant.example/jwks.json")
    yield "says where its certificate is", signed(good, STRANGER, x5u="https://mechant.example/cert.pem")
    yield "brings its certificate", signed(good, STRANGER, x5c=["MIIB"])
    for header in (
        {"jwk": ED.as_dict(private=False)},
        {"jku": "https://auth.example.fr/jwks"},
        {"x5u": "https://auth.example.fr/cert.pem"},
        {"x5c": ["MIIB"]},
        {"crit": ["exp"], "exp": now + 600},
        {"crit": ["b64"], "b64": True},
        {"b64": True},
        {"enc": "A128GCM"},
        {"zip": "DEF"},
    ):
        yield f"well signed, with {sorted(header)} in the header", _header_of(good, **header)
    yield "critical, it says, and nothing is", _header_of(good, crit=[])
    for kind in ("logout+jwt", "secevent+jwt", "dpop+jwt", "JWE", "", 7):
        yield f"of the type {kind!r}", _header_of(good, typ=kind)

    for kid in (
        "../../../../dev/null",
        "/etc/passwd",
        "keys/development.jwk.json",
        "https://mechant.example/jwks.json",
        "' OR '1'='1",
        "ed'; DROP TABLE account; --",
        "ed\0",
        "ED",
        " ed",
        "",
        "é",
        "x" * 10_240,
    ):
        yield f"key called {kid[:20]!r}", _header_of(good, kid=kid)
    yield "key called by a number", _header_of(good, kid=7)
    yield "key called by a list", _header_of(good, kid=["ed"])
    yield "of three keys, none is named", _header_of(good, STRANGER, kid=None)

    yield "oversized", signed(said.claims(more="x" * 20_000))
    yield "oversized, unsigned", "a" * 1_000_000
    yield "oversized, in its signature", f"{ed}{'A' * 20_000}"
    text = json.dumps(good)
    for name in ("sub", "iss", "aud", "exp"):
        first = json.dumps({name: "autre" if name != "exp" else now - 60})[:-1]
        yield f"{name} is there twice, the good one last", signed(f"{first}, {text[1:]}".encode())
        last = f"{text[:-1]}, {first[1:]}}}".encode()
        yield f"{name} is there twice, the good one first", signed(last)
    yield "the same claim twice", signed(f'{text[:-1]}, "sub": {json.dumps(said.subject)}}}'.encode())
    once = json.dumps({"alg": "none", "kid": "ed"})[:-1]
    yield "two algorithms", raw(f'{once}, "alg": "Ed25519"}}'.encode(), good)

    value: object
    for name in ("iss", "sub", "aud"):
        for value in (7, True, {"a": 1}, [7], 1.5):
            yield f"{name} is {value!r}", signed(said.claims(**{name: value}))
    for value in ("soon", True, [now + 600], {"a": 1}, 10**400):
        yield f"exp is of another kind, {type(value).__name__}", signed(said.claims(exp=value))
    for value in ("now", True, [1]):
        yield f"nbf is {value!r}", signed(said.claims(nbf=value))
    for literal in ("NaN", "Infinity", "-Infinity", "1e999"):
        content = text.replace(f'"exp": {good["exp"]}', f'"exp": {literal}')
        yield f"exp is {literal}", signed(content.encode())
    for subject in (
        "",
        "\0",
        f"{said.subject}\0",
        "\\ud800",
        f"{said.subject}\\udfff",
        "\u200b",
        "\n",
        "x" * 256,
    ):
        content = json.dumps(good | {"sub": "@"}, ensure_ascii=False)
        written = subject if "\\" in subject else json.dumps(subject, ensure_ascii=True)[1:-1]
        yield f"sub ends so: {subject[-12:]!r}", signed(content.replace('"@"', f'"{written}"').encode())
    yield "iss with a NUL", signed(said.claims(iss=said.issuer + "\0"))
    yield "a claim of a lone surrogate", signed(text.replace('"roles": []', '"roles": ["\\ud800"]').encode())

    for whole in (
        b"",
        b"null",
        b"[]",
        b'"a"',
        b"7",
        b"{",
        b"\xff\xfe{}",
        text.encode("utf-16"),
        b"[" * 9_000,
    ):
        yield f"content {whole[:12]!r}", signed(whole)
        yield f"header {whole[:12]!r}", f"{raw(whole, good)}{end}"
    deep = text.encode().replace(b'"roles": []', b'"roles": ' + b"[" * 4_000 + b"]" * 4_000)
    yield "claims as deep as a well", signed(deep)


def _header_of(claims: dict[str, Any], key: Key = ED, **header: Any) -> str:
    """Sign with a header that no library would write."""
    said = {"alg": _ALGORITHMS[key.key_type], "kid": key.kid, "typ": "JWT"} | header
    said = {name: value for name, value in said.items() if value is not None}
    unsigned = raw(said, claims).rstrip(".").encode()
    assert isinstance(key, OKPKey)
    private: Any = key.raw_value
    return f"{unsigned.decode()}.{urlsafe_b64encode(private.sign(unsigned)).decode().rstrip('=')}"
