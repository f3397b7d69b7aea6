"""Stages in their rounds: dates planned and kept, gates, quorums, seals, and what they wait for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import Private, field

from api.ballots import Ballot, Rule, ballot_of, rule_of
from api.context import Info
from api.enumerations import Channel, Gate, Kind, State
from api.ids import global_id
from api.nodes import Labelled, Node
from api.scalars import Multilingual
from api.snapshot import Snapshot
from api.stage_review import WithReview
from api.structure import Document, Lane, LocalTime, document_of, lane, local
from domain import procedure, process
from domain.deciding.works import answers_due_at
from domain.process import stage_in_round

if TYPE_CHECKING:
    from api.hearings import Hearing
    from api.questionnaires import Questionnaire
    from api.synthesis import Synthesis


@strawberry.type(description="A number of something, under a name: a college, a channel.")
class Tally:
    key: str = field(description="The name.")
    count: int = field(description="The number.")


def tallies(counts: dict[str, int]) -> list[Tally]:
    """Make tallies, in the order of their names."""
    return [Tally(key=key, count=count) for key, count in sorted(counts.items())]


@strawberry.type(
    description="The seal of a set: counts and Merkle root (RFC 6962). Nothing can be added any more."
)
class Seal:
    at: datetime = field(description="When it was sealed.")
    root: str = field(description="The Merkle root over the digests of the contributions, in hexadecimal.")
    count: int = field(
        description="The number of leaves: every version that was received, withdrawn or not. By college and channel "
        "those are counted that were live."
    )
    supplementary: bool = field(description="Whether a rectification added to a set sealed before.")
    by_college: list[Tally] = field(description="Contributions by college.")
    by_channel: list[Tally] = field(description="Contributions by channel.")
    entitled: list[Tally] = field(description="Members entitled, by college: the base of quorums.")


def seal_of(seal: process.Seal) -> Seal:
    """Make a seal."""
    return Seal(
        at=seal.at,
        root=seal.figures.root,
        count=seal.figures.count,
        supplementary=seal.supplementary,
        by_college=tallies(seal.figures.by_college),
        by_channel=tallies(seal.figures.by_channel),
        entitled=tallies(seal.figures.entitled),
    )


@strawberry.type(description="A gate: the ballot that must pass before a stage opens, or is concluded.")
class GateOfStage:
    at: Private[Snapshot]
    run: Private[process.StageRun]
    gate: Gate = field(description="Where it holds the stage back.")
    subject: list[str] = field(description="What is approved: `questionnaire`, `information_file`, `seal`, …")
    rule: Rule = field(description="The rule of its ballot.")
    passed: bool = field(description="Whether it was passed in this round.")

    @field(description="Whether it refused, and the subject is back with its authors.")
    def returned(self) -> bool:
        return self.run.gate_returned and not self.passed

    @field(description="Its ballot that runs now.")
    def ballot(self) -> Ballot | None:
        found = self.at.process.ballots.get(self.run.gate_ballot or "")
        return ballot_of(self.at, found.id) if found and found.purpose.value == self.gate.value else None

    @field(description="All its ballots in this round, the first one first.")
    def ballots(self) -> list[Ballot]:
        return [
            ballot
            for b in self.at.process.ballots.values()
            if b.stage == self.run.key and b.round == self.run.round and b.purpose.value == self.gate.value
            if (ballot := ballot_of(self.at, b.id))
        ]


@strawberry.type(description="What a college was asked for, and what it missed.")
class Quorum:
    key: str = field(description="The college; `hearings` for the least number of hearings.")
    asked: str = field(description="A number, or a share of the members entitled as a fraction.")
    missed: bool = field(description="Whether it was missed: a published finding.")
    reached: int | None = field(description="What was reached, where it was missed.")


@strawberry.type(description="One stage in one round.")
class Stage(WithReview, Node, Labelled):
    at: Private[Snapshot]
    run: Private[process.StageRun]
    key: str = field(description="Its name in the concertation: commands name it together with the round.")
    kind: Kind = field(description="Its kind.")
    round: int = field(description="The round, from 1.")
    state: State = field(description="Where it stands.")
    planned_opens_at: datetime = field(description="The opening as announced.")
    planned_closes_at: datetime = field(description="The closing as announced.")
    opens_at: datetime | None = field(description="When it opened; nothing before.")
    closes_at: datetime | None = field(description="When it closes: the first instant that is too late.")
    entry_closes_at: datetime | None = field(
        description="Until when what arrived in time on paper may be entered."
    )
    closed_at: datetime | None = field(description="When it was closed.")
    concluded_at: datetime | None = field(description="When it was concluded.")
    suspended_at: datetime | None = field(description="Since when its clock stands still.")
    suspended_for: timedelta = field(description="How long its clock stood still in the past.")
    overdue_since: datetime | None = field(description="Since when its work is late.")
    rectifying_until: datetime | None = field(description="Until when clerks may add what was left out.")
    automatic_extensions: int = field(description="How often a missed quorum extended it.")
    reopenings: int = field(description="How often it was opened again.")

    @field(description="Whether it takes contributions, votes or work at this very moment.")
    def is_open(self) -> bool:
        run, now = self.run, self.at.now
        return (
            run.state is State.OPEN
            and run.suspended_at is None
            and self.at.process.suspended_at is None
            and run.opens_at is not None
            and run.opens_at <= now
            and (run.closes_at is None or now < run.closes_at or run.overdue_since is not None)
        )

    @field(description="Its axis, where it has one.")
    def lane(self) -> Lane | None:
        return lane(self.at, self._definition.lane)

    @field(description="The keys of the stages that it comes after.")
    def after(self) -> list[str]:
        return list(self._definition.after or ())

    @field(description="How long it lasts as planned.")
    def planned_duration(self) -> timedelta:
        return self._definition.duration.planned

    @field(description="How long it lasts at least.")
    def minimum_duration(self) -> timedelta:
        return self._definition.duration.minimum

    @field(description="How long it lasts at most, extensions included.")
    def maximum_duration(self) -> timedelta | None:
        return self._definition.duration.maximum

    @field(
        description="By when addressees must have answered, at a stage of decision that sets a time and was opened."
    )
    def answers_due_at(self) -> datetime | None:
        return answers_due_at(self.at.process, self.run)

    @field(description="Who may answer: `invited`, `registered` or `open`.")
    def admission(self) -> str:
        return self._definition.admission

    @field(description="The channels by which one may answer.")
    def channels(self) -> list[Channel]:
        whole = self.at.process.procedure
        return list(self._definition.channels or (whole.channels if whole else ()))

    @field(description="Its opening, kept or planned, on the clocks of the territories concerned.")
    def local_opens_at(self) -> list[LocalTime]:
        return local(self.at, self.run.opens_at or self.run.planned_opens_at)

    @field(description="Its closing, kept or planned, on the clocks of the territories concerned.")
    def local_closes_at(self) -> list[LocalTime]:
        return local(self.at, self.run.closes_at or self.run.planned_closes_at)

    @field(description="The gates that the procedure declares.")
    def gates(self) -> list[GateOfStage]:
        passed = {Gate.OPENING: self.run.opening_passed, Gate.CONCLUSION: self.run.conclusion_passed}
        return [
            GateOfStage(
                at=self.at,
                run=self.run,
                gate=approval.gate,
                subject=list(approval.subject),
                rule=rule_of(approval),
                passed=passed[approval.gate],
            )
            for approval in self._definition.approvals
        ]

    @field(description="The quorums asked of it, and those that were missed.")
    def quorum(self) -> list[Quorum]:
        asked = {key: str(value) for key, value in self._definition.quorum.items()}
        if self._definition.minimum_hearings:
            asked["hearings"] = str(self._definition.minimum_hearings)
        missed = self.run.quorum_missed
        return [
            Quorum(key=key, asked=value, missed=key in missed, reached=missed.get(key))
            for key, value in asked.items()
        ]

    @field(description="Its seals; a rectification adds one and keeps those before.")
    def seals(self) -> list[Seal]:
        return [seal_of(seal) for seal in self.run.seals]

    @field(description="The ballots on it in this round; only those that still wait, if `awaiting`.")
    def ballots(
        self,
        awaiting: Annotated[bool, strawberry.argument(description="Only those that are not over.")] = False,
    ) -> list[Ballot]:
        return [
            ballot
            for b in self.at.process.ballots.values()
            if b.stage == self.key and b.round == self.run.round
            if not awaiting or b.state is not process.BallotState.CLOSED
            if (ballot := ballot_of(self.at, b.id))
        ]

    @field(description="The documents that participants must have when it opens.")
    def information_file(self) -> list[Document]:
        return [
            document_of(self.at, d)
            for d in self.at.process.documents.values()
            if d.stage in (None, self.key, self._definition.id)
        ]

    @field(description="The questions that contributions answer; nothing: they are plain text.")
    async def questionnaire(
        self, info: Info
    ) -> Annotated[Questionnaire, strawberry.lazy("api.questionnaires")] | None:
        from api.questionnaires import asked_of, questionnaire_of

        kept = await asked_of(info, self.at, self.key)
        return questionnaire_of(kept) if kept else None

    @field(description="Its hearings, where it is a stage of hearings.")
    def hearings(self) -> list[Annotated[Hearing, strawberry.lazy("api.hearings")]]:
        from api.hearings import hearing_of

        return [
            hearing_of(self.at, h)
            for h in self.at.process.hearings.values()
            if h.stage == self.key and h.round == self.run.round
        ]

    @field(description="The synthesis, where it is a stage of synthesis.")
    def synthesis(self) -> Annotated[Synthesis, strawberry.lazy("api.synthesis")] | None:
        from api.synthesis import synthesis_of

        found = self.at.process.syntheses.get(stage_in_round(self.run.round, self.key))
        return synthesis_of(self.at, found) if found else None

    @property
    def _definition(self) -> procedure.Stage:
        return self.at.process.stages[self.run.key]


def stage_from(at: Snapshot, run: process.StageRun) -> Stage:
    """Make a stage of one run of it."""
    definition = at.process.stages[run.key]
    return Stage(
        id=global_id("Stage", at.id, run.round, run.key),
        at=at,
        run=run,
        key=run.key,
        labels=Multilingual(definition.label),
        kind=definition.kind,
        round=run.round,
        state=run.state,
        planned_opens_at=run.planned_opens_at,
        planned_closes_at=run.planned_closes_at,
        opens_at=run.opens_at,
        closes_at=run.closes_at,
        entry_closes_at=run.entry_closes_at,
        closed_at=run.closed_at,
        concluded_at=run.concluded_at,
        suspended_at=run.suspended_at,
        suspended_for=run.suspended_for,
        overdue_since=run.overdue_since,
        rectifying_until=run.rectifying_until,
        automatic_extensions=run.automatic_extensions,
        reopenings=run.reopenings,
    )


def runs_of(at: Snapshot) -> list[process.StageRun]:
    """Give every run of every stage, those of earlier rounds first."""
    return [*at.process.past_runs, *at.process.runs.values()]


def stage_of(at: Snapshot, key: str | None, round: int | None = None) -> Stage | None:
    """Make a stage by its key, in a round or else in its current one."""
    if key is None:
        return None
    current = at.process.runs.get(key)
    if round is None or (current and current.round == round):
        return stage_from(at, current) if current else None
    return next((stage_from(at, r) for r in at.process.past_runs if r.key == key and r.round == round), None)


@strawberry.type(description="One pass of deliberation. A referral back opens the next.")
class Round:
    at: Private[Snapshot]
    number: int = field(description="Its number, from 1.")

    @field(description="Whether it is the current one.")
    def current(self) -> bool:
        return self.number == self.at.process.round

    @field(description="The stages that were, are or will be run in it.")
    def stages(self) -> list[Stage]:
        return [stage_from(self.at, run) for run in runs_of(self.at) if run.round == self.number]
