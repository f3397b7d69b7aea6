"""The articles of an opinion: drafted, amended, put to the vote."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import ID, field

from api.accepting import OpinionAccepted
from api.answers import WorkRefusal
from api.performing import Making, StageActInput, mutation
from api.refusals import MeetingMissing, SubjectChanged
from api.scalars import Multilingual
from domain.acts import Act, DraftArticle, ProposeAmendment, PutArticleToVote, SettleAmendment
from domain.refusals import Code


@strawberry.input(description="An article of the opinion, or a new version of one.")
class DraftArticleInput(StageActInput):
    article_id: ID | None = field(default=None, description="The article that this is a new version of.")
    title: Multilingual = field(description="Its title.")
    rapporteur_id: ID = field(description="The member of the council who answers for it.")
    text: Multilingual = field(description="What it says.")

    async def act(self, making: Making) -> Act:
        return DraftArticle(
            article=making.article(self.article_id) if self.article_id else making.made("article"),
            title=dict(self.title),
            rapporteur=making.member_key(self.rapporteur_id, "rapporteur_id"),
            text=making.body(self.text, "article", "text"),
        )


DraftArticleResult = Annotated[
    OpinionAccepted | WorkRefusal,
    strawberry.union("DraftArticleResult", description="What `draftArticle` answers."),
]


@strawberry.input(description="A change that is proposed to an article.")
class ProposeAmendmentInput(StageActInput):
    article_id: ID = field(description="The article.")
    text: Multilingual = field(description="What it proposes.")

    async def act(self, making: Making) -> Act:
        return ProposeAmendment(
            amendment=making.made("amendment"),
            article=making.article(self.article_id),
            text=making.body(self.text, "amendment", "text"),
        )


ProposeAmendmentResult = Annotated[
    OpinionAccepted | WorkRefusal,
    strawberry.union("ProposeAmendmentResult", description="What `proposeAmendment` answers."),
]


@strawberry.input(description="What becomes of an amendment.")
class SettleAmendmentInput(StageActInput):
    amendment_id: ID = field(description="The amendment.")
    adopted: bool = field(description="Whether the next version of the article takes it up.")
    reason: str = field(description="Why.")

    async def act(self, making: Making) -> Act:
        key = making.read(self.amendment_id, "Amendment", Code.UNKNOWN_AMENDMENT, "amendment_id")
        return SettleAmendment(amendment=key, adopted=self.adopted, reason=self.reason)


SettleAmendmentResult = Annotated[
    OpinionAccepted | WorkRefusal,
    strawberry.union("SettleAmendmentResult", description="What `settleAmendment` answers."),
]


@strawberry.input(description="The article to put to the vote.")
class PutArticleToVoteInput(StageActInput):
    article_id: ID = field(description="The article.")
    text: str = field(description="The digest of its text that its author saw.")
    meeting_id: ID | None = field(
        default=None,
        description="The meeting in which it is put to the vote, where the procedure asks for one.",
    )

    async def act(self, making: Making) -> Act:
        return PutArticleToVote(
            article=making.article(self.article_id),
            text=self.text,
            meeting=making.meeting(self.meeting_id, "meeting_id") if self.meeting_id else None,
        )


PutArticleToVoteResult = Annotated[
    OpinionAccepted | SubjectChanged | MeetingMissing | WorkRefusal,
    strawberry.union("PutArticleToVoteResult", description="What `putArticleToVote` answers."),
]


@strawberry.type
class ArticleMutations:
    """Fields of the type Mutation."""

    draft_article = mutation(
        DraftArticleInput,
        DraftArticleResult,
        OpinionAccepted,
        "Hand in a version of an article of the opinion.",
    )
    propose_amendment = mutation(
        ProposeAmendmentInput, ProposeAmendmentResult, OpinionAccepted, "Propose to change an article."
    )
    settle_amendment = mutation(
        SettleAmendmentInput,
        SettleAmendmentResult,
        OpinionAccepted,
        "Adopt an amendment or not; the act of the article's rapporteur or of the chair.",
    )
    put_article_to_vote = mutation(
        PutArticleToVoteInput,
        PutArticleToVoteResult,
        OpinionAccepted,
        "Open the ballot on an article; the chair's act.",
    )
