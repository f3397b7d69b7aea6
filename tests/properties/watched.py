"""A concertation that is watched: after every command, all that must hold for ever is checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from domain import events as ev
from domain.acts import SYSTEM, Command
from domain.awaited import awaited
from domain.decide import decide, next_deadline
from domain.deciding.seats import is_aside
from domain.deciding.signing import SIGNABLE_ACTS
from domain.digests import canonical
from domain.events import EVENT, Event, event_content
from domain.evolve import evolve, fold
from domain.hearings.conflicts import conflicts, sitting_of
from domain.procedure import Gate
from domain.process import (
    Ballot,
    BallotOutcome,
    BallotState,
    Phase,
    Process,
    Purpose,
    State,
    next_embargo_end,
)
from domain.refusals import Refusal
from tests.properties.migrated import check_migration
from tests.unit.play import Play

PROCESS: TypeAdapter[Process] = TypeAdapter(Process)

SIGNED: dict[type, str] = {
    ev.ConcertationLaunched: "launch",
    ev.StageExtended: "extension",
    ev.StagePostponed: "postponement",
    ev.StageClosingAdvanced: "early_closing",
    ev.Suspended: "suspension",
    ev.Resumed: "resumption",
    ev.StageReopened: "reopening",
    ev.RectificationOpened: "rectification",
    ev.ProcedureMigrated: "migration",
    ev.ConcertationAbandoned: "abandonment",
    ev.DecisionIssued: "decision",
}
"""What an act that may need signatures brings about."""

MOVES = (
    ev.StageExtended,
    ev.StageClosingAdvanced,
    ev.StageClosed,
    ev.StageReopened,
    ev.StageOpened,
    ev.Resumed,
)
"""Facts by which the closing of a run may change."""

SITTINGS = (ev.HearingScheduled, ev.HearingMoved, ev.WitnessCalled, ev.WitnessReplaced)
"""Facts that say when, where and with whom a hearing sits."""

CLOCKWORK = (
    ev.StageOpened,
    ev.StageClosed,
    ev.StageConcluded,
    ev.StageAwaitsConclusion,
)
"""Facts that time brings about in a stage, and none where its clock stands still."""


class Watched(Play):
    """A play whose every command is checked against what must always hold."""

    def ask(self, command: Command) -> list[Event] | Refusal:
        """Decide a command, twice, and check what it brought about."""
        before = self.process
        answer = decide(before, command, self.now)
        assert decide(before, command, self.now) == answer, "decide is not deterministic"
        if isinstance(answer, Refusal):
            return answer
        process = before
        for event in answer:
            self._check_event(process, event, command, answer)
            process = evolve(process, event)
            self._check_state(process)
            self.events.append(event)
        self.process = process
        if answer:
            self.check_liveness()
        return answer

    # one event

    def _check_event(self, before: Process, event: Event, command: Command, answer: list[Event]) -> None:
        assert not before.over, f"{event.fact.kind} after the end"
        assert event.at == self.now
        assert EVENT.validate_json(EVENT.dump_json(event)) == event
        authors = {b.proposal.actor for b in before.ballots.values() if b.proposal is not None}
        assert event.actor in {SYSTEM, command.actor.member, *authors}
        if event.stage is not None and event.stage in before.runs:
            assert event.round == before.runs[event.stage].round
        self._check_hearings(before, event)
        self._check_gates(before, event)
        self._check_signatures(before, event)
        self._check_durations(before, event)
        self._check_closings(before, event)
        self._check_clocks(before, event)
        if isinstance(event.fact, ev.ProcedureMigrated):
            check_migration(before, evolve(before, event))

    def _check_hearings(self, before: Process, event: Event) -> None:
        if isinstance(event.fact, SITTINGS):
            hearing = evolve(before, event).hearings[event.fact.hearing]
            clashes = list(conflicts(before, sitting_of(hearing)))
            assert not clashes, f"{event.fact.kind} puts somebody or a room into two hearings at once"
            assert len(set(hearing.witnesses)) == len(hearing.witnesses)
            assert set(hearing.witnesses) <= set(hearing.calls)

    def _check_gates(self, before: Process, event: Event) -> None:
        key = event.stage
        if isinstance(event.fact, ev.StageOpened):
            assert key is not None
            if before.gate(key, Gate.OPENING) is not None:
                assert before.runs[key].opening_passed, f"{key} opened past its gate"
        if isinstance(event.fact, ev.StageConcluded):
            assert key is not None
            if before.gate(key, Gate.CONCLUSION) is not None:
                assert before.runs[key].conclusion_passed, f"{key} concluded past its gate"
                passed = [e.fact for e in self.events if isinstance(e.fact, ev.GatePassed) and e.stage == key]
                assert before.ballots[passed[-1].ballot].subject == before.runs[key].root
        if isinstance(event.fact, ev.GatePassed):
            ballot = before.ballots[event.fact.ballot]
            assert ballot.state is BallotState.CLOSED
            assert ballot.outcome is not None
            assert ballot.outcome.passes is not event.fact.in_spite_of_refusal
            if event.fact.in_spite_of_refusal:
                resort = f"{ballot.round}/{ballot.stage}" in before.last_resorts
                assert ballot.rule.if_refused == "go_on_published" or resort

    def _check_signatures(self, before: Process, event: Event) -> None:
        assert before.procedure is not None or isinstance(event.fact, ev.ConcertationDrafted)
        name = SIGNED.get(type(event.fact))
        signoff = before.procedure.signoffs.get(name) if name and before.procedure is not None else None
        if signoff is None or event.actor == SYSTEM:
            return
        signed = [
            ballot
            for ballot in before.ballots.values()
            if ballot.purpose is Purpose.SIGNATURES
            and ballot.closed_at == self.now
            and ballot.outcome is BallotOutcome.PASSED
            and ballot.proposal is not None
            and SIGNABLE_ACTS[type(ballot.proposal.act)] == name
            and ballot.proposal.actor == event.actor
        ]
        assert signed, f"{event.fact.kind} without its signatures"
        ballot = signed[-1]
        offices = {seat.partition("/")[0] for seat in ballot.seats}
        for wanted in signoff.all_of:
            assert any(wanted in (office, before.offices[office].role) for office in offices)
        assert set(ballot.votes) == set(ballot.seats)
        assert {vote.position for vote in ballot.votes.values()} == {"favourable"}
        assert len({vote.member for vote in ballot.votes.values()}) == len(ballot.seats)

    def _check_durations(self, before: Process, event: Event) -> None:
        key = event.stage
        if key is None or key not in before.runs:
            return
        run, duration = before.runs[key], before.stages[key].duration
        if isinstance(event.fact, ev.StageClosed):
            assert run.opens_at is not None
            lasted = (
                event.fact.closes_at
                - run.opens_at
                - self._stood_still(key, run.round, run.opens_at, event.fact.closes_at)
            )
            assert lasted >= duration.minimum, f"{key} lasted {lasted}, less than {duration.minimum}"
        if isinstance(event.fact, ev.StageExtended | ev.StageReopened) and duration.maximum is not None:
            assert run.opens_at is not None
            assert event.fact.closes_at - run.opens_at - run.suspended_for <= duration.maximum

    def _stood_still(self, key: str, round_: int, since: datetime, until: datetime) -> timedelta:
        """Give how long the clock of a run stood still between two instants, from the ledger alone."""
        stops: list[tuple[datetime, datetime]] = []
        begun: dict[str | None, datetime] = {}
        for event in self.events:
            if event.stage not in (None, key) or (event.stage == key and event.round != round_):
                continue
            if isinstance(event.fact, ev.Suspended):
                begun[event.stage] = event.at
            elif isinstance(event.fact, ev.Resumed):
                stops.append((begun.pop(event.stage), event.at))
        assert not begun, "closed while its clock stood still"
        return _covered(stops, since, until)

    def _check_closings(self, before: Process, event: Event) -> None:
        after = evolve(before, event)
        for key, run in before.runs.items():
            now = after.runs.get(key, run)
            if run.round == now.round and run.closes_at != now.closes_at:
                assert isinstance(event.fact, MOVES), f"{event.fact.kind} moved the closing of {key}"

    def _check_clocks(self, before: Process, event: Event) -> None:
        """Where the clock stands still nothing moves; what has a window is in it."""
        key = event.stage
        if isinstance(event.fact, CLOCKWORK) and key is not None:
            assert before.suspended_at is None
            assert before.runs[key].suspended_at is None
        if isinstance(event.fact, ev.VoteCast):
            ballot = before.ballots[event.fact.ballot]
            assert ballot.state is not BallotState.CLOSED
            assert ballot.closes_at is None or self.now < ballot.closes_at
            assert event.fact.subject == ballot.subject
            member = event.on_behalf_of or event.actor
            assert is_aside(before, ballot, member) is None
            assert is_aside(before, ballot, event.actor) is None
        if isinstance(event.fact, ev.StageClosed) and key is not None:
            here = (key, before.runs[key].round)
            hidden = [d for d in before.decisions if (d.stage, d.round) == here and not d.is_out]
            assert not hidden, "a stage closed while its decision was under an embargo"
        if isinstance(event.fact, ev.StageOverdue) and key is not None:
            here = (key, before.runs[key].round)
            assert here not in [(d.stage, d.round) for d in before.decisions], "late, though it has decided"
        if isinstance(event.fact, ev.DecisionPublished):
            until = next_embargo_end(before.decisions)
            assert until is not None
            assert until <= self.now
        if isinstance(event.fact, ev.ResponseLate):
            name = f"{event.fact.recommendation}/{event.fact.addressee}"
            assert name not in before.responses
            assert name not in before.late_responses
        if isinstance(event.fact, ev.StageSealed | ev.RectificationOpened | ev.StageReopened):
            out = [d for d in before.decisions if before.runs[d.stage].round == d.round]
            by_hand = event.actor != SYSTEM
            assert not (out and by_hand), f"{event.fact.kind} after the decision is out"

    # the state

    def _check_state(self, process: Process) -> None:
        assert replace(process) == process, "what follows from other fields is not in step with them"
        open_now = [
            (process.stages[key].kind, process.stages[key].lane)
            for key, run in process.runs.items()
            if run.state is State.OPEN
        ]
        assert len(open_now) == len(set(open_now)), "two open stages of one lane and kind"
        assert process.procedure is not None
        assert process.round <= process.procedure.rounds.maximum
        for run in process.runs.values():
            assert run.round <= process.round
            assert run.automatic_extensions <= process.stages[run.key].if_no_quorum.times
        runs = [(run.key, run.round) for run in (*process.past_runs, *process.runs.values())]
        assert len(runs) == len(set(runs)), "two runs of one stage in one round"
        for ballot in process.ballots.values():
            _check_ballot(ballot)
        if process.over:
            assert not [b for b in process.ballots.values() if b.state is not BallotState.CLOSED]

    def check_liveness(self) -> None:
        """Check that something is due, or somebody is awaited, or it is over."""
        process = self.process
        if process.over or process.phase is Phase.VOID:
            assert next_deadline(process) is None
            return
        waiting = awaited(process, self.now)
        assert waiting or next_deadline(process) is not None, "nothing is due and nobody is awaited"
        for item in waiting:
            assert item.what != "vote" or item.seats, "a vote is awaited from nobody"

    # time

    def catch_up(self) -> None:
        """Do all that is due, tallies and seals included; then nothing may be due."""
        self.tick()
        deadline = next_deadline(self.process)
        assert deadline is None or deadline > self.now, (
            f"{deadline} is due and {self.now} brings nothing about"
        )
        assert self.tick() == []

    def check_whole(self) -> None:
        """Check that the ledger is the process, through JSON and back."""
        assert fold(Process(id=self.process.id), self.events) == self.process
        stored = [EVENT.validate_json(canonical(event_content(event))) for event in self.events]
        folded = fold(Process(id=self.process.id), stored)
        assert folded == self.process
        for name, value in vars(self.process).items():
            if isinstance(value, dict) and name != "title":
                assert list(vars(folded)[name]) == list(value), f"the ledger gives {name} in another order"
        assert PROCESS.validate_json(PROCESS.dump_json(self.process)) == self.process


def _check_ballot(ballot: Ballot) -> None:
    own = [vote.member for vote in ballot.votes.values() if not vote.by_proxy]
    lent = [vote.member for vote in ballot.votes.values() if vote.by_proxy]
    assert len(own) == len(set(own)), "somebody voted twice"
    assert len(lent) == len(set(lent)), "somebody voted by two proxies"
    assert set(ballot.votes) <= set(ballot.seats)
    assert len(set(ballot.proxies.values())) == len(ballot.proxies), "somebody holds two proxies"
    if ballot.outcome is BallotOutcome.PASSED:
        assert ballot.count is not None
        assert ballot.count.present >= max(1, ballot.count.quorum)


def _covered(stops: Iterable[tuple[datetime, datetime]], since: datetime, until: datetime) -> timedelta:
    """Give how much of [since, until) these intervals cover, overlaps counted once."""
    total, reached = timedelta(0), since
    for begin, end in sorted(stops):
        begin, end = max(begin, reached), min(end, until)
        if end > begin:
            total += end - begin
            reached = end
    return total
