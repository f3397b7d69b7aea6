"""Those who have come and say nothing yet: so many of one address, so many in all; the oldest goes first.

Whoever means to say something does within a moment, so that it is never they who go.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Waiting(Generic[T]):
    """Sockets that did not begin, or connections without a request."""

    def __init__(self, of_one: int, in_all: int, dismiss: Callable[[T], None]) -> None:
        """Let so many wait; `dismiss` is called with each that is too many."""
        self._of_one = of_one
        self._in_all = in_all
        self._dismiss = dismiss
        self._by_address: dict[str, dict[T, None]] = {}
        self._number = 0

    def __len__(self) -> int:
        """Say how many wait."""
        return self._number

    def enter(self, address: str, one: T) -> None:
        """Let one more wait; the oldest of its address goes where those are too many, or of the one that has most."""
        of_address = self._by_address.setdefault(address, {})
        of_address[one] = None
        self._number += 1
        if len(of_address) > self._of_one:
            self._send_away(address)
        elif self._number > self._in_all:
            self._send_away(max(self._by_address, key=lambda known: len(self._by_address[known])))

    def leave(self, address: str, one: T) -> None:
        """Wait no more: it said something, has gone, or was sent away."""
        of_address = self._by_address.get(address, {})
        if one not in of_address:
            return
        del of_address[one]
        self._number -= 1
        if not of_address:
            del self._by_address[address]

    def _send_away(self, address: str) -> None:
        oldest = next(iter(self._by_address[address]))
        self.leave(address, oldest)
        self._dismiss(oldest)
