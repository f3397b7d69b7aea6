"""How an act names a text or a file: by its id and digest."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A text or file kept in the store, named by its id and the SHA-256 of its canonical content."""

    id: str
    digest: str
