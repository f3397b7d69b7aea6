"""Parts of a file that a request asks for (RFC 9110, section 14)."""

from __future__ import annotations

import re
from typing import NamedTuple

_RANGE = re.compile(r"bytes=(?:([0-9]{1,18})-([0-9]{1,18})?|-([0-9]{1,18}))")


class Part(NamedTuple):
    """The bytes from `start` up to but without `end`."""

    start: int
    end: int

    @property
    def is_nothing(self) -> bool:
        """Whether no such bytes exist."""
        return self.start >= self.end


def part_of(header: str | None, size: int) -> Part | None:
    """Read a Range header against a file of `size` bytes; none where the whole file is to be given.

    Several ranges at once, other units and what is no range are answered with the whole file, as the RFC lets us.
    A part that there is not `is_nothing`.
    """
    found = _RANGE.fullmatch("".join((header or "").split()))
    if found is None:
        return None
    first, last, trailing = found.groups()
    if trailing is not None:
        return Part(max(0, size - int(trailing)), size) if int(trailing) else Part(size, size)
    if last is not None and int(last) < int(first):
        return None
    return Part(min(int(first), size), min(int(last) + 1, size) if last is not None else size)
