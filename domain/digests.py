"""Canonical JSON and SHA-256: one way to name a content by what it says."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical(content: Any) -> bytes:
    """Write JSON with sorted keys, no spaces and UTF-8, so that equal contents give equal bytes.

    Raises:
        ValueError: a number is not finite.
        TypeError: a value has no JSON form.
    """
    return canonical_text(content).encode()


def canonical_text(content: Any) -> str:
    """Write canonical JSON as a string.

    Raises:
        ValueError: a number is not finite.
        TypeError: a value has no JSON form.
    """
    return _CANONICAL.encode(content)


def digest(content: Any) -> str:
    """Give the SHA-256 of the canonical JSON, in lower-case hexadecimal (64 characters)."""
    return sha256(canonical(content)).hexdigest()
