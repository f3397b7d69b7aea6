"""The decision and what follows: a reasoned response each, commitments with dates, reports for years (D11, D12)."""

from __future__ import annotations

from domain import events as ev
from domain.acts import (
    IssueDecision,
    MakeCommitment,
    PublishImplementationReport,
    PublishObservation,
    RectifyDecision,
    ReportProgress,
    Respond,
)
from domain.deciding.turn import Turn
from domain.deciding.works import is_decided, is_delivered, missing_responses, recommendations
from domain.procedure import Kind, Role
from domain.process import Recommendation
from domain.refusals import Code, Refusal
from domain.rights import ROLES, Scope


def _recommendation(turn: Turn, recommendation: str) -> Recommendation | Refusal:
    found = recommendations(turn.process).get(recommendation)
    if found is None:
        return Refusal(Code.UNKNOWN_RECOMMENDATION, {"recommendation": recommendation}, ("recommendation",))
    return found


def respond(turn: Turn, act: Respond) -> Refusal | None:
    """Answer a recommendation with reasons; may be revised until the decision is out."""
    placed = turn.open_place(Kind.DECISION)
    if isinstance(placed, Refusal):
        return placed
    found = _recommendation(turn, act.recommendation)
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


def make_commitment(turn: Turn, act: MakeCommitment) -> Refusal | None:
    """Commit to something by a date, in answer to a recommendation.

    Nobody commits another: addressees commit themselves, the deciding authority itself and offices that
    are not addressees.
    """
    placed = turn.open_place(Kind.DECISION, Kind.FOLLOW_UP)
    if isinstance(placed, Refusal):
        return placed
    found = _recommendation(turn, act.recommendation)
    if isinstance(found, Refusal):
        return found
    if act.commitment in turn.process.commitments:
        return Refusal(Code.ALREADY_EXISTS, {"id": act.commitment}, ("commitment",))
    owner = turn.process.offices.get(act.owner)
    if owner is None:
        return Refusal(Code.UNKNOWN_OFFICE, {"office": act.owner}, ("owner",))
    if owner.role is Role.ADDRESSEE:
        entitled = turn.entitle(act.kind, Scope(office=owner.id))
    else:
        entitled = turn.entitle(act.kind, roles=frozenset({Role.DECIDING_AUTHORITY}))
    if isinstance(entitled, Refusal):
        return entitled
    if act.due_at <= turn.now:
        return Refusal(
            Code.DATE_IN_PAST, {"at": act.due_at.isoformat(), "now": turn.now.isoformat()}, ("due_at",)
        )
    turn.tell(
        ev.CommitmentMade(
            commitment=act.commitment,
            recommendation=act.recommendation,
            owner=act.owner,
            due_at=act.due_at,
            text=act.text,
        ),
        placed[1].key,
    )
    return None


def report_progress(turn: Turn, act: ReportProgress) -> Refusal | None:
    """Report on a commitment: its owner, the deciding authority or a coordinator."""
    placed = turn.open_place(Kind.DECISION, Kind.FOLLOW_UP)
    if isinstance(placed, Refusal):
        return placed
    commitment = turn.process.commitments.get(act.commitment)
    if commitment is None:
        return Refusal(Code.UNKNOWN_COMMITMENT, {"commitment": act.commitment}, ("commitment",))
    entitled = turn.entitle(act.kind, Scope(office=commitment.owner))
    if isinstance(entitled, Refusal):
        entitled = turn.entitle(act.kind, roles=ROLES[act.kind] - {Role.ADDRESSEE})
    if isinstance(entitled, Refusal):
        return entitled
    turn.tell(
        ev.ProgressReported(commitment=act.commitment, status=act.status, report=act.report), placed[1].key
    )
    return None


def publish_implementation_report(turn: Turn, act: PublishImplementationReport) -> Refusal | None:
    """Publish the report that lets the follow-up end."""
    placed = turn.open_place(Kind.FOLLOW_UP)
    if isinstance(placed, Refusal):
        return placed
    if turn.process.implementation_report is not None:
        return Refusal(Code.REPORT_ALREADY_PUBLISHED, {})
    turn.tell(ev.ImplementationReported(text=act.text), placed[1].key)
    return None


def publish_observation(turn: Turn, act: PublishObservation) -> Refusal | None:
    """Publish an observation of the guarantor, at any time before the end."""
    turn.tell(ev.ObservationPublished(text=act.text))
    return None
