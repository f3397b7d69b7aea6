"""Hearings, and requests to be heard."""

from __future__ import annotations

from api.enumerations.publishing import publish
from domain.process import HearingState, RequestState, Shared

__all__ = ["HearingState", "RequestState", "Shared"]

publish(
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
publish(
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
publish(
    Shared,
    "HearingConflictCause",
    "What two hearings at once must not share.",
    {Shared.WITNESS: "A person who is called to both.", Shared.ROOM: "The room."},
)
