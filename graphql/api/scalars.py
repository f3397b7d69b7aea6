"""Scalars of the contract: instants with their offset, durations, texts in several languages, free JSON."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, NewType

from pydantic import TypeAdapter, ValidationError
from strawberry.exceptions import StrawberryInputCoercionError
from strawberry.scalars import JSON
from strawberry.types.scalar import ScalarDefinition

Multilingual = NewType("Multilingual", dict[str, str])
"""A text for people: a map from BCP-47 language tag to text."""

_DURATION: TypeAdapter[timedelta] = TypeAdapter(timedelta)


def _parse_instant(value: object) -> datetime:
    try:
        instant = datetime.fromisoformat(value) if isinstance(value, str) else None
        if instant is not None and instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise StrawberryInputCoercionError(
        "An instant is written in ISO 8601 with its offset, for example 2026-03-01T00:00:00+01:00."
    )


def _parse_multilingual(value: object) -> Multilingual:
    if isinstance(value, str):
        value = {"fr": value}
    if (
        not isinstance(value, dict)
        or not value.get("fr")
        or not all(isinstance(k, str) and isinstance(v, str) and len(k) <= 35 for k, v in value.items())
    ):
        raise StrawberryInputCoercionError(
            'A text is an object from language tag to text, French mandatory: {"fr": "…", "en": "…"}.'
        )
    return Multilingual(value)


def _serialize_duration(value: timedelta) -> Any:
    return _DURATION.dump_python(value, mode="json")


def _parse_duration(value: object) -> timedelta:
    try:
        return _DURATION.validate_python(value)
    except ValidationError as fault:
        raise StrawberryInputCoercionError("A duration is written in ISO 8601, for example P15D.") from fault


SCALARS: dict[object, ScalarDefinition] = {
    datetime: ScalarDefinition(
        name="DateTime",
        description="An instant in ISO 8601, always with its offset from UTC.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time.html",
        serialize=datetime.isoformat,
        parse_value=_parse_instant,
        parse_literal=None,
        origin=datetime,
    ),
    timedelta: ScalarDefinition(
        name="Duration",
        description="A length of time in ISO 8601, for example P45D or PT30S.",
        specified_by_url=None,
        serialize=_serialize_duration,
        parse_value=_parse_duration,
        parse_literal=None,
        origin=timedelta,
    ),
    Multilingual: ScalarDefinition(
        name="Multilingual",
        description="A text in several languages: an object from BCP-47 language tag to text. "
        "French (`fr`) is mandatory; a plain string is read as French.",
        specified_by_url=None,
        serialize=dict,
        parse_value=_parse_multilingual,
        parse_literal=None,
        origin=dict,
    ),
    JSON: ScalarDefinition(
        name="JSON",
        description="Any JSON value.",
        specified_by_url="https://ecma-international.org/publications-and-standards/standards/ecma-404/",
        serialize=lambda value: value,
        parse_value=lambda value: value,
        parse_literal=None,
        origin=None,
    ),
}
