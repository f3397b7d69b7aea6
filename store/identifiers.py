"""Identifiers: reading those that clients send, deriving those that a repeated command must make again."""

from __future__ import annotations

from hashlib import sha1
from typing import Final
from uuid import NAMESPACE_OID, UUID

_OID: Final = NAMESPACE_OID.bytes


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
    # As `str(uuid5(NAMESPACE_OID, …))`, in a third of its time: an import asks for one a line.
    raw = bytearray(
        sha1(_OID + "\x1f".join((author, key, what)).encode(), usedforsecurity=False).digest()[:16]
    )
    raw[6] = raw[6] & 0x0F | 0x50
    raw[8] = raw[8] & 0x3F | 0x80
    name = raw.hex()
    return f"{name[:8]}-{name[8:12]}-{name[12:16]}-{name[16:20]}-{name[20:]}"
