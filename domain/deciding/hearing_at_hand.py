"""What acts about hearings begin with: the stage, the right to it, the hearing they name."""

from __future__ import annotations

from domain.deciding.turn import Turn
from domain.hearings.conflicts import Sitting, conflicts
from domain.procedure import Kind, Stage
from domain.process import Hearing, HearingState, StageRun, State
from domain.refusals import Code, Refusal
from domain.rights import Scope

AHEAD = (State.PENDING, State.AWAITING_OPENING, State.OPEN)
"""States of a stage whose window is not over."""


def running_stage(turn: Turn) -> tuple[Stage, StageRun] | Refusal:
    """Give the stage of hearings that the command names, if its clock runs."""
    placed = turn.place(Kind.HEARINGS)
    if isinstance(placed, Refusal):
        return placed
    if turn.is_suspended(placed[1]):
        return Refusal(Code.SUSPENDED, {"stage": placed[1].key}, ("stage",))
    return placed


def stage_ahead(turn: Turn) -> tuple[Stage, StageRun] | Refusal:
    """Give the stage of hearings that the command names, if its window is not over."""
    placed = running_stage(turn)
    if not isinstance(placed, Refusal) and placed[1].state not in AHEAD:
        return Refusal(Code.STAGE_WRONG_STATE, {"stage": placed[1].key, "state": placed[1].state}, ("stage",))
    return placed


def stage_conducted(turn: Turn, act: str) -> tuple[Stage, StageRun] | Refusal:
    """Give the stage of hearings that the command names, if its clock runs, to whoever may do this act in it."""
    placed = running_stage(turn)
    if isinstance(placed, Refusal):
        return placed
    return entitled_in(turn, act, placed[0]) or placed


def entitled_in(turn: Turn, act: str, stage: Stage) -> Refusal | None:
    """Refuse who may not do this act in the stage."""
    entitled = turn.entitle(act, Scope(lane=stage.lane))
    return entitled if isinstance(entitled, Refusal) else None


def for_themself(turn: Turn, act: str) -> Refusal | None:
    """Refuse what nobody does in another's name."""
    return Refusal(Code.NOT_ALLOWED, {"act": act}) if turn.actor.on_behalf_of is not None else None


def hearing_of(turn: Turn, hearing_id: str, *states: HearingState) -> Hearing | Refusal:
    """Give the hearing of a name in the stage and round of the command, in one of these states, if any are given."""
    hearing = turn.process.hearings.get(hearing_id)
    run = turn.process.runs.get(turn.stage or "")
    if hearing is None or run is None or hearing.stage != run.key or hearing.round != run.round:
        return Refusal(Code.UNKNOWN_HEARING, {"hearing": hearing_id}, ("hearing",))
    if states and hearing.state not in states:
        return wrong_state(hearing)
    return hearing


def wrong_state(hearing: Hearing) -> Refusal:
    """Refuse because a hearing is not in the state that the act needs."""
    return Refusal(Code.HEARING_WRONG_STATE, {"hearing": hearing.id, "state": hearing.state}, ("hearing",))


def clash(turn: Turn, sitting: Sitting, field: str) -> Refusal | None:
    """Refuse what would put a witness or a room into two hearings at once."""
    for conflict in conflicts(turn.process, sitting):
        args: dict[str, str | int] = {"hearing": conflict.hearing, "what": conflict.what}
        return Refusal(Code.HEARING_CONFLICT, args, (field,))
    return None


def too_many(capacity: int | None, witnesses: int, field: str) -> Refusal | None:
    """Refuse more witnesses than there is room for."""
    if capacity is None or witnesses <= capacity:
        return None
    return Refusal(Code.HEARING_FULL, {"capacity": capacity}, (field,))


def too_late(turn: Turn, stage: Stage, hearing: Sitting, urgent: str | None, field: str) -> Refusal | None:
    """Refuse to call anybody later than the procedure has it, unless it says why that is urgent."""
    if stage.convocation is None or not hearing.witnesses or (urgent is not None and urgent.strip()):
        return None
    latest = hearing.starts_at - stage.convocation
    if turn.now <= latest:
        return None
    return Refusal(Code.CONVOCATION_TOO_LATE, {"latest": latest.isoformat()}, (field,))
