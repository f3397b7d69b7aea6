"""Lives in which the procedure changes often: migrations keep every promise, and the ledger tells them whole."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from domain import acts
from domain import events as ev
from domain.evolve import fold
from domain.migrating.impact import BECAUSE, Effect
from domain.migrating.reporting import report
from domain.process import Process
from tests.closing.telling import walked
from tests.properties import moves_migrating
from tests.properties.chance import Rolled
from tests.properties.finishing import Finisher
from tests.properties.generated import rolled_procedure
from tests.properties.life import Life
from tests.unit.play import ID

ASKED = os.environ.get("PROPERTIES", "small")
LIVES = {"small": 25, "large": 1500}.get(ASKED) or int(ASKED)
STEPS = 120


def changing_life(seed: int) -> Life:
    """Live through what a seed brings; one step in five is a migration, or one that is refused."""
    note(f"SEED={seed}")
    chance = Rolled(seed)
    life = Life(rolled_procedure(seed))
    for _ in range(STEPS):
        if life.play.process.over:
            break
        if life.play.process.runs and chance.number(0, 4) == 0:
            _report_holds_for_now(life)
            life.move(moves_migrating.migration_move(chance, life.play))
            life.play.check_liveness()
        else:
            life.step(chance)
    life.end()
    return life


def _report_holds_for_now(life: Life) -> None:
    """The next version without a change has nothing to report."""
    play = life.play
    assert play.process.procedure is not None
    same = play.process.procedure.model_copy(update={"version": play.process.procedure.version + 1})
    reported = report(play.process, same, "0" * 64, play.now)
    assert isinstance(reported, tuple)
    assert (reported[1].changes, reported[1].dates) == ((), ())


@settings(
    max_examples=LIVES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.reuse, Phase.generate],
)
@given(seed=st.integers(0, 2**32))
def test_migrations_keep_every_promise_and_the_ledger_tells_them(seed: int) -> None:
    life = changing_life(int(os.environ.get("SEED", seed)))
    Finisher(life.play).finish()
    life.end()
    walk = walked(life.play.events)
    assert (walk.chain.fault, walk.unfolded, walk.events.fault, walk.ballots.fault) == (
        None,
        None,
        None,
        None,
    )
    assert fold(Process(id=ID), life.play.events) == life.play.process


@settings(max_examples=1, deadline=None)
@given(st.none())
def test_generated_lives_meet_migrations_that_are_done_and_all_kinds_of_effects(nothing: None) -> None:
    done = 0
    met: set[str] = set()
    effects: set[Effect] = set()
    for seed in range(12):
        chance = Rolled(seed)
        life = Life(rolled_procedure(seed))
        for _ in range(40):
            if life.play.process.over or not life.play.process.runs:
                break
            move = moves_migrating.migration_move(chance, life.play)
            if move is not None:
                act = move[0]
                assert isinstance(act, acts.MigrateProcedure)
                reported = report(life.play.process, act.procedure, act.procedure_digest, life.play.now)
                if isinstance(reported, tuple):
                    met |= {change.because for change in reported[1].changes}
                    effects |= {change.effect for change in reported[1].changes}
            life.move(move)
            life.step(chance)
        done += sum(isinstance(event.fact, ev.ProcedureMigrated) for event in life.play.events)
    assert done >= 20
    assert effects == set(Effect)
    assert met <= BECAUSE
    assert len(met) >= 15
