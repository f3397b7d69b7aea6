"""Drafts: what somebody has begun to write. For their eyes alone, never counted, gone once it is sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from domain.digests import canonical
from domain.free_text import LONGEST_CONTRIBUTION, is_storable, tidied
from domain.refusals import Code, Refusal
from store.contribution_refusals import read_refusal
from store.identifiers import parse
from store.pool import Connection

LONGEST_ANSWERS = 1_000_000
"""Bytes of the answers of a draft, which are not validated before they are sent."""

REMEMBERED = 7
"""Days for which what was asked under a key is remembered: drafts are saved every few seconds."""
SWEPT_AT_ONCE = 10_000


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A draft as it was kept."""

    draft: Draft
    #: It had been kept before, under the same key: nothing was done this time.
    again: bool


async def save(
    connection: Connection, member: str, concertation: str, round: int, stage: str, draft: Draft
) -> Draft | Refusal:
    """Keep a draft in the place of the one before. Refused to who may not answer, and from the closing on."""
    asked = _asked(concertation, round, stage, draft)
    if isinstance(asked, Refusal):
        return asked
    answer: dict[str, Any] = await connection.fetchval(
        "SELECT save_draft($1, $2, $3, $4, $5, $6, $7, $8)", member, *asked
    )
    return read_refusal(answer, True) if "refusal" in answer else _saved(draft, answer)


async def keep(
    connection: Connection, member: str, concertation: str, round: int, stage: str, draft: Draft, key: str
) -> Kept | Refusal:
    """Keep a draft as `save` does, once for each key of its member.

    Sent again with the same content it is answered as the first time, whatever was kept since and whether or not the
    stage has closed; with another content it is refused. Keys are remembered for `REMEMBERED` days.
    """
    asked = _asked(concertation, round, stage, draft)
    if isinstance(asked, Refusal):
        return asked
    answer: dict[str, Any] = await connection.fetchval(
        "SELECT keep_draft($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)", member, *asked, key, _digest(*asked)
    )
    if "refusal" in answer:
        return read_refusal(answer, True)
    return Kept(draft=_saved(draft, answer), again=answer["again"])


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


async def discard(
    connection: Connection, member: str, concertation: str, round: int, stage: str, key: str
) -> bool | Refusal:
    """Forget a draft, once for each key; say whether there was one."""
    place = _place(concertation, round, stage)
    if isinstance(place, Refusal):
        return False
    answer: dict[str, Any] = await connection.fetchval(
        "SELECT discard_draft($1, $2, $3, $4, $5, $6)", member, *place, key, _digest(*place)
    )
    return read_refusal(answer, True) if "refusal" in answer else bool(answer["was_there"])


async def sweep(connection: Connection) -> int:
    """Forget keys of more than `REMEMBERED` days ago, `SWEPT_AT_ONCE` at most; say how many."""
    return int(await connection.fetchval("SELECT sweep_draft_requests($1, $2)", REMEMBERED, SWEPT_AT_ONCE))


async def holders(connection: Connection, concertation: str, round: int, stage: str) -> dict[str, datetime]:
    """Say who has begun to write, and when they last did; never what."""
    rows = await connection.fetch(
        "SELECT member, saved_at FROM draft_holders($1, $2, $3)", parse(concertation), round, stage
    )
    return {row["member"]: row["saved_at"] for row in rows}


def _asked(concertation: str, round: int, stage: str, draft: Draft) -> tuple[Any, ...] | Refusal:
    """Give what the functions of the database take, after the member."""
    place = _place(concertation, round, stage)
    if isinstance(place, Refusal):
        return place
    if (fault := _fault(draft)) is not None:
        return fault
    answers = None if draft.answers is None else canonical(draft.answers).decode()
    return *place, draft.college, list(draft.themes), tidied(draft.body), answers


def _digest(*asked: Any) -> bytes:
    return sha256(canonical([str(asked[0]), *asked[1:]])).digest()


def _saved(draft: Draft, answer: dict[str, Any]) -> Draft:
    body = tidied(draft.body)
    assert body is not None
    return replace(draft, body=body, saved_at=datetime.fromisoformat(answer["saved_at"]))


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
