"""What people are told: themes of notices, findings."""

from __future__ import annotations

from enum import StrEnum

from api.enumerations.publishing import publish
from domain.noticing.table import Theme as NoticeTheme

__all__ = ["NoticeTheme", "Severity"]


class Severity(StrEnum):
    """How much a finding weighs."""

    ERROR = "error"
    OVERRULED = "overruled"
    ADVICE = "advice"


publish(
    NoticeTheme,
    "NoticeTheme",
    "What a reader of notices switches on or off at once.",
    {
        NoticeTheme.CALENDAR: "Openings, closings, and what moves them.",
        NoticeTheme.INVITATION: "One is asked to answer.",
        NoticeTheme.RECEIPT: "One's contribution is kept, or withdrawn.",
        NoticeTheme.MODERATION: "A measure concerns one's contribution.",
        NoticeTheme.GROUPING: "One's contribution is brought together with others, or would be: one is asked.",
        NoticeTheme.CONVOCATION: "One is asked to come.",
        NoticeTheme.RECORD: "A record waits for one's approval.",
        NoticeTheme.BALLOT: "One may vote.",
        NoticeTheme.COUNCIL: "What concerns one's part in the council.",
        NoticeTheme.PROGRESS: "How the work goes on.",
        NoticeTheme.OUTCOME: "Decision, end and what was done of it.",
        NoticeTheme.ANSWER: "One owes an answer.",
        NoticeTheme.FOLLOW_UP: "Commitments.",
        NoticeTheme.OFFICE: "Offices that one holds, or held.",
    },
)
publish(
    Severity,
    "Severity",
    "How much a finding weighs.",
    {
        Severity.ERROR: "It holds back.",
        Severity.OVERRULED: "An error set aside by the operator, with a recorded reason.",
        Severity.ADVICE: "Worth knowing; holds nothing back.",
    },
)
