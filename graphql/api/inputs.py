"""Inputs that are made of their values as they are, without looking up for each value how to convert it.

Strawberry does so for every field of every input of every request. For the one input that comes by the hundred a
second it costs as much as validating the answers to ten questions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from strawberry import ID
from strawberry.scalars import JSON
from strawberry.types import get_object_definition
from strawberry.types.arguments import InputContext

T = TypeVar("T", bound=type)

_AS_THEY_ARE = {str, int, bool, float, NoneType, ID, JSON}


def made_as_given(kind: T) -> T:
    """Make an input of its values as graphql-core has coerced them.

    Raises:
        TypeError: a field must be converted, or may be left out and has no default.
    """
    hints = get_type_hints(kind)
    for one in fields(kind):
        hint = hints[one.name]
        parts = get_args(hint) or (hint,)
        may_be_left_out = NoneType in parts and one.default is MISSING and one.default_factory is MISSING
        if (
            may_be_left_out
            or not {*parts} <= _AS_THEY_ARE
            or get_origin(hint) not in (None, list, Union, UnionType)
        ):
            raise TypeError(f"{kind.__name__}.{one.name}")
    definition = get_object_definition(kind, strict=True)
    names: dict[str, str] = {}

    def make(made: type, given: Mapping[str, Any], context: InputContext) -> Any:
        if not names:
            named = context.config.name_converter.from_field
            names.update((named(field), field.python_name) for field in definition.fields)
        return made(**{names[name]: value for name, value in given.items()})

    definition.from_input = make
    return kind
