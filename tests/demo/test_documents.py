"""The documents that the demonstration names exist, in a clone and in the wheel."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest
from graphql import OperationDefinitionNode, build_schema, parse

from server.demo.documents import document
from server.demo.listening import OPERATION

ROOT = Path(__file__).parents[2]
SCHEMA = build_schema((ROOT / "graphql" / "schema.graphql").read_text("utf-8"))


def literals() -> set[str]:
    files = (ROOT / "server" / "demo").rglob("*.py")
    trees = [ast.parse(file.read_text("utf-8")) for file in files]
    return {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def named() -> list[str]:
    """Every string of the demonstration that is the name of a mutation, as its documents write it."""
    assert SCHEMA.mutation_type is not None
    mutations = {name[0].upper() + name[1:] for name in SCHEMA.mutation_type.fields}
    return sorted(mutations & literals())


@pytest.mark.parametrize(
    "operation",
    [
        *named(),
        *(
            OPERATION,
            "Situation",
            "OpenStages",
            "ServerTime",
            "Journey",
            "Questionnaire",
            "Draft",
            "Versions",
        ),
        *("Batches", "Receipt", "Seals", "Ledger", "Calendar", "Ballots", "PreviewCalendar"),
    ],
)
def test_each_operation_has_a_document_that_bears_its_name(operation: str) -> None:
    (definition,) = parse(document(operation)).definitions
    assert isinstance(definition, OperationDefinitionNode)
    assert definition.name is not None
    assert definition.name.value == operation


def test_it_goes_through_most_of_the_mutations() -> None:
    assert len(named()) > 25


def test_a_document_that_is_not_there_is_told_with_the_folders_looked_into() -> None:
    with pytest.raises(FileNotFoundError, match="operations"):
        document("Nothing")


def test_the_wheel_carries_the_documents_where_they_are_looked_for() -> None:
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert "graphql/operations" in wheel["only-include"]
    assert wheel["sources"]["graphql/operations"] == "server/demo/operations"
