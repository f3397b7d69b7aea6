"""A file that states its own digest: the SHA-256 of all bytes before them is in its last 71 bytes, a ZIP's comment.

A ZIP by itself does not notice that dates, attributes or lengths in its headers were changed.
"""

from __future__ import annotations

import io
import re
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

PLACEHOLDER = b"sha256:" + b"0" * 64
"""What stands at the end until the digest is known."""
_STATED = re.compile(rb"sha256:([0-9a-f]{64})")
_AT_ONCE = 1 << 20


class SealedSink(io.RawIOBase):
    """Takes bytes that end with the placeholder, which it replaces by the digest of those before."""

    def __init__(self, sink: BinaryIO) -> None:
        self._sink = sink
        self._digest = sha256()
        self._last = b""

    def writable(self) -> bool:
        """Say that it can be written."""
        return True

    def write(self, data: Any, /) -> int:
        """Take bytes; the last ones are held back."""
        size = len(memoryview(data).cast("B"))
        held = self._last + bytes(data)
        passed, self._last = held[: -len(PLACEHOLDER)], held[-len(PLACEHOLDER) :]
        self._digest.update(passed)
        self._sink.write(passed)
        return size

    def finish(self) -> str:
        """Write the digest, and give it in hexadecimal."""
        assert self._last == PLACEHOLDER
        digest = self._digest.hexdigest()
        self._sink.write(b"sha256:" + digest.encode())
        return digest


def digests_of(path: Path) -> tuple[str | None, str]:
    """Give the digest that a file states of itself, if it does, and that of the bytes before it."""
    size = max(0, path.stat().st_size - len(PLACEHOLDER))
    found = sha256()
    with path.open("rb") as file:
        while size > 0 and (piece := file.read(min(size, _AT_ONCE))):
            found.update(piece)
            size -= len(piece)
        stated = _STATED.fullmatch(file.read(len(PLACEHOLDER) + 1))
    return stated[1].decode() if stated else None, found.hexdigest()
