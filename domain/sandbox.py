"""A procedure in seconds: for demonstrations, rehearsals and tests; never for a real concertation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from domain.procedure import (
    Approval,
    BallotRule,
    Duration,
    Kind,
    MeetingRule,
    Procedure,
    QuorumFailure,
    Signoff,
    Stage,
)

SUFFIX = "-bac-a-sable"


def _kinds() -> dict[Kind, float]:
    return {
        Kind.CALL_FOR_INPUT: 8,
        Kind.HEARINGS: 6,
        Kind.SCIENTIFIC_REVIEW: 4,
        Kind.SYNTHESIS: 4,
        Kind.DECISION: 4,
        Kind.FOLLOW_UP: 4,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How many seconds each thing lasts in a sandbox."""

    notice: float = 2
    stages: dict[Kind, float] = field(default_factory=_kinds)
    """Planned duration by kind; half of it is the minimum, four times the maximum."""
    entry_window: float = 3
    gate: float = 4
    ballot: float = 4
    second_convening: float = 2
    signatures: float = 10
    meeting: float = 0.5
    """Notice of a meeting of the council."""
    convocation: float = 0.2


def sandbox(procedure: Procedure, pace: Pace | None = None) -> Procedure:
    """Give the same procedure in seconds, under its own id.

    What was nothing stays nothing (no entry window, no minimum), what was optional stays so; the graph, the
    people and the rules of the ballots do not change.
    """
    pace = pace or Pace()
    suffix = {"fr": " (bac à sable)", "en": " (sandbox)"}
    return procedure.model_copy(
        update={
            "id": procedure.id + SUFFIX,
            "label": {tag: text + suffix.get(tag, "") for tag, text in procedure.label.items()},
            "sandbox": True,
            "notice": _seconds(pace.notice),
            "stages": tuple(_stage(stage, pace) for stage in procedure.stages),
            "signoffs": {
                act: Signoff(all_of=signoff.all_of, within=_seconds(pace.signatures))
                for act, signoff in procedure.signoffs.items()
            },
        }
    )


def _seconds(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def _stage(stage: Stage, pace: Pace) -> Stage:
    planned = pace.stages[stage.kind]
    duration = Duration(
        planned=_seconds(planned),
        minimum=_seconds(planned / 2) if stage.duration.minimum else timedelta(0),
        maximum=_seconds(planned * 4) if stage.duration.maximum is not None else None,
    )
    return stage.model_copy(
        update={
            "duration": duration,
            "entry_window": _seconds(pace.entry_window) if stage.entry_window else timedelta(0),
            "if_no_quorum": _quorum_failure(stage.if_no_quorum, planned),
            "approvals": tuple(_gate(approval, pace) for approval in stage.approvals),
            "opinion": _ballot(stage.opinion, pace),
            "articles": _ballot(stage.articles, pace),
            "record_approval": _ballot(stage.record_approval, pace),
            "meeting": _meeting(stage.meeting, pace),
            "convocation": _seconds(pace.convocation) if stage.convocation else stage.convocation,
            "answers_within": _seconds(planned) if stage.answers_within is not None else None,
        }
    )


def _meeting(rule: MeetingRule | None, pace: Pace) -> MeetingRule | None:
    if rule is None:
        return None
    notices = {"notice": rule.notice, "second_notice": rule.second_notice}
    shortened = {name: _seconds(pace.meeting) if span else span for name, span in notices.items()}
    return rule.model_copy(update=shortened)


def _quorum_failure(policy: QuorumFailure, planned: float) -> QuorumFailure:
    return policy.model_copy(update={"by": _seconds(planned / 2) if policy.by else None})


def _gate(approval: Approval, pace: Pace) -> Approval:
    return approval.model_copy(update=_windows(approval, pace.gate, pace))


def _ballot(rule: BallotRule | None, pace: Pace) -> BallotRule | None:
    return rule.model_copy(update=_windows(rule, pace.ballot, pace)) if rule is not None else None


def _windows(rule: BallotRule, within: float, pace: Pace) -> dict[str, Any]:
    second = _seconds(pace.second_convening) if rule.second_within is not None else None
    return {"within": _seconds(within), "second_within": second}
