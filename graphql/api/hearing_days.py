"""What a concertation says of its hearings; a grid of sessions to choose from; conflicts, before anything is sent."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

import strawberry
from strawberry import ID, Private, argument, field

from api.enumerations import Shared
from api.faults import BadInput, InputFault
from api.hearings import Hearing, HearingRequest, hearing_of, request_of
from api.ids import read_global_id
from api.snapshot import Snapshot
from domain.hearings.conflicts import Conflict, Sitting, conflicts
from domain.hearings.grid import Plan, Slot, slots
from domain.procedure import Kind
from domain.process import StageRun
from domain.territories import known

_DAY = timedelta(days=1)


@strawberry.type(description="Another hearing at the same time, and what it shares.")
class FoundConflict:
    at: Private[Snapshot]
    key: Private[str]
    what: Shared = field(description="What both would share.")

    @field(description="The other hearing.")
    def hearing(self) -> Hearing | None:
        found = self.at.process.hearings.get(self.key)
        return hearing_of(self.at, found) if found else None


@strawberry.type(description="A time for a hearing, in a room: proposed, and kept for nobody.")
class HearingSlot:
    starts_at: datetime = field(description="When it would start.")
    ends_at: datetime = field(description="When it would end.")
    room: str | None = field(description="The room.")
    free: bool = field(description="Whether the room is free, by the hearings of this concertation.")


@strawberry.input(description="The days, hours and rooms of a grid of sessions.")
class HearingGridPlan:
    territory: str = field(
        description="The code of the territory: hours are those of its clocks; its Sundays and public holidays are "
        "left out."
    )
    first: date = field(description="The first day.")
    last: date = field(description="The last day.")
    opens: time = field(default=time(9), description="When the first session of a day starts.")
    closes: time = field(
        default=time(18), description="When the last session of a day is over, an evening perhaps."
    )
    minutes: int = field(default=60, description="How long a session lasts.")
    rooms: list[str] = field(default_factory=list, description="The rooms; none: one, without a name.")
    saturdays: bool = field(default=False, description="Whether there are sessions on Saturdays, too.")


@strawberry.type
class WithHearings:
    """Fields of the type Concertation."""

    at: Private[Snapshot]

    @field(description="Its hearings.")
    def hearings(self) -> list[Hearing]:
        return [hearing_of(self.at, h) for h in self.at.process.hearings.values()]

    @field(description="The requests to be heard, the first one first.")
    def hearing_requests(self) -> list[HearingRequest]:
        return [request_of(self.at, request) for request in self.at.process.requests.values()]

    @field(
        description="A grid of sessions inside the window of a stage of hearings, on working days, 1,000 at most. "
        "`scheduleHearing` sets each that is chosen."
    )
    def hearing_grid(
        self,
        stage: Annotated[str, argument(description="The key of the stage.")],
        plan: Annotated[HearingGridPlan, argument(description="Which days, hours and rooms.")],
    ) -> list[HearingSlot]:
        run = self.at.process.runs.get(stage)
        if run is None or self.at.process.stages[stage].kind is not Kind.HEARINGS:
            return []
        if not known(plan.territory):
            raise BadInput(InputFault.TERRITORY, path=("plan", "territory"))
        opens_at, closes_at = _window(run)
        wanted = Plan(
            territory=plan.territory,
            first=max(plan.first, (opens_at - _DAY).date()),
            last=min(plan.last, (closes_at + _DAY).date()),
            opens=plan.opens.replace(tzinfo=None),
            closes=plan.closes.replace(tzinfo=None),
            length=timedelta(minutes=max(0, min(plan.minutes, 24 * 60))),
            rooms=tuple(dict.fromkeys(plan.rooms)) or (None,),
            saturdays=plan.saturdays,
        )
        return [
            self._slot(slot, plan.territory)
            for slot in slots(wanted)
            if opens_at <= slot.starts_at and slot.ends_at <= closes_at
        ]

    def _slot(self, slot: Slot, territory: str) -> HearingSlot:
        sitting = Sitting(
            starts_at=slot.starts_at, ends_at=slot.ends_at, witnesses=(), room=slot.room, territory=territory
        )
        free = next(conflicts(self.at.process, sitting), None) is None
        return HearingSlot(starts_at=slot.starts_at, ends_at=slot.ends_at, room=slot.room, free=free)

    @field(
        description="The conflicts that a hearing would have with others of this concertation, were it set or moved so."
    )
    def hearing_conflicts(
        self,
        starts_at: Annotated[datetime, argument(description="When it would start.")],
        ends_at: Annotated[datetime, argument(description="When it would end.")],
        witness_ids: Annotated[
            list[ID] | None, argument(description="Who would be called; unknown ones have no conflict.")
        ] = None,
        room: Annotated[str | None, argument(description="In which room.")] = None,
        territory: Annotated[str | None, argument(description="In which territory the room is.")] = None,
        hearing_id: Annotated[
            ID | None, argument(description="The hearing itself, where it is set already.")
        ] = None,
    ) -> list[FoundConflict]:
        sitting = Sitting(
            starts_at=_instant(starts_at),
            ends_at=_instant(ends_at),
            witnesses=tuple(key for id in witness_ids or () if (key := self._key(id, "Member"))),
            room=room,
            territory=territory,
            hearing=self._key(hearing_id, "Hearing") if hearing_id else None,
        )
        return [self._conflict(found) for found in conflicts(self.at.process, sitting)]

    def _conflict(self, found: Conflict) -> FoundConflict:
        return FoundConflict(at=self.at, key=found.hearing, what=found.what)

    def _key(self, id: ID, type_name: str) -> str | None:
        found = read_global_id(id)
        if found is None or found[0] != type_name or len(found[1]) != 2 or found[1][0] != self.at.id:
            return None
        return found[1][1]


def _instant(at: datetime) -> datetime:
    """Take a time without its offset for one in UTC."""
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _window(run: StageRun) -> tuple[datetime, datetime]:
    return run.opens_at or run.planned_opens_at, run.closes_at or run.planned_closes_at
