"""Hearings: set in the window of their stage, held or cancelled, recorded, approved by those heard."""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry import Private, field

from api.ballots import Ballot, ballot_of
from api.context import Info
from api.enumerations import BallotOutcome, HearingState
from api.ids import global_id
from api.nodes import Node, Text, text
from api.people import Member, member_of
from api.publication import sees
from api.snapshot import Snapshot
from api.stages import Stage, stage_of
from api.structure import LocalTime, local
from domain import process


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
        hearing, viewer = self.hearing, info.context.viewer
        seen = viewer.member in hearing.heard or sees(
            viewer, self.at, hearing.stage, hearing.round, "records"
        )
        return text(hearing.record) if seen else None

    @field(description="The ballot by which those heard approve the record.")
    def ballot(self) -> Ballot | None:
        return ballot_of(self.at, self.hearing.ballot)


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
    )
