"""Personal access tokens as requests bring them: recognised by PostgreSQL, whose answer is believed for some seconds.

That is how soon a revoked one stops, here and at any other replica; and a program that asks a hundred times a second
costs one statement in that time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from functools import partial
from time import monotonic, time
from typing import NamedTuple

from api.asking import ask
from store import access_tokens, invited_tokens
from store.access_tokens import Use
from store.pool import Pool

BELIEVED = 2.0
"""Seconds for which an answer is believed."""
_MOST_KEPT = 10_000

Recognise = Callable[[bytes], Awaitable[Use | None]]
"""Says on whose behalf the token of a digest speaks, if it works."""


class Recognised(NamedTuple):
    """On whose behalf a token speaks."""

    use: Use
    #: When it expires, in seconds since 1970, as this process counts them.
    expires: float
    #: Until when this is believed, by the clock that nobody sets.
    until: float


class PersonalTokens:
    """Recognises personal access tokens by their digest."""

    def __init__(self, recognise: Recognise) -> None:
        """Ask this what is not known."""
        self._recognise = recognise
        self._kept: OrderedDict[bytes, Recognised] = OrderedDict()

    @classmethod
    def of(cls, pool: Pool, within: float) -> PersonalTokens:
        """Ask PostgreSQL, for `within` seconds at most."""

        async def recognise(digest: bytes) -> Use | None:
            return await ask(pool, within, partial(access_tokens.use, digest=digest))

        return cls(recognise)

    @classmethod
    def invited(cls, pool: Pool, within: float) -> PersonalTokens:
        """Ask PostgreSQL in the same way for the tokens of those who signed in by the code of an invitation."""

        async def recognise(digest: bytes) -> Use | None:
            return await ask(pool, within, partial(invited_tokens.use, digest=digest))

        return cls(recognise)

    async def recognised(self, digest: bytes) -> Recognised | None:
        """Say on whose behalf a token speaks; `None` where it does not work, or not any more.

        Raises:
            StoreFault: PostgreSQL does not say.
        """
        asked = monotonic()
        known = self._kept.get(digest)
        if known is not None and asked < known.until:
            self._kept.move_to_end(digest)
            return known
        use = await self._recognise(digest)
        if use is None:
            self._kept.pop(digest, None)
            return None
        found = Recognised(use, time() + use.seconds_left, asked + min(BELIEVED, use.seconds_left))
        self._kept[digest] = found
        if len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return found
