"""The command log: what a repeated command is answered from, with Temporal or without."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from domain.acts import Command, act_content
from domain.digests import digest
from domain.free_text import is_storable, key_fault
from domain.refusals import Code, Refusal
from store.identifiers import parse
from store.pool import Connection
from store.replies import Accepted, Refused, Reply
from store.snapshots import read_event


def command_digest(command: Command) -> str:
    """Give the SHA-256 of what a command says: act, round, stage and on whose behalf; not its id nor its author."""
    return digest(
        {
            "act": act_content(command.act),
            "on_behalf_of": command.actor.on_behalf_of,
            "round": command.round,
            "stage": command.stage,
        }
    )


def fault_of_form(command: Command) -> Refusal | None:
    """Say why a command cannot be written down at all, whatever the rules would say of it."""
    if str(parse(command.concertation)) != command.concertation:
        return Refusal(Code.UNKNOWN_CONCERTATION, {"id": command.concertation}, ("concertation",))
    if not all(map(is_storable, _texts(act_content(command.act)))):
        return Refusal(Code.TEXT_INVALID)
    if not all(
        map(is_storable, (command.actor.member, command.actor.on_behalf_of or "", command.stage or ""))
    ):
        return Refusal(Code.INPUT_INVALID)
    return key_fault(command.id)


def _texts(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        yield from content
        for value in content.values():
            yield from _texts(value)
    elif isinstance(content, list | tuple):
        for value in content:
            yield from _texts(value)


def reused_key() -> Refused:
    """Refuse a key that its author gave to another command before."""
    return Refused(refusal=Refusal(Code.IDEMPOTENCY_KEY_REUSED, {}, ("idempotencyKey",)))


async def reply_to(connection: Connection, command: Command) -> Reply | None:
    """Give the first reply to this command, the refusal of a reused key, or `None`: not (yet) accepted."""
    row = await connection.fetchrow(
        "SELECT digest, first_seq, contents FROM command_reply($1, $2, $3)",
        parse(command.concertation),
        command.actor.member,
        command.id if is_storable(command.id) else None,
    )
    if row is None:
        return None
    if row["digest"].hex() != command_digest(command):
        return reused_key()
    return Accepted(first_seq=row["first_seq"], events=tuple(map(read_event, row["contents"] or ())))
