"""What two hearings at once must not share: a witness, a room. Half-open intervals: one may begin as another ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from domain.process import Hearing, HearingState, Process, Shared


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """Time, people and room of a hearing, set or to be set."""

    starts_at: datetime
    ends_at: datetime
    witnesses: tuple[str, ...]
    room: str | None = None
    territory: str | None = None
    hearing: str | None = None
    """Its own name, where it is set already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Another hearing of the concertation, and what it shares."""

    hearing: str
    what: Shared


def sitting_of(hearing: Hearing) -> Sitting:
    """Give when, with whom and where a hearing sits."""
    return Sitting(
        starts_at=hearing.starts_at,
        ends_at=hearing.ends_at,
        witnesses=hearing.witnesses,
        room=hearing.room,
        territory=hearing.territory,
        hearing=hearing.id,
    )


def conflicts(process: Process, sitting: Sitting) -> Iterator[Conflict]:
    """Give the conflicts with the other hearings of the concertation, of whatever stage; cancelled ones have none."""
    for other in process.hearings.values():
        if (
            other.id == sitting.hearing
            or other.state is HearingState.CANCELLED
            or not (other.starts_at < sitting.ends_at and sitting.starts_at < other.ends_at)
        ):
            continue
        if not set(sitting.witnesses).isdisjoint(other.witnesses):
            yield Conflict(hearing=other.id, what=Shared.WITNESS)
        if _is_one_room(sitting, other):
            yield Conflict(hearing=other.id, what=Shared.ROOM)


def _is_one_room(sitting: Sitting, other: Hearing) -> bool:
    """Rooms of two territories may have one name; where one has no territory, one name is one room."""
    return (
        sitting.room is not None
        and other.room is not None
        and _name(sitting.room) == _name(other.room)
        and (sitting.territory == other.territory or None in (sitting.territory, other.territory))
    )


def _name(room: str) -> str:
    return " ".join(room.casefold().split())
