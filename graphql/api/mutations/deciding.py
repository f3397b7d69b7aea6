"""Responses and the decision."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import ID, field

from api.accepting import (
    DecisionAccepted,
    RecommendationAccepted,
    SignOffPending,
)
from api.answers import PlaceRefusal, WorkRefusal
from api.enumerations import Answer
from api.performing import Making, StageActInput, mutation
from api.scalars import Multilingual
from domain.acts import (
    Act,
    IssueDecision,
    RectifyDecision,
    Respond,
)


@strawberry.input(description="An addressee's reasoned response to a recommendation: one each.")
class RespondInput(StageActInput):
    recommendation_id: ID = field(description="The recommendation.")
    addressee: str = field(description="The key of the office that answers.")
    answer: Answer = field(description="What is answered.")
    reasons: Multilingual = field(description="Why.")
    until: datetime | None = field(
        default=None,
        description="By when what is deferred will be answered; mandatory there, refused elsewhere.",
    )

    async def act(self, making: Making) -> Act:
        return Respond(
            recommendation=making.recommendation(self.recommendation_id),
            addressee=self.addressee,
            answer=self.answer,
            reasons=making.body(self.reasons, "reasons", "reasons"),
            until=self.until,
        )


RespondResult = Annotated[
    RecommendationAccepted | WorkRefusal,
    strawberry.union("RespondResult", description="What `respond` answers."),
]


@strawberry.input(description="The decision, once every response is in.")
class IssueDecisionInput(StageActInput):
    text: Multilingual = field(description="What it says.")
    reasons: Multilingual | None = field(
        default=None, description="Its reasons, as a document of their own; some procedures ask for it."
    )
    embargo_until: datetime | None = field(
        default=None, description="Until when only some may read it; before its stage closes."
    )
    early_reader_ids: list[ID] | None = field(
        default=None,
        description="The members who may read it before, besides those who sign, conduct or guarantee it.",
    )

    async def act(self, making: Making) -> Act:
        readers = tuple(making.member_key(id, "early_reader_ids") for id in self.early_reader_ids or ())
        return IssueDecision(
            text=making.body(self.text, "decision", "text"),
            reasons=making.body(self.reasons, "decision_reasons", "reasons") if self.reasons else None,
            embargo_until=self.embargo_until,
            early_readers=readers or None,
        )


IssueDecisionResult = Annotated[
    DecisionAccepted | SignOffPending | WorkRefusal,
    strawberry.union("IssueDecisionResult", description="What `issueDecision` answers."),
]


@strawberry.input(description="A new version of a decision that is out; the old one is kept.")
class RectifyDecisionInput(StageActInput):
    text: Multilingual = field(description="What it says.")
    reason: str = field(description="Why it is rectified.")
    reasons: Multilingual | None = field(
        default=None, description="Its reasons, where those that were given do not hold any more."
    )

    async def act(self, making: Making) -> Act:
        return RectifyDecision(
            text=making.body(self.text, "decision", "text"),
            reason=self.reason,
            reasons=making.body(self.reasons, "decision_reasons", "reasons") if self.reasons else None,
        )


RectifyDecisionResult = Annotated[
    DecisionAccepted | SignOffPending | PlaceRefusal,
    strawberry.union("RectifyDecisionResult", description="What `rectifyDecision` answers."),
]


@strawberry.type
class DecisionMutations:
    """Fields of the type Mutation."""

    respond = mutation(
        RespondInput, RespondResult, RecommendationAccepted, "Answer a recommendation, with reasons."
    )
    issue_decision = mutation(
        IssueDecisionInput, IssueDecisionResult, DecisionAccepted, "Issue the decision."
    )
    rectify_decision = mutation(
        RectifyDecisionInput,
        RectifyDecisionResult,
        DecisionAccepted,
        "Put out a new version of the decision; the old one is kept.",
    )
