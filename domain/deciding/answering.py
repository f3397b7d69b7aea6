"""The decision: a reasoned response of each addressee, the decision itself, its rectifications (D11, D12)."""

from __future__ import annotations

from domain import events as ev
from domain.acts import IssueDecision, RectifyDecision, Respond
from domain.deciding.act_rule import ActRule
from domain.deciding.turn import Turn
from domain.deciding.works import is_decided, is_delivered, missing_responses, recommendation_named
from domain.procedure import Kind
from domain.refusals import Code, Refusal
from domain.rights import Scope


def respond(turn: Turn, act: Respond) -> Refusal | None:
    """Answer a recommendation with reasons; may be revised until the decision is out."""
    placed = turn.open_place(Kind.DECISION)
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
    if is_delivered(turn.process, placed[1]):
        return Refusal(Code.DECISION_OUT, {})
    known = turn.process.responses.get(f"{act.recommendation}/{act.addressee}")
    turn.tell(
        ev.ResponseGiven(
            recommendation=act.recommendation,
            addressee=act.addressee,
            answer=act.answer,
            reasons=act.reasons,
            version=known.version + 1 if known else 1,
        ),
        placed[1].key,
    )
    return None


def issue_decision(turn: Turn, act: IssueDecision) -> Refusal | None:
    """Issue the decision, once every addressee has answered every recommendation."""
    placed = turn.open_place(Kind.DECISION)
    if isinstance(placed, Refusal):
        return placed
    if is_delivered(turn.process, placed[1]):
        return Refusal(Code.DECISION_OUT, {})
    missing = missing_responses(turn.process)
    if missing:
        recommendation, addressee = missing[0]
        return Refusal(
            Code.RESPONSE_MISSING,
            {"recommendation": recommendation, "addressee": addressee, "count": len(missing)},
        )
    turn.tell(ev.DecisionIssued(text=act.text), placed[1].key)
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
        ev.DecisionRectified(text=act.text, reason=act.reason, version=len(turn.process.decisions) + 1),
        placed[1].key,
    )
    return None


RULES: dict[type, ActRule] = {
    Respond: ActRule(respond, after_launch=True, in_common=True, quiet=True),
    IssueDecision: ActRule(issue_decision, after_launch=True),
    RectifyDecision: ActRule(rectify_decision, after_launch=True),
}
