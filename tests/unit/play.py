"""Playing a concertation in memory: a process, a clock moved by hand, people with names by office."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from domain import acts
from domain.acts import SYSTEM, Act, Actor, Body, Command, SealFigures, SecretTally
from domain.deadlines import is_secret_due
from domain.decide import decide, next_deadline
from domain.deciding.seats import chair_seat, voting_seats
from domain.digests import digest
from domain.events import Event, VoteCast
from domain.evolve import evolve, fold
from domain.merkle import merkle_root
from domain.procedure import Procedure
from domain.process import Ballot, BallotState, Process, StageRun, State
from domain.refusals import Code, Refusal

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ID = "00000000-0000-4000-8000-000000000001"


def body(text: str) -> Body:
    """Give the body of a text, as the store would name it."""
    return Body(id=f"body-{digest(text)[:8]}", digest=digest(text))


class Play:
    """A concertation played by commands; every event is checked against the fold."""

    def __init__(self, procedure: Procedure, start: datetime = START) -> None:
        """Draft a concertation by `coordinator`."""
        self.procedure = procedure
        self.now = start
        self.process = Process(id=ID)
        self.events: list[Event] = []
        self.contributions: dict[tuple[int, str], dict[str, int]] = {}
        self.positions: dict[str, dict[str, acts.Position]] = {}
        self._commands = 0
        self.do(
            acts.DraftConcertation(
                slug="essai", title={"fr": "Essai"}, procedure=procedure, procedure_digest="0" * 64
            ),
            roles=("coordinator",),
        )

    # commands

    def command(
        self,
        act: Act,
        by: str = "coordinator",
        stage: str | None = None,
        *,
        round_: int | None = None,
        roles: tuple[str, ...] = (),
        on_behalf_of: str | None = None,
    ) -> Command:
        """Make a command that names the round of its stage as it stands."""
        self._commands += 1
        run = self.process.runs.get(stage) if stage is not None else None
        return Command(
            id=f"c{self._commands}",
            concertation=ID,
            actor=Actor(member=by, platform_roles=roles, on_behalf_of=on_behalf_of),
            act=act,
            round=round_ if round_ is not None else (run.round if run is not None else None),
            stage=stage,
        )

    def ask(self, command: Command) -> list[Event] | Refusal:
        """Decide a command; fold and keep its events."""
        answer = decide(self.process, command, self.now)
        if isinstance(answer, Refusal):
            return answer
        for event in answer:
            self.process = evolve(self.process, event)
            assert replace(self.process) == self.process, (
                "what follows from other fields is not in step with them"
            )
        self.events.extend(answer)
        return answer

    def do(self, act: Act, by: str = "coordinator", stage: str | None = None, **more: Any) -> list[Event]:
        """Do an act that must be accepted."""
        answer = self.ask(self.command(act, by, stage, **more))
        assert not isinstance(answer, Refusal), f"{act.kind} by {by} was refused: {answer}"
        return answer

    def refused(self, act: Act, by: str = "coordinator", stage: str | None = None, **more: Any) -> Code:
        """Do an act that must be refused, and give the code; nothing may have changed."""
        before = self.process
        answer = self.ask(self.command(act, by, stage, **more))
        assert isinstance(answer, Refusal), f"{act.kind} by {by} was accepted: {answer}"
        assert self.process is before
        return answer.code

    # time

    def tick(self) -> list[Event]:
        """Let the engine do what is due, as `record` would: tallies and seals included."""
        happened: list[Event] = []
        while True:
            events = self.do(acts.Tick(tallies=self.tallies()), by=SYSTEM)
            for run in self.process.runs.values():
                if run.state is State.SEALING:
                    events = events + self.do(
                        acts.RecordSeal(figures=self.figures(run)), by=SYSTEM, stage=run.key
                    )
            happened += events
            if not events:
                return happened

    def pass_time(self, by: timedelta) -> list[Event]:
        """Move the clock, stopping at every deadline in between."""
        target = self.now + by
        happened: list[Event] = []
        while (deadline := next_deadline(self.process)) is not None and deadline <= target:
            self.now = max(self.now, deadline)
            events = self.tick()
            assert events, f"a deadline at {deadline} brought nothing about"
            happened += events
        self.now = target
        return happened

    def until(self, stage: str, *states: State, limit: int = 200) -> StageRun:
        """Move from deadline to deadline until a stage is in one of these states."""
        for _ in range(limit):
            if self.process.runs[stage].state in states:
                return self.process.runs[stage]
            deadline = next_deadline(self.process)
            assert deadline is not None, f"{stage} is {self.process.runs[stage].state} and nothing is due"
            self.now = max(self.now, deadline)
            assert self.tick()
        raise AssertionError(f"{stage} never came to {states}")

    # what the store would know

    def figures(self, run: StageRun) -> SealFigures:
        """Give the figures of a call for input, from the contributions declared by college."""
        by_college = self.contributions.get((run.round, run.key), {})
        leaves = [f"{run.round}/{run.key}/{c}/{i}".encode() for c, n in by_college.items() for i in range(n)]
        entitled: dict[str, int] = {}
        for member in self.process.members.values():
            if member.college is not None and member.left_at is None:
                entitled[member.college] = entitled.get(member.college, 0) + 1
        return SealFigures(
            root=merkle_root(leaves),
            count=len(leaves),
            by_college=dict(by_college),
            by_channel={"online": len(leaves)},
            entitled=entitled,
        )

    def tallies(self) -> tuple[SecretTally, ...]:
        """Give the tallies of the secret ballots that are due, as the store would count them."""
        return tuple(
            self._tally(ballot)
            for ballot in self.process.ballots.values()
            if is_secret_due(self.process, ballot, self.now)
        )

    def _tally(self, ballot: Ballot) -> SecretTally:
        known = self.positions.get(ballot.id, {})
        seats = voting_seats(self.process, ballot, self.now)
        positions = [known.get(seat) for seat in seats]
        chair = chair_seat(self.process, ballot)
        return SecretTally(
            ballot=ballot.id,
            favourable=positions.count(acts.Position.FAVOURABLE),
            unfavourable=positions.count(acts.Position.UNFAVOURABLE),
            abstain=positions.count(acts.Position.ABSTAIN),
            chair=known.get(chair) if chair in seats and chair is not None else None,
        )

    # people

    def enrol(self, *members: str, college: str | None = None, elected: bool = False) -> None:
        """Enrol members."""
        for member in members:
            self.do(acts.EnrolMember(member=member, college=college, elected=elected))

    def appoint(self, office: str, *members: str) -> None:
        """Enrol members who are not, and give them seats."""
        for member in members:
            if member not in self.process.members:
                self.enrol(member)
            self.do(acts.AppointMember(office=office, member=member))

    def attach_all(self) -> None:
        """Attach an information file and a questionnaire for everything."""
        self.do(acts.AttachDocument(document=body("dossier"), title={"fr": "Dossier"}))
        self.do(
            acts.AttachDocument(document=body("questions"), title={"fr": "Questions"}, questionnaire=True)
        )
        for stage in self.procedure.stages:
            if stage.evaluation is not None:
                grid = acts.AttachDocument(
                    document=body(f"grille {stage.id}"),
                    title={"fr": "Grille"},
                    stage=stage.id,
                    questionnaire=True,
                )
                self.do(grid)

    def vote(self, by: str, position: str, ballot: Ballot | None = None, **more: Any) -> list[Event]:
        """Vote in the running ballot (the latest, unless one is given)."""
        return self.do(self.cast(position, ballot, **more), by=by)

    def cast(self, position: str = "favourable", ballot: Ballot | None = None, **more: Any) -> acts.CastVote:
        """Give the act of voting in the running ballot (the latest, unless one is given)."""
        ballot = ballot or self.ballot()
        return acts.CastVote(
            ballot=ballot.id,
            subject=more.pop("subject", ballot.subject),
            position=acts.Position(position),
            **more,
        )

    def vote_in_secret(self, by: str, position: str, ballot: Ballot | None = None) -> list[Event]:
        """Vote in a running secret ballot: the store keeps the position, the ledger its commitment."""
        ballot = ballot or self.ballot()
        act = acts.CastVote(
            ballot=ballot.id, subject=ballot.subject, position=None, commitment=digest([by, position])
        )
        events = self.do(act, by=by)
        seat = next(event.fact.seat for event in events if isinstance(event.fact, VoteCast))
        self.positions.setdefault(ballot.id, {})[seat] = acts.Position(position)
        return events

    def ballot(self) -> Ballot:
        """Give the latest running ballot."""
        running = [b for b in self.process.ballots.values() if b.state is not BallotState.CLOSED]
        assert running, "no ballot is running"
        return running[-1]

    def run(self, stage: str) -> StageRun:
        """Give the current run of a stage."""
        return self.process.runs[stage]

    def kinds(self, events: list[Event]) -> list[str]:
        """Give the kinds of events, for comparison."""
        return [event.fact.kind for event in events]

    def check_fold(self) -> None:
        """Check that the fold of all events is the state."""
        assert fold(Process(id=ID), self.events) == self.process
