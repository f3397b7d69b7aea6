"""Every field of the schema is classified, once; and what it needs is in the table of rights."""

from __future__ import annotations

from collections import Counter
from typing import Any

from graphql import GraphQLInterfaceType, GraphQLObjectType

from api.classified import DOER, NEEDS, OBJECT, classified
from api.needs import Need
from api.schema import make_schema
from domain.rights import TABLE, reach_of


def _fields() -> set[str]:
    """Give the fields that are declared first in their type: not those of its interfaces."""
    found: set[str] = set()
    for name, kind in make_schema()._schema.type_map.items():
        if (
            isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
            and name[:2] != "__"
            and name != "Mutation"
        ):
            inherited = {field for interface in kind.interfaces for field in interface.fields}
            found |= {f"{name}.{field}" for field in kind.fields if field not in inherited}
    return found


def test_every_field_is_classified() -> None:
    missing = sorted(_fields() - classified().keys())
    assert not missing, (
        f"nobody said what these fields need besides seeing their object: {missing}. Name each in "
        "graphql/api/classified.py: under OBJECT where whoever sees the object sees it, under NEEDS otherwise."
    )


def test_nothing_is_classified_that_there_is_not_and_nothing_twice() -> None:
    said: Counter[str] = Counter(field for fields in NEEDS.values() for field in fields)
    said.update(
        f"{name}.{field}"
        for types in (OBJECT, DOER)
        for name, fields in types.items()
        for field in fields.split()
    )
    assert {field for field, times in said.items() if times > 1} == set()
    assert said.keys() - _fields() == set()


def test_every_need_is_a_reading_of_the_table_and_is_needed_somewhere() -> None:
    for need in Need:
        for action in need.value.actions:
            assert action in TABLE, action
        assert need in (Need.OBJECT, Need.DOER) or NEEDS.get(need), need


def test_a_reading_asks_for_the_reach_of_its_row() -> None:
    wrong: list[Any] = [
        (need, action)
        for need in Need
        for action in need.value.actions
        if len(need.value.actions) == 1 and not need.value.own and reach_of(action) is not need.value.reach
    ]
    assert wrong == []
