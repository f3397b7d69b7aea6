"""Signed links: who has one may switch off one theme for one recipient, without an account (RFC 8058), and no more."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from hashlib import sha256
from hmac import compare_digest, new
from typing import NamedTuple

_PURPOSE = b"concertation: unsubscribe\x1f"
_MAC = 16


class Ticket(NamedTuple):
    """Whom it is for, and the theme that it switches off."""

    member: str
    theme: str


def write(key: bytes, ticket: Ticket) -> str:
    """Give the ticket as part of an address. It does not expire: the mail may be read years later."""
    said = "\x1f".join(ticket).encode()
    return urlsafe_b64encode(_mac(key, said) + said).decode().rstrip("=")


def read(key: bytes, text: str) -> Ticket | None:
    """Read a ticket that was signed with this key; nothing for anything else."""
    try:
        whole = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        mac, said = whole[:_MAC], whole[_MAC:]
        if not compare_digest(mac, _mac(key, said)):
            return None
        member, theme = said.decode().split("\x1f")
    except (Error, ValueError):
        return None
    return Ticket(member, theme)


def _mac(key: bytes, said: bytes) -> bytes:
    return new(key, _PURPOSE + said, sha256).digest()[:_MAC]
