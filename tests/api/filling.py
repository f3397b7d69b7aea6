"""Inputs made from the schema: every mutation and every query with arguments, filled with whatever a test puts in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
)

Give = Callable[[str, str], Any]
"""Gives a value for the name of a field and of its scalar; `None` leaves out what need not be said."""

PLAIN: dict[str, Any] = {
    "Boolean": True, "Int": 1, "Float": 1.0, "Date": "2026-05-01", "DateTime": "2026-05-01T10:00:00Z",
    "Duration": "P1D", "JSON": {"a": "b"}, "Time": "10:00:00",
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A field of a root type, with the document that asks for it."""

    name: str
    document: str
    arguments: dict[str, GraphQLArgument]

    def variables(self, give: Give) -> dict[str, Any]:
        """Fill its arguments."""
        found = {name: filled(name, argument.type, give) for name, argument in self.arguments.items()}
        return {name: value for name, value in found.items() if value is not None}


def mutations(schema: GraphQLSchema) -> Iterator[Asked]:
    """Give every mutation."""
    assert schema.mutation_type is not None
    for name, field in schema.mutation_type.fields.items():
        yield _asked("mutation", name, field)


def queries(schema: GraphQLSchema) -> Iterator[Asked]:
    """Give every query that takes something."""
    assert schema.query_type is not None
    for name, field in schema.query_type.fields.items():
        if field.args:
            yield _asked("query", name, field)


def within(schema: GraphQLSchema, type_name: str) -> Iterator[tuple[str, Asked]]:
    """Give the fields of a type that take something, to be asked inside `concertation(id:)` or `viewer`."""
    type_ = schema.type_map[type_name]
    assert isinstance(type_, GraphQLObjectType)
    for name, field in type_.fields.items():
        if field.args:
            opening = "viewer" if type_name == "Viewer" else "concertation(id: $concertation)"
            yield name, _asked("query", name, field, opening)


def _asked(kind: str, name: str, field: GraphQLField, inside: str | None = None) -> Asked:
    given = {key: f"${key}: {argument.type}" for key, argument in field.args.items()}
    passed = ", ".join(f"{key}: ${key}" for key in field.args)
    selected = f"{name}{f'({passed})' if passed else ''} {_selection(field)}"
    if inside is not None:
        selected = f"{inside} {{ {selected} }}"
        if "$concertation" in inside:
            given["concertation"] = "$concertation: ID"
    declared = f"({', '.join(given.values())})" if given else ""
    return Asked(name, f"{kind}{declared} {{ {selected} }}", dict(field.args))


def _selection(field: GraphQLField) -> str:
    named = get_named_type(field.type)
    if isinstance(named, GraphQLUnionType | GraphQLInterfaceType):
        return "{ __typename ... on Refusal { code message } }" if _may_refuse(named) else "{ __typename }"
    return "{ __typename }" if isinstance(named, GraphQLObjectType) else ""


def _may_refuse(named: Any) -> bool:
    return isinstance(named, GraphQLUnionType) and any("code" in type_.fields for type_ in named.types)


def filled(name: str, type_: Any, give: Give, deep: int = 4) -> Any:
    """Fill a type of input."""
    if isinstance(type_, GraphQLNonNull):
        return filled(name, type_.of_type, give, deep)
    if isinstance(type_, GraphQLList):
        item = filled(name, type_.of_type, give, deep)
        return None if item is None else [item]
    if isinstance(type_, GraphQLEnumType):
        return next(iter(type_.values))
    if isinstance(type_, GraphQLInputObjectType):
        if deep == 0:
            return None
        fields = {key: filled(key, field.type, give, deep - 1) for key, field in type_.fields.items()}
        return {key: value for key, value in fields.items() if value is not None}
    given = give(name, type_.name)
    return PLAIN.get(type_.name) if given is None else given
