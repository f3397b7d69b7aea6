"""The JSON Schema (draft 2020-12) of the answers to a questionnaire: enough to build a form and to check it.

It accepts what `answering` accepts, but for what JSON Schema cannot say: conditions (`x-when`) and bounds of dates
(`x-minimum`, `x-maximum`) are told beside it, and lengths are counted before blanks around a text are taken away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from domain.questionnaires.conditions import OTHER
from domain.questionnaires.counts import chosen, ranked
from domain.questionnaires.kinds import FILE_ID, LONGEST_OTHER
from domain.questionnaires.shapes import (
    Asked,
    Choosing,
    Criterion,
    Date,
    File,
    Grid,
    Levels,
    LongText,
    MultipleChoice,
    Quantity,
    Questionnaire,
    Ranking,
    Scale,
    ShortText,
    SingleChoice,
    YesNo,
)
from domain.texts import localised

_STORABLE = r"[^\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f]"
_FILLED = rf"^{_STORABLE}*[^\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]{_STORABLE}*$"
_EMPTY = r"^[\t\n\u000b\u000c\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*$"


def answers_schema(questionnaire: Questionnaire, languages: Sequence[str] = ()) -> dict[str, Any]:
    """Give the JSON Schema of answers, with titles and descriptions in the first of `languages` that there is."""
    properties: dict[str, Any] = {}
    required: list[str] = []
    if isinstance(questionnaire, Grid):
        for criterion in questionnaire.criteria:
            properties[criterion.id] = _titled(
                _optional(_criterion(questionnaire, languages), criterion.required), criterion, languages
            )
            if criterion.required:
                required.append(criterion.id)
    else:
        for section, question in questionnaire.questions():
            conditions = [
                condition.model_dump(mode="json", exclude_none=True)
                for condition in (section.when, question.when)
                if condition is not None
            ]
            always = question.required and not conditions
            described = _titled(_optional(_form(question, languages), always), question, languages)
            described["x-section"] = section.id
            if conditions:
                described["x-when"] = conditions[0] if len(conditions) == 1 else {"all": conditions}
                described["x-required"] = question.required
            properties[question.id] = described
            if always:
                required.append(question.id)
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:concertation:questionnaire:{questionnaire.id}:{questionnaire.version}",
        "title": localised(questionnaire.label, languages),
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }
    if questionnaire.introduction:
        schema["description"] = localised(questionnaire.introduction, languages)
    return schema


def _titled(schema: dict[str, Any], part: Asked | Criterion, languages: Sequence[str]) -> dict[str, Any]:
    described: dict[str, Any] = {"title": localised(part.label, languages)}
    if part.help:
        described["description"] = localised(part.help, languages)
    described |= schema
    for name in ("themes", "axes"):
        if named := getattr(part, name):
            described[f"x-{name}"] = list(named)
    return described


def _optional(schema: dict[str, Any], required: bool) -> dict[str, Any]:
    """Let what need not be answered also be null, an empty text or an empty list."""
    if required:
        return schema
    options = [schema, {"type": "null"}]
    if schema.get("type") == "string" and schema.get("pattern") == _FILLED:
        options.append({"type": "string", "pattern": _EMPTY})
    if schema.get("type") == "array":
        options.append({"type": "array", "maxItems": 0})
    return {"anyOf": options}


def _form(question: Any, languages: Sequence[str]) -> dict[str, Any]:
    match question:
        case ShortText() | LongText():
            return {
                "type": "string",
                "minLength": max(question.minimum, 1),
                "maxLength": question.maximum,
                "pattern": _FILLED,
            }
        case YesNo():
            return {"type": "boolean"}
        case SingleChoice():
            offered = _offered(question, languages)
            return {"oneOf": [*offered, _other()] if question.other else offered}
        case MultipleChoice():
            return _multiple(question, languages)
        case Scale():
            return _levels(question, languages)
        case Quantity():
            return {
                "type": "integer" if question.whole else "number",
                "minimum": question.minimum,
                "maximum": question.maximum,
                **({"x-unit": localised(question.unit, languages)} if question.unit else {}),
            }
        case Date():
            bounds = {"x-minimum": question.minimum, "x-maximum": question.maximum}
            return {
                "type": "string",
                "format": "date",
                "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
                "not": {"pattern": "^0000"},
                **{name: bound.isoformat() for name, bound in bounds.items() if bound is not None},
            }
        case Ranking():
            least, most = ranked(question)
            items: dict[str, Any] = {"oneOf": _offered(question, languages)}
            return {
                "type": "array", "items": items, "uniqueItems": True, "minItems": max(least, 1), "maxItems": most,
            }  # fmt: skip
        case File():
            items = {"type": "string", "pattern": FILE_ID}
            return {
                "type": "array", "items": items, "uniqueItems": True, "minItems": 1, "maxItems": question.maximum,
            }  # fmt: skip
    raise TypeError(f"no kind of question: {type(question).__name__}")


def _offered(question: Choosing, languages: Sequence[str]) -> list[dict[str, Any]]:
    return [{"const": choice.id, "title": localised(choice.label, languages)} for choice in question.choices]


def _other() -> dict[str, Any]:
    words = {"type": "string", "minLength": 1, "maxLength": LONGEST_OTHER, "pattern": _FILLED}
    return {
        "type": "object",
        "properties": {OTHER: words},
        "required": [OTHER],
        "additionalProperties": False,
    }


def _multiple(question: MultipleChoice, languages: Sequence[str]) -> dict[str, Any]:
    least, most = chosen(question)
    offered = _offered(question, languages)
    schema: dict[str, Any] = {
        "type": "array",
        "items": {"oneOf": [*offered, _other()] if question.other else offered},
        "uniqueItems": True,
        "minItems": least,
        "maxItems": most,
    }
    if question.other:
        schema |= {"contains": {"type": "object"}, "minContains": 0, "maxContains": 1}
    return schema


def _levels(levels: Levels, languages: Sequence[str]) -> dict[str, Any]:
    labels: Mapping[int, Mapping[str, str]] = levels.labels
    schema: dict[str, Any] = {"type": "integer", "minimum": levels.minimum, "maximum": levels.maximum}
    if labels:
        schema["x-labels"] = {str(level): localised(label, languages) for level, label in labels.items()}
    return schema


def _criterion(grid: Grid, languages: Sequence[str]) -> dict[str, Any]:
    words: dict[str, Any] = {
        "type": "string", "minLength": 1, "maxLength": grid.longest_justification, "pattern": _FILLED,
    }  # fmt: skip
    properties = {"mark": _levels(grid.scale, languages)}
    if grid.justification != "none":
        properties["justification"] = _optional(words, grid.justification == "required")
    return {
        "type": "object",
        "properties": properties,
        "required": ["mark", *(["justification"] if grid.justification == "required" else [])],
        "additionalProperties": False,
    }
