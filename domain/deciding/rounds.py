"""Rounds: a referral back opens the next one; with none left the last resort applies."""

from __future__ import annotations

from domain import events as ev
from domain.calendar import plan
from domain.deciding.balloting import supersede, supersede_all
from domain.deciding.turn import Turn
from domain.graph import keys_of, with_descendants
from domain.process import BallotState, Outcome, Purpose, StageRun, State


def open_next_round(turn: Turn, origin: str, target: str) -> bool:
    """Open the next round at `target` (a stage id) and all that follows it.

    Gives `False`, having recorded the last resort, when no round is left; the caller goes on
    unless the concertation was stopped by it.
    """
    process = turn.process
    lane = process.stages[origin].lane
    named = keys_of(process.stages, target)
    same_lane = tuple(key for key in named if process.stages[key].lane == lane)
    starts = same_lane if lane is not None and same_lane else named
    keys = with_descendants(process.stages, (*starts, origin))
    number = _next_number(tuple(process.runs[key] for key in keys))
    if number > turn.procedure.rounds.maximum:
        apply_last_resort(turn, origin)
        return False
    for ballot in tuple(process.ballots.values()):
        if (
            ballot.stage in keys
            and ballot.state is not BallotState.CLOSED
            and ballot.purpose is not Purpose.SIGNATURES
        ):
            supersede(turn, ballot.id)
    calendar = plan(turn.procedure, process.stages, process.territories, turn.now, keys)
    turn.conclude(
        ev.RoundOpened(number=number, from_stage=starts[0] if starts else origin, calendar=calendar),
        origin,
    )
    return True


def _next_number(runs: tuple[StageRun, ...]) -> int:
    """Give the number of the round that these runs begin: one more than what has begun of them.

    Each axis has its rounds. What is common to all has not begun while one of them goes back: it waits in the
    highest round that leads to it.
    """
    begun = max((run.round for run in runs if run.state is not State.PENDING), default=0)
    return max(begun + 1, *(run.round for run in runs))


def apply_last_resort(turn: Turn, origin: str) -> None:
    """Record that no round (or no time) is left, and stop where the procedure says so."""
    consequence = turn.procedure.rounds.last_resort
    turn.conclude(ev.LastResortApplied(consequence=consequence), origin)
    if consequence == "stop":
        supersede_all(turn)
        turn.conclude(ev.ConcertationEnded(outcome=Outcome.STOPPED_NO_ROUND_LEFT))
