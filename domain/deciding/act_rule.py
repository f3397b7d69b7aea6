"""What the decider knows of a kind of act: the function that does it, and when and by whom it may be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from domain.deciding.turn import Turn
from domain.refusals import Refusal

Do = Callable[[Turn, Any], Refusal | None]
"""Does an act whose author is entitled and whose signatures, if any, are given; or refuses it."""


@dataclass(frozen=True, slots=True)
class ActRule:
    """How a kind of act is taken. Who may do it, in which states, about what, is in domain/rights/table.py."""

    do: Do
    quiet: bool = False
    """It brings nothing else about at its instant: no stage, no ballot and no term waits for it."""
    dates: tuple[str, ...] = ()
    """Fields with dates that people set: with their offset from UTC, and not out of sight."""
