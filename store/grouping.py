"""Acts about groupings: one transaction holds the contributions, lets the domain decide, and writes what follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from asyncpg import UniqueViolationError

from domain.digests import canonical
from domain.free_text import key_fault, read
from domain.grouping import Act, Answer, Ask, Grouping, Judge, Matter, Part, Standing, Undo, group
from domain.moderation import LONGEST_NOTE, Hand
from domain.refusals import Code, Refusal
from store.identifiers import parse, parse_many
from store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody wants to be done, in a concertation, about a grouping where one is named."""

    concertation: str
    act: Act
    by: Hand
    #: Idempotency key of who asks.
    key: str
    grouping: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """An act that was done, now or when the same key was used before."""

    #: As it stands now; unset where two contributions were judged.
    grouping: Grouping | None


async def carry_out(connection: Connection, request: Request) -> Grouped | Refusal:
    """Do what is asked for, once for each key, or give why it is refused. Who may ask is for the caller to know."""
    act = request.act
    if isinstance(act, Undo):
        said = read(act.text, LONGEST_NOTE, ("text",))
        if isinstance(said, Refusal):
            return said
        act = replace(act, text=said)
    if fault := key_fault(request.key):
        return fault
    command = sha256("\x1f".join((request.concertation, request.by.member, request.key)).encode()).digest()[
        :16
    ]
    try:
        async with connection.transaction():
            return await _carry_out(connection, replace(request, act=act), command)
    except UniqueViolationError as twice:
        if twice.constraint_name != "grouping_command":
            raise
        return Refusal(Code.IDEMPOTENCY_KEY_REUSED, {}, ("idempotency_key",))


async def _carry_out(connection: Connection, request: Request, command: bytes) -> Grouped | Refusal:
    act = request.act
    held: dict[str, Any] = await connection.fetchval(
        "SELECT hold_grouping($1, $2, $3, $4)",
        parse(request.concertation),
        parse(request.grouping or ""),
        parse_many(list(_named(act))),
        command,
    )
    digest = _digest(request)
    if held["known"]:
        if held["known"] != digest.hex():
            return Refusal(Code.IDEMPOTENCY_KEY_REUSED, {}, ("idempotency_key",))
        return Grouped(grouping=read_grouping(held["grouping"]))
    matter = _matter(held, request.grouping)
    decided = group(matter, act, request.by)
    if isinstance(decided, Refusal):
        return decided
    await connection.execute(
        "SELECT write_grouping($1, $2, $3, $4, $5)",
        parse(request.concertation),
        _row(decided) if decided else None,
        [_part_row(key, part) for key, part in decided.parts.items()] if decided else [],
        _judged(act),
        {
            "kind": act.kind,
            "said": asdict(act),
            "actor": request.by.member,
            "on_behalf_of": request.by.on_behalf_of,
            "at": matter.now.isoformat(),
            "command": "\\x" + command.hex(),
            "digest": "\\x" + digest.hex(),
        },
    )
    return Grouped(grouping=decided)


def _named(act: Act) -> Sequence[str]:
    match act:
        case Judge():
            return act.one, act.other
        case Ask():
            return act.kept, *act.others
        case Answer():
            return (act.contribution,)
    return ()


def _judged(act: Act) -> list[dict[str, Any]]:
    match act:
        case Judge():
            return [{"one": act.one, "other": act.other, "same": act.same}]
        case Ask():
            return [{"one": act.kept, "other": other, "same": True} for other in act.others]
    return []


def _matter(held: dict[str, Any], grouping: str | None) -> Matter:
    standings = {
        key: Standing(
            author=said["author"],
            place=(said["stage"], said["round"]),
            replaced_by=said["replaced_by"],
            withdrawn=said["withdrawn"],
            hidden=said["hidden"],
            part_of=said["part_of"],
            keeps=said["keeps"],
        )
        for key, said in held["standings"].items()
    }
    return Matter(
        now=datetime.fromisoformat(held["now"]),
        fresh=held["fresh"],
        is_out=all(is_out for _, _, is_out, _ in held["stages"]),
        is_over=any(is_over for _, _, _, is_over in held["stages"]),
        grouping=read_grouping(held["grouping"]) if grouping else None,
        standings=standings,
    )


def read_grouping(row: Any) -> Grouping | None:
    """Read a row of the table `contribution_group` with its parts, as JSON or as PostgreSQL's own values."""
    if row is None:
        return None
    return Grouping(
        id=str(row["id"]),
        kept=str(row["kept"]),
        parts={
            key: Part(
                author=part["author"],
                consents=part["consents"],
                answered_at=_maybe(part["answered_at"]),
                answered_by=part["answered_by"],
                merged=part["merged"],
            )
            for key, part in sorted(row["parts"].items())
        },
        asked_at=_instant(row["asked_at"]),
        asked_by=Hand(row["asked_by"], row["asked_for"]),
        merged_at=_maybe(row["merged_at"]),
        merged_by=Hand(row["merged_by"], row["merged_for"]) if row["merged_by"] else None,
        undone_at=_maybe(row["undone_at"]),
        undone_by=Hand(row["undone_by"], row["undone_for"]) if row["undone_by"] else None,
        undone_why=row["undone_why"],
    )


def _row(grouping: Grouping) -> dict[str, Any]:
    row: dict[str, Any] = {"id": grouping.id, "kept": grouping.kept, "undone_why": grouping.undone_why}
    for name in ("asked", "merged", "undone"):
        at, by = getattr(grouping, f"{name}_at"), getattr(grouping, f"{name}_by")
        row[f"{name}_at"] = at.isoformat() if at else None
        row[f"{name}_by"] = by.member if by else None
        row[f"{name}_for"] = by.on_behalf_of if by else None
    return row


def _part_row(contribution: str, part: Part) -> dict[str, Any]:
    return {
        "contribution": contribution,
        "author": part.author,
        "consents": part.consents,
        "answered_at": part.answered_at.isoformat() if part.answered_at else None,
        "answered_by": part.answered_by,
        "merged": part.merged,
    }


def _digest(request: Request) -> bytes:
    said = {"act": asdict(request.act), "grouping": request.grouping, "for": request.by.on_behalf_of}
    return sha256(canonical(said)).digest()


def _instant(value: str | datetime) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _maybe(value: str | datetime | None) -> datetime | None:
    return None if value is None else _instant(value)
