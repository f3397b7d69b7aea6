"""Acts of the follow-up: commitments, reports on them, what the guarantor observes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from domain.acts.body import Body
from domain.notation import UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeCommitment:
    """Commit to something by a date, in answer to a recommendation. `indicator`: how one will see that it was kept."""

    kind: Literal["make_commitment"] = "make_commitment"
    commitment: str
    recommendation: str
    owner: str
    due_at: datetime
    text: Body
    indicator: Annotated[Body | None, UNSET] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportProgress:
    """Report on a commitment."""

    kind: Literal["report_progress"] = "report_progress"
    commitment: str
    status: Literal["under_way", "kept", "late", "given_up"]
    report: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishImplementationReport:
    """The report that lets the follow-up, and the concertation, end."""

    kind: Literal["publish_implementation_report"] = "publish_implementation_report"
    text: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishObservation:
    """The guarantor's observation; decides nothing."""

    kind: Literal["publish_observation"] = "publish_observation"
    text: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishGuarantorReport:
    """The guarantor's report on the whole concertation. Published again, it is a new version."""

    kind: Literal["publish_guarantor_report"] = "publish_guarantor_report"
    text: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerGuarantorReport:
    """The presidency, or the deciding authority, answers the latest version of the guarantor's report."""

    kind: Literal["answer_guarantor_report"] = "answer_guarantor_report"
    text: Body


FollowingAct = (
    MakeCommitment
    | ReportProgress
    | PublishImplementationReport
    | PublishObservation
    | PublishGuarantorReport
    | AnswerGuarantorReport
)
