"""The enumerations of the domain, published with a sentence for each value."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import strawberry

from domain.acts import Answer, Attendance, Conclusion, Position, Settlement, TermEnd
from domain.differences import Operation
from domain.noticing.table import Theme as NoticeTheme
from domain.procedure import Appointment, Channel, Gate, Kind, Majority, Role, Silence, Visibility
from domain.process import (
    BallotOutcome,
    BallotState,
    HearingState,
    MeetingState,
    Outcome,
    Phase,
    Purpose,
    RequestState,
    Shared,
    State,
)
from store.finding import Standing

__all__ = [
    "Answer",
    "Appointment",
    "BallotOutcome",
    "BallotState",
    "Channel",
    "CommitmentStatus",
    "Conclusion",
    "ContributionOrder",
    "Gate",
    "HearingState",
    "Kind",
    "Majority",
    "MeetingAttendance",
    "MeetingState",
    "NoticeTheme",
    "Operation",
    "Outcome",
    "Phase",
    "Position",
    "Purpose",
    "RequestState",
    "Role",
    "Settlement",
    "Severity",
    "Shared",
    "Silence",
    "Standing",
    "State",
    "TermEnd",
    "Visibility",
]


class CommitmentStatus(StrEnum):
    """How a commitment stands."""

    UNDER_WAY = "under_way"
    KEPT = "kept"
    LATE = "late"
    GIVEN_UP = "given_up"


class ContributionOrder(StrEnum):
    """The order of a page of contributions."""

    RECEPTION = "reception"
    NEWEST_FIRST = "newest_first"
    RELEVANCE = "relevance"


class Severity(StrEnum):
    """How much a finding weighs."""

    ERROR = "error"
    OVERRULED = "overruled"
    ADVICE = "advice"


def _publish(enum: type[StrEnum], name: str, description: str, values: Mapping[Any, str]) -> None:
    strawberry.enum(enum, name=name, description=description)
    definition: Any = vars(enum)["__strawberry_definition__"]
    for value in definition.values:
        value.description = values[enum(value.value)]


_publish(
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
_publish(
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
_publish(
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
_publish(
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
_publish(
    Role,
    "Role",
    "What an office entitles to.",
    {
        Role.SPONSOR: "Orders the concertation.",
        Role.CO_PRESIDENT_STATE: "Signs for the State.",
        Role.CO_PRESIDENT_LOCAL: "Signs for the local authorities.",
        Role.COORDINATOR: "Conducts it, and never decides on the substance.",
        Role.COUNCIL_CHAIR: "Presides over the scientific council.",
        Role.COUNCIL_MEMBER: "Sits on the scientific council.",
        Role.RAPPORTEUR: "Writes a chapter of the synthesis.",
        Role.GENERAL_RAPPORTEUR: "Assembles the synthesis.",
        Role.DECIDING_AUTHORITY: "Issues the decision.",
        Role.ADDRESSEE: "Owes an answer to recommendations.",
        Role.CLERK: "Enters what arrived on paper, at the counter or by telephone, in a territory.",
        Role.GUARANTOR: "Sees everything, publishes observations, decides nothing.",
        Role.PANELLIST: "Answers the rounds of a panel.",
    },
)
_publish(
    Channel,
    "Channel",
    "How a contribution arrived. All channels weigh the same.",
    {
        Channel.ONLINE: "Online, by the person themself.",
        Channel.PAPER: "On paper, typed in by a clerk.",
        Channel.COUNTER: "At a counter, typed in by a clerk.",
        Channel.PHONE: "By telephone, typed in by a clerk.",
        Channel.HEARING: "Said at a hearing or a public meeting.",
    },
)
_publish(
    Appointment,
    "Appointment",
    "How the holder of an office came to it; decides who may stand in (CRPA R133-3).",
    {
        Appointment.BY_FUNCTION: "By the function they hold elsewhere.",
        Appointment.IN_PERSON: "In person: nobody may stand in.",
        Appointment.ELECTED: "As an elected official: only a peer may stand in.",
    },
)
_publish(
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
_publish(
    BallotState,
    "BallotState",
    "Where a ballot stands.",
    {
        BallotState.OPEN: "Votes are taken.",
        BallotState.HELD: "Its window is over and it waits, publicly, for the votes that are missing.",
        BallotState.CLOSED: "It is over.",
    },
)
_publish(
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
_publish(
    Position,
    "VotePosition",
    "What a vote says.",
    {
        Position.FAVOURABLE: "For.",
        Position.UNFAVOURABLE: "Against.",
        Position.ABSTAIN: "Present, without taking sides.",
    },
)
_publish(
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
_publish(
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
_publish(
    Gate,
    "GateKind",
    "Where a ballot holds a stage back.",
    {Gate.OPENING: "Before it opens.", Gate.CONCLUSION: "Before it is concluded."},
)
_publish(
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
_publish(
    HearingState,
    "HearingState",
    "Where a hearing stands.",
    {
        HearingState.SCHEDULED: "It is set.",
        HearingState.HELD: "It took place; its record is awaited.",
        HearingState.CANCELLED: "It was cancelled, with a reason.",
        HearingState.RECORDED: "Its record was handed in; those heard may approve it.",
        HearingState.APPROVED: "Its record stands.",
    },
)
_publish(
    MeetingState,
    "MeetingState",
    "Where a meeting of the council stands.",
    {
        MeetingState.CONVENED: "It is convened.",
        MeetingState.HELD: "It was held; its minutes are awaited.",
        MeetingState.CANCELLED: "It was cancelled, with a reason.",
        MeetingState.RECORDED: "It was held, and its minutes were handed in.",
    },
)
MeetingAttendance = Attendance
_publish(
    Attendance,
    "MeetingAttendance",
    "How a seat of the council took part in a meeting.",
    {
        Attendance.PRESENT: "In the room.",
        Attendance.REMOTE: "From elsewhere; it counts in the quorum.",
        Attendance.REPRESENTED: "By another seat, which holds its mandate: one each at most.",
        Attendance.ABSENT: "Not at all.",
    },
)
_publish(
    RequestState,
    "HearingRequestState",
    "Where a request to be heard stands.",
    {
        RequestState.PENDING: "It waits.",
        RequestState.SERVED: "A call to a hearing followed.",
        RequestState.DECLINED: "It was declined, with a reason.",
        RequestState.WITHDRAWN: "Its author took it back.",
    },
)
_publish(
    Shared,
    "HearingConflictCause",
    "What two hearings at once must not share.",
    {Shared.WITNESS: "A person who is called to both.", Shared.ROOM: "The room."},
)
_publish(
    Conclusion,
    "OpinionConclusion",
    "What an opinion, or a position before it, concludes.",
    {
        Conclusion.FAVOURABLE: "Favourable.",
        Conclusion.FAVOURABLE_WITH_RESERVATIONS: "Favourable, with reservations to be lifted.",
        Conclusion.UNFAVOURABLE: "Unfavourable.",
        Conclusion.REFER_BACK: "The work goes back for another round.",
    },
)
_publish(
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
_publish(
    Operation,
    "TextOperation",
    "What became of a piece of text from one version to another.",
    {
        Operation.KEPT: "It is in both.",
        Operation.REMOVED: "It is in the earlier one alone.",
        Operation.ADDED: "It is in the later one alone.",
    },
)
_publish(
    Settlement,
    "Settlement",
    "What a synthesis makes of a reservation of the council.",
    {
        Settlement.LIFTED: "What it asked for is done, or no longer has to be.",
        Settlement.MAINTAINED: "It stands, and goes on with the synthesis.",
    },
)
_publish(
    TermEnd,
    "TermEnd",
    "Why a term ended.",
    {
        TermEnd.RESIGNATION: "The holder resigned.",
        TermEnd.END_OF_TERM: "The term came to its end.",
        TermEnd.DEATH: "The holder died.",
        TermEnd.REVOCATION: "The holder was revoked.",
    },
)
_publish(
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
_publish(
    Severity,
    "Severity",
    "How much a finding weighs.",
    {
        Severity.ERROR: "It holds back.",
        Severity.OVERRULED: "An error set aside by the operator, with a recorded reason.",
        Severity.ADVICE: "Worth knowing; holds nothing back.",
    },
)
_publish(
    Standing,
    "ContributionState",
    "How a contribution stands.",
    {
        Standing.LIVE: "It counts.",
        Standing.HIDDEN: "It counts, and moderation hides its text.",
        Standing.SUPERSEDED: "A later version counts in its place. Found by its author alone.",
        Standing.WITHDRAWN: "Its author took it back. Found by its author alone.",
    },
)
_publish(
    ContributionOrder,
    "ContributionOrder",
    "The order of contributions.",
    {
        ContributionOrder.RECEPTION: "As they were received: that of the seal.",
        ContributionOrder.NEWEST_FIRST: "The last one received first.",
        ContributionOrder.RELEVANCE: "What is most about the words that are searched for first, the last one received "
        "first of those alike; only with `search`. Of very many the latest come first: see `isRankedWhole`.",
    },
)
_publish(
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
