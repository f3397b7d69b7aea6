"""A well-formed input for each mutation, made from the schema: with ids of real objects, else plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    Undefined,
    get_named_type,
)

OF_SCALARS: dict[str, Any] = {
    "String": "x", "Int": 1, "Float": 1.0, "Boolean": True, "JSON": {}, "Multilingual": {"fr": "x"},
    "DateTime": "2031-01-02T10:00:00Z", "Date": "2031-01-02", "Time": "10:00:00",
}  # fmt: skip


class Inputs:
    """Makes inputs. `named`: what fields are given by their names, where their type does not say enough."""

    def __init__(self, schema: GraphQLSchema, named: Mapping[str, Any]) -> None:
        self.schema = schema
        self.named = named

    def of(self, mutation: str) -> dict[str, Any]:
        """Give the input of a mutation: what must be given, and no more."""
        assert self.schema.mutation_type is not None
        kind = get_named_type(self.schema.mutation_type.fields[mutation].args["input"].type)
        assert isinstance(kind, GraphQLInputObjectType)
        return (
            {"idempotencyKey": mutation, **self._object(mutation, kind)}
            if "idempotencyKey" in kind.fields
            else (self._object(mutation, kind))
        )

    def _object(self, mutation: str, kind: GraphQLInputObjectType) -> dict[str, Any]:
        if not any(map(_is_asked, kind.fields.values())):  # exactly one of these
            name, field = next(iter(kind.fields.items()))
            return {name: self._value(mutation, name, field.type)}
        return {
            name: self._value(mutation, name, field.type)
            for name, field in kind.fields.items()
            if _is_asked(field) or f"{mutation}.{name}" in self.named
        }

    def _value(self, mutation: str, name: str, kind: Any) -> Any:
        for known in (f"{mutation}.{name}", name):
            if known in self.named:
                return self.named[known]
        if isinstance(kind, GraphQLNonNull):
            return self._value(mutation, name, kind.of_type)
        if isinstance(kind, GraphQLList):
            return [self._value(mutation, name.removesuffix("s"), kind.of_type)]
        if isinstance(kind, GraphQLEnumType):
            return next(iter(kind.values))
        if isinstance(kind, GraphQLInputObjectType):
            return self._object(mutation, kind)
        assert kind.name in OF_SCALARS, f"say in tests/rights/test_doing.py which {name} {mutation} is given"
        return OF_SCALARS[kind.name]


def _is_asked(field: GraphQLInputField) -> bool:
    return isinstance(field.type, GraphQLNonNull) and field.default_value is Undefined
