"""From a bearer token to a viewer. A signed one is verified once; the answer is kept, by its digest, until it expires.

A personal access token may be revoked: it is asked for again and again (server/personal_tokens.py).
"""

import time
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256

from joserfc.jwk import KeySet

from domain.access_tokens import PREFIX, digest_of
from domain.rights import Viewer
from server.personal_tokens import PersonalTokens
from server.settings import Settings
from server.tokens import TokenInvalid, read_token

_MOST_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who sent a request, and until when the token says so (seconds since 1970; for ever without a token)."""

    viewer: Viewer
    expires: float = float("inf")
    #: The digest of a personal access token, which may be revoked; unset for all others.
    revocable: bytes | None = None

    @property
    def left(self) -> float:
        """Seconds until the token expires."""
        return self.expires - time.time()


ANYBODY = Bearer(Viewer())


class Authentication:
    """Reads Authorization headers."""

    def __init__(self, keys: KeySet, settings: Settings, personal: PersonalTokens) -> None:
        """Trust these keys, and what `personal` recognises."""
        self._keys = keys
        self._personal = personal
        self._settings = settings
        self._kept: OrderedDict[bytes, Bearer] = OrderedDict()

    async def bearer(self, authorization: str | None) -> Bearer:
        """Say who sends this header; anybody where there is none.

        Raises:
            TokenInvalid: it is no bearer token, expired, revoked, or not signed by a key that is trusted here.
            StoreFault: PostgreSQL does not say whether a personal access token works.
        """
        if not authorization:
            return ANYBODY
        scheme, _, token = authorization.partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token or not token.isascii():
            raise TokenInvalid
        if token.startswith(PREFIX):
            return await self._personal_bearer(digest_of(token))
        name = sha256(token.encode()).digest()
        known = self._kept.get(name)
        if known is not None and known.left > 0:
            self._kept.move_to_end(name)
            return known
        claims = read_token(token, self._keys, self._settings)
        viewer = Viewer(member=str(claims.member), platform_roles=tuple(sorted(claims.roles)))
        bearer = Bearer(viewer, claims.expires.timestamp())
        if bearer.left <= 0:  # within the leeway of two clocks: let it pass, keep nothing
            return bearer
        self._kept[name] = bearer
        if len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return bearer

    async def still_works(self, bearer: Bearer) -> bool:
        """Say whether the token of somebody who was let in still works.

        Raises:
            StoreFault: PostgreSQL does not say.
        """
        if bearer.revocable is None:
            return bearer.left > 0
        return await self._personal.recognised(bearer.revocable) is not None

    async def _personal_bearer(self, digest: bytes | None) -> Bearer:
        found = await self._personal.recognised(digest) if digest is not None else None
        if found is None:
            raise TokenInvalid
        return Bearer(Viewer(member=found.use.member, reaches=found.use.reaches), found.expires, digest)
