"""The evaluation grid of a review: as each member filled it in, and what all marks come to."""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry import Private, field

from api.context import Info
from api.nodes import Text, text
from api.people import Member, member_of
from api.publication import sees
from api.snapshot import Snapshot
from domain import process
from domain.council.evaluating import aggregated, evaluations, grid_of, grid_used
from domain.questionnaires.shapes import Grid
from domain.texts import localised
from store.questionnaires import Kept, in_axis


@strawberry.type(description="A mark for a criterion.")
class Mark:
    criterion: str = field(description="The key of the criterion.")
    label: str = field(description="The criterion, in the language of the request.")
    mark: int = field(description="The mark, on the scale of the grid.")


@strawberry.type(description="The grid as a member of the council filled it in last.")
class Evaluation:
    at_: Private[Snapshot]
    evaluation: Private[process.Evaluation]
    at: datetime = field(description="When.")
    reasons: Text | None = field(description="The justifications, criterion by criterion.")
    marks: list[Mark] = field(description="The marks, in the order of the grid.")

    @field(description="Who filled it in.")
    def member(self) -> Member | None:
        return member_of(self.at_, self.evaluation.member)


@strawberry.type(description="What the marks of all members come to for a criterion.")
class EvaluationSummary:
    criterion: str = field(description="The key of the criterion.")
    label: str = field(description="The criterion, in the language of the request.")
    count: int = field(description="How many gave a mark. Who stands aside does not count.")
    median: float = field(description="The median of the marks.")
    lower_quartile: float = field(description="The lower quartile, marks included.")
    upper_quartile: float = field(description="The upper quartile, marks included.")
    spread: float = field(description="The interquartile range: the width of the middle half of the marks.")


@strawberry.type
class WithEvaluations:
    """Fields of the type Opinion."""

    at: Private[Snapshot]
    opinion: Private[process.Opinion]

    @field(
        description="The evaluations of the members, published with the positions; before that one's own, and all to "
        "those who work on it."
    )
    async def evaluations(self, info: Info) -> list[Evaluation]:
        labels = await _labels(info, self.at, self.opinion)
        return [
            Evaluation(
                at_=self.at,
                evaluation=evaluation,
                at=evaluation.at,
                reasons=text(evaluation.reasons),
                marks=[
                    Mark(criterion=key, label=label, mark=evaluation.marks[key])
                    for key, label in labels.items()
                    if key in evaluation.marks
                ],
            )
            for evaluation in evaluations(self.at.process, self.opinion)
            if self._sees_all(info) or evaluation.member == info.context.viewer.member
        ]

    @field(description="What all evaluations come to, criterion by criterion, published with the positions.")
    async def evaluation_summary(self, info: Info) -> list[EvaluationSummary]:
        if not self._sees_all(info):
            return []
        labels = await _labels(info, self.at, self.opinion)
        marks = {one.criterion: one for one in aggregated(evaluations(self.at.process, self.opinion))}
        return [
            EvaluationSummary(
                criterion=key,
                label=label,
                count=marks[key].count,
                median=marks[key].median,
                lower_quartile=marks[key].lower,
                upper_quartile=marks[key].upper,
                spread=marks[key].spread,
            )
            for key, label in labels.items()
            if key in marks
        ]

    def _sees_all(self, info: Info) -> bool:
        return sees(info.context.viewer, self.at, self.opinion.stage, self.opinion.round, "positions")


async def grid_asked(info: Info, at: Snapshot, stage: str) -> Kept | None:
    """Give the grid of a review, as its axis asks it."""
    document = grid_of(at.process, stage)
    kept = await info.context.reading.questionnaire(document.digest) if document else None
    return in_axis(kept, at.process.stages[stage].lane) if kept else None


async def _labels(info: Info, at: Snapshot, opinion: process.Opinion) -> dict[str, str]:
    """Give the labels of the criteria by key, in the order of the grid that the opinion was evaluated by."""
    digest = grid_used(opinion)
    whole = await info.context.reading.questionnaire(digest) if digest else None
    kept = in_axis(whole, at.process.stages[opinion.stage].lane) if whole else None
    if kept is None or not isinstance(kept.questionnaire, Grid):
        return {}
    return {
        criterion.id: localised(criterion.label, info.context.languages)
        for criterion in kept.questionnaire.criteria
    }
