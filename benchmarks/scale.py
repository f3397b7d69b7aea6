"""How much is measured, as SCALE says: `full` as much as the Grand débat had, `small` just enough to run every figure.

What `small` gives is no figure: each thing is done once, with few of everything. It shows that whatever measures still
works, and stays out of the table.
"""

from __future__ import annotations

import os
from typing import TypeVar

T = TypeVar("T")

SCALES = ("small", "full")


def scale() -> str:
    """Give the scale of this run; empty for the usual one.

    Raises:
        ValueError: there is no such scale.
    """
    said = os.environ.get("SCALE", "")
    if said not in ("", *SCALES):
        raise ValueError(f"SCALE is {' or '.join(SCALES)}, or left out; not {said}")
    return said


def is_published() -> bool:
    """Say whether what is measured goes into the table."""
    return scale() != "small"


def sized(usual: T, *, small: T, full: T | None = None) -> T:
    """Give how many, how often or how long, at the scale of this run."""
    at = scale()
    return small if at == "small" else full if at == "full" and full is not None else usual
