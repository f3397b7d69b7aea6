"""The decision: a reasoned response of each addressee, the decision itself, its rectifications (D11, D12)."""

from __future__ import annotations

from domain import events as ev
from domain.acts import Answer, IssueDecision, RectifyDecision, Respond
from domain.deciding.act_rule import ActRule
from domain.deciding.turn import Turn
from domain.deciding.works import decisions_of, is_decided, missing_responses, recommendation_named
from domain.procedure import Kind, Stage
from domain.process import StageRun
from domain.refusals import Code, Refusal
from domain.rights import Scope


def respond(turn: Turn, act: Respond) -> Refusal | None:
    """Answer a recommendation with reasons; may be revised until the decision is out, what is deferred after it too."""
    placed = turn.open_place(Kind.DECISION, Kind.FOLLOW_UP)
    if isinstance(placed, Refusal):
        return placed
    found = recommendation_named(turn.process, act.recommendation)
    if isinstance(found, Refusal):
        return found
    if act.addressee not in found.addressees:
        return Refusal(Code.UNKNOWN_ADDRESSEE, {"addressee": act.addressee}, ("addressee",))
    entitled = turn.entitle(act.kind, Scope(office=act.addressee))
    if isinstance(entitled, Refusal):
        return entitled
    known = turn.process.responses.get(f"{act.recommendation}/{act.addressee}")
    deferred = known is not None and known.answer is Answer.DEFERRED
    if (placed[0].kind is Kind.FOLLOW_UP and not deferred) or decisions_of(turn.process, placed[1]):
        return Refusal(Code.DECISION_OUT, {})
    refusal = _date_fault(turn, act)
    if refusal is not None:
        return refusal
    turn.tell(
        ev.ResponseGiven(
            recommendation=act.recommendation,
            addressee=act.addressee,
            answer=act.answer,
            reasons=act.reasons,
            version=known.version + 1 if known else 1,
            until=act.until,
        ),
        placed[1].key,
    )
    return None


def _date_fault(turn: Turn, act: Respond) -> Refusal | None:
    """Refuse a deferral without a date to come, and a date of anything else."""
    if act.answer is not Answer.DEFERRED:
        return Refusal(Code.INPUT_INVALID, {"field": "until"}, ("until",)) if act.until else None
    if act.until is None:
        return Refusal(Code.DATE_REQUIRED, {"field": "until"}, ("until",))
    if act.until <= turn.now:
        return Refusal(
            Code.DATE_IN_PAST, {"at": act.until.isoformat(), "now": turn.now.isoformat()}, ("until",)
        )
    return None


def issue_decision(turn: Turn, act: IssueDecision) -> Refusal | None:
    """Issue the decision, once every addressee has answered every recommendation."""
    placed = turn.open_place(Kind.DECISION)
    if isinstance(placed, Refusal):
        return placed
    if decisions_of(turn.process, placed[1]):
        return Refusal(Code.DECISION_OUT, {})
    missing = missing_responses(turn.process)
    if missing:
        recommendation, addressee = missing[0]
        return Refusal(
            Code.RESPONSE_MISSING,
            {"recommendation": recommendation, "addressee": addressee, "count": len(missing)},
        )
    refusal = _fault_of(turn, act, *placed)
    if refusal is not None:
        return refusal
    turn.tell(
        ev.DecisionIssued(
            text=act.text,
            reasons=act.reasons,
            embargo_until=act.embargo_until,
            early_readers=act.early_readers,
        ),
        placed[1].key,
    )
    return None


def _fault_of(turn: Turn, act: IssueDecision, stage: Stage, run: StageRun) -> Refusal | None:
    """Refuse a decision without reasons where they are asked for apart, and an embargo that cannot be kept.

    An embargo ends with its stage at the latest: nothing after it could begin while nobody may know why.
    """
    if act.reasons is None and stage.reasons_apart:
        return Refusal(Code.REASONS_MISSING, {"stage": run.key}, ("reasons",))
    until = act.embargo_until
    if until is None:
        if act.early_readers:
            return Refusal(Code.DATE_REQUIRED, {"field": "embargo_until"}, ("embargo_until",))
        return None
    if until <= turn.now:
        return Refusal(
            Code.DATE_IN_PAST, {"at": until.isoformat(), "now": turn.now.isoformat()}, ("embargo_until",)
        )
    assert run.closes_at is not None
    if until > run.closes_at:
        return Refusal(Code.EMBARGO_TOO_LONG, {"latest": run.closes_at.isoformat()}, ("embargo_until",))
    for member in act.early_readers or ():
        if member not in turn.process.members:
            return Refusal(Code.UNKNOWN_MEMBER, {"member": member}, ("early_readers",))
    return None


def rectify_decision(turn: Turn, act: RectifyDecision) -> Refusal | None:
    """Put out a new version of the decision; the old one is kept and stays readable."""
    placed = turn.place(Kind.DECISION)
    if isinstance(placed, Refusal):
        return placed
    if not act.reason.strip():
        return Refusal(Code.REASON_REQUIRED, {}, ("reason",))
    if not is_decided(turn.process):
        return Refusal(Code.DECISION_MISSING, {})
    turn.tell(
        ev.DecisionRectified(
            text=act.text,
            reason=act.reason,
            version=len(turn.process.decisions) + 1,
            reasons=act.reasons,
        ),
        placed[1].key,
    )
    return None


RULES: dict[type, ActRule] = {
    Respond: ActRule(respond, quiet=True, dates=("until",)),
    IssueDecision: ActRule(issue_decision, dates=("embargo_until",)),
    RectifyDecision: ActRule(rectify_decision),
}
