"""Accounts as requests bring them: who somebody is here and which roles they have, believed for some seconds.

That is how soon a role counts that was granted, and one no more that was withdrawn (server/personal_tokens.py).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import NamedTuple

from api.asking import ask
from server.personal_tokens import BELIEVED
from store import accounts
from store.accounts import Account
from store.pool import Connection, Pool

_MOST_KEPT = 10_000

Recognise = Callable[[str, str], Awaitable[Account]]
"""Says which account an issuer and a subject are."""


class _Believed(NamedTuple):
    account: Account
    until: float


class KnownAccounts:
    """Says who is whom."""

    def __init__(self, recognise: Recognise) -> None:
        """Ask this what is not known."""
        self._recognise = recognise
        self._kept: OrderedDict[tuple[str, str], _Believed] = OrderedDict()

    @classmethod
    def of(cls, pool: Pool, within: float) -> KnownAccounts:
        """Ask PostgreSQL, for `within` seconds at most."""

        async def recognise(issuer: str, subject: str) -> Account:
            async def question(connection: Connection) -> Account:
                return await accounts.account(connection, issuer, subject)

            return await ask(pool, within, question)

        return cls(recognise)

    async def account(self, issuer: str, subject: str) -> Account:
        """Give the account, made at first sight, with the roles that it has now.

        Raises:
            StoreFault: PostgreSQL does not say.
        """
        asked, name = monotonic(), (issuer, subject)
        known = self._kept.get(name)
        if known is not None and asked < known.until:
            self._kept.move_to_end(name)
            return known.account
        found = await self._recognise(issuer, subject)
        self._kept[name] = _Believed(found, asked + BELIEVED)
        if len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return found
