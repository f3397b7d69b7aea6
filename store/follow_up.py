"""The follow-up list of a stage: who was invited and where each stands; reminders to those who have not answered."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.refusals import Refusal
from store.contribution_refusals import read_refusal
from store.identifiers import parse
from store.pages import Page, cut
from store.pool import Connection


class InvitationState(StrEnum):
    """Where an invitation stands."""

    INVITED = "invited"
    OPENED = "opened"
    DRAFT = "draft"
    """They have begun to write."""
    ANSWERED = "answered"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A line of the follow-up list."""

    id: str
    #: In the order of inviting.
    number: int
    organisation: str | None
    member: str | None
    college: str | None
    departement: str | None
    state: InvitationState
    invited_at: datetime
    opened_at: datetime | None
    accepted_at: datetime | None
    declined_at: datetime | None
    decline_reason: str | None
    #: The last reminder.
    reminded_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpCount:
    """How many invitations of a college and a département stand in a state."""

    state: InvitationState
    college: str | None
    departement: str | None
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """The stage that is followed up, in a round."""

    concertation: str
    round: int
    stage: str

    @property
    def key(self) -> tuple[Any, int, str]:
        """The three as PostgreSQL takes them."""
        return parse(self.concertation), self.round, self.stage


async def page(
    connection: Connection,
    where: Where,
    *,
    first: int,
    after: int | None = None,
    states: Collection[InvitationState] | None = None,
    college: str | None = None,
    departement: str | None = None,
) -> Page[Followed]:
    """Give a page in the order of inviting, after the number `after`: two statements."""
    chosen = [state.value for state in states] if states is not None else None
    rows = await connection.fetch(
        "SELECT * FROM follow_up_page($1, $2, $3, $4, $5, $6, $7, $8)",
        *where.key,
        chosen,
        college,
        departement,
        after,
        first + 1,
    )
    total = sum(
        count.count
        for count in await counts(connection, where)
        if (states is None or count.state in states)
        and college in (None, count.college)
        and departement in (None, count.departement)
    )
    return cut([_read(row) for row in rows], first, total)


async def counts(connection: Connection, where: Where) -> list[FollowUpCount]:
    """Count the invitations by state, college and département."""
    rows = await connection.fetch("SELECT * FROM follow_up_counts($1, $2, $3)", *where.key)
    found = [
        FollowUpCount(
            state=InvitationState(row["state"]),
            college=row["college"],
            departement=row["departement"],
            count=row["count"],
        )
        for row in rows
    ]
    return sorted(
        found, key=lambda c: (c.college or "", c.departement or "", list(InvitationState).index(c.state))
    )


async def remind(connection: Connection, where: Where) -> int | Refusal:
    """Write a reminder to each who has neither answered nor declined, and was not reminded today; say to how many."""
    answer: dict[str, Any] = await connection.fetchval("SELECT remind($1, $2, $3)", *where.key)
    return read_refusal(answer, own=False) if "refusal" in answer else int(answer["count"])


async def remind_due(connection: Connection) -> int:
    """Write the reminders of every stage one of whose set days has come; say how many. For the worker alone."""
    count: int = await connection.fetchval("SELECT remind_due()")
    return count


async def set_reminder_days(connection: Connection, where: Where, days: Collection[int], by: str) -> None:
    """Set on which days before the closing those who have not answered are reminded; none: never."""
    await connection.execute(
        "SELECT set_reminder_days($1, $2, $3, $4, $5)", *where.key, by, sorted(set(days))
    )


async def reminder_days(connection: Connection, where: Where) -> list[int]:
    """Give the days before the closing on which reminders are written, the earliest first."""
    rows = await connection.fetch(
        "SELECT days FROM reminder_day WHERE (concertation, round, stage) = ($1, $2, $3) ORDER BY days DESC",
        *where.key,
    )
    return [row["days"] for row in rows]


def _read(row: Any) -> Followed:
    return Followed(
        id=str(row["id"]),
        number=row["number"],
        organisation=str(row["organisation"]) if row["organisation"] else None,
        member=row["member"],
        college=row["college"],
        departement=row["departement"],
        state=InvitationState(row["state"]),
        invited_at=row["invited_at"],
        opened_at=row["opened_at"],
        accepted_at=row["accepted_at"],
        declined_at=row["declined_at"],
        decline_reason=row["decline_reason"],
        reminded_at=row["reminded_at"],
    )
