"""Whatever is asked twice is answered the same the second time, when nothing is parsed or validated any more."""

from __future__ import annotations

from typing import Any

import pytest
import strawberry
from strawberry.types.graphql import OperationType

from api.faults import Bound
from api.gate import MOST as BOUNDS
from api.masking import Masking
from api.proving import MOST, Proving, ProvingSchema


@strawberry.type
class Query:
    """Something to ask."""

    @strawberry.field
    async def word(self, times: int = 1) -> str:
        """Say it."""
        return "ja" * times

    @strawberry.field
    async def secret(self) -> str | None:
        """Fail, and say more than anybody should know."""
        raise RuntimeError("password: 1234")

    @strawberry.field
    def again(self) -> Query:
        """Go deeper."""
        return self


@strawberry.type
class Mutation:
    """Something to do."""

    @strawberry.mutation
    async def act(self) -> str:
        """Do it."""
        return "done"


def schema() -> ProvingSchema:
    return ProvingSchema(
        query=Query,
        mutation=Mutation,
        extensions=[lambda: Proving(maxsize=8), Masking],
    )


def deep(levels: int) -> str:
    return "{ again " * levels + "{ word }" + "}" * levels


async def answer(asked: ProvingSchema, query: str, **more: Any) -> object:
    try:
        result = await asked.execute(query, **more)
    except Exception as fault:
        return type(fault)
    return result.data, [(error.message, error.extensions, error.path) for error in result.errors or ()]


@pytest.mark.parametrize(
    ("query", "more"),
    [
        ("{ word }", {}),
        ("query A { word } query B { word(times: 2) }", {"operation_name": "B"}),
        ("query A { word } query B { word(times: 2) }", {"operation_name": "C"}),
        ("query ($n: Int!) { word(times: $n) }", {"variable_values": {"n": 3}}),
        ("query ($n: Int!) { word(times: $n) }", {"variable_values": {"n": "three"}}),
        ("{ secret word }", {}),
        ("mutation { act }", {}),
        ("mutation { act }", {"allowed_operation_types": [OperationType.QUERY]}),
        ("{ nothing }", {}),
        ("{ word", {}),
        (deep(BOUNDS[Bound.LEVELS] + 1), {}),
        ("", {}),
    ],
)
async def test_the_second_answer_is_the_first(query: str, more: dict[str, Any]) -> None:
    asked = schema()
    first = await answer(asked, query, **more)
    assert await answer(asked, query, **more) == first
    assert "1234" not in str(first)


async def test_what_is_proven_is_remembered_and_nothing_else() -> None:
    asked = schema()
    for query in ("{ word }", "{ nothing }", "{ word", deep(BOUNDS[Bound.LEVELS] + 1)):
        await answer(asked, query)
    assert list(asked._proven) == ["{ word }"]


async def test_variables_are_coerced_each_time() -> None:
    asked = schema()
    query = "query ($n: Int!) { word(times: $n) }"
    assert await answer(asked, query, variable_values={"n": 1}) == ({"word": "ja"}, [])
    assert await answer(asked, query, variable_values={"n": 2}) == ({"word": "jaja"}, [])


async def test_no_more_than_so_many_are_remembered() -> None:
    asked = schema()
    for number in range(MOST + 1):
        await answer(asked, f"{{ word(times: {number}) }}")
    assert len(asked._proven) == MOST
    assert "{ word(times: 0) }" not in asked._proven
