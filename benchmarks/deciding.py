"""`decide_per_s` and `fold_10k_s`: the rules alone, in one process, without storage or network.

Nothing is waited for, so what counts is processor time: the clock's on a quiet machine, and true on a busy one.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from time import process_time

from benchmarks.figure import Figure
from benchmarks.play import ID, Play, whole_piece
from benchmarks.progress import say
from benchmarks.scale import sized
from domain.builtin import builtin
from domain.decide import decide
from domain.events import Event, MemberEnrolled
from domain.evolve import evolve, fold
from domain.process import Process
from domain.refusals import Refusal
from store.snapshots import read_event, write_event

REPETITIONS = 7
PASSES = 5
"""How often the piece is played in one repetition: some 3,000 commands."""
LONG = 10_000


async def decide_per_s() -> list[Figure]:
    """Ask all the commands of a whole concertation again, in order; every answer is folded by its asker."""
    play = whole_piece()
    say(f"{len(play.asked)} commands, {play.refusals} of them refused, give {len(play.events)} events")
    if _all_over_again(play) != play.process:
        raise RuntimeError("the same commands brought about something else")
    rates = []
    passes = sized(PASSES, small=1)
    for _ in range(sized(REPETITIONS, small=1)):
        seconds = sum(_timed(lambda: _all_over_again(play)) for _ in range(passes))
        rates.append(passes * len(play.asked) / seconds)
    by_kind = _by_kind(play)
    say("µs each: " + ", ".join(f"{kind} {each * 1e6:.0f} (×{count})" for kind, count, each in by_kind))
    whole = sum(count * each for _, count, each in by_kind)
    shares = sorted(((count * each / whole, kind) for kind, count, each in by_kind), reverse=True)
    most = ", ".join(f"`{kind}` {share:.0%}" for share, kind in shares[:3])
    bound = f"Python on one core. Of the time of the {len(play.asked)} commands: {most}."
    return [Figure(name="decide_per_s", values=tuple(rates), bound=bound)]


def _all_over_again(play: Play) -> Process:
    process = Process(id=ID)
    for command, now in play.asked:
        answer = decide(process, command, now)
        if not isinstance(answer, Refusal):
            for event in answer:
                process = evolve(process, event)
    return process


def _by_kind(play: Play) -> list[tuple[str, int, float]]:
    """Give each kind of act, how often it is asked and what it costs each time in seconds; the dearest first."""
    counts: dict[str, int] = defaultdict(int)
    costs: dict[str, float] = defaultdict(float)
    process = Process(id=ID)
    for command, now in play.asked:
        start = process_time()
        answer = decide(process, command, now)
        if not isinstance(answer, Refusal):
            process = fold(process, answer)
        costs[command.act.kind] += process_time() - start
        counts[command.act.kind] += 1
    return sorted(
        ((kind, counts[kind], costs[kind] / counts[kind]) for kind in costs), key=lambda row: -row[2]
    )


async def fold_10k_s() -> list[Figure]:
    """Fold a ledger of 10,000 events that are read already; reading them from JSON is told apart."""
    events = whole_piece(participants=2_500, recommendations=500, reports=10).events[:LONG]
    if len(events) < LONG:
        raise RuntimeError(f"the ledger has {len(events)} events only")
    contents = list(map(write_event, events))
    events = list(map(read_event, contents))
    folds = tuple(_timed(lambda: fold(Process(id=ID), events)) for _ in range(sized(REPETITIONS, small=1)))
    reading = min(_timed(lambda: list(map(read_event, contents))) for _ in range(3))
    crowd = _crowd(LONG)
    enrolments = min(_timed(lambda: fold(Process(id=ID), crowd)) for _ in range(3))
    say(
        f"10,000 events: reading them from JSON {reading:.2f} s; folding as many enrolments {enrolments:.2f} s"
    )
    share = reading / (reading + min(folds))
    bound = (
        f"Copying the mapping that an event changes. Reading the same events from JSON first takes {reading:.2f} s "
        f"({share:.0%} of both together). A ledger of nothing but enrolments folds in {enrolments:.2f} s."
    )
    return [Figure(name="fold_10k_s", values=folds, bound=bound)]


def _crowd(number: int) -> list[Event]:
    """Give the costliest ledger of all: one mapping that grows with every event."""
    play = Play(builtin("assises-ia"))
    enrolment = next(event for event in play.events if isinstance(event.fact, MemberEnrolled))
    crowd = [replace(enrolment, fact=MemberEnrolled(member=f"member-{index}")) for index in range(number)]
    return [*play.events, *crowd][:number]


def _timed(work: Callable[[], object]) -> float:
    gc.collect()
    start = process_time()
    work()
    return process_time() - start
