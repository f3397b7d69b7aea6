"""Any sequence of commands and times on any procedure: what must always hold, holds.

Two ways to look: Hypothesis draws short lives and shrinks what it finds; seeds roll long ones. `PROPERTIES=large`
looks longer, `PROPERTIES=500` at five hundred lives of each; `SEED=7` plays the one long life of that seed.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.builtin import builtin, names
from domain.procedure import Procedure
from domain.process import Outcome, State
from tests.properties import moves, moves_at_work, moves_awaited
from tests.properties.chance import Drawn, Rolled
from tests.properties.finishing import Finisher
from tests.properties.generated import procedures, rolled_procedure
from tests.properties.life import Life
from tests.properties.watched import Watched

ASKED = os.environ.get("PROPERTIES", "small")
LIVES = {"small": 60, "large": 3000}.get(ASKED) or int(ASKED)
STEPS = 250


def long_life(seed: int) -> Life:
    """Live through what a seed brings."""
    note(f"SEED={seed}")
    chance = Rolled(seed)
    life = Life(rolled_procedure(seed), launched=chance.number(0, 5) > 0)
    for _ in range(STEPS):
        if life.play.process.over:
            break
        life.step(chance)
    life.end()
    Finisher(life.play).finish()
    life.end()
    return life


@settings(
    max_examples=LIVES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.reuse, Phase.generate],
)
@given(seed=st.integers(0, 2**32))
def test_long_lives_keep_every_promise(seed: int) -> None:
    """Shrinking a seed says nothing, so it is not tried."""
    long_life(int(os.environ.get("SEED", seed)))


@pytest.mark.parametrize("name", names())
def test_every_built_in_procedure_is_brought_to_its_end(name: str) -> None:
    """With good will, from the draft to the last report."""
    play = Watched(builtin(name))
    Finisher(play).finish()
    play.check_whole()
    assert play.process.outcome is Outcome.COMPLETED


class AnyConcertation(RuleBasedStateMachine):
    """The same steps, drawn one by one, so that what fails shrinks."""

    life: Life

    @initialize(procedure=procedures(), launched=st.sampled_from((True, True, True, False)))
    def draft(self, procedure: Procedure, launched: bool) -> None:
        """Draft it; mostly launch it at once."""
        self.life = Life(procedure, launched=launched)

    @rule()
    def at_the_next_deadline(self) -> None:
        """Time comes to the next deadline, and the engine is there."""
        self.life.at_the_next_deadline()

    @rule(units=st.integers(0, 200), fraction=st.sampled_from((0.0, 0.5)))
    def time_passes_unnoticed(self, units: int, fraction: float) -> None:
        """Time passes; the engine sleeps."""
        self.life.time_passes(units + fraction)

    @rule(units=st.integers(0, 40))
    def the_engine_is_late(self, units: int) -> None:
        """Time passes and the engine wakes, late."""
        self.life.the_engine_is_late(units)

    @rule()
    def a_bare_tick(self) -> None:
        """A tick that brings neither tallies nor seals."""
        self.life.a_bare_tick()

    @precondition(lambda self: any(r.state is State.SEALING for r in self.life.play.process.runs.values()))
    @rule()
    def a_seal(self) -> None:
        """The store has sealed a set."""
        self.life.a_seal()

    @precondition(lambda self: moves.is_open(self.life.play))
    @rule(data=st.data())
    def contributions(self, data: st.DataObject) -> None:
        """People contribute."""
        self.life.contributions(Drawn(data))

    @rule(data=st.data(), times=st.integers(1, 6))
    def what_is_awaited(self, data: st.DataObject, times: int) -> None:
        """People do what is awaited of them."""
        for _ in range(times):
            self.life.move(moves_awaited.awaited_move(Drawn(data), self.life.play))

    @precondition(lambda self: self.life.play.process.runs)
    @rule(
        data=st.data(),
        kind=st.sampled_from((moves.schedule_move, moves_at_work.council_move, moves_at_work.work_move)),
    )
    def in_a_stage(self, data: st.DataObject, kind: moves.Maker) -> None:
        """Somebody does something about a stage."""
        self.life.move(kind(Drawn(data), self.life.play))

    @rule(data=st.data(), kind=st.sampled_from((moves.ballot_move, moves.people_move)))
    def among_people(self, data: st.DataObject, kind: moves.Maker) -> None:
        """Somebody votes, gives a proxy, comes, goes, delegates."""
        self.life.move(kind(Drawn(data), self.life.play))

    @rule()
    def the_same_again(self) -> None:
        """The last command arrives a second time."""
        self.life.the_same_again()

    @invariant()
    def somebody_or_something_is_to_come(self) -> None:
        """Always a next deadline, an awaited person, or an end."""
        if hasattr(self, "life"):
            self.life.play.check_liveness()

    def teardown(self) -> None:
        """The ledger is the process."""
        if hasattr(self, "life"):
            self.life.end()


AnyConcertation.TestCase.settings = settings(
    max_examples=LIVES, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
)
TestAnyConcertation = AnyConcertation.TestCase
