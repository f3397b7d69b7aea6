"""The course of a concertation: its phases, its stages, what holds them back, when what is in them is public."""

from __future__ import annotations

from api.enumerations.publishing import publish
from domain.procedure import Gate, Kind, Visibility
from domain.process import Outcome, Phase, State

__all__ = ["Gate", "Kind", "Outcome", "Phase", "State", "Visibility"]

publish(
    Phase,
    "Phase",
    "Where a whole concertation stands.",
    {
        Phase.VOID: "Nothing has happened yet.",
        Phase.DRAFT: "It is being prepared; only its office holders see it.",
        Phase.LAUNCHED: "It was announced and runs by its calendar.",
        Phase.ENDED: "It is over.",
        Phase.ABANDONED: "It was given up before its decision.",
    },
)
publish(
    Outcome,
    "Outcome",
    "How a concertation ended.",
    {
        Outcome.COMPLETED: "It went through to the end of its follow-up.",
        Outcome.STOPPED_NO_QUORUM: "A quorum was missed and the procedure says to stop then.",
        Outcome.STOPPED_NO_ROUND_LEFT: "It was referred back and no round was left.",
        Outcome.ABANDONED: "It was abandoned, with a reason.",
    },
)
publish(
    Kind,
    "StageKind",
    "The kind of a stage.",
    {
        Kind.CALL_FOR_INPUT: "Call for input: participants send contributions.",
        Kind.HEARINGS: "Hearings of stakeholders.",
        Kind.SCIENTIFIC_REVIEW: "The scientific council gives its opinion.",
        Kind.SYNTHESIS: "The rapporteurs write the synthesis and its recommendations.",
        Kind.DECISION: "Addressees respond, then the deciding authority decides.",
        Kind.FOLLOW_UP: "Commitments are made, dated and reported on.",
    },
)
publish(
    State,
    "StageState",
    "Where a stage stands in its round. A suspension is laid over any of them.",
    {
        State.PENDING: "What comes before it is not over.",
        State.AWAITING_OPENING: "It waits at the gate before its opening.",
        State.OPEN: "It is open.",
        State.CLOSED: "Answering is over; what arrived in time on paper may still be entered.",
        State.SEALING: "The set is being frozen.",
        State.SEALED: "The set is frozen.",
        State.AWAITING_CONCLUSION: "It waits at the gate before its conclusion.",
        State.CONCLUDED: "It is over; what comes after it may begin.",
        State.SUPERSEDED: "A later round took its place.",
    },
)
publish(
    Gate,
    "GateKind",
    "Where a ballot holds a stage back.",
    {Gate.OPENING: "Before it opens.", Gate.CONCLUSION: "Before it is concluded."},
)
publish(
    Visibility,
    "Visibility",
    "From when an object may be read by everyone.",
    {
        Visibility.LIVE: "At once.",
        Visibility.AT_CLOSE: "When its stage closes.",
        Visibility.AT_CONCLUSION: "When its stage is concluded.",
        Visibility.AT_ROUND_END: "When its round ends.",
        Visibility.NEVER: "Never.",
    },
)
