"""A concertation in which anything may happen, in any order, at any time: its steps, for whoever drives it."""

from __future__ import annotations

from hypothesis import note

from domain import acts
from domain.acts import SYSTEM, Command
from domain.decide import next_deadline
from domain.events import Event, VoteCast
from domain.procedure import Procedure
from domain.process import State
from domain.refusals import Refusal
from tests.properties import moves, moves_at_work, moves_awaited, moves_migrating
from tests.properties.chance import Chance
from tests.properties.generated import CAST, CROWD
from tests.properties.moves import Move
from tests.properties.watched import Watched


class Life:
    """The life of one concertation, step by step."""

    def __init__(self, procedure: Procedure, *, launched: bool = True) -> None:
        """Draft it, with all offices held, and launch it."""
        play = self.play = Watched(procedure)
        self.last: Command | None = None
        play.enrol(*CROWD, college="locales", elected=True)
        for office, members in CAST.items():
            for member in members:
                if member not in play.process.members:
                    play.enrol(member, college="etat", elected=True)
                if member != "coordinator":
                    play.do(acts.AppointMember(office=office, member=member))
        play.attach_all()
        note(f"stages: {[(key, s.kind.value, s.after) for key, s in play.process.stages.items()]}")
        if launched:
            self._launch(procedure)

    def _launch(self, procedure: Procedure) -> None:
        play = self.play
        windows = [gate.within for stage in procedure.stages for gate in stage.approvals]
        play.do(acts.Launch(opens_at=play.now + max((procedure.notice, *windows)) + moves.unit(play)))
        for ballot in tuple(play.process.ballots.values()):
            for office in ballot.seats:
                if office not in play.ballot().votes:
                    play.do(play.cast(ballot=ballot), CAST[office][0])

    # time

    def at_the_next_deadline(self) -> None:
        """Time comes to the next deadline, and the engine is there."""
        deadline = next_deadline(self.play.process)
        if deadline is not None:
            self.play.now = max(self.play.now, deadline)
            note(f"{self.play.now:%d %H:%M:%S} deadline")
            assert self.play.tick(), f"the deadline {deadline} brought nothing about"
        self.play.catch_up()

    def time_passes(self, units: float) -> None:
        """Time passes, far past several deadlines perhaps; the engine sleeps."""
        self.play.now += units * moves.unit(self.play)

    def the_engine_is_late(self, units: float) -> None:
        """Time passes and the engine wakes, late."""
        self.time_passes(units)
        note(f"{self.play.now:%d %H:%M:%S} late")
        self.play.catch_up()

    def a_bare_tick(self) -> None:
        """A tick that brings neither tallies nor seals."""
        self.ask(self.play.command(acts.Tick(), by=SYSTEM))

    def a_seal(self) -> None:
        """The store has sealed a set."""
        for run in tuple(self.play.process.runs.values()):
            if run.state is State.SEALING and self.play.process.runs[run.key] is run:
                act = acts.RecordSeal(figures=self.play.figures(run))
                self.ask(self.play.command(act, by=SYSTEM, stage=run.key))

    def contributions(self, chance: Chance) -> None:
        """People contribute, which the decider learns at the seal."""
        for key, run in self.play.process.runs.items():
            if run.state is State.OPEN:
                self.play.contributions[run.round, key] = {
                    "etat": chance.number(0, 4),
                    "locales": chance.number(0, 3),
                }

    # people

    def move(self, move: Move | None) -> None:
        """Do what somebody wants to do, if it is allowed."""
        if move is not None:
            act, by, stage = move
            self.last = self.play.command(act, by, stage)
            self.ask(self.last)

    def the_same_again(self) -> None:
        """The last command arrives a second time."""
        if self.last is not None:
            self.ask(self.last)

    def ask(self, command: Command) -> None:
        """Ask a command, and keep the position of a secret vote as the store does."""
        answer = self.play.ask(command)
        act = command.act.kind if isinstance(command.act, acts.MigrateProcedure) else command.act
        note(f"{self.play.now:%d %H:%M:%S} {command.actor.member} {command.stage or ''} {act}")
        if isinstance(answer, Refusal):
            note(f"    refused: {answer.code}")
            return
        note(f"    {[(event.fact.kind, event.stage) for event in answer]}")
        self._keep_secret(command, answer)

    def _keep_secret(self, command: Command, answer: list[Event]) -> None:
        act = command.act
        if isinstance(act, acts.CastVote) and act.commitment is not None:
            position = acts.Position(act.commitment.partition("/")[2])
            for event in answer:
                if isinstance(event.fact, VoteCast):
                    self.play.positions.setdefault(act.ballot, {})[event.fact.seat] = position

    def step(self, chance: Chance) -> None:
        """Take one step of any kind; what is awaited, and deadlines, are the most frequent."""
        play, running = self.play, bool(self.play.process.runs)
        match chance.number(0, 99):
            case n if n < 36:
                self.move(moves_awaited.awaited_move(chance, play))
            case n if n < 52:
                self.at_the_next_deadline()
            case n if n < 55:
                self.the_engine_is_late(chance.one((0, 0.5, 1, 3, 10, 40)))
            case n if n < 58:
                self.time_passes(chance.one((0.5, 1, 5, 20, 200)))
            case n if n < 60:
                self.a_bare_tick()
            case n if n < 63:
                self.a_seal()
            case n if n < 66:
                self.contributions(chance)
            case n if n < 73 and running:
                self.move(moves.schedule_move(chance, play))
            case n if n < 78 and running:
                self.move(moves_at_work.council_move(chance, play))
            case n if n < 84 and running:
                self.move(moves_at_work.work_move(chance, play))
            case n if n < 92:
                self.move(moves.ballot_move(chance, play))
            case n if n < 96:
                self.move(moves.people_move(chance, play))
            case n if n < 97 and chance.number(0, 9) == 0:
                self.move(moves.abandonment(chance, play))
            case 97 if running:
                self.move(moves_migrating.migration_move(chance, play))
            case _:
                self.the_same_again()
        play.check_liveness()

    def end(self) -> None:
        """The ledger is the process, and what is due can be done."""
        self.play.catch_up()
        self.play.check_whole()
