from datetime import datetime
from typing import Literal

from pydantic import Field

from .base_model import BaseModel


class Follow(BaseModel):
    concertation_events: "FollowConcertationEvents" = Field(alias="concertationEvents")


class FollowConcertationEvents(BaseModel):
    typename__: Literal[
        "BallotEvent",
        "CommitmentEvent",
        "ConcertationEvent",
        "Event",
        "FiguresUpdated",
        "HearingEvent",
        "MeetingEvent",
        "ReviewEvent",
        "StageEvent",
        "SynthesisEvent",
    ] = Field(alias="__typename")
    seq: int
    at: datetime
    kind: str
    summary: str


Follow.model_rebuild()
