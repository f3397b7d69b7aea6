"""Cells that a spreadsheet would take for formulas: guarded by an apostrophe, in a way that can be undone."""

from __future__ import annotations

import re

_BEGINS = "=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20"
"""What formulas begin with, full-width forms included, and what spreadsheets skip before them."""
_RISKY = re.compile(f"'*[{_BEGINS}]")
_GUARDED = re.compile(f"'+[{_BEGINS}]")


def guarded(cell: str) -> str:
    """Give a cell that no spreadsheet takes for a formula: one more apostrophe before what might be one."""
    return f"'{cell}" if _RISKY.match(cell) else cell


def unguarded(cell: str) -> str:
    """Give back what was guarded."""
    return cell[1:] if _GUARDED.match(cell) else cell
