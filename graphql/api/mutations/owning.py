"""One's own contribution, by its id or by the code of its receipt; and what is done about it in one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import strawberry
from strawberry import ID, field

from api.context import Info
from api.naming import named
from api.performing import Refusing, refuse
from api.snapshot import Snapshot
from domain.receipts import read_code
from domain.refusals import Code, Refusal
from store.contributions import Contribution
from store.faults import StoreUnreachable
from store.pool import Connection
from workflows.commanding import OutcomeUnknown

T = TypeVar("T")


@strawberry.input(one_of=True, description="One's own contribution: exactly one of these.")
class OwnContributionInput:
    contribution_id: ID | None = field(default=strawberry.UNSET, description="Its id.")
    receipt_code: str | None = field(
        default=strawberry.UNSET,
        description="Or the code of its receipt, which serves those without an account.",
    )

    @property
    def path(self) -> str:
        """The field that names it."""
        return "receipt_code" if self.receipt_code else "contribution_id"


async def contribution_named(info: Info, own: OwnContributionInput) -> tuple[Snapshot, Contribution]:
    """Give the contribution. Whoever has the code of its receipt is its author; whoever names its id need not be.

    Raises:
        Refusing: there is none that the viewer may read.
    """
    reading = info.context.reading
    if own.receipt_code:
        code = read_code(own.receipt_code)
        row = await reading.contribution_by_receipt(code) if code else None
        info.context.wrong_codes += code is not None and row is None
        at = await reading.snapshot(row.concertation) if row else None
    else:
        id = own.contribution_id or ID("")
        at, key = await named(info, id, "Contribution", Code.UNKNOWN_CONTRIBUTION, own.path)
        row = (await reading.contributions(at, [key])).get(key)
    if row is None or at is None:
        raise refuse(Code.UNKNOWN_CONTRIBUTION, own.path)
    return at, row


async def transacted(info: Info, work: Callable[[Connection], Awaitable[T | Refusal]]) -> T:
    """Do something in one transaction.

    Raises:
        Refusing: it was refused.
        OutcomeUnknown: the connection was lost before the answer came.
    """
    context, begun = info.context, False

    async def question(connection: Connection) -> T | Refusal:
        nonlocal begun
        begun = True
        return await work(connection)

    try:
        done = await context.reading.ask(question)
    except StoreUnreachable as fault:
        raise (OutcomeUnknown(fault) if begun else fault) from fault
    if isinstance(done, Refusal):
        raise Refusing(done)
    context.changed = True
    context.renew()
    return done
