"""Drafts: what somebody has begun to write. For their eyes alone, never counted, gone once it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.digests import canonical
from domain.free_text import LONGEST_CONTRIBUTION, is_storable, tidied
from domain.refusals import Code, Refusal
from store.contribution_refusals import read_refusal
from store.identifiers import parse
from store.pool import Connection

LONGEST_ANSWERS = 1_000_000
"""Bytes of the answers of a draft, which are not validated before they are sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody has begun to write."""

    #: As it is written so far; empty perhaps.
    body: str
    college: str | None = None
    themes: tuple[str, ...] = ()
    #: By question, as they were left: not validated.
    answers: dict[str, Any] | None = None
    saved_at: datetime | None = None
    #: The earlier round that it comes from, where its author is offered what they said there.
    carried_from_round: int | None = None


async def save(
    connection: Connection, member: str, concertation: str, round: int, stage: str, draft: Draft
) -> Draft | Refusal:
    """Keep a draft in the place of the one before. Refused to who may not answer, and from the closing on.

    Sent again after the closing, because the first answer was lost: it is there, and that is the answer.
    """
    place = _place(concertation, round, stage)
    if isinstance(place, Refusal):
        return place
    fault = _fault(draft)
    if fault is not None:
        return fault
    answer: dict[str, Any] = await connection.fetchval(
        "SELECT save_draft($1, $2, $3, $4, $5, $6, $7, $8)",
        member,
        *place,
        draft.college,
        list(draft.themes),
        tidied(draft.body),
        None if draft.answers is None else canonical(draft.answers).decode(),
    )
    kept = await get(connection, member, concertation, round, stage)
    if "refusal" in answer:
        refusal = read_refusal(answer, True)
        return kept if kept is not None and refusal.code in _TOO_LATE and _same(kept, draft) else refusal
    return kept or draft


async def get(connection: Connection, member: str, concertation: str, round: int, stage: str) -> Draft | None:
    """Give the draft that a member has saved for a stage in a round."""
    place = _place(concertation, round, stage)
    if isinstance(place, Refusal):
        return None
    row = await connection.fetchrow("SELECT * FROM draft_of($1, $2, $3, $4)", member, *place)
    return None if row is None else _read(row, row["saved_at"], None)


async def offered(
    connection: Connection, member: str, concertation: str, round: int, stage: str
) -> Draft | None:
    """Give what a member said in the latest round before this one, to begin from (`carry_over: ask`)."""
    place = _place(concertation, round, stage)
    if isinstance(place, Refusal):
        return None
    row = await connection.fetchrow("SELECT * FROM former_contribution($1, $2, $3, $4)", member, *place)
    return None if row is None else _read(row, None, row["round"])


async def drop(connection: Connection, member: str, concertation: str, round: int, stage: str) -> bool:
    """Forget a draft; say whether there was one."""
    place = _place(concertation, round, stage)
    if isinstance(place, Refusal):
        return False
    return bool(await connection.fetchval("SELECT drop_draft($1, $2, $3, $4)", member, *place))


async def holders(connection: Connection, concertation: str, round: int, stage: str) -> dict[str, datetime]:
    """Say who has begun to write, and when they last did; never what."""
    rows = await connection.fetch(
        "SELECT member, saved_at FROM draft_holders($1, $2, $3)", parse(concertation), round, stage
    )
    return {row["member"]: row["saved_at"] for row in rows}


_TOO_LATE = (Code.STAGE_NOT_OPEN, Code.CONCERTATION_OVER)


def _same(kept: Draft, draft: Draft) -> bool:
    """Say whether what is kept is what is sent."""
    return (kept.body, kept.college, kept.themes, kept.answers) == (
        tidied(draft.body),
        draft.college,
        draft.themes,
        draft.answers,
    )


def _place(concertation: str, round: int, stage: str) -> tuple[Any, int, str] | Refusal:
    known = parse(concertation)
    if known is None:
        return Refusal(Code.UNKNOWN_CONCERTATION, {}, ("concertation",))
    if not is_storable(stage) or not 0 < round < 2**31:
        return Refusal(Code.UNKNOWN_STAGE, {}, ("stage",))
    return known, round, stage


def _fault(draft: Draft) -> Refusal | None:
    body = tidied(draft.body)
    if body is None:
        return Refusal(Code.TEXT_INVALID, {}, ("body",))
    if len(body) > LONGEST_CONTRIBUTION:
        return Refusal(Code.TEXT_TOO_LONG, {"length": len(body), "longest": LONGEST_CONTRIBUTION}, ("body",))
    if not all(map(is_storable, (draft.college or "", *draft.themes))):
        return Refusal(Code.INPUT_INVALID, {}, ("themes",))
    if draft.answers is None:
        return None
    try:
        written = canonical(draft.answers).decode()
    except (ValueError, TypeError, RecursionError):
        return Refusal(Code.TEXT_INVALID, {}, ("answers",))
    if len(written) > LONGEST_ANSWERS:
        return Refusal(Code.TEXT_TOO_LONG, {"length": len(written), "longest": LONGEST_ANSWERS}, ("answers",))
    return None


def _read(row: Any, saved_at: datetime | None, carried_from_round: int | None) -> Draft:
    return Draft(
        body=row["body"],
        college=row["college"],
        themes=tuple(row["themes"]),
        answers=row["answers"],
        saved_at=saved_at,
        carried_from_round=carried_from_round,
    )
