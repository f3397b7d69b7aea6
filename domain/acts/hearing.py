"""Acts about hearings: asked for, set, moved, held or cancelled; witnesses called; records drafted and corrected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from domain.acts.body import Body
from domain.notation import UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleHearing:
    """Set a hearing inside the window of its stage. `place` is a body (an address), `link` one too."""

    kind: Literal["schedule_hearing"] = "schedule_hearing"
    hearing: str
    starts_at: datetime
    ends_at: datetime
    witnesses: tuple[str, ...]
    place: Body | None = None
    room: Annotated[str | None, UNSET] = None
    """No two hearings are in one room at once."""
    territory: Annotated[str | None, UNSET] = None
    """Whose public holidays are kept."""
    capacity: Annotated[int | None, UNSET] = None
    """How many witnesses there is room for."""
    link: Annotated[Body | None, UNSET] = None
    urgent: Annotated[str | None, UNSET] = None
    """Why the witnesses are called later than the procedure has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveHearing:
    """Move a hearing to another time, room or place, with a reason. Who was called answers anew."""

    kind: Literal["move_hearing"] = "move_hearing"
    hearing: str
    starts_at: datetime
    ends_at: datetime
    seen_starts_at: datetime
    reason: str
    room: str | None = None
    place: Body | None = None
    """Unset, room and place stay as they are."""
    urgent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldHearing:
    """Record that a hearing took place, and who was heard."""

    kind: Literal["hold_hearing"] = "hold_hearing"
    hearing: str
    heard: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelHearing:
    """Cancel a hearing, with a reason."""

    kind: Literal["cancel_hearing"] = "cancel_hearing"
    hearing: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestHearing:
    """Ask to be heard, for oneself or for one's organisation. `text` says on what."""

    kind: Literal["request_hearing"] = "request_hearing"
    request: str
    text: Body
    lane: str | None = None
    themes: tuple[str, ...] = ()
    organisation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawRequest:
    """Take one's request to be heard back."""

    kind: Literal["withdraw_request"] = "withdraw_request"
    request: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineRequest:
    """Decline a request to be heard, with a reason."""

    kind: Literal["decline_request"] = "decline_request"
    request: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallWitness:
    """Call a member to a hearing that is set; `request` is served by it."""

    kind: Literal["call_witness"] = "call_witness"
    hearing: str
    witness: str
    request: str | None = None
    urgent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCall:
    """Say whether one comes. It may be said otherwise until the hearing begins."""

    kind: Literal["answer_call"] = "answer_call"
    hearing: str
    comes: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceWitness:
    """Call another member in the place of one, who may name somebody of their own organisation themself."""

    kind: Literal["replace_witness"] = "replace_witness"
    hearing: str
    witness: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRecord:
    """Keep a version of the record before it is handed in."""

    kind: Literal["draft_record"] = "draft_record"
    hearing: str
    record: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordHearing:
    """Hand in the record of a hearing; those heard approve it where the procedure says so."""

    kind: Literal["record_hearing"] = "record_hearing"
    hearing: str
    record: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectRecord:
    """Ask for a correction of the record one saw: an unfavourable vote that says what is to be written instead."""

    kind: Literal["correct_record"] = "correct_record"
    hearing: str
    seen: str
    """The digest of the record."""
    text: Body


HearingAct = (
    ScheduleHearing
    | MoveHearing
    | HoldHearing
    | CancelHearing
    | RequestHearing
    | WithdrawRequest
    | DeclineRequest
    | CallWitness
    | AnswerCall
    | ReplaceWitness
    | DraftRecord
    | RecordHearing
    | CorrectRecord
)
