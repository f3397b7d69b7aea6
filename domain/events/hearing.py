"""Facts about hearings: asked for, set, moved, held or cancelled; witnesses called; records drafted, corrected,
approved by those heard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from domain.acts import Body
from domain.notation import UNSET
from domain.process import BallotOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingScheduled:
    """A hearing was set."""

    kind: Literal["hearing_scheduled"] = "hearing_scheduled"
    hearing: str
    starts_at: datetime
    ends_at: datetime
    witnesses: tuple[str, ...]
    place: Body | None = None
    room: Annotated[str | None, UNSET] = None
    territory: Annotated[str | None, UNSET] = None
    capacity: Annotated[int | None, UNSET] = None
    link: Annotated[Body | None, UNSET] = None
    urgent: Annotated[str | None, UNSET] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingMoved:
    """A hearing takes place at another time, in another room or elsewhere."""

    kind: Literal["hearing_moved"] = "hearing_moved"
    hearing: str
    starts_at: datetime
    ends_at: datetime
    seen_starts_at: datetime
    reason: str
    room: str | None = None
    place: Body | None = None
    urgent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingHeld:
    """A hearing took place."""

    kind: Literal["hearing_held"] = "hearing_held"
    hearing: str
    heard: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingCancelled:
    """A hearing was cancelled."""

    kind: Literal["hearing_cancelled"] = "hearing_cancelled"
    hearing: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingRequested:
    """A member asks to be heard: the author of the event."""

    kind: Literal["hearing_requested"] = "hearing_requested"
    request: str
    text: Body
    lane: str | None = None
    themes: tuple[str, ...] = ()
    organisation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestWithdrawn:
    """Who asked to be heard takes it back."""

    kind: Literal["request_withdrawn"] = "request_withdrawn"
    request: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestDeclined:
    """A request to be heard was declined. `member` asked."""

    kind: Literal["request_declined"] = "request_declined"
    request: str
    member: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessCalled:
    """A member was called to a hearing."""

    kind: Literal["witness_called"] = "witness_called"
    hearing: str
    witness: str
    request: str | None = None
    urgent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAnswered:
    """Who was called, the author of the event, said whether they come."""

    kind: Literal["call_answered"] = "call_answered"
    hearing: str
    comes: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessReplaced:
    """Another member was called in the place of one."""

    kind: Literal["witness_replaced"] = "witness_replaced"
    hearing: str
    witness: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDrafted:
    """A version of the record was kept."""

    kind: Literal["record_drafted"] = "record_drafted"
    hearing: str
    record: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingRecorded:
    """The record of a hearing was handed in."""

    kind: Literal["hearing_recorded"] = "hearing_recorded"
    hearing: str
    record: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCorrected:
    """Who was heard, the author of the event, asks for a correction; their vote against follows."""

    kind: Literal["record_corrected"] = "record_corrected"
    hearing: str
    ballot: str
    seen: str
    text: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingRecordApproved:
    """The record stands: approved by those heard, by vote or by silence, or without need of it."""

    kind: Literal["hearing_record_approved"] = "hearing_record_approved"
    hearing: str
    outcome: BallotOutcome


HearingFact = (
    HearingScheduled
    | HearingMoved
    | HearingHeld
    | HearingCancelled
    | HearingRequested
    | RequestWithdrawn
    | RequestDeclined
    | WitnessCalled
    | CallAnswered
    | WitnessReplaced
    | RecordDrafted
    | HearingRecorded
    | RecordCorrected
    | HearingRecordApproved
)
