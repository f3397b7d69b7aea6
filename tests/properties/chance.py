"""Chance: what generators ask for, drawn by Hypothesis (which shrinks) or rolled from a seed (which goes far)."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Any, Protocol

from hypothesis import strategies as st


class Chance(Protocol):
    """Where generated values come from."""

    def one(self, values: Iterable[Any]) -> Any:
        """Give one of these values."""

    def number(self, least: int, most: int) -> int:
        """Give a whole number, both ends included."""


class Drawn:
    """Chance that Hypothesis draws."""

    def __init__(self, data: st.DataObject) -> None:
        self._data = data

    def one(self, values: Iterable[Any]) -> Any:
        return self._data.draw(st.sampled_from(tuple(values)))

    def number(self, least: int, most: int) -> int:
        return self._data.draw(st.integers(least, most))


class Rolled:
    """Chance that follows from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def one(self, values: Iterable[Any]) -> Any:
        return self._random.choice(tuple(values))

    def number(self, least: int, most: int) -> int:
        return self._random.randint(least, most)


def coin(chance: Chance) -> bool:
    """Toss a coin."""
    return chance.number(0, 1) == 1


def some(chance: Chance, values: Iterable[Any], most: int, least: int = 0) -> list[Any]:
    """Give some of these values, each once."""
    known = tuple(values)
    wanted = chance.number(least, most)
    found: list[Any] = []
    for _ in range(wanted):
        value = chance.one(known) if known else None
        if value is not None and value not in found:
            found.append(value)
    return found
