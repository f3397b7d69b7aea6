"""A cap: a key, and the most that it may have at a time."""

from typing import NamedTuple


class Cap(NamedTuple):
    """A key, and the most that it may have."""

    key: str
    most: int
