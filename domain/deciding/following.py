"""The follow-up: commitments with dates, reports on them for years, what the guarantor observes (D11, D12)."""

from __future__ import annotations

from domain import events as ev
from domain.acts import (
    AnswerGuarantorReport,
    MakeCommitment,
    PublishGuarantorReport,
    PublishImplementationReport,
    PublishObservation,
    ReportProgress,
)
from domain.deciding.act_rule import ActRule
from domain.deciding.turn import Turn
from domain.deciding.works import recommendation_named
from domain.procedure import Kind, Role
from domain.refusals import Code, Refusal
from domain.rights import Scope, roles_for


def make_commitment(turn: Turn, act: MakeCommitment) -> Refusal | None:
    """Commit to something by a date, in answer to a recommendation.

    Nobody commits another: addressees commit themselves, the deciding authority itself and offices that
    are not addressees.
    """
    placed = turn.open_place(Kind.DECISION, Kind.FOLLOW_UP)
    if isinstance(placed, Refusal):
        return placed
    embargo = turn.process.embargo_ends_at
    if embargo is not None:  # a commitment would tell what the decision is
        return Refusal(Code.DECISION_EMBARGOED, {"until": embargo.isoformat()})
    found = recommendation_named(turn.process, act.recommendation)
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
            indicator=act.indicator,
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
        entitled = turn.entitle(act.kind, roles=roles_for(act.kind) - {Role.ADDRESSEE})
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


def publish_guarantor_report(turn: Turn, act: PublishGuarantorReport) -> Refusal | None:
    """Publish the guarantor's report, or a new version of it, at any time before the end."""
    turn.tell(ev.GuarantorReported(text=act.text, version=len(turn.process.guarantor_reports) + 1))
    return None


def answer_guarantor_report(turn: Turn, act: AnswerGuarantorReport) -> Refusal | None:
    """Answer the latest version of the guarantor's report, once."""
    if not turn.process.guarantor_reports:
        return Refusal(Code.GUARANTOR_REPORT_MISSING, {})
    latest = turn.process.guarantor_reports[-1]
    if latest.answer is not None:
        return Refusal(Code.ALREADY_ANSWERED, {"version": latest.version})
    turn.tell(ev.GuarantorAnswered(text=act.text, version=latest.version))
    return None


RULES: dict[type, ActRule] = {
    MakeCommitment: ActRule(make_commitment, quiet=True, dates=("due_at",)),
    ReportProgress: ActRule(report_progress, quiet=True),
    PublishImplementationReport: ActRule(publish_implementation_report),
    PublishObservation: ActRule(publish_observation, quiet=True),
    PublishGuarantorReport: ActRule(publish_guarantor_report),
    AnswerGuarantorReport: ActRule(answer_guarantor_report),
}
