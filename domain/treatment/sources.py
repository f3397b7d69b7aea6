"""What leads to a synthesis: the stages before it in the graph, with their hearings, reservations and contributions.

In a synthesis of one axis, what is of that axis or common to all. Of each stage the latest round counts that had come
when the synthesis was in its own: a referral back may have begun after some of them.
"""

from __future__ import annotations

from domain.procedure import Kind
from domain.process import (
    Hearing,
    HearingState,
    Process,
    Reservation,
    StageRun,
    Synthesis,
    stage_in_round,
)


def leading_to(process: Process, round: int, key: str, kind: Kind) -> tuple[StageRun, ...]:
    """Give the runs of the stages of a kind that come before a stage, however far, in the order of the file."""
    before: set[str] = set()
    waiting = [key]
    while waiting:
        for earlier in process.stages[waiting.pop()].after or ():
            if earlier in process.stages and earlier not in before:
                before.add(earlier)
                waiting.append(earlier)
    lane = process.stages[key].lane
    latest: dict[str, StageRun] = {}
    for run in (*process.past_runs, *process.runs.values()):
        stage = process.stages.get(run.key)
        if (
            run.key in before
            and run.round <= round
            and stage is not None
            and stage.kind is kind
            and (lane is None or stage.lane in (None, lane))
        ):
            latest[run.key] = run
    return tuple(latest[run] for run in process.runs if run in latest)


def calls_for_input(process: Process, round: int, key: str) -> tuple[tuple[int, str], ...]:
    """Give round and key of the calls for input whose contributions the synthesis of a stage has to treat."""
    return tuple((run.round, run.key) for run in leading_to(process, round, key, Kind.CALL_FOR_INPUT))


def records(process: Process, round: int, key: str) -> tuple[Hearing, ...]:
    """Give the hearings whose approved records the synthesis of a stage has to treat."""
    places = {(run.round, run.key) for run in leading_to(process, round, key, Kind.HEARINGS)}
    return tuple(
        hearing
        for hearing in process.hearings.values()
        if (hearing.round, hearing.stage) in places and hearing.state is HearingState.APPROVED
    )


def reservations(process: Process, round: int, key: str) -> dict[str, tuple[Reservation, str]]:
    """Give the reservations of adopted opinions that a synthesis has to answer, by name, each with its stage."""
    return {
        name: (reservation, run.key)
        for run in leading_to(process, round, key, Kind.SCIENTIFIC_REVIEW)
        if (opinion := process.opinions.get(stage_in_round(run.round, run.key))) is not None
        and opinion.adopted_at is not None
        for name, reservation in opinion.reservations.items()
    }


def unanswered(process: Process, round: int, key: str, synthesis: Synthesis | None) -> tuple[str, ...]:
    """Name the reservations that the synthesis of a stage has still to lift or to declare maintained."""
    answered = synthesis.answers if synthesis is not None else {}
    return tuple(name for name in reservations(process, round, key) if name not in answered)


def is_contribution(process: Process, source: str) -> bool:
    """Say whether a source is neither a hearing nor a reservation of the concertation."""
    return source not in process.hearings and not any(
        source in opinion.reservations for opinion in process.opinions.values()
    )
