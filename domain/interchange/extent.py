"""How much of a list that is brought in is kept."""

from enum import StrEnum


class Extent(StrEnum):
    """How much of a list is brought in."""

    DRY_RUN = "dry_run"
    """Nothing; all that would be wrong is found."""
    ALL_OR_NOTHING = "all_or_nothing"
    GOOD_LINES = "good_lines"
    """What is right; the rest is told."""
