"""Inputs that are made as given are what Strawberry would have made of the same values."""

from __future__ import annotations

from typing import Any

import pytest
import strawberry
from strawberry import ID
from strawberry.types import get_object_definition
from strawberry.types.arguments import convert_argument

from api.enumerations import Channel
from api.inputs import made_as_given
from api.mutations.contributing import RecordContributionInput, SubmitContributionInput
from api.schema import make_schema

GIVEN = {"idempotencyKey": "k", "concertationId": "Q29uY2VydGF0aW9uOjE=", "stage": "appel", "round": 1}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"body": "Des guichets.", "themes": ["sante"], "college": "etat"},
        {"body": None, "college": None},
        {"answers": {"q1": [1, {"a": None}]}},
        {"answers": None},
        {"themes": []},
    ],
)
def test_it_is_what_strawberry_would_have_made(more: dict[str, Any]) -> None:
    definition = get_object_definition(SubmitContributionInput, strict=True)
    schema = make_schema()
    known = (SubmitContributionInput, schema.schema_converter.scalar_registry, schema.config)
    made = convert_argument({**GIVEN, **more}, *known)
    shortcut, definition.from_input = definition.from_input, None
    try:
        slowly = convert_argument({**GIVEN, **more}, *known)
    finally:
        definition.from_input = shortcut
    assert shortcut is not None
    assert made == slowly
    assert type(made) is SubmitContributionInput


def test_its_heirs_are_converted_as_ever() -> None:
    assert get_object_definition(RecordContributionInput, strict=True).from_input is None


@strawberry.input
class Converted:
    a: ID
    channel: Channel


@strawberry.input
class Listed:
    a: list[Channel]


@strawberry.input
class Forgotten:
    a: str | None


@pytest.mark.parametrize("kind", [Converted, Listed, Forgotten])
def test_what_must_be_converted_or_may_be_missing_is_refused_at_once(kind: type) -> None:
    with pytest.raises(TypeError, match=kind.__name__):
        made_as_given(kind)
