from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import StageKind


class OpenCalls(BaseModel):
    concertation: Optional["OpenCallsConcertation"]


class OpenCallsConcertation(BaseModel):
    id: str
    title: str
    open_stages: list["OpenCallsConcertationOpenStages"] = Field(alias="openStages")


class OpenCallsConcertationOpenStages(BaseModel):
    key: str
    label: str
    kind: StageKind
    round: int
    closes_at: Optional[datetime] = Field(alias="closesAt")


OpenCalls.model_rebuild()
OpenCallsConcertation.model_rebuild()
