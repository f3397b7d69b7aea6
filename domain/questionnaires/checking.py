"""The check of a questionnaire: everything that is found, at once, each with the path into the file.

Faults of form come first; a part that has one is left out, and what refers to it is taken for sound.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from domain.check import SEVERITIES
from domain.checks.shape import finding_of, places_of
from domain.loading import Path, cleaned, excess
from domain.questionnaires.asking import check_asking
from domain.questionnaires.course import check_course
from domain.questionnaires.outline import Outline, Placed
from domain.questionnaires.shapes import (
    MAX_QUESTIONS,
    Criterion,
    Form,
    Grid,
    Question,
    Questionnaire,
    Section,
)
from domain.refusals import Finding

_QUESTION: TypeAdapter[Any] = TypeAdapter(Question)
_QUESTION_STUB = {"id": "x", "kind": "yes_no", "label": "?"}
_SECTION = {"id": "x", "label": "?", "questions": [_QUESTION_STUB]}
_CRITERION = {"id": "x", "label": "?"}


@dataclass(frozen=True, slots=True)
class Checked:
    """A questionnaire, as far as it could be read, and everything found."""

    questionnaire: Questionnaire | None
    """`None` where its form has a fault."""
    findings: tuple[Finding, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Say whether people can be asked to answer it."""
        return self.questionnaire is not None and not any(f.severity == "error" for f in self.findings)


@dataclass(slots=True)
class _Forming:
    """What is being read."""

    raw: dict[str, Any]
    findings: dict[Path, Finding] = field(default_factory=dict)
    outline: Outline = field(default_factory=Outline)

    def part(self, form: TypeAdapter[Any] | type[BaseModel], data: Any, path: Path) -> Any:
        """Read a part; `None`, and a finding for each fault, where it has one."""
        try:
            return form.validate_python(data) if isinstance(form, TypeAdapter) else form.model_validate(data)
        except ValidationError as faults:
            errors = faults.errors(include_url=False, include_context=True, include_input=True)
        for below, error in places_of(data, errors).items():
            tag = ("kind",) if error["type"].startswith("union_tag") else ()
            self.findings.setdefault((*path, *below, *tag), finding_of((*path, *below, *tag), error))
        return None


def check(source: Questionnaire | object) -> Checked:
    """Read a raw mapping that should be a questionnaire, and check it; or check a questionnaire."""
    raw = source.model_dump(mode="json", exclude_unset=True) if isinstance(source, Form | Grid) else source
    too_much = excess(raw)
    if too_much is not None:
        return Checked(None, (too_much,))
    if not isinstance(raw, Mapping):
        return Checked(None, (Finding("not_a_questionnaire"),))
    found: dict[Path, Finding] = {}
    forming = _Forming(cleaned(raw, (), found), found)
    if forming.raw.get("kind") == "grid":
        _form_grid(forming)
    else:
        _form_sections(forming)
    outline = forming.outline
    if len(outline.questions) > MAX_QUESTIONS:
        forming.findings[outline.path] = Finding(
            "too_many_questions", outline.path, {"maximum": MAX_QUESTIONS, "count": len(outline.questions)}
        )
    questionnaire: Questionnaire | None = None
    if not forming.findings:
        questionnaire = forming.part(Grid if outline.is_grid else Form, forming.raw, ())
    findings = [*forming.findings.values()]
    if len(outline.questions) <= MAX_QUESTIONS:
        findings += [*check_asking(outline), *check_course(outline)]
    return Checked(questionnaire, tuple(sorted(findings, key=lambda f: SEVERITIES.index(f.severity))))


def check_against(
    questionnaire: Questionnaire, themes: Container[str], lanes: Container[str]
) -> Iterator[Finding]:
    """Find themes and axes that are not among those that the concertation declares, given by id (D4)."""
    for path, part in _parts(questionnaire):
        for index, name in enumerate(part.themes):
            if name not in themes:
                yield Finding("unknown_theme", (*path, "themes", index), {"theme": name})
        for index, name in enumerate(part.axes):
            if name not in lanes:
                yield Finding("unknown_lane", (*path, "axes", index), {"lane": name})


def _parts(questionnaire: Questionnaire) -> Iterator[tuple[Path, Any]]:
    if isinstance(questionnaire, Grid):
        for index, criterion in enumerate(questionnaire.criteria):
            yield ("criteria", index), criterion
    else:
        for above, section in enumerate(questionnaire.sections):
            for index, question in enumerate(section.questions):
                yield ("sections", above, "questions", index), question


def _form_grid(forming: _Forming) -> None:
    raw, outline = forming.raw, forming.outline
    outline.is_grid, outline.path = True, ("criteria",)
    grid = forming.part(Grid, _with_stub(raw, "criteria", _CRITERION), ())
    outline.grid = grid
    for index, given in enumerate(_listed(raw, "criteria")):
        path = ("criteria", index)
        outline.questions.append(Placed(path, _name(given), forming.part(Criterion, given, path), None))


def _form_sections(forming: _Forming) -> None:
    raw, outline = forming.raw, forming.outline
    forming.part(Form, _with_stub(raw, "sections", _SECTION), ())
    for above, given in enumerate(_listed(raw, "sections")):
        path: Path = ("sections", above)
        stubbed = _with_stub(given, "questions", _QUESTION_STUB) if isinstance(given, dict) else given
        section = forming.part(Section, stubbed, path)
        placed = Placed(path, _name(given), section, None)
        outline.sections.append(placed)
        for index, question in enumerate(_listed(given, "questions")):
            below = (*path, "questions", index)
            outline.questions.append(
                Placed(below, _name(question), forming.part(_QUESTION, question, below), placed)
            )


def _with_stub(raw: Mapping[str, Any], name: str, stub: object) -> dict[str, Any]:
    """Put a sound part in the place of the parts that are read one by one."""
    return {**raw, name: [stub]} if isinstance(raw.get(name), list) and raw[name] else dict(raw)


def _listed(raw: Any, name: str) -> list[Any]:
    found = raw.get(name) if isinstance(raw, Mapping) else None
    return found if isinstance(found, list) else []


def _name(given: Any) -> str | None:
    name = given.get("id") if isinstance(given, Mapping) else None
    return name if isinstance(name, str) else None
