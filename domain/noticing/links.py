"""Signed links: who has one may do one thing for one recipient, without an account, and no more.

Switching a theme off (RFC 8058), or confirming the address that the mail came to.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Sequence
from hashlib import sha256
from hmac import compare_digest, new
from typing import NamedTuple

UNSUBSCRIBE = b"concertation: unsubscribe\x1f"
CONFIRM = b"concertation: confirm\x1f"
_MAC = 16


class Ticket(NamedTuple):
    """Whom it is for, and what it is about: the theme that it switches off, or the digest of an address."""

    member: str
    about: str


def write(key: bytes, ticket: Ticket, use: bytes = UNSUBSCRIBE) -> str:
    """Give the ticket as part of an address. It does not expire: the mail may be read years later."""
    said = "\x1f".join(ticket).encode()
    return urlsafe_b64encode(_mac(key, use, said) + said).decode().rstrip("=")


def read(key: bytes, text: str, use: bytes = UNSUBSCRIBE) -> Ticket | None:
    """Read a ticket that was signed with this key for this use; nothing for anything else."""
    try:
        whole = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        mac, said = whole[:_MAC], whole[_MAC:]
        if not compare_digest(mac, _mac(key, use, said)):
            return None
        member, about = said.decode().split("\x1f")
    except (Error, ValueError):
        return None
    return Ticket(member, about)


def read_by_any(keys: Sequence[bytes], text: str, use: bytes = UNSUBSCRIBE) -> Ticket | None:
    """Read a ticket that was signed with one of these keys: mails of before the keys changed are read for years."""
    return next((ticket for ticket in (read(key, text, use) for key in keys) if ticket is not None), None)


def _mac(key: bytes, use: bytes, said: bytes) -> bytes:
    return new(key, use + said, sha256).digest()[:_MAC]
