"""What a provider states about a person, as signed tokens: the ID token, and what it says when asked for more.

Sources: OpenID Connect Core 1.0, 3.1.3.7 and 5.3.2. Signatures are checked by server/signed.py.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

from joserfc.jwk import Key
from stdnum.fr import siret as siret_numbers

from server.issued import LONGEST_SUBJECT
from server.sign_in.failures import Failure, SignInFailed
from server.sign_in.providers import Kind, Provider
from server.signed import TokenInvalid, verified

_LEVELS = ("eidas1", "eidas2", "eidas3")


def subject_of(
    token: str, key: Key, algorithm: str, provider: Provider, *, nonce: bytes, access_token: str
) -> str:
    """Give the subject of an ID token that was made for this service and this sign-in.

    `nonce` is the SHA-256 of what the provider was sent.

    Raises:
        SignInFailed: it was not, or by nobody who is trusted.
    """
    claims = _verified(token, key, algorithm, provider, "id_token")
    said = claims.get("nonce")
    if not isinstance(said, str) or not hmac.compare_digest(sha256(said.encode()).digest(), nonce):
        raise _distrust("id_token: nonce")
    audience, party = claims["aud"], claims.get("azp")
    if party is None and isinstance(audience, list) and len(audience) > 1:
        raise _distrust("id_token: several aud, no azp")
    if party not in (None, provider.client_id):
        raise _distrust("id_token: azp")
    bound = claims.get("at_hash")
    if bound is not None and (not isinstance(bound, str) or not _binds(bound, access_token)):
        raise _distrust("id_token: at_hash")
    if provider.kind is Kind.FRANCECONNECT:
        reached = claims.get("acr")
        if reached not in _LEVELS or _LEVELS.index(reached) < _LEVELS.index(provider.acr_values):
            raise _distrust("id_token: acr")
    return _subject(claims, "id_token")


def siret_of(token: str, key: Key, algorithm: str, provider: Provider, *, subject: str) -> str | None:
    """Give the organisation that signed userinfo names, if it does; it must be about the same person.

    Raises:
        SignInFailed: it is not, or by nobody who is trusted.
    """
    claims = _verified(token, key, algorithm, provider, "userinfo", expires=False)
    if _subject(claims, "userinfo") != subject:
        raise _distrust("userinfo: sub")
    given = claims.get("siret") if provider.kind is Kind.PROCONNECT else None
    if not isinstance(given, str) or not siret_numbers.is_valid(given):
        return None
    number: str = siret_numbers.compact(given)
    return number


def _verified(
    token: str, key: Key, algorithm: str, provider: Provider, what: str, *, expires: bool = True
) -> dict[str, Any]:
    try:
        return verified(
            token, key, algorithm, issuer=provider.named_issuer, audience=provider.client_id, expires=expires
        )
    except TokenInvalid as fault:
        raise _distrust(f"{what}: {fault.__cause__!r}") from fault


def _subject(claims: dict[str, Any], what: str) -> str:
    value = claims["sub"]
    if not isinstance(value, str) or not value.isprintable() or not 0 < len(value) <= LONGEST_SUBJECT:
        raise _distrust(f"{what}: sub")
    return value


def _binds(bound: str, access_token: str) -> bool:
    half = urlsafe_b64encode(sha256(access_token.encode()).digest()[:16]).rstrip(b"=")
    return hmac.compare_digest(bound.encode(), half)


def _distrust(detail: str) -> SignInFailed:
    return SignInFailed(Failure.NOT_TRUSTED, detail)
