"""The ledger holds all that was asked: each accepted command of a life is rebuilt from its events, and decided again.

`PROPERTIES=large` (or a number) looks at more lives, as in tests/properties.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import domain.closing.acts_of
from domain import acts
from domain.acts import SYSTEM, Act, Command
from domain.builtin import builtin, names
from domain.closing.replaying import replay
from domain.events import Event
from domain.evolve import fold
from domain.process import Process
from domain.refusals import Refusal
from tests.properties.chance import Rolled
from tests.properties.finishing import Finisher
from tests.properties.generated import rolled_procedure
from tests.properties.life import Life
from tests.properties.watched import Watched
from tests.unit.play import ID

ASKED = os.environ.get("PROPERTIES", "small")
LIVES = {"small": 12, "large": 600}.get(ASKED) or int(ASKED)
STEPS = 150
ACTS_OF = Path(domain.closing.acts_of.__file__).parent

OF_THE_ENGINE = {acts.Tick, acts.RecordSeal}
LEFT_OPEN = {
    acts.AppointMember: {"seat", "since"},
    acts.GiveDelegation: {"since"},
    acts.AmendDraft: {"title", "territories"},
    acts.DraftConcertation: {"lanes", "themes", "territories"},
    acts.SubmitChapter: {"lane"},
    acts.MakeRecommendation: {"lane"},
    acts.CastVote: {"seat"},
    acts.AssembleSynthesis: {"treatment"},
}
"""What an act may leave to the decider, or claim needlessly: its event says what was settled."""


@dataclass(frozen=True)
class Asked:
    """An accepted command, as it was asked."""

    command: Command
    now: datetime
    before: Process
    events: Sequence[Event]


@pytest.fixture
def accepted(monkeypatch: pytest.MonkeyPatch) -> list[Asked]:
    """Every command that any play accepts, in order."""
    found: list[Asked] = []
    ask = Watched.ask

    def asked(self: Watched, command: Command) -> list[Event] | Refusal:
        before = self.process
        answer = ask(self, command)
        if not isinstance(answer, Refusal) and answer:
            found.append(Asked(command, self.now, before, answer))
        return answer

    monkeypatch.setattr(Watched, "ask", asked)
    return found


def differs(asked: Command, rebuilt: Command) -> list[str]:
    """Name what the rebuilt command says otherwise."""
    act, again = asked.act, rebuilt.act
    if isinstance(act, acts.EnrolMembers) and isinstance(again, acts.EnrolMember):
        act = act.members[0]
    if type(act) is not type(again):
        return [f"{act.kind} {again.kind}"]
    left_open = LEFT_OPEN.get(type(act), set())
    said = [
        part.name
        for part in fields(act)
        if part.name not in left_open and getattr(act, part.name) != getattr(again, part.name)
    ]
    if asked.actor.member != rebuilt.actor.member:
        said.append("actor")
    if rebuilt.stage not in (None, asked.stage):
        said.append("stage")
    return said


def check(asked: Asked) -> None:
    """Check that a command is rebuilt, and decided again as it was."""
    replayed = replay(asked.before, asked.events)
    assert replayed.fault is None, f"{asked.command.act}: {replayed.fault}"
    assert replayed.process == fold(asked.before, asked.events)
    persons = [command for command in replayed.commands if command.actor.member != SYSTEM]
    if asked.command.actor.member == SYSTEM:
        assert persons == []
        return
    by_people = {event.actor for event in asked.events} - {SYSTEM}
    if asked.command.actor.member not in by_people:
        assert persons == []  # nothing was left to do: what is told is what time brought about
        return
    assert len(persons) == 1
    assert differs(asked.command, persons[0]) == []


@settings(
    max_examples=LIVES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.reuse, Phase.generate],
)
@given(seed=st.integers(0, 2**32))
def test_every_command_of_a_life_is_rebuilt_and_decided_again(accepted: list[Asked], seed: int) -> None:
    accepted.clear()
    chance = Rolled(seed)
    life = Life(rolled_procedure(seed), launched=chance.number(0, 5) > 0)
    for _ in range(STEPS):
        if life.play.process.over:
            break
        life.step(chance)
    life.end()
    Finisher(life.play).finish()
    for asked in accepted:
        check(asked)


@pytest.mark.parametrize("name", names())
def test_a_built_in_procedure_is_decided_again_from_its_ledger(accepted: list[Asked], name: str) -> None:
    play = Watched(builtin(name))
    Finisher(play).finish()
    for asked in accepted:
        check(asked)
    process = Process(id=ID)
    for asked in accepted:
        process = replay(process, asked.events).process
    assert process == play.process


def test_every_act_of_a_person_can_be_rebuilt() -> None:
    """A new act needs its fact in domain/closing/acts_of, or whoever verifies an archive finds what nobody asked."""
    written = "\n".join(
        path.read_text() for path in sorted(ACTS_OF.glob("*.py")) if path.name != "__init__.py"
    )
    missing = {act.__name__ for act in get_args(Act) if f"acts.{act.__name__}" not in written}
    assert missing == {act.__name__ for act in OF_THE_ENGINE}
