"""Deciding again what happened at one instant, in the order in which `record` does: tallies, command, seals, tallies.

What the decider is told by the store is taken from the events themselves: the tally of a secret ballot from the count
that it was closed with, the figures of a seal from the seal, those of a set that missed its quorum from the finding.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from domain.acts import SYSTEM, Actor, Command, Position, RecordSeal, SealFigures, SecretTally, Tick
from domain.closing.commands import command_of
from domain.deadlines import is_secret_due
from domain.decide import decide, next_deadline
from domain.events import (
    BallotClosed,
    BallotEscalated,
    BallotHeld,
    BallotReconvened,
    Event,
    QuorumMissed,
    StageSealed,
)
from domain.evolve import fold
from domain.procedure import Stage
from domain.process import Process, State
from domain.refusals import Refusal
from domain.rights import PlatformRole

_ENGINE = Actor(member=SYSTEM)
_ENOUGH = 1_000_000_000
"""More contributions than any quorum asks for: of a college that is not among those that missed theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What came of deciding a batch again."""

    #: The process with all events of the batch folded, whether they were reproduced or not.
    process: Process
    #: The commands that brought the events about, those of the engine among them.
    commands: tuple[Command, ...]
    #: How many events were reproduced, to the letter.
    reproduced: int
    #: The first event that was not.
    fault: Event | None = None


def replay(process: Process, events: Sequence[Event]) -> Replayed:
    """Decide again what happened at one instant (all `events` have it), and compare it with what is said."""
    commands: list[Command] = []
    rest, met = list(events), process
    while rest:
        alike = 0
        for command in _candidates(met, rest):
            decided = decide(met, command, rest[0].at)
            if isinstance(decided, Refusal) or not decided:
                continue
            if decided == rest[: len(decided)]:
                break
            alike = max(alike, _alike(decided, rest))
        else:
            reproduced = len(events) - len(rest) + min(alike, len(rest) - 1)
            return Replayed(
                process=fold(met, rest),
                commands=tuple(commands),
                reproduced=reproduced,
                fault=events[reproduced],
            )
        commands.append(command)
        met, rest = fold(met, decided), rest[len(decided) :]
    return Replayed(process=met, commands=tuple(commands), reproduced=len(events))


def _alike(decided: Sequence[Event], told: Sequence[Event]) -> int:
    """Give how many events are the same, from the first on."""
    pairs = zip(decided, told, strict=False)
    return next((number for number, (one, other) in enumerate(pairs) if one != other), len(told))


def _candidates(process: Process, rest: Sequence[Event]) -> Iterator[Command]:
    """Give what may have brought about the next events: what time does first, it did before anybody spoke."""
    at = rest[0].at
    tallies = tuple(_tallies(process, rest, at))
    if tallies:
        yield _own(process, Tick(tallies=tallies))
    deadline = next_deadline(process)
    if deadline is not None and deadline <= at:
        yield _own(process, Tick())
    yield from _seals(process, rest)
    command = command_of(rest, process)
    if command is not None:
        yield command
        if not command.actor.platform_roles:
            actor = replace(command.actor, platform_roles=(PlatformRole.COORDINATOR.value,))
            yield replace(command, actor=actor)


def _own(
    process: Process, act: Tick | RecordSeal, round: int | None = None, stage: str | None = None
) -> Command:
    return Command(id="", concertation=process.id, actor=_ENGINE, act=act, round=round, stage=stage)


def _tallies(process: Process, rest: Sequence[Event], at: datetime) -> Iterator[SecretTally]:
    """Give the tallies of the secret ballots that were counted: positions are known by their numbers alone."""
    for key in process.running:
        ballot = process.ballots[key]
        if not ballot.rule.secret or not is_secret_due(process, ballot, at):
            continue
        for event in rest:
            fact = event.fact
            if (
                isinstance(fact, BallotClosed | BallotReconvened | BallotHeld | BallotEscalated)
                and fact.ballot == key
                and fact.count is not None
            ):
                broken = isinstance(fact, BallotClosed) and fact.casting_vote
                yield SecretTally(
                    ballot=key,
                    favourable=fact.count.favourable,
                    unfavourable=fact.count.unfavourable,
                    abstain=fact.count.abstain,
                    chair=Position.FAVOURABLE if broken else None,
                )
                break


def _seals(process: Process, rest: Sequence[Event]) -> Iterator[Command]:
    for event in rest:
        run = process.runs.get(event.stage or "")
        if run is None or run.state is not State.SEALING or event.round != run.round:
            continue
        fact = event.fact
        if isinstance(fact, StageSealed):
            yield _own(process, RecordSeal(figures=fact.figures), run.round, run.key)
        elif isinstance(fact, QuorumMissed):
            figures = _figures(process.stages[run.key], fact)
            yield _own(process, RecordSeal(figures=figures), run.round, run.key)


def _figures(stage: Stage, fact: QuorumMissed) -> SealFigures:
    """Give figures that miss this quorum and no other: a set that is not sealed yet has no others in the ledger."""
    entitled = {}
    for college, asked in fact.asked.items():
        quorum = stage.quorum.get(college, 0)
        if not isinstance(quorum, int) and quorum > 0:
            entitled[college] = asked * quorum.denominator // quorum.numerator
    return SealFigures(
        root="",
        count=0,
        by_college={college: fact.reached.get(college, _ENOUGH) for college in stage.quorum},
        by_channel={},
        entitled=entitled,
    )
