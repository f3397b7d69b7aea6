"""Hearings: asked for, set in the window of their stage, held or cancelled, recorded, approved by those heard."""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry import Private, field

from api.ballots import Ballot, ballot_of
from api.batches import Batch, batch_of, sees_batches
from api.context import Info
from api.enumerations import BallotOutcome, HearingState, RequestState
from api.ids import global_id
from api.nodes import Node, Text, text
from api.people import Member, member_of
from api.publication import reads_early, sees
from api.snapshot import Snapshot
from api.stages import Stage, stage_of
from api.structure import LocalTime, local
from domain import process
from domain.rights import Scope, Viewer, may
from store import batches


@strawberry.type(
    description="A request to be heard, made by a member for themself or for their organisation."
)
class HearingRequest(Node):
    at: Private[Snapshot]
    request: Private[process.HearingRequest]
    key: str = field(description="Its name in the ledger.")
    round: int = field(description="The round that it belongs to.")
    state: RequestState = field(description="Where it stands.")
    requested_at: datetime = field(description="When it was made.")
    lane: str | None = field(description="The key of the axis that it is about, where it names one.")
    themes: list[str] = field(description="The keys of the themes that it is about.")
    organisation: str | None = field(
        description="The organisation that asks, where it is not the member alone."
    )

    @field(description="The stage that it belongs to.")
    def stage(self) -> Stage | None:
        return stage_of(self.at, self.request.stage, self.request.round)

    @field(description="Who made it.")
    def member(self) -> Member | None:
        return member_of(self.at, self.request.member)

    @field(
        description="On what they ask to be heard: for its author, and for those who work on the concertation."
    )
    def text(self, info: Info) -> Text:
        viewer = info.context.viewer
        seen = viewer.member == self.request.member or reads_early(viewer, self.at)
        return Text(body=self.request.text, hidden=not seen)


@strawberry.type(description="A person called to a hearing, and what they said.")
class HearingCall:
    at: Private[Snapshot]
    call: Private[process.Call]
    key: Private[str]
    called_at: datetime = field(description="When they were called.")
    comes: bool | None = field(
        description="Whether they come; nothing as long as they have not answered, or not since it was moved."
    )
    urgent: bool = field(
        description="Whether they were called later than the procedure has it, with a reason."
    )
    heard: bool | None = field(
        description="Whether they came and were heard; nothing before the hearing was held."
    )

    @field(description="Who was called.")
    def member(self) -> Member | None:
        return member_of(self.at, self.key)

    @field(description="Who was called in their place, where somebody was.")
    def replaced_by(self) -> Member | None:
        return member_of(self.at, self.call.replaced_by)

    @field(description="The request to be heard that the call follows.")
    def request(self) -> HearingRequest | None:
        found = self.at.process.requests.get(self.call.request or "")
        return request_of(self.at, found) if found else None


@strawberry.type(description="What a person who was heard asks to be written instead.")
class RecordCorrection:
    at: Private[Snapshot]
    key: Private[str]
    text: Text = field(
        description="What is to be written; not before the record is published, but for those heard."
    )

    @field(description="Who asks for it.")
    def member(self) -> Member | None:
        return member_of(self.at, self.key)


@strawberry.type(description="A hearing.")
class Hearing(Node):
    at: Private[Snapshot]
    hearing: Private[process.Hearing]
    key: str = field(description="Its name in the ledger.")
    round: int = field(description="The round that it belongs to.")
    state: HearingState = field(description="Where it stands.")
    starts_at: datetime = field(description="When it starts.")
    ends_at: datetime = field(description="When it ends.")
    place: Text | None = field(description="Where it takes place: an address, a room, a link.")
    approval: BallotOutcome | None = field(description="How those heard approved the record.")
    room: str | None = field(description="The room; no two hearings are in one at once.")
    territory: str | None = field(description="The code of the territory whose public holidays are kept.")
    capacity: int | None = field(description="How many people there is room for who are called.")
    version: int = field(
        description="How often its time, its place or those called changed, or it was cancelled."
    )

    @field(description="Where it is followed from afar: for those called, and for those who work on it.")
    def link(self, info: Info) -> Text | None:
        hearing, viewer = self.hearing, info.context.viewer
        seen = viewer.member in hearing.witnesses or reads_early(viewer, self.at)
        return text(hearing.link) if seen else None

    @field(description="Everybody ever called, with their answers.")
    def calls(self) -> list[HearingCall]:
        hearing = self.hearing
        was_held = hearing.state not in (HearingState.SCHEDULED, HearingState.CANCELLED)
        return [
            HearingCall(
                at=self.at,
                call=call,
                key=key,
                called_at=call.called_at,
                comes=call.comes,
                urgent=call.urgent,
                heard=key in hearing.heard if was_held else None,
            )
            for key, call in hearing.calls.items()
        ]

    @field(
        description="The batches of contributions that were said at it (channel `HEARING`): for clerks and keepers."
    )
    async def batches(self, info: Info) -> list[Batch]:
        if not sees_batches(info, self.at):
            return []
        at, key = self.at, self.key
        rows = await info.context.reading.ask(lambda connection: batches.of_hearing(connection, at.id, key))
        return [batch_of(at, row) for row in rows]

    @field(description="The record before it is handed in: for those who conduct the hearing.")
    def draft(self, info: Info) -> Text | None:
        return text(self.hearing.draft) if conducts(info.context.viewer, self.at, self.hearing) else None

    @field(description="The corrections that are asked for in the record that was handed in last.")
    def corrections(self, info: Info) -> list[RecordCorrection]:
        hidden = not self._sees_record(info.context.viewer)
        return [
            RecordCorrection(at=self.at, key=key, text=Text(body=body, hidden=hidden))
            for key, body in self.hearing.corrections.items()
        ]

    @field(description="Its start on the clocks of the territories concerned.")
    def local_starts_at(self) -> list[LocalTime]:
        return local(self.at, self.hearing.starts_at)

    @field(description="The stage that it belongs to.")
    def stage(self) -> Stage | None:
        return stage_of(self.at, self.hearing.stage, self.hearing.round)

    @field(description="Those called to be heard.")
    def witnesses(self) -> list[Member]:
        return [m for key in self.hearing.witnesses if (m := member_of(self.at, key))]

    @field(description="Those who were heard.")
    def heard(self) -> list[Member]:
        return [m for key in self.hearing.heard if (m := member_of(self.at, key))]

    @field(description="Its record: once it is published, and before for those who were heard.")
    def record(self, info: Info) -> Text | None:
        return text(self.hearing.record) if self._sees_record(info.context.viewer) else None

    def _sees_record(self, viewer: Viewer) -> bool:
        hearing = self.hearing
        return viewer.member in hearing.heard or sees(
            viewer, self.at, hearing.stage, hearing.round, "records"
        )

    @field(description="The ballot by which those heard approve the record.")
    def ballot(self) -> Ballot | None:
        return ballot_of(self.at, self.hearing.ballot)


def conducts(viewer: Viewer, at: Snapshot, hearing: process.Hearing) -> bool:
    """Say whether the viewer conducts hearings of the stage."""
    stage = at.process.stages[hearing.stage]
    return may(viewer, "read_record_drafts", at.process, at.now, Scope(lane=stage.lane))


def request_of(at: Snapshot, request: process.HearingRequest) -> HearingRequest:
    """Make a request to be heard."""
    return HearingRequest(
        id=global_id("HearingRequest", at.id, request.id),
        at=at,
        request=request,
        key=request.id,
        round=request.round,
        state=request.state,
        requested_at=request.requested_at,
        lane=request.lane,
        themes=list(request.themes),
        organisation=request.organisation,
    )


def hearing_of(at: Snapshot, hearing: process.Hearing) -> Hearing:
    """Make a hearing."""
    return Hearing(
        id=global_id("Hearing", at.id, hearing.id),
        at=at,
        hearing=hearing,
        key=hearing.id,
        round=hearing.round,
        state=hearing.state,
        starts_at=hearing.starts_at,
        ends_at=hearing.ends_at,
        place=text(hearing.place),
        approval=hearing.approval,
        room=hearing.room,
        territory=hearing.territory,
        capacity=hearing.capacity,
        version=hearing.version,
    )
