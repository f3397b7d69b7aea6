"""Responses and the decision: what comes of the synthesis."""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry import Private, field

from api.commitments import (
    Commitment,
    GuarantorReport,
    Observation,
    commitment_of,
    guarantor_report_of,
    observation_of,
)
from api.context import Info
from api.enumerations import Answer, Kind
from api.ids import global_id
from api.nodes import Node, Text, text
from api.people import Member, Office, member_of, office_of
from api.publication import sees_decision
from api.snapshot import Snapshot
from api.stages import Stage, stage_of
from domain import process
from domain.deciding.works import answers_due_at


@strawberry.type(description="The reasoned response of one addressee to one recommendation.")
class Response:
    at_: Private[Snapshot]
    response: Private[process.Response]
    answer: Answer = field(description="What is answered.")
    reasons: Text = field(description="Why.")
    until: datetime | None = field(description="By when what is deferred will be answered.")
    at: datetime = field(description="When.")
    version: int = field(description="Its version, from 1.")
    late_since: datetime | None = field(
        description="Since when it was late, where it came after the time to answer."
    )

    @field(description="Who answers.")
    def addressee(self) -> Office | None:
        held = self.at_.process.offices.get(self.response.addressee)
        return office_of(self.at_, held) if held else None


@strawberry.type(description="An addressee who owes an answer, and since when.")
class AwaitedResponse:
    addressee: Office = field(description="Who owes it.")
    since: datetime | None = field(description="Since when: the opening of the stage of decision.")
    days: int = field(description="How many whole days it has been awaited.")
    until: datetime | None = field(description="By when it is to be given, where a time is set.")
    late_since: datetime | None = field(description="Since when it is late; public.")


def awaited_response(at: Snapshot, recommendation: str, addressee: Office) -> AwaitedResponse | None:
    """Make what an addressee owes to a recommendation; `None`: it was given, or answers are not due yet."""
    opened = [
        run
        for run in at.process.runs.values()
        if run.opens_at and at.process.stages[run.key].kind is Kind.DECISION
    ]
    key = f"{recommendation}/{addressee.key}"
    if not opened or key in at.process.responses:
        return None
    run = min(opened, key=lambda run: run.opens_at or at.now)
    return AwaitedResponse(
        addressee=addressee,
        since=run.opens_at,
        days=whole_days(run.opens_at, at.now),
        until=answers_due_at(at.process, run),
        late_since=at.process.late_responses.get(key),
    )


def whole_days(since: datetime | None, now: datetime) -> int:
    """Give how many whole days have passed."""
    return max((now - since).days, 0) if since is not None else 0


def response_of(at: Snapshot, response: process.Response) -> Response:
    """Make a response."""
    return Response(
        at_=at,
        response=response,
        answer=response.answer,
        reasons=Text(body=response.reasons),
        until=response.until,
        late_since=at.process.late_responses.get(f"{response.recommendation}/{response.addressee}"),
        at=response.at,
        version=response.version,
    )


@strawberry.type(description="A version of the decision. A rectification adds one and keeps those before.")
class Decision(Node):
    at_: Private[Snapshot]
    decision: Private[process.Decision]
    text: Text = field(description="What it says.")
    reasons: Text | None = field(
        description="The reasons, where they are a document of their own. Without new ones, those before hold."
    )
    at: datetime = field(description="When it was issued.")
    embargo_until: datetime | None = field(description="Until when it is, or was, under an embargo.")
    published_at: datetime | None = field(description="Since when everybody may read it.")
    round: int = field(description="The round.")
    version: int = field(description="Its version, from 1.")
    reason: str | None = field(description="Why it was rectified.")

    @field(description="The stage.")
    def stage(self) -> Stage | None:
        return stage_of(self.at_, self.decision.stage, self.decision.round)

    @field(description="The members who may read it before the embargo ends.")
    def early_readers(self) -> list[Member]:
        return [found for key in self.decision.early_readers if (found := member_of(self.at_, key))]


def decisions_seen(info: Info, at: Snapshot) -> list[Decision]:
    """Make the versions of the decision that the viewer may read, the first one first."""
    viewer = info.context.viewer
    return [decision_of(at, d) for d in at.process.decisions if sees_decision(viewer, at, d)]


def decision_of(at: Snapshot, decision: process.Decision) -> Decision:
    """Make a version of the decision."""
    return Decision(
        id=global_id("Decision", at.id, decision.version),
        at_=at,
        decision=decision,
        text=Text(body=decision.text),
        reasons=text(decision.reasons),
        at=decision.at,
        embargo_until=decision.embargo_until,
        published_at=decision.published_at if decision.embargo_until else decision.at,
        round=decision.round,
        version=decision.version,
        reason=decision.reason,
    )


@strawberry.type
class WithDecision:
    """Fields of the type Concertation."""

    at: Private[Snapshot]

    @field(description="The decision in force: its latest version.")
    def decision(self, info: Info) -> Decision | None:
        return next(reversed(decisions_seen(info, self.at)), None)

    @field(description="Every version of the decision that the viewer may read, the first one first.")
    def decisions(self, info: Info) -> list[Decision]:
        return decisions_seen(info, self.at)

    @field(description="When the decision that was issued under an embargo will be published.")
    def embargo_until(self) -> datetime | None:
        return self.at.process.embargo_ends_at

    @field(description="The commitments made in answer to recommendations.")
    def commitments(self) -> list[Commitment]:
        return [commitment_of(self.at, c) for c in self.at.process.commitments.values()]

    @field(description="What the guarantor published on the way.")
    def observations(self) -> list[Observation]:
        return [observation_of(self.at, o) for o in self.at.process.observations]

    @field(
        description="The guarantor's report in every version, the first one first, with what was answered."
    )
    def guarantor_reports(self) -> list[GuarantorReport]:
        return [guarantor_report_of(self.at, r) for r in self.at.process.guarantor_reports]
