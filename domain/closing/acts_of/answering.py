"""Responses, the decision, and the follow-up."""

from __future__ import annotations

from collections.abc import Mapping

from domain import acts
from domain import events as ev
from domain.closing.rebuilding import ActOf, by_name

ACT_OF: Mapping[type, ActOf] = {
    ev.ResponseGiven: by_name(acts.Respond),
    ev.DecisionIssued: by_name(acts.IssueDecision),
    ev.DecisionRectified: by_name(acts.RectifyDecision),
    ev.CommitmentMade: by_name(acts.MakeCommitment),
    ev.ProgressReported: by_name(acts.ReportProgress),
    ev.ImplementationReported: by_name(acts.PublishImplementationReport),
    ev.ObservationPublished: by_name(acts.PublishObservation),
    ev.GuarantorReported: by_name(acts.PublishGuarantorReport),
    ev.GuarantorAnswered: by_name(acts.AnswerGuarantorReport),
}
