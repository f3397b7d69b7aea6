"""Rules of ballots under another version: what is open is held by the rule that it was opened with, or not touched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from domain.migrating.following import Followed
from domain.migrating.impact import Effect, Fate, OpenBallot
from domain.migrating.standing import Standing, is_spoken_in
from domain.procedure import BallotRule, Gate, Stage
from domain.process import Ballot, Process, Purpose, State

Weight = tuple[Effect, str, str]
"""What a change means: its effect, why, and where that comes from."""

_BINDS = "CRPA R133-12"
_GATES = {Gate.OPENING: Purpose.OPENING, Gate.CONCLUSION: Purpose.CONCLUSION}
_RULES = {"opinion": Purpose.OPINION, "articles": Purpose.ARTICLE, "record_approval": Purpose.RECORD}
"""The fields of a stage that are rules of ballots."""

VOTES_CAST: Weight = (Effect.REFUSED, "votes_cast", _BINDS)


def weigh_gate(standing: Standing, gate: Gate, after: BallotRule | None) -> Weight:
    """Weigh another rule for a gate, or none, or one where there was none."""
    run = standing.run
    passed = run.opening_passed if gate is Gate.OPENING else run.conclusion_passed
    if passed or (gate is Gate.OPENING and not standing.waits) or run.state is State.CONCLUDED:
        return Effect.HARMLESS, "later_rounds", ""
    running = standing.running(_GATES[gate])
    if any(map(is_spoken_in, running)):
        return VOTES_CAST
    at_the_gate = (
        run.state is State.AWAITING_OPENING
        if gate is Gate.OPENING
        else run.state is State.AWAITING_CONCLUSION
    )
    if after is None and at_the_gate:
        return Effect.REFUSED, "gate_waited", "D7"
    if after is None and gate is Gate.CONCLUSION and standing.begun:
        return Effect.REFUSED, "protection_lowered", "D7"
    if running:
        return Effect.ANNOUNCED, "ballot_opened_anew", ""
    if standing.stage.approval(gate) is None:
        return Effect.ANNOUNCED, "stricter", ""
    return Effect.ANNOUNCED, "ballots_to_come", ""


def weigh_rule(standing: Standing, name: str, before: BallotRule | None, after: BallotRule | None) -> Weight:
    """Weigh another rule for the opinion, its articles, or the approval of records."""
    if any(map(is_spoken_in, standing.running(_RULES[name]))):
        return VOTES_CAST
    if before is not None and after is None and standing.begun:
        return Effect.REFUSED, "protection_lowered", "D7"
    return Effect.ANNOUNCED, "ballots_to_come", ""


def open_ballots(process: Process, later: Followed) -> Iterator[OpenBallot]:
    """Say what becomes of each ballot that is open. Signatures are left out: they are gathered for an act as it is."""
    for name in process.running:
        ballot = process.ballots[name]
        if ballot.purpose is not Purpose.SIGNATURES:
            yield OpenBallot(ballot=name, fate=_fate(process, ballot, later))


def _fate(process: Process, ballot: Ballot, later: Followed) -> Fate:
    if ballot.stage is None or ballot.stage not in later.stages:
        return Fate.GOES_ON
    before = _rule(process.stages[ballot.stage], ballot.purpose)
    after = _rule(later.stages[ballot.stage], ballot.purpose)
    if before == after:
        return Fate.GOES_ON
    if is_spoken_in(ballot):
        return Fate.WOULD_BREAK
    at_a_gate = ballot.purpose in _GATES.values()
    return Fate.OPENED_ANEW if at_a_gate and after is not None else Fate.GOES_ON


def _rule(stage: Stage, purpose: Purpose) -> Any:
    for gate, of_gate in _GATES.items():
        if purpose is of_gate:
            return stage.approval(gate)
    for name, of_field in _RULES.items():
        if purpose is of_field:
            return getattr(stage, name) or (stage.opinion if name == "articles" else None)
    return None
