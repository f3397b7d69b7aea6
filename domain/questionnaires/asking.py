"""Checks of each question by itself, and of its name among the others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from domain.loading import Path
from domain.questionnaires.conditions import OTHER
from domain.questionnaires.outline import Outline, Placed
from domain.questionnaires.shapes import Choosing, Levels, MultipleChoice, Ranking
from domain.refusals import Finding


def check_asking(outline: Outline) -> Iterator[Finding]:
    """Find names used twice, sections without questions, choices that are none, bounds that are crossed."""
    yield from _twice([(placed.path, placed.id) for placed in outline.sections])
    yield from _twice([(placed.path, placed.id) for placed in outline.questions])
    for section in outline.sections:
        if section.part is not None and not any(placed.section is section for placed in outline.questions):
            yield Finding("section_empty", section.path)
    for placed in outline.questions:
        if isinstance(placed.part, Choosing):
            yield from _check_choices(placed, placed.part)
        if placed.part is not None:
            yield from _check_bounds(placed.part, placed.path)
    if outline.grid is not None:
        yield from _check_bounds(outline.grid.scale, ("scale",))


def _twice(names: list[tuple[Path, str | None]]) -> Iterator[Finding]:
    seen: set[str] = set()
    for path, name in names:
        if name is None:
            continue
        if name in seen:
            yield Finding("duplicate_id", (*path, "id"), {"id": name})
        seen.add(name)


def _check_choices(placed: Placed, question: Choosing) -> Iterator[Finding]:
    path = (*placed.path, "choices")
    yield from _twice([((*path, index), choice.id) for index, choice in enumerate(question.choices)])
    other = bool(getattr(question, "other", False))
    for index, choice in enumerate(question.choices):
        if other and choice.id == OTHER:
            yield Finding("choice_named_other", (*path, index, "id"))
    if not question.choices:
        yield Finding("choices_empty", path)
    elif len(question.choices) + other == 1:
        yield Finding("choice_alone", path, severity="advice")
    if isinstance(question, MultipleChoice | Ranking):
        offered = len(question.choices) + other
        for name in ("minimum", "maximum"):
            asked = getattr(question, name)
            if asked is not None and asked > offered > 0:
                yield Finding(
                    "more_choices_than_offered", (*placed.path, name), {"asked": asked, "offered": offered}
                )


def _check_bounds(part: Any, path: Path) -> Iterator[Finding]:
    least, most = getattr(part, "minimum", None), getattr(part, "maximum", None)
    crossed = (
        least is not None
        and most is not None
        and (least >= most if isinstance(part, Levels) else least > most)
    )
    if crossed:
        yield Finding("bounds_crossed", (*path, "minimum"), {"minimum": str(least), "maximum": str(most)})
    elif isinstance(part, Levels):
        for level in part.labels:
            if not part.minimum <= level <= part.maximum:
                yield Finding("scale_label_outside", (*path, "labels", str(level)), {"level": level})
