"""The synthesis: chapters, recommendations, the whole."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import ID, field

from api.accepting import RecommendationAccepted, SynthesisAccepted
from api.answers import WorkRefusal
from api.performing import Making, StageActInput, mutation
from api.refusals import TreatmentTooLow
from api.scalars import Multilingual
from domain.acts import Act, AssembleSynthesis, MakeRecommendation, SubmitChapter
from domain.refusals import Code


@strawberry.input(description="A chapter of the synthesis, or a new version of it.")
class SubmitChapterInput(StageActInput):
    lane: str | None = field(default=None, description="The key of its axis; none where there are no axes.")
    text: Multilingual = field(description="What it says.")

    async def act(self, making: Making) -> Act:
        return SubmitChapter(lane=self.lane, text=making.body(self.text, "chapter", "text"))


SubmitChapterResult = Annotated[
    SynthesisAccepted | WorkRefusal,
    strawberry.union("SubmitChapterResult", description="What `submitChapter` answers."),
]


REPLACES = (
    "Recommendations and ascertainments that it takes the place of, of this round or an earlier one: their sources are "
    "its own. Unset: as before."
)


def _keys(given: list[str] | None) -> tuple[str, ...] | None:
    return None if given is None else tuple(given)


@strawberry.input(description="A recommendation, or a new version of one.")
class MakeRecommendationInput(StageActInput):
    text: Multilingual = field(description="What it says.")
    addressees: list[str] = field(description="The keys of the offices that owe an answer.")
    lane: str | None = field(default=None, description="The key of its axis.")
    themes: list[str] = field(default_factory=list, description="The keys of its themes.")
    source_ids: list[ID] = field(
        default_factory=list,
        description="What it comes from: ids of contributions, hearings or reservations, 1,000 at most. A new version "
        "that names none keeps those it has.",
    )
    recommendation_id: ID | None = field(
        default=None, description="The recommendation that this is a new version of."
    )
    in_favour: list[str] | None = field(
        default=None, description="The keys of the colleges that spoke for it; unset: as before."
    )
    against: list[str] | None = field(
        default=None, description="The keys of the colleges that spoke against it; unset: as before."
    )
    replaces_ids: list[ID] | None = field(default=None, description=REPLACES)

    async def act(self, making: Making) -> Act:
        known = self.recommendation_id
        return MakeRecommendation(
            recommendation=making.read(
                known, "Recommendation", Code.UNKNOWN_RECOMMENDATION, "recommendation_id"
            )
            if known
            else making.made("recommendation"),
            lane=self.lane,
            themes=tuple(self.themes),
            addressees=tuple(self.addressees),
            sources=tuple(making.source(id) for id in self.source_ids),
            text=making.body(self.text, "recommendation", "text"),
            in_favour=_keys(self.in_favour),
            against=_keys(self.against),
            replaces=None
            if self.replaces_ids is None
            else tuple(making.item(id, "replaces_ids") for id in self.replaces_ids),
        )


MakeRecommendationResult = Annotated[
    RecommendationAccepted | WorkRefusal,
    strawberry.union("MakeRecommendationResult", description="What `makeRecommendation` answers."),
]


@strawberry.input(description="The whole of the synthesis. Chapters and recommendations are then fixed.")
class AssembleSynthesisInput(StageActInput):
    text: Multilingual = field(description="What it says.")

    async def act(self, making: Making) -> Act:
        return AssembleSynthesis(text=making.body(self.text, "synthesis", "text"))


AssembleSynthesisResult = Annotated[
    SynthesisAccepted | TreatmentTooLow | WorkRefusal,
    strawberry.union("AssembleSynthesisResult", description="What `assembleSynthesis` answers."),
]


@strawberry.type
class SynthesisMutations:
    """Fields of the type Mutation."""

    submit_chapter = mutation(
        SubmitChapterInput, SubmitChapterResult, SynthesisAccepted, "Hand in the chapter of an axis."
    )
    make_recommendation = mutation(
        MakeRecommendationInput,
        MakeRecommendationResult,
        RecommendationAccepted,
        "Add a recommendation, with what it comes from and who owes an answer.",
    )
    assemble_synthesis = mutation(
        AssembleSynthesisInput, AssembleSynthesisResult, SynthesisAccepted, "Assemble the chapters."
    )
