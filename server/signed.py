"""Signed tokens (JWS, compact) as strangers send them: opened without trust, then verified by one key of one issuer.

What RFC 8725 asks for: the algorithm is one that fits the key, never the other way round; the header brings no key and
no address of one; a claim that is said twice, or that is no text where text is wanted, is no claim.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from json import JSONDecoder
from typing import Any, NamedTuple

import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from joserfc.util import urlsafe_b64decode

LONGEST = 16_384
"""Characters of a token. Those of identity providers have one to three thousand."""
LEEWAY = 5
"""Clocks of two machines may differ by so many seconds."""
ALGORITHMS = (
    "Ed25519",
    "EdDSA",
    "ES256",
    "ES384",
    "ES512",
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
)
"""All that may be accepted: signatures by a private key, no shared secrets, and never `none`."""
_HEADERS = frozenset({"alg", "kid", "typ", "cty", "x5t", "x5t#S256"})
"""What a header may say. Not `jwk`, `jku`, `x5c`, `x5u`, which bring a key, nor `crit` and `b64`."""
_TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})
_CURVES = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}
_SMALLEST_RSA = 2048
"""Bits (ANSSI, RGS B1; NIST SP 800-131A)."""
_FAULTS = (JoseError, ValueError, TypeError, AttributeError, KeyError, OverflowError, RecursionError)


class TokenInvalid(Exception):
    """The bearer token is missing a claim, expired, or not signed by a key that is trusted here."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class IssuerAway(Exception):
    """The issuer of a token does not answer, and never did: nobody can tell whether its tokens are good."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class Opened(NamedTuple):
    """What a token says of itself, before anybody knows whether it is true."""

    algorithm: str
    kid: str | None
    issuer: str


def opened(token: str) -> Opened:
    """Say whose token it claims to be, and signed with what; `TokenInvalid` where it has no such form."""
    if len(token) > LONGEST:
        raise TokenInvalid
    try:
        head, body, _ = token.encode("ascii").split(b".")
        header, claims = _object(urlsafe_b64decode(head)), _object(urlsafe_b64decode(body))
        algorithm, kid, issuer = header["alg"], header.get("kid"), claims["iss"]
        said_type = header.get("typ", "JWT")
        for text in (algorithm, issuer, said_type, kid or ""):
            if not isinstance(text, str):
                raise TypeError(text)
        if not header.keys() <= _HEADERS or said_type.lower() not in _TYPES or algorithm not in ALGORITHMS:
            raise ValueError(header)
    except _FAULTS as fault:
        raise TokenInvalid from fault
    return Opened(algorithm, kid, issuer)


def key_for(token: Opened, keys: Iterable[Key]) -> Key | None:
    """Give the key among these that a token says it is signed with; without a name, the only one that can be it."""
    fitting = [key for key in keys if token.algorithm in algorithms_of(key)]
    if token.kid is None:
        return fitting[0] if len(fitting) == 1 else None
    return next((key for key in fitting if key.kid == token.kid), None)


def algorithms_of(key: Key) -> frozenset[str]:
    """Give the algorithms that signatures of a key may have: what it is made for, and where it says, that alone."""
    operations = key.get("key_ops")
    if key.get("use") == "enc" or (operations is not None and "verify" not in operations):
        return frozenset()
    if isinstance(key, RSAKey) and key.raw_value.key_size >= _SMALLEST_RSA:
        fit = {name for name in ALGORITHMS if name[:2] in ("RS", "PS")}
    elif isinstance(key, ECKey):
        fit = {name for curve, name in _CURVES.items() if curve == key.curve_name}
    elif isinstance(key, OKPKey) and key.curve_name == "Ed25519":
        fit = {"Ed25519", "EdDSA"}
    else:
        fit = set()
    return frozenset(fit if key.alg is None else fit & {key.alg})


def verified(
    token: str, key: Key, algorithm: str, *, issuer: str, audience: str, expires: bool = True
) -> dict[str, Any]:
    """Give the claims of a token that this key signed, for this audience, and whose time it is; else `TokenInvalid`.

    `expires`: it must say until when it is good, as all do but answers to a question (OpenID Connect Core 1.0, 5.3.2).

    Costs some 0.15 ms: callers keep the answer, by the digest of the token, until it expires.
    """
    wanted = jwt.JWTClaimsRegistry(
        leeway=LEEWAY,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": audience},
        sub={"essential": True},
        exp={"essential": expires},
    )
    try:
        claims = jwt.decode(token, key, algorithms=[algorithm], decoder_cls=_Strict).claims
        wanted.validate(claims)
    except _FAULTS as fault:
        raise TokenInvalid from fault
    return claims


class _Strict(JSONDecoder):
    """Reads JSON in which nothing is said twice."""

    def __init__(self, **_: Any) -> None:
        super().__init__(object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is there twice")
    return found


def _object(content: bytes) -> dict[str, Any]:
    """Read an object. First the stricter reader: UTF-8 alone, no lone surrogate, no NaN, no great depth."""
    orjson.loads(content)
    found = json.loads(content, cls=_Strict)
    if not isinstance(found, dict):
        raise TypeError("no object")
    return found
