"""Letters: postal addresses as envelopes take them, and the codes that letters bring."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from hmac import new

from domain.free_text import is_storable
from domain.organisations import codes

MOST_LINES = 5
LONGEST_LINE = 38
"""Lines of an address below the name, and signs of each (NF Z 10-011)."""
_PURPOSE = b"concertation: letter\x1f"


def postal_address(lines: Sequence[str]) -> str | None:
    """Give an address in its one form, a line after the other; nothing where an envelope would not take it."""
    tidied = [" ".join(line.split()) for line in lines if line.strip()]
    fits = all(len(line) <= LONGEST_LINE and is_storable(line) and line.isprintable() for line in tidied)
    return "\n".join(tidied) if fits and 0 < len(tidied) <= MOST_LINES else None


def read_lines(cell: str) -> list[str]:
    """Give the lines of an address in a cell of a list: below one another, or with a bar between."""
    return [line for part in cell.splitlines() for line in part.split("|")]


def code(key: bytes, batch: str, invitation: str) -> str:
    """Give the code that an invitation has in a batch of letters: the same each time, and kept nowhere."""
    made = new(key, _PURPOSE + f"{batch}\x1f{invitation}".encode(), sha256).digest()
    return codes.write(int.from_bytes(made) % codes.POSSIBLE)
