"""Requests to be heard, calls to hearings, the answers to them, and replacements."""

from __future__ import annotations

from dataclasses import replace

from domain import events as ev
from domain.acts import (
    AnswerCall,
    CallWitness,
    DeclineRequest,
    ReplaceWitness,
    RequestHearing,
    WithdrawRequest,
)
from domain.deciding.act_rule import ActRule
from domain.deciding.hearing_at_hand import (
    clash,
    entitled_in,
    for_themself,
    hearing_of,
    running_stage,
    stage_ahead,
    stage_conducted,
    too_late,
    too_many,
    wrong_state,
)
from domain.deciding.people import is_member
from domain.deciding.turn import Turn
from domain.hearings.conflicts import sitting_of
from domain.process import Hearing, HearingRequest, HearingState, RequestState
from domain.refusals import Code, Refusal


def request_hearing(turn: Turn, act: RequestHearing) -> Refusal | None:
    """Ask to be heard, as a member, while the window is not over: one request that waits, and no more."""
    placed = stage_ahead(turn)
    if isinstance(placed, Refusal):
        return placed
    stage, run = placed
    author = turn.actor.member
    if not is_member(turn, author):
        return Refusal(Code.NOT_ALLOWED, {"act": act.kind})
    if refusal := for_themself(turn, act.kind):
        return refusal
    if act.organisation is not None and act.organisation != turn.process.members[author].organisation:
        return Refusal(Code.UNKNOWN_ORGANISATION, {}, ("organisation",))
    if act.lane is not None and (act.lane not in turn.process.lanes or stage.lane not in (None, act.lane)):
        return Refusal(Code.UNKNOWN_LANE, {"lane": act.lane}, ("lane",))
    for theme in act.themes:
        if theme not in turn.process.themes:
            return Refusal(Code.UNKNOWN_THEME, {"theme": theme}, ("themes",))
    if act.request in turn.process.requests:
        return Refusal(Code.ALREADY_EXISTS, {"id": act.request}, ("request",))
    for other in turn.process.requests.values():
        if (
            other.state is RequestState.PENDING
            and (other.stage, other.round) == (run.key, run.round)
            and (
                other.member == author
                or (other.organisation is not None and other.organisation == act.organisation)
            )
        ):
            return Refusal(Code.ALREADY_REQUESTED, {"request": other.id}, ("request",))
    turn.tell(
        ev.HearingRequested(
            request=act.request,
            text=act.text,
            lane=act.lane,
            themes=tuple(dict.fromkeys(act.themes)),
            organisation=act.organisation,
        ),
        run.key,
    )
    return None


def _request(turn: Turn, name: str) -> HearingRequest | Refusal:
    """Give the request of a name in the stage and round of the command, if it waits."""
    request = turn.process.requests.get(name)
    if request is None or (request.stage, request.round) != (turn.stage, turn.round):
        return Refusal(Code.UNKNOWN_REQUEST, {"request": name}, ("request",))
    if request.state is not RequestState.PENDING:
        return Refusal(Code.REQUEST_DECIDED, {"request": name, "state": request.state}, ("request",))
    return request


def withdraw_request(turn: Turn, act: WithdrawRequest) -> Refusal | None:
    """Take one's own request back."""
    placed = running_stage(turn)
    if isinstance(placed, Refusal):
        return placed
    request = _request(turn, act.request)
    if isinstance(request, Refusal):
        return request
    if request.member != turn.actor.member or turn.actor.on_behalf_of is not None:
        return Refusal(Code.NOT_ALLOWED, {"act": act.kind})
    turn.tell(ev.RequestWithdrawn(request=request.id), placed[1].key)
    return None


def decline_request(turn: Turn, act: DeclineRequest) -> Refusal | None:
    """Decline a request, with a reason."""
    placed = stage_conducted(turn, act.kind)
    if isinstance(placed, Refusal):
        return placed
    request = _request(turn, act.request)
    if isinstance(request, Refusal):
        return request
    if not act.reason.strip():
        return Refusal(Code.REASON_REQUIRED, {}, ("reason",))
    turn.tell(ev.RequestDeclined(request=request.id, member=request.member, reason=act.reason), placed[1].key)
    return None


def _to_come(turn: Turn, name: str) -> Hearing | Refusal:
    """Give a hearing that is set and has not begun."""
    hearing = hearing_of(turn, name, HearingState.SCHEDULED)
    if not isinstance(hearing, Refusal) and turn.now >= hearing.starts_at:
        return wrong_state(hearing)
    return hearing


def call_witness(turn: Turn, act: CallWitness) -> Refusal | None:
    """Call a member who is free at that time, early enough, and serve their request."""
    placed = stage_conducted(turn, act.kind)
    if isinstance(placed, Refusal):
        return placed
    hearing = _to_come(turn, act.hearing)
    if isinstance(hearing, Refusal):
        return hearing
    if refusal := _not_callable(turn, hearing, act.witness, "witness"):
        return refusal
    if act.request is not None:
        request = _request(turn, act.request)
        if isinstance(request, Refusal):
            return request
        of = turn.process.members[act.witness].organisation
        if request.member != act.witness and (of is None or request.organisation != of):
            return Refusal(Code.UNKNOWN_REQUEST, {"request": act.request}, ("request",))
    if refusal := too_many(hearing.capacity, len(hearing.witnesses) + 1, "witness"):
        return refusal
    sitting = replace(sitting_of(hearing), witnesses=(act.witness,), room=None)
    if refusal := too_late(turn, placed[0], sitting, act.urgent, "hearing"):
        return refusal
    turn.tell(
        ev.WitnessCalled(hearing=hearing.id, witness=act.witness, request=act.request, urgent=act.urgent),
        placed[1].key,
    )
    return None


def _not_callable(turn: Turn, hearing: Hearing, member: str, field: str) -> Refusal | None:
    """Refuse to call who is no member, is or was called already, or is heard elsewhere at that time."""
    if not is_member(turn, member):
        return Refusal(Code.UNKNOWN_MEMBER, {"member": member}, (field,))
    if member in hearing.calls or member in hearing.witnesses:
        return Refusal(Code.ALREADY_EXISTS, {"id": member}, (field,))
    return clash(turn, replace(sitting_of(hearing), witnesses=(member,), room=None), field)


def answer_call(turn: Turn, act: AnswerCall) -> Refusal | None:
    """Say, oneself, whether one comes; otherwise than before, if at all."""
    placed = running_stage(turn)
    if isinstance(placed, Refusal):
        return placed
    hearing = hearing_of(turn, act.hearing)
    if isinstance(hearing, Refusal):
        return hearing
    if turn.actor.member not in hearing.witnesses:
        return Refusal(Code.NOT_A_WITNESS, {"hearing": hearing.id}, ("hearing",))
    if refusal := for_themself(turn, act.kind):
        return refusal
    coming = _to_come(turn, act.hearing)
    if isinstance(coming, Refusal):
        return coming
    call = hearing.calls.get(turn.actor.member)
    if call is None or call.comes is act.comes:
        return Refusal(Code.CALL_ANSWERED, {"hearing": hearing.id}, ("comes",))
    turn.tell(ev.CallAnswered(hearing=hearing.id, comes=act.comes, reason=act.reason), placed[1].key)
    return None


def replace_witness(turn: Turn, act: ReplaceWitness) -> Refusal | None:
    """Call another in the place of a witness; they themself may name somebody of their organisation."""
    placed = running_stage(turn)
    if isinstance(placed, Refusal):
        return placed
    themself = turn.actor.member == act.witness and turn.actor.on_behalf_of is None
    if not themself and (refusal := entitled_in(turn, act.kind, placed[0])):
        return refusal
    hearing = _to_come(turn, act.hearing)
    if isinstance(hearing, Refusal):
        return hearing
    if act.witness not in hearing.witnesses or act.witness not in hearing.calls:
        return Refusal(Code.NOT_A_WITNESS, {"hearing": hearing.id}, ("witness",))
    if not act.reason.strip():
        return Refusal(Code.REASON_REQUIRED, {}, ("reason",))
    if refusal := _not_callable(turn, hearing, act.by, "by"):
        return refusal
    members = turn.process.members
    of = members[act.witness].organisation if act.witness in members else None
    if themself and (of is None or members[act.by].organisation != of):
        return Refusal(Code.NOT_ALLOWED, {"act": act.kind}, ("by",))
    turn.tell(
        ev.WitnessReplaced(hearing=hearing.id, witness=act.witness, by=act.by, reason=act.reason),
        placed[1].key,
    )
    return None


RULES: dict[type, ActRule] = {
    RequestHearing: ActRule(request_hearing, quiet=True),
    WithdrawRequest: ActRule(withdraw_request, quiet=True),
    DeclineRequest: ActRule(decline_request, quiet=True),
    CallWitness: ActRule(call_witness),
    AnswerCall: ActRule(answer_call, quiet=True),
    ReplaceWitness: ActRule(replace_witness),
}
