"""The limits as the doors of the API ask them: one question each for requests, operations, failures and sockets."""

from graphql import GraphQLError

from api.context import Context
from api.faults import FaultCode
from api.parsing import Parsed
from domain.rights import Viewer
from domain.texts import text
from server.limits.callers import Callers
from server.limits.prices import FAILED, REQUEST, Asking
from server.limits.rates import RateLimited, Rates
from server.settings import Settings
from store.pool import Pool


class Guard:
    """What this replica holds its callers to."""

    def __init__(self, rates: Rates | None) -> None:
        """Hold them to these rates; to none where there are none."""
        self.rates = rates

    @classmethod
    def of(cls, settings: Settings) -> "Guard":
        """Take what an operator decided."""
        return cls(Rates(Callers.of(settings)) if settings.rate_limits else None)

    async def keep_settling(self, pool: Pool, within: float) -> None:
        """Settle with the other replicas until cancelled."""
        if self.rates is not None:
            await self.rates.keep_settling(pool, within)

    def request(self, viewer: Viewer, address: str) -> None:
        """Charge a request before it is read.

        Raises:
            RateLimited: nothing is done.
        """
        if self.rates is not None:
            self.rates.charge(self.rates.account(viewer, address), REQUEST)

    def operation(self, context: Context, asked: Asking) -> None:
        """Charge an operation before it is executed; what is not even let through is charged, whatever it is.

        Raises:
            RateLimited: it is not.
        """
        if self.rates is None:
            return
        account = self.rates.account(context.viewer, context.address)
        if isinstance(asked.read, Parsed):
            self.rates.charge(account, asked.price())
        else:
            self.rates.debit(account, asked.price())

    def stranger(self, address: str, points: float) -> None:
        """Charge what is done before anybody said who they are.

        Raises:
            RateLimited: it is not done.
        """
        if self.rates is not None:
            self.rates.charge(self.rates.stranger(address), points)

    def failed(self, address: str) -> None:
        """Charge a token that does not work.

        Raises:
            RateLimited: there were so many that this one is not even called wrong.
        """
        self.stranger(address, FAILED)

    def answered(self, context: Context) -> None:
        """Charge the wrong codes that an operation tried, to whoever tried and to where they are."""
        if self.rates is None or not context.wrong_codes:
            return
        points = FAILED * context.wrong_codes
        self.rates.debit(self.rates.account(context.viewer, context.address), points)
        if context.viewer.member is not None:
            self.rates.debit(self.rates.stranger(context.address), points)


def as_error(limited: RateLimited, languages: tuple[str, ...]) -> GraphQLError:
    """Say it as the error of an operation."""
    message = text(f"fault.{FaultCode.RATE_LIMITED}", languages, seconds=limited.seconds)
    return GraphQLError(
        message, extensions={"code": FaultCode.RATE_LIMITED.value, "retryAfter": limited.seconds}
    )
