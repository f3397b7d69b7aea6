"""The exported contract: written in a fixed form, compared with what is committed, breaking changes named."""

from __future__ import annotations

from dataclasses import dataclass

from graphql import BreakingChange, build_schema, find_breaking_changes

from api.schema import make_schema


@dataclass(frozen=True, slots=True)
class Drift:
    """How the contract of the code differs from the committed one."""

    #: Whether the texts differ at all.
    differs: bool
    #: Changes that break clients, one line each.
    breaking: tuple[str, ...]


def sdl() -> str:
    """Give the contract of the code in GraphQL's schema language: the same text for the same code."""
    return make_schema().contract.rstrip() + "\n"


def compare(committed: str, current: str) -> Drift:
    """Compare two contracts in the schema language.

    Raises:
        graphql.GraphQLError: the committed text is no schema.
    """
    if committed == current:
        return Drift(False, ())
    changes = find_breaking_changes(build_schema(committed), build_schema(current))
    return Drift(True, tuple(sorted(map(_line, changes))))


def _line(change: BreakingChange) -> str:
    return f"{change.type.name}: {change.description}"
