"""Bearer tokens of the configured issuers: verified by the keys of the issuer that they name, and of no other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any, NamedTuple

from joserfc.jwk import Key

from server.issuers import Issuer
from server.provider_keys import ProviderKeys, fetch_keys
from server.signed import Opened, TokenInvalid, verified

LONGEST_SUBJECT = 255
"""Characters (OpenID Connect Core 1.0, 2)."""

Fetch = Callable[[Issuer], Awaitable[tuple[Key, ...]]]


class Issued(NamedTuple):
    """What a valid token of an issuer says. Roles that it may list are the issuer's, and none here."""

    issuer: str
    subject: str
    #: In seconds since 1970.
    expires: float


class IssuedTokens:
    """Reads tokens of issuers."""

    def __init__(self, issuers: Iterable[Issuer], fetch: Fetch = fetch_keys) -> None:
        """Trust these, by keys that `fetch` gives."""
        self._issuers = {one.issuer: (one, ProviderKeys(partial(fetch, one), one.issuer)) for one in issuers}

    def knows(self, issuer: str) -> bool:
        """Say whether tokens of this issuer are read here."""
        return issuer in self._issuers

    async def read(self, token: str, opened: Opened) -> Issued:
        """Say whose token it is.

        Raises:
            TokenInvalid: the issuer that it names did not sign it, for this service, for this moment.
            IssuerAway: the issuer does not answer, and never did.
        """
        issuer, keys = self._issuers[opened.issuer]
        if opened.algorithm not in issuer.algorithms:
            raise TokenInvalid
        key = await keys.key(opened)
        if key is None:
            raise TokenInvalid
        claims = verified(token, key, opened.algorithm, issuer=issuer.issuer, audience=issuer.audience)
        return Issued(issuer.issuer, _subject(claims["sub"]), _expires(claims["exp"]))


def _subject(value: Any) -> str:
    """Give the subject as it is; one that PostgreSQL or people could take for another is none."""
    if not isinstance(value, str) or not value.isprintable() or not 0 < len(value) <= LONGEST_SUBJECT:
        raise TokenInvalid
    return value


def _expires(value: float) -> float:
    try:
        return float(value)
    except OverflowError as fault:
        raise TokenInvalid from fault
