"""What changed from one text to another, word by word: for readers of versions, nothing hangs on it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from domain.enumeration import direct

LONGEST = 50_000
"""Characters of both texts together that are compared word by word; longer ones are compared line by line."""

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")


@direct
class Operation(StrEnum):
    """What became of a piece of text."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text, and what became of it."""

    operation: Operation
    text: str


def differences(before: str, after: str) -> tuple[Piece, ...]:
    """Give the pieces of both texts in their order.

    Without those that were added they are the first text, without those that were removed the second.
    """
    pieces = _WORDS if len(before) + len(after) <= LONGEST else _LINES
    return tuple(_changes(pieces.findall(before), pieces.findall(after)))


def _changes(before: Sequence[str], after: Sequence[str]) -> Iterator[Piece]:
    for tag, i, i_end, j, j_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece(Operation.KEPT, "".join(before[i:i_end]))
            continue
        if i < i_end:
            yield Piece(Operation.REMOVED, "".join(before[i:i_end]))
        if j < j_end:
            yield Piece(Operation.ADDED, "".join(after[j:j_end]))
