"""How much is at work at a time in one process, whoever asks: more than it can answer soon is better told so at once.

Whoever waits holds memory and keeps others waiting, and is then told after all that there is no connection: under twice
the sustainable load half of what could be done is not.
"""

from store.faults import StoreTooSlow


class Crowded(StoreTooSlow):
    """More is at work than could have a connection of the pool in time. Nothing was done."""


class Crowd:
    """The operations at work in this process."""

    __slots__ = ("at_work", "most")

    def __init__(self, most: int) -> None:
        """Let so many in at a time."""
        self.most = most
        self.at_work = 0

    def look(self) -> None:
        """Turn away whoever comes while there is no room, before anything is done for them.

        Raises:
            Crowded: there is none.
        """
        if self.at_work >= self.most:
            raise Crowded

    def enter(self) -> None:
        """Count one more.

        Raises:
            Crowded: there is no room.
        """
        self.look()
        self.at_work += 1

    def leave(self) -> None:
        """Count one less."""
        self.at_work -= 1
