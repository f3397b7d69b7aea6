"""What became of it: versions of texts, reservations, responses, commitments."""

from __future__ import annotations

from enum import StrEnum

from api.enumerations.publishing import publish
from domain.acts import Answer, Settlement
from domain.differences import Operation

__all__ = ["Answer", "CommitmentStatus", "Operation", "Settlement"]


class CommitmentStatus(StrEnum):
    """How a commitment stands."""

    UNDER_WAY = "under_way"
    KEPT = "kept"
    LATE = "late"
    GIVEN_UP = "given_up"


publish(
    Operation,
    "TextOperation",
    "What became of a piece of text from one version to another.",
    {
        Operation.KEPT: "It is in both.",
        Operation.REMOVED: "It is in the earlier one alone.",
        Operation.ADDED: "It is in the later one alone.",
    },
)
publish(
    Settlement,
    "Settlement",
    "What a synthesis makes of a reservation of the council.",
    {
        Settlement.LIFTED: "What it asked for is done, or no longer has to be.",
        Settlement.MAINTAINED: "It stands, and goes on with the synthesis.",
    },
)
publish(
    Answer,
    "ResponseAnswer",
    "What an addressee answers to a recommendation.",
    {
        Answer.FOLLOWED: "Followed.",
        Answer.FOLLOWED_IN_PART: "Followed in part.",
        Answer.NOT_FOLLOWED: "Not followed.",
        Answer.DEFERRED: "Deferred: answered later, by a date in the reasons.",
    },
)
publish(
    CommitmentStatus,
    "CommitmentStatus",
    "How a commitment stands, by its latest report.",
    {
        CommitmentStatus.UNDER_WAY: "Work goes on.",
        CommitmentStatus.KEPT: "It was kept.",
        CommitmentStatus.LATE: "It is late.",
        CommitmentStatus.GIVEN_UP: "It was given up.",
    },
)
