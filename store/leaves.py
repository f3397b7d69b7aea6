"""The leaf of a contribution, as the SQL function contribution_leaf() computes it: for whoever verifies a seal.

leaf = SHA-256( 16 bytes of salt followed by the canonical JSON of the content )

The content has the fourteen keys of CONTENT, null where there is nothing, and those of MORE that are set; instants are
written in UTC with microseconds and `Z`. Canonical JSON is that of domain/digests.py. A salt that is destroyed leaves a
leaf that says nothing any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from domain import receipts

CONTENT = (
    "body", "channel", "college", "concertation", "id", "member", "organisation", "posted_at", "received_at",
    "round", "stage", "submitted_at", "territory", "themes",
)  # fmt: skip
MORE = ("answers", "carried_from", "place", "questionnaire", "reference", "supersedes")
"""What came later, or is rare: a key where it is set. `version` too, from the second on."""


def leaf(salt: bytes, contribution: Mapping[str, Any]) -> bytes:
    """Give the leaf of a contribution, whose row may hold more than its content."""
    return receipts.leaf(salt, content(contribution))


def content(contribution: Mapping[str, Any]) -> dict[str, Any]:
    """Give the content of a contribution as JSON values: what its leaf commits to."""
    said = {name: _written(contribution[name]) for name in CONTENT}
    said |= {name: _written(contribution[name]) for name in MORE if contribution[name] is not None}
    return said if contribution["version"] == 1 else {**said, "version": contribution["version"]}


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return str(value) if isinstance(value, UUID) else value
