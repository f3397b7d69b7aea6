"""Acts of moderation: one transaction holds the contribution, lets the domain decide, and writes what follows."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from asyncpg import UniqueViolationError

from domain.digests import canonical
from domain.free_text import key_fault, read
from domain.moderation import (
    LONGEST_NOTE,
    Act,
    AppealOutcome,
    Case,
    Hand,
    Measure,
    ModerationReason,
    Occasion,
    moderate,
)
from domain.refusals import Code, Refusal
from store.identifiers import parse
from store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody wants to be done about a contribution, or about a measure where it is left out."""

    act: Act
    by: Hand
    #: Idempotency key of who asks.
    key: str
    contribution: str | None = None
    measure: str | None = None
    #: Territories whose holidays count for the time to appeal.
    territories: tuple[str, ...] = ()
    #: What the procedure says of that time, if it does.
    time_to_appeal: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moderated:
    """An act that was done, now or when the same key was used before."""

    #: As it stands now; unset where reports were dismissed.
    measure: Measure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """Where a contribution belongs: by this, offices cover it or do not."""

    concertation: str
    stage: str
    college: str | None
    territory: str | None


async def whereabouts(connection: Connection, contribution: str) -> Whereabouts | None:
    """Say where a contribution belongs, even of one that was withdrawn."""
    row = await connection.fetchrow("SELECT * FROM contribution_whereabouts($1)", parse(contribution))
    return None if row is None else Whereabouts(**{**row, "concertation": str(row["concertation"])})


async def carry_out(connection: Connection, request: Request) -> Moderated | Refusal:
    """Do what is asked for, once for each key, or give why it is refused. Who may ask is for the caller to know."""
    asked = tidied(request.act)
    if isinstance(asked, Refusal):
        return asked
    if fault := key_fault(request.key):
        return fault
    command, digest = command_of(request.by.member, request.key), _digest(request, asked)
    try:
        async with connection.transaction():
            return await _carry_out(connection, request, asked, command, digest)
    except UniqueViolationError as twice:
        if twice.constraint_name != "moderation_command":
            raise
        return Refusal(Code.IDEMPOTENCY_KEY_REUSED, {}, ("idempotency_key",))


async def _carry_out(
    connection: Connection, request: Request, act: Act, command: bytes, digest: bytes
) -> Moderated | Refusal:
    held: dict[str, Any] | None = await connection.fetchval(
        "SELECT hold_contribution($1, $2, $3)",
        parse(request.contribution or ""),
        parse(request.measure or ""),
        command,
    )
    if held is None:
        return (
            Refusal(Code.UNKNOWN_CONTRIBUTION, {}, ("contribution_id",))
            if request.measure is None
            else Refusal(Code.UNKNOWN_MEASURE, {}, ("measure_id",))
        )
    if held["known"]:
        if held["known"]["digest"] != digest.hex():
            return Refusal(Code.IDEMPOTENCY_KEY_REUSED, {}, ("idempotency_key",))
        return Moderated(measure=read_measure(held["known"]["measure"]))
    now = datetime.fromisoformat(held["now"])
    decided = moderate(
        case_of(held),
        act,
        request.by,
        Occasion(
            now=now,
            fresh=held["fresh"],
            territories=request.territories,
            time_to_appeal=request.time_to_appeal,
        ),
    )
    if isinstance(decided, Refusal):
        return decided
    await connection.execute(
        "SELECT write_moderation($1, $2, $3)",
        parse(held["contribution"]),
        None if decided is None else write_measure(decided),
        {
            **{name: value for name, value in asdict(act).items() if value is not None},
            "actor": request.by.member,
            "on_behalf_of": request.by.on_behalf_of,
            "at": now.isoformat(),
            "command": "\\x" + command.hex(),
            "digest": "\\x" + digest.hex(),
        },
    )
    return Moderated(measure=decided)


def case_of(held: dict[str, Any]) -> Case:
    """Read what the function hold_contribution answers."""
    return Case(
        author=held["author"],
        replaced_by=held["replaced_by"],
        redacted=held["redacted"],
        measure=read_measure(held["measure"]),
        reports=held["reports"],
    )


def read_measure(row: dict[str, Any] | None) -> Measure | None:
    """Read a row of the table `measure`, as JSON or as PostgreSQL's own values."""
    if row is None:
        return None
    return Measure(
        id=str(row["id"]),
        reason=ModerationReason(row["reason"]),
        hidden_at=_instant(row["hidden_at"]),
        hidden_by=Hand(row["hidden_by"], row["hidden_for"]),
        appeal_until=_instant(row["appeal_until"]),
        reports=row["reports"],
        restored_at=_maybe(row["restored_at"]),
        redacted_at=_maybe(row["redacted_at"]),
        redacted_by=Hand(row["redacted_by"], row["redacted_for"]) if row["redacted_by"] else None,
        urgent=row["urgent"],
        appealed_at=_maybe(row["appealed_at"]),
        decided_at=_maybe(row["decided_at"]),
        decided_by=Hand(row["decided_by"], row["decided_for"]) if row["decided_by"] else None,
        outcome=AppealOutcome(row["outcome"]) if row["outcome"] else None,
    )


def write_measure(measure: Measure) -> dict[str, Any]:
    """Write a measure as a row of the table `measure`, without its place."""
    row: dict[str, Any] = {}
    for part in fields(Measure):
        value = getattr(measure, part.name)
        if part.name.endswith("_by"):
            row[part.name] = value.member if value else None
            row[part.name.replace("_by", "_for")] = value.on_behalf_of if value else None
        else:
            row[part.name] = value.isoformat() if isinstance(value, datetime) else value
    return row


def tidied(act: Act) -> Act | Refusal:
    """Bring what is said into its one form (domain/free_text.py)."""
    said: dict[str, Any] = asdict(act)
    for name in ("text", "urgency"):
        if said.get(name) is not None:
            found = read(said[name], LONGEST_NOTE, (name,))
            if isinstance(found, Refusal):
                return found
            said[name] = found
    return type(act)(**said)


def command_of(actor: str, key: str) -> bytes:
    """Give what an idempotency key of somebody is known by."""
    return sha256("\x1f".join((actor, key)).encode()).digest()[:16]


def _digest(request: Request, act: Act) -> bytes:
    said = {"act": asdict(act), "contribution": request.contribution, "measure": request.measure}
    return sha256(canonical({**said, "for": request.by.on_behalf_of})).digest()


def _instant(value: str | datetime) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _maybe(value: str | datetime | None) -> datetime | None:
    return None if value is None else _instant(value)
