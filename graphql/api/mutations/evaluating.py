"""The evaluation grid of a review, filled in by each member of the council."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry
from strawberry import field
from strawberry.scalars import JSON

from api.accepting import OpinionAccepted
from api.answers import WorkRefusal
from api.performing import Making, StageActInput, mutation, refuse
from api.refusals import SubjectChanged
from api.scalars import Multilingual
from domain.acts import Act, Evaluate
from domain.questionnaires.shapes import Grid
from domain.refusals import Code
from domain.texts import localised
from store.questionnaires import in_axis


@strawberry.input(description="The evaluation grid, filled in.")
class EvaluateInput(StageActInput):
    questionnaire: str = field(description="The digest of the grid that its author saw.")
    answers: JSON = field(description="By criterion: `mark`, and `justification` where the grid takes one.")

    async def act(self, making: Making) -> Act:
        grid, answers = await self._checked(making)
        said = [
            f"{localised(criterion.label, ('fr',))} : {answers[criterion.id]['justification']}"
            for criterion in grid.criteria
            if "justification" in answers.get(criterion.id, {})
        ]
        reasons = Multilingual({"fr": "\n\n".join(said)})
        return Evaluate(
            questionnaire=self.questionnaire,
            marks={key: answer["mark"] for key, answer in answers.items()},
            reasons=making.body(reasons, "evaluation", "answers") if said else None,
        )

    async def _checked(self, making: Making) -> tuple[Grid, dict[str, Any]]:
        """Give the grid, as the axis of the stage asks it, and valid answers to it."""
        kept = await making.context.reading.questionnaire(self.questionnaire)
        stage = making.at.process.stages.get(self.stage) if making.at else None
        asked = in_axis(kept, stage.lane if stage else None) if kept else None
        if asked is None or not isinstance(asked.questionnaire, Grid):
            raise refuse(Code.UNKNOWN_QUESTIONNAIRE, "questionnaire", stage=self.stage)
        validation = asked.validator(self.answers)
        if validation.problems:
            raise refuse(Code.EVALUATION_INVALID, "answers", criterion=validation.problems[0].question_id)
        return asked.questionnaire, validation.answers


EvaluateResult = Annotated[
    OpinionAccepted | SubjectChanged | WorkRefusal,
    strawberry.union("EvaluateResult", description="What `evaluate` answers."),
]


@strawberry.type
class EvaluationMutations:
    """Fields of the type Mutation."""

    evaluate = mutation(
        EvaluateInput, EvaluateResult, OpinionAccepted, "Fill in the evaluation grid of a review, or anew."
    )
