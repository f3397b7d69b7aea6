"""The versions of contributions: which there are, what took the place of what, and withdrawal.

Every version is a row and a leaf for ever. What was withdrawn is read by its author alone, all versions of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.free_text import key_fault
from domain.procedure import Channel
from domain.refusals import Code, Refusal
from store.contribution_refusals import read_refusal
from store.identifiers import parse, parse_many
from store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a contribution, as its reader may see it."""

    id: str
    #: Counted from 1.
    version: int
    #: Whose contribution it is, as a pseudonymous member id.
    member: str
    #: Who sent this version: the author, or the clerk who typed it.
    actor: str
    channel: Channel
    submitted_at: datetime
    #: Since when a later version counts in its place.
    superseded_at: datetime | None
    #: Why a clerk let it take the place of what had come by another way.
    supersede_reason: str | None
    withdrawn_at: datetime | None
    body: str
    answers: dict[str, Any] | None
    #: Digest of the questionnaire answered.
    questionnaire: str | None
    place: str | None
    reference: str | None
    batch: str | None
    #: The contribution of the round before that counts in this one as it stood.
    carried_from: str | None
    #: The leaf, in hexadecimal.
    digest: str
    #: The code of its receipt, for the author's eyes alone.
    receipt: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """That a contribution was withdrawn."""

    contribution: str
    withdrawn_at: datetime


async def withdraw(
    connection: Connection, concertation: str, contribution: str, actor: str, key: str
) -> Withdrawn | Refusal:
    """Withdraw the live version of one's contribution, with those before it. Asked again: the same answer.

    Refused from the closing of its stage on, and to everybody but its author and those who represent the organisation
    that it speaks for. The leaves stay.
    """
    known = parse(concertation), parse(contribution)
    if None in known:
        return Refusal(Code.UNKNOWN_CONTRIBUTION, {}, ("contribution",))
    fault = key_fault(key)
    if fault is not None:
        return fault
    answer: dict[str, Any] = await connection.fetchval(
        "SELECT withdraw_contribution($1, $2, $3, $4)", *known, actor, key
    )
    if "refusal" in answer:
        return read_refusal(answer, True)
    return Withdrawn(
        contribution=contribution.lower(), withdrawn_at=datetime.fromisoformat(answer["withdrawn_at"])
    )


async def versions(
    connection: Connection,
    identifiers: Sequence[str],
    *,
    reader: str | None = None,
    sees_all_of: str | None = None,
) -> dict[str, tuple[Version, ...]]:
    """Give all versions that the reader may see of contributions, by the id of any of them, the first one first."""
    rows = await connection.fetch(
        "SELECT * FROM contribution_versions($1, $2, $3)",
        reader,
        None if sees_all_of is None else parse(sees_all_of),
        parse_many(list(identifiers)),
    )
    found: dict[str, tuple[Version, ...]] = {}
    for row in rows:
        asked = str(row["asked"])
        found[asked] = (*found.get(asked, ()), _read(row))
    return found


async def of_receipt(connection: Connection, code: str) -> Version | None:
    """Give the version that a receipt is of: who knows its code may read it. None whose text was destroyed."""
    row = await connection.fetchrow("SELECT * FROM contribution_by_receipt($1)", code)
    return None if row is None else _read(row)


async def followed_by(connection: Connection, code: str) -> tuple[str, int] | None:
    """Give the receipt and number of the version that replaced the one of this receipt: its author's, too."""
    row = await connection.fetchrow("SELECT receipt, version FROM contribution_followed_by($1)", code)
    return None if row is None else (row["receipt"], row["version"])


def _read(row: Any) -> Version:
    def known(name: str) -> str | None:
        return None if row[name] is None else str(row[name])

    return Version(
        id=str(row["id"]),
        version=row["version"],
        member=row["member"],
        actor=row["actor"],
        channel=Channel(row["channel"]),
        submitted_at=row["submitted_at"],
        superseded_at=row["superseded_at"],
        supersede_reason=row["supersede_reason"],
        withdrawn_at=row["withdrawn_at"],
        body=row["body"],
        answers=row["answers"],
        questionnaire=row["questionnaire"],
        place=row["place"],
        reference=row["reference"],
        batch=known("batch"),
        carried_from=known("carried_from"),
        digest=row["digest"].hex(),
        receipt=row["receipt"],
    )
