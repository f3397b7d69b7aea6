"""Where a synthesis is written: the open stage that is not assembled, and whether the author may write about a lane."""

from __future__ import annotations

from domain.deciding.turn import Turn
from domain.procedure import Kind
from domain.process import StageRun, Synthesis, stage_in_round
from domain.refusals import Code, Refusal
from domain.rights import Scope

Writing = tuple[str | None, StageRun, Synthesis]
"""The lane that is written about, the run, and the synthesis so far."""


def in_progress(turn: Turn) -> tuple[StageRun, Synthesis] | Refusal:
    """Give the open synthesis that the command names, if it is not assembled."""
    placed = turn.open_place(Kind.SYNTHESIS)
    if isinstance(placed, Refusal):
        return placed
    run = placed[1]
    name = stage_in_round(run.round, run.key)
    synthesis = turn.process.syntheses.get(name) or Synthesis(stage=run.key, round=run.round)
    if synthesis.assembled_at is not None:
        return Refusal(Code.SYNTHESIS_ASSEMBLED, {"stage": run.key})
    return run, synthesis


def in_synthesis(turn: Turn, act: str, lane: str | None) -> Writing | Refusal:
    """Give the open synthesis that is not assembled, if the author may write about this lane in it.

    In a synthesis of one lane everything is about that lane; what is common to all lanes in a common one
    is not for the rapporteur of one of them.
    """
    placed = turn.open_place(Kind.SYNTHESIS)
    if isinstance(placed, Refusal):
        return placed
    stage = placed[0]
    if lane is not None and (lane not in turn.process.lanes or stage.lane not in (None, lane)):
        return Refusal(Code.UNKNOWN_LANE, {"lane": lane}, ("lane",))
    lane = lane or stage.lane
    refusal = about_lane(turn, act, lane)
    if refusal is not None:
        return refusal
    found = in_progress(turn)
    return found if isinstance(found, Refusal) else (lane, *found)


def about_lane(turn: Turn, act: str, lane: str | None) -> Refusal | None:
    """Refuse an author who may not write about a lane, or about what is common to all."""
    entitled = turn.entitle(act, Scope(lane=lane, whole=lane is None))
    return entitled if isinstance(entitled, Refusal) else None
