"""The state of hearings."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.acts import Body
from domain.enumeration import direct
from domain.process.balloting import BallotOutcome


@direct
class HearingState(StrEnum):
    """Where a hearing stands."""

    SCHEDULED = "scheduled"
    HELD = "held"
    CANCELLED = "cancelled"
    RECORDED = "recorded"
    APPROVED = "approved"


@direct
class RequestState(StrEnum):
    """Where a request to be heard stands."""

    PENDING = "pending"
    SERVED = "served"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@direct
class Shared(StrEnum):
    """What two hearings at once must not share."""

    WITNESS = "witness"
    ROOM = "room"


@dataclass(frozen=True, kw_only=True)
class Call:
    """A member called to a hearing, and what they said."""

    called_at: datetime
    comes: bool | None = None
    """Unset: they have not answered, or not since the hearing was moved."""
    replaced_by: str | None = None
    """Who was called in their place."""
    request: str | None = None
    urgent: bool = False
    """They were called later than the procedure has it."""


@dataclass(frozen=True, kw_only=True)
class HearingRequest:
    """A request to be heard."""

    id: str
    member: str
    organisation: str | None
    stage: str
    round: int
    lane: str | None
    themes: tuple[str, ...]
    text: Body
    requested_at: datetime
    state: RequestState = RequestState.PENDING


@dataclass(frozen=True, kw_only=True)
class Hearing:
    """A hearing in the window of its stage."""

    id: str
    stage: str
    round: int
    starts_at: datetime
    ends_at: datetime
    witnesses: tuple[str, ...]
    state: HearingState = HearingState.SCHEDULED
    place: Body | None = None
    heard: tuple[str, ...] = ()
    record: Body | None = None
    ballot: str | None = None
    approval: BallotOutcome | None = None
    room: str | None = None
    territory: str | None = None
    capacity: int | None = None
    link: Body | None = None
    calls: dict[str, Call] = field(default_factory=dict)
    """By member: everybody ever called. `witnesses` are those who were not replaced."""
    version: int = 0
    """How often its time, place or witnesses changed, or it was cancelled: the SEQUENCE of its calendar entry."""
    changed_at: datetime | None = None
    """When that last happened."""
    draft: Body | None = None
    """The record before it is handed in."""
    corrections: dict[str, Body] = field(default_factory=dict)
    """By member heard: what they ask to be corrected in the record that was handed in last."""
