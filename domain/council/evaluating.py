"""The evaluation grid of a review: which one it is, and what its members' marks come to, criterion by criterion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from domain.council.concerns import council_of
from domain.deciding.seats import stands_aside
from domain.procedure import Stage
from domain.process import Document, Evaluation, Opinion, Process, StageRun, stage_in_round


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What the marks for a criterion come to."""

    criterion: str
    count: int
    median: float
    lower: float
    """The lower quartile, marks included (the median of the lower half); with one mark, that mark."""
    upper: float

    @property
    def spread(self) -> float:
        """The interquartile range: the width of the middle half of the marks."""
        return self.upper - self.lower


def grid_of(process: Process, stage: str) -> Document | None:
    """Give the grid of a review: the questionnaire that was attached to it last; none where it asks for none.

    That of the stage in one axis comes before that of the stage in all axes. One of the whole concertation is what
    contributions answer, and no grid.
    """
    return grid_among(process.documents.values(), process.stages[stage], stage)


def grid_among(documents: Iterable[Document], definition: Stage, stage: str) -> Document | None:
    """Give the grid that a review would have with these documents."""
    if definition.evaluation is None:
        return None
    found = [
        document
        for document in documents
        if document.questionnaire and document.stage in (definition.id, stage)
    ]
    return max(found, key=lambda document: (document.stage == stage, document.attached_at), default=None)


def grid_used(opinion: Opinion) -> str | None:
    """Give the digest of the grid that an opinion was evaluated by, whichever stands now; nothing: by none."""
    latest = max(opinion.evaluations.values(), key=lambda evaluation: evaluation.at, default=None)
    return latest.questionnaire if latest is not None else None


def evaluations(process: Process, opinion: Opinion) -> tuple[Evaluation, ...]:
    """Give the evaluations that count: of one grid, by whoever does not stand aside."""
    grid = grid_used(opinion)
    return tuple(
        evaluation
        for evaluation in opinion.evaluations.values()
        if evaluation.questionnaire == grid
        and stands_aside(process, evaluation.member, opinion.stage) is None
    )


def missing_evaluations(process: Process, run: StageRun) -> tuple[str, ...]:
    """Give the members of the council who have not filled in the grid, where there is one."""
    grid = grid_of(process, run.key)
    if grid is None:
        return ()
    opinion = process.opinions.get(stage_in_round(run.round, run.key))
    counted = evaluations(process, opinion) if opinion is not None else ()
    done = {evaluation.member for evaluation in counted if evaluation.questionnaire == grid.digest}
    return tuple(
        member
        for member in council_of(process, run.key)
        if member not in done and stands_aside(process, member, run.key) is None
    )


def aggregated(counted: Sequence[Evaluation]) -> Iterator[Marks]:
    """Give what the marks come to, by criterion, in the order of their names."""
    by_criterion: dict[str, list[int]] = {}
    for evaluation in counted:
        for criterion, mark in evaluation.marks.items():
            by_criterion.setdefault(criterion, []).append(mark)
    for criterion, marks in sorted(by_criterion.items()):
        lower, _, upper = quantiles(marks, method="inclusive") if len(marks) > 1 else marks * 3
        yield Marks(
            criterion=criterion, count=len(marks), median=float(median(marks)), lower=lower, upper=upper
        )
