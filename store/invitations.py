"""Invitations: codes that are kept as digests alone, opened, accepted or declined once, within limits on attempts."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from domain.organisations import codes
from domain.refusals import Code, Refusal
from store.identifiers import parse
from store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitee:
    """Whom to invite: an organisation, or a member."""

    #: What the invitation will be called.
    id: str
    organisation: str | None = None
    member: str | None = None
    college: str | None = None
    departement: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """An invitation as it was made, or as it was there before."""

    id: str
    #: The code, this once; unset where the invitation was there before.
    code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What a code is for."""

    id: str
    round: int
    stage: str
    organisation: str | None
    member: str | None
    college: str | None
    departement: str | None
    opened_at: datetime | None
    accepted_at: datetime | None
    accepted_by: str | None
    declined_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """How many invitations to a stage there are."""

    count: int
    #: Of them.
    accepted: int
    declined: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A code that somebody tries, in one concertation, from an address."""

    concertation: str
    #: The code in its printed form (`domain.organisations.codes.read`).
    code: str
    #: Where it comes from; a digest of it is counted for ten minutes, and forgotten within a day or so.
    address: str


async def invite(
    connection: Connection, *, concertation: str, round: int, stage: str, by: str, invitees: Sequence[Invitee]
) -> list[Invited]:
    """Invite those who were not yet, each with a code, and tell the outbox: one statement."""
    made = {invitee.id: _new_code() for invitee in invitees}
    rows = await connection.fetch(
        "SELECT id, fresh FROM invite($1, $2, $3, $4, $5)",
        parse(concertation),
        round,
        stage,
        by,
        [_row(concertation, invitee, made[invitee.id]) for invitee in invitees],
    )
    return [
        Invited(id=str(row["id"]), code=made[str(row["id"])] if row["fresh"] else None)
        for row in sorted(rows, key=lambda row: str(row["id"]))
    ]


async def reissue(
    connection: Connection, *, concertation: str, invitation: str, voids: bool = True
) -> Invited | Refusal:
    """Give an invitation a new code, in the place of those before it.

    Whoever sends a mail has one made at that moment that `voids` nothing: the letter may be on its way.
    """
    code = _new_code()
    refused: str | None = await connection.fetchval(
        "SELECT reissue_code($1, $2, $3, $4)",
        parse(concertation),
        parse(invitation),
        codes.hashed(concertation, code),
        voids,
    )
    if refused is not None:
        # Nothing else ends an invitation itself than that its stage was taken out.
        why = Code.INVITATION_CLOSED if refused == "INVITATION_EXPIRED" else Code(refused)
        return Refusal(why, {}, ("invitationId",))
    return Invited(id=invitation, code=code)


async def made_to(connection: Connection, concertation: str, stages: Sequence[str]) -> dict[str, Made]:
    """Count the invitations to each of these stages that has any."""
    rows = await connection.fetch("SELECT * FROM invitations_to($1, $2)", parse(concertation), list(stages))
    return {
        row["stage"]: Made(count=row["made"], accepted=row["accepted"], declined=row["declined"])
        for row in rows
    }


async def open_code(connection: Connection, attempt: Attempt) -> Invitation | Refusal:
    """Tell what a code is for, and keep that it was opened."""
    answer: dict[str, Any] = await connection.fetchval("SELECT open_invitation($1, $2, $3)", *asked(attempt))
    return read_answer(answer)


async def accept(connection: Connection, attempt: Attempt, member: str) -> Invitation | Refusal:
    """Take up an invitation. A second time by the same member, it is the same answer."""
    answer: dict[str, Any] = await connection.fetchval(
        "SELECT answer_invitation($1, $2, $3, $4, true, NULL)", *asked(attempt), member
    )
    return read_answer(answer)


async def decline(connection: Connection, attempt: Attempt, reason: str) -> Invitation | Refusal:
    """Turn an invitation down, with a reason."""
    answer: dict[str, Any] = await connection.fetchval(
        "SELECT answer_invitation($1, $2, $3, NULL, false, $4)", *asked(attempt), reason
    )
    return read_answer(answer)


def _new_code() -> str:
    return codes.write(secrets.randbelow(codes.POSSIBLE))


def asked(attempt: Attempt) -> tuple[Any, ...]:
    """Give an attempt as functions of the store take it: concertation, digest of the address, hash of the code."""
    return (
        parse(attempt.concertation),
        sha256(f"address\x1f{attempt.address}".encode()).digest(),
        codes.hashed(attempt.concertation, attempt.code),
    )


def _row(concertation: str, invitee: Invitee, code: str) -> dict[str, Any]:
    return {
        "id": invitee.id,
        "organisation": invitee.organisation,
        "member": invitee.member,
        "college": invitee.college,
        "departement": invitee.departement,
        "hash": f"\\x{codes.hashed(concertation, code).hex()}",
    }


def read_answer(answer: Mapping[str, Any]) -> Invitation | Refusal:
    """Read what a function of the store says of a code."""
    if "refusal" in answer:
        closed = answer.get("because") == "stage_removed"
        code = Code.INVITATION_CLOSED if closed else Code(answer["refusal"])
        args = {"retryAt": _instant(answer["retry_at"])} if "retry_at" in answer else {}
        return Refusal(code, {key: value.isoformat() for key, value in args.items() if value}, ("code",))
    row = answer["invitation"]
    return Invitation(
        id=row["id"],
        round=row["round"],
        stage=row["stage"],
        organisation=row["organisation"],
        member=row["member"],
        college=row["college"],
        departement=row["departement"],
        opened_at=_instant(row["opened_at"]),
        accepted_at=_instant(row["accepted_at"]),
        accepted_by=row["accepted_by"],
        declined_at=_instant(row["declined_at"]),
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
