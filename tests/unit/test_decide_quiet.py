"""After every command of a whole concertation nothing is left to do, not even by the acts that do not look for it."""

from benchmarks.play import ID, whole_piece
from domain.acts import SYSTEM, Actor, Command, Tick
from domain.decide import QUIET, decide
from domain.evolve import fold
from domain.process import Process
from domain.refusals import Refusal


def test_a_tick_right_after_any_command_finds_nothing_to_do() -> None:
    process = Process(id=ID)
    accepted = set()
    for command, now in whole_piece(participants=20, recommendations=4, reports=1).asked:
        events = decide(process, command, now)
        if isinstance(events, Refusal):
            continue
        accepted.add(type(command.act))
        process = fold(process, events)
        tick = Command(id="tick", concertation=ID, actor=Actor(member=SYSTEM), act=Tick())
        assert decide(process, tick, now) == [], command.act.kind
    assert accepted >= QUIET
