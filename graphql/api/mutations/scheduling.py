"""The schedule: six different acts, each with a reason, each possibly behind signatures."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import field

from api.accepting import ConcertationAccepted, SignOffPending, StageAccepted
from api.answers import AnyRefusal, PlaceRefusal, ScheduleRefusal
from api.performing import ActInput, Making, StageActInput, mutation
from api.refusals import StageNotOpen
from domain.acts import (
    Abandon,
    Act,
    CloseStageEarly,
    ExtendStage,
    PostponeStage,
    RectifyStage,
    ReopenStage,
    Resume,
    Suspend,
)


@strawberry.input(description="A later closing for an open stage (prorogation).")
class ExtendStageInput(StageActInput):
    closes_at: datetime = field(description="The new closing.")
    seen_closes_at: datetime = field(description="The closing as its author saw it.")
    reason: str = field(description="Why.")

    async def act(self, making: Making) -> Act:
        return ExtendStage(closes_at=self.closes_at, seen_closes_at=self.seen_closes_at, reason=self.reason)


ExtendStageResult = Annotated[
    StageAccepted | StageNotOpen | ScheduleRefusal,
    strawberry.union("ExtendStageResult", description="What `extendStage` answers."),
]


@strawberry.input(
    description="A later opening for a stage that has not opened (report); its closing moves as much."
)
class PostponeStageInput(StageActInput):
    opens_at: datetime = field(description="The new opening.")
    seen_opens_at: datetime = field(description="The opening as its author saw it.")
    reason: str = field(description="Why.")

    async def act(self, making: Making) -> Act:
        return PostponeStage(opens_at=self.opens_at, seen_opens_at=self.seen_opens_at, reason=self.reason)


PostponeStageResult = Annotated[
    StageAccepted | ScheduleRefusal,
    strawberry.union("PostponeStageResult", description="What `postponeStage` answers."),
]


@strawberry.input(description="An earlier closing for an open stage, never before its minimum.")
class CloseStageEarlyInput(StageActInput):
    closes_at: datetime = field(description="The new closing.")
    seen_closes_at: datetime = field(description="The closing as its author saw it.")
    reason: str = field(description="Why.")

    async def act(self, making: Making) -> Act:
        return CloseStageEarly(
            closes_at=self.closes_at, seen_closes_at=self.seen_closes_at, reason=self.reason
        )


CloseStageEarlyResult = Annotated[
    StageAccepted | StageNotOpen | ScheduleRefusal,
    strawberry.union("CloseStageEarlyResult", description="What `closeStageEarly` answers."),
]


@strawberry.input(description="Stop or start a clock: of one stage, or of everything where none is named.")
class ClockInput(ActInput):
    stage: str | None = field(default=None, description="The key of the stage; none: everything.")
    round: int | None = field(default=None, description="The round of the stage, as its author saw it.")
    reason: str = field(description="Why.")

    def seen_place(self) -> tuple[int | None, str | None]:
        return self.round, self.stage


@strawberry.input(description="Stop the clock: of one stage, or of everything where none is named.")
class SuspendInput(ClockInput):
    async def act(self, making: Making) -> Act:
        return Suspend(reason=self.reason)


SuspendResult = Annotated[
    StageAccepted | SignOffPending | PlaceRefusal,
    strawberry.union("SuspendResult", description="What `suspend` answers."),
]


@strawberry.input(description="Start the clock again: of one stage, or of everything where none is named.")
class ResumeInput(ClockInput):
    async def act(self, making: Making) -> Act:
        return Resume(reason=self.reason)


ResumeResult = Annotated[
    StageAccepted | SignOffPending | PlaceRefusal,
    strawberry.union("ResumeResult", description="What `resume` answers."),
]


@strawberry.input(description="Open a closed stage again after an incident (réouverture).")
class ReopenStageInput(StageActInput):
    closes_at: datetime = field(description="The new closing.")
    reason: str = field(description="Why.")

    async def act(self, making: Making) -> Act:
        return ReopenStage(closes_at=self.closes_at, reason=self.reason)


ReopenStageResult = Annotated[
    StageAccepted | SignOffPending | PlaceRefusal,
    strawberry.union("ReopenStageResult", description="What `reopenStage` answers."),
]


@strawberry.input(
    description="Let clerks add what was left out of a sealed set; a supplementary seal follows."
)
class RectifyStageInput(StageActInput):
    until: datetime = field(description="Until when.")
    reason: str = field(description="Why.")

    async def act(self, making: Making) -> Act:
        return RectifyStage(until=self.until, reason=self.reason)


RectifyStageResult = Annotated[
    StageAccepted | SignOffPending | PlaceRefusal,
    strawberry.union("RectifyStageResult", description="What `rectifyStage` answers."),
]


@strawberry.input(description="End the concertation without a decision.")
class AbandonInput(ActInput):
    reason: str = field(description="Why.")

    async def act(self, making: Making) -> Act:
        return Abandon(reason=self.reason)


AbandonResult = Annotated[
    ConcertationAccepted | SignOffPending | AnyRefusal,
    strawberry.union("AbandonResult", description="What `abandon` answers."),
]


@strawberry.type
class SchedulingMutations:
    """Fields of the type Mutation."""

    extend_stage = mutation(
        ExtendStageInput,
        ExtendStageResult,
        StageAccepted,
        "Move the closing of an open stage to a later instant.",
    )
    postpone_stage = mutation(
        PostponeStageInput,
        PostponeStageResult,
        StageAccepted,
        "Move an opening that is to come to a later instant.",
    )
    close_stage_early = mutation(
        CloseStageEarlyInput,
        CloseStageEarlyResult,
        StageAccepted,
        "Move the closing of an open stage to an earlier instant.",
    )
    suspend = mutation(SuspendInput, SuspendResult, StageAccepted, "Stop the clock.")
    resume = mutation(
        ResumeInput, ResumeResult, StageAccepted, "Start the clock again: what was left is shifted."
    )
    reopen_stage = mutation(
        ReopenStageInput, ReopenStageResult, StageAccepted, "Open a closed stage again after an incident."
    )
    rectify_stage = mutation(
        RectifyStageInput,
        RectifyStageResult,
        StageAccepted,
        "Let clerks add what was left out of a sealed set.",
    )
    abandon = mutation(
        AbandonInput, AbandonResult, ConcertationAccepted, "End the concertation without a decision."
    )
