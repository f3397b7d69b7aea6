"""The limits as the doors of the API ask them: one question each for requests, operations, failures and sockets."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from graphql import GraphQLError

from api.context import Context
from api.faults import FaultCode
from api.parsing import Parsed
from domain.auditing import What
from domain.rights import Viewer
from domain.texts import text
from server.auditing import Audit
from server.limits.callers import Callers, Caps
from server.limits.crowd import Crowd, Crowded
from server.limits.pacing import AT_ONCE, Pacing
from server.limits.presence import Presence
from server.limits.prices import FAILED, REFUSED, REQUEST, Asking
from server.limits.rates import RateLimited, Rates
from server.settings import Settings
from store.pool import Pool

_ANYBODY = Viewer()


@dataclass(frozen=True, slots=True)
class Holding:
    """What callers have at a time, and how much of each they may."""

    presence: Presence
    operations: Caps
    sockets: Caps


class Telling:
    """A block from which whoever is turned away is noted: no generator either, for it is around each question."""

    __slots__ = ("_address", "_audit", "_member")

    def __init__(self, audit: Audit, member: str | None, address: str) -> None:
        """Note it there."""
        self._audit = audit
        self._member = member
        self._address = address

    def __enter__(self) -> None:
        """Wait and see."""

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Note it, if that is how it ended."""
        if kind is not None and issubclass(kind, RateLimited):
            self._audit.note(What.RATE_LIMITED, member=self._member, address=self._address)


class AtWork:
    """The block of one operation at work: one a request, so that it is no generator."""

    __slots__ = ("_caps", "_context", "_guard")

    def __init__(self, guard: "Guard", context: Context) -> None:
        """Begin with nothing counted."""
        self._guard = guard
        self._context = context
        holding = guard.holding
        self._caps = holding.operations.of(context.viewer, context.address) if holding else ()

    def __enter__(self) -> None:
        """Count it.

        Raises:
            RateLimited: the caller has enough at work.
            Crowded: all callers together have.
        """
        if self._guard.holding is not None:
            with self._guard.telling(self._context.viewer, self._context.address):
                self._guard.holding.presence.enter(self._caps)
        try:
            self._guard.crowd.enter()
        except Crowded:
            self._leave()
            raise

    def __exit__(self, *_: object) -> None:
        """Count it no more."""
        self._guard.crowd.leave()
        self._leave()
        self._guard.answered(self._context)

    def _leave(self) -> None:
        if self._guard.holding is not None:
            self._guard.holding.presence.leave(self._caps)


class Guard:
    """What this replica holds its callers to."""

    def __init__(
        self, rates: Rates | None, holding: "Holding | None" = None, crowd: Crowd | None = None
    ) -> None:
        """Hold them to these rates and caps; to none where there are none."""
        self.rates = rates
        #: All of them together.
        self.crowd = crowd or Crowd(Settings.model_fields["operations_at_work"].default)
        self.holding = holding
        self.pacing = Pacing()
        #: Who is turned away is noted here.
        self.audit = Audit()

    @classmethod
    def of(cls, settings: Settings) -> "Guard":
        """Take what an operator decided."""
        crowd = Crowd(settings.operations_at_work)
        if not settings.rate_limits:
            return cls(None, crowd=crowd)
        turned_away: Counter[str] = Counter()
        holding = Holding(
            Presence(turned_away),
            Caps("operations", settings.operations_of_member, settings.operations_of_address),
            Caps("sockets", settings.sockets_of_member, settings.sockets_of_address),
        )
        return cls(Rates(Callers.of(settings), turned_away=turned_away), holding, crowd)

    async def keep_settling(self, pool: Pool, within: float) -> None:
        """Settle with the other replicas until cancelled."""
        if self.rates is not None:
            presence = self.holding.presence.keep_settling(pool, within) if self.holding else _nothing()
            await asyncio.gather(self.rates.keep_settling(pool, within), presence)

    async def request(self, viewer: Viewer, address: str) -> None:
        """Charge a request before it is read; of nobody in particular, let it wait where much was asked from.

        Raises:
            RateLimited: nothing is done.
        """
        if self.rates is None:
            return
        account = self.rates.account(viewer, address)
        with self.telling(viewer, address):
            self.rates.charge(account, REQUEST)
        if viewer.member is None:
            await self.pacing.wait(self.rates.ahead(account, AT_ONCE))

    def malformed(self, viewer: Viewer, address: str) -> None:
        """Charge a body that was read and holds no request."""
        if self.rates is not None:
            self.rates.debit(self.rates.account(viewer, address), REFUSED)

    def at_work(self, context: Context) -> "AtWork":
        """Count an operation for the length of a block, and charge the wrong codes that it tried.

        Entering raises `RateLimited` where as many are at work as may be.
        """
        return AtWork(self, context)

    def socket(self, viewer: Viewer, address: str) -> Callable[[], None]:
        """Count a socket, until what this gives is called.

        Raises:
            RateLimited: as many are open as may be.
        """
        if self.holding is None:
            return lambda: None
        caps = self.holding.sockets.of(viewer, address)
        with self.telling(viewer, address):
            self.holding.presence.enter(caps)
        return partial(self.holding.presence.leave, caps)

    def operation(self, context: Context, asked: Asking) -> None:
        """Charge an operation before it is executed; what is not even let through is charged, whatever it is.

        Raises:
            RateLimited: it is not.
        """
        if self.rates is None:
            return
        account = self.rates.account(context.viewer, context.address)
        if isinstance(asked.read, Parsed):
            with self.telling(context.viewer, context.address):
                self.rates.charge(account, asked.price())
        else:
            self.rates.debit(account, asked.price())

    async def turned_away(self, limited: RateLimited) -> None:
        """Keep whoever is turned away waiting for the answer that says so."""
        await self.pacing.wait(limited.seconds)

    def stranger(self, address: str, points: float) -> None:
        """Charge what is done before anybody said who they are.

        Raises:
            RateLimited: it is not done.
        """
        if self.rates is not None:
            with self.telling(_ANYBODY, address):
                self.rates.charge(self.rates.stranger(address), points)

    def failed(self, address: str) -> None:
        """Charge a token that does not work.

        Raises:
            RateLimited: there were so many that this one is not even called wrong.
        """
        self.audit.note(What.TOKEN_REFUSED, address=address)
        self.stranger(address, FAILED)

    def telling(self, viewer: Viewer, address: str) -> Telling:
        """Note who is turned away in a block."""
        return Telling(self.audit, viewer.member, address)

    def answered(self, context: Context) -> None:
        """Charge the wrong codes that an operation tried, to whoever tried and to where they are."""
        if self.rates is None or not context.wrong_codes:
            return
        points = FAILED * context.wrong_codes
        self.rates.debit(self.rates.account(context.viewer, context.address), points)
        if context.viewer.member is not None:
            self.rates.debit(self.rates.stranger(context.address), points)


async def _nothing() -> None:
    pass


def as_error(limited: RateLimited, languages: tuple[str, ...]) -> GraphQLError:
    """Say it as the error of an operation."""
    message = text(f"fault.{FaultCode.RATE_LIMITED}", languages, seconds=limited.seconds)
    return GraphQLError(
        message, extensions={"code": FaultCode.RATE_LIMITED.value, "retryAfter": limited.seconds}
    )
