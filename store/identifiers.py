"""Identifiers: reading those that clients send, deriving those that a repeated command must make again."""

from __future__ import annotations

from uuid import NAMESPACE_OID, UUID, uuid5


def parse(text: str) -> UUID | None:
    """Read a UUID in its usual form (8-4-4-4-12); `None` for anything else."""
    try:
        identifier = UUID(text)
    except ValueError:
        return None
    return identifier if str(identifier) == text.lower() else None


def parse_many(texts: list[str] | tuple[str, ...]) -> list[UUID]:
    """Read those that are UUIDs."""
    return [found for found in map(parse, texts) if found is not None]


def derived(author: str, key: str, what: str) -> str:
    """Name what a command of `author` with the idempotency key `key` makes: the same for the same command.

    The identifiers of concertations, hearings, recommendations, bodies, … come from here, so that a command sent
    again is the same command. `what` tells apart several things of one command.
    """
    return str(uuid5(NAMESPACE_OID, "\x1f".join((author, key, what))))
