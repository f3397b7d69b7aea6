"""Ballots: what they decide, by which rule, and how they end."""

from __future__ import annotations

from api.enumerations.publishing import publish
from domain.acts import Position
from domain.procedure import Majority, Silence
from domain.process import BallotOutcome, BallotState, Purpose

__all__ = ["BallotOutcome", "BallotState", "Majority", "Position", "Purpose", "Silence"]

publish(
    Purpose,
    "BallotPurpose",
    "What a ballot decides.",
    {
        Purpose.OPENING: "Whether a stage may open.",
        Purpose.CONCLUSION: "Whether a stage may be concluded.",
        Purpose.OPINION: "Whether the council adopts its collective opinion.",
        Purpose.ARTICLE: "Whether the council adopts an article of its opinion.",
        Purpose.SIGNATURES: "Whether an act gets all the signatures that it needs.",
        Purpose.RECORD: "Whether those heard approve the record of their hearing.",
    },
)
publish(
    BallotState,
    "BallotState",
    "Where a ballot stands.",
    {
        BallotState.OPEN: "Votes are taken.",
        BallotState.HELD: "Its window is over and it waits, publicly, for the votes that are missing.",
        BallotState.CLOSED: "It is over.",
    },
)
publish(
    BallotOutcome,
    "BallotOutcome",
    "How a ballot ended.",
    {
        BallotOutcome.PASSED: "The subject was approved.",
        BallotOutcome.REFUSED: "The subject was refused.",
        BallotOutcome.DEEMED_GIVEN: "Silence: the opinion is deemed to have been given.",
        BallotOutcome.DEEMED_FAVOURABLE: "Silence: the opinion is deemed favourable.",
        BallotOutcome.LAPSED: "The time was over, or the act could not be done any more.",
        BallotOutcome.SUPERSEDED: "The subject changed, or what it was about is over.",
        BallotOutcome.WITHDRAWN: "The proposal was taken back.",
    },
)
publish(
    Position,
    "VotePosition",
    "What a vote says.",
    {
        Position.FAVOURABLE: "For.",
        Position.UNFAVOURABLE: "Against.",
        Position.ABSTAIN: "Present, without taking sides.",
    },
)
publish(
    Majority,
    "Majority",
    "How favourable votes are weighed.",
    {
        Majority.SIMPLE: "More favourable than unfavourable.",
        Majority.PRESENT: "More than half of those present or represented, abstentions counted.",
        Majority.ABSOLUTE: "More than half of those entitled.",
        Majority.TWO_THIRDS: "Two thirds of the favourable and unfavourable.",
        Majority.UNANIMOUS: "Every seat entitled is favourable.",
    },
)
publish(
    Silence,
    "Silence",
    "What silence means when the window of a ballot ends without enough votes.",
    {
        Silence.GIVEN: "The opinion is deemed given.",
        Silence.FAVOURABLE: "The opinion is deemed favourable.",
        Silence.HOLD: "The ballot waits for the missing votes, publicly.",
        Silence.ESCALATE: "Others are asked instead.",
        Silence.LAPSE: "The ballot comes to nothing.",
    },
)
