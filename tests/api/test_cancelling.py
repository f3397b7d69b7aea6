"""An operation that is cancelled, whenever that is, leaves nothing behind that was made and never begun."""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import Awaitable, Callable

import pytest
import strawberry
from graphql import GraphQLError

from api.proving import ProvingSchema

TURNS = 16
"""More turns of the event loop than the longest of these operations takes."""


@strawberry.type
class Leaf:
    @strawberry.field
    async def a(self) -> int:
        await asyncio.sleep(0)
        return 1

    @strawberry.field
    async def b(self) -> int:
        return 2


@strawberry.type
class Branch:
    @strawberry.field
    async def leaf(self) -> Leaf:
        await asyncio.sleep(0)
        return Leaf()

    @strawberry.field
    async def leaves(self) -> list[Leaf]:
        return [Leaf(), Leaf()]

    @strawberry.field
    def at_once(self) -> list[Leaf]:
        return [Leaf(), Leaf(), Leaf()]

    @strawberry.field
    async def branches(self) -> list[Branch]:
        return [Branch(), Branch()]

    @strawberry.field
    async def fails(self, turns: int) -> int:
        for _ in range(turns):
            await asyncio.sleep(0)
        raise GraphQLError("as asked")


@strawberry.type
class Query:
    @strawberry.field
    def branch(self) -> Branch:
        return Branch()

    @strawberry.field
    async def branches(self) -> list[Branch]:
        await asyncio.sleep(0)
        return [Branch(), Branch()]


FLAT = "leaf { a b } leaves { a b } atOnce { a b }"
NESTED = f"{FLAT} branches {{ {FLAT} branches {{ {FLAT} branches {{ {FLAT} }} }} }}"
EVERYTHING = f"{{ branch {{ {NESTED} }} branches {{ {NESTED} }} }}"


async def turn(turns: int) -> None:
    for _ in range(turns):
        await asyncio.sleep(0)


async def complaints(during: Callable[[], Awaitable[object]]) -> list[str]:
    """Give what Python says of it, once all that it left has been collected."""
    gc.collect()
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        await during()
        await turn(TURNS)
        gc.collect()
    return [str(warning.message) for warning in said]


@pytest.mark.parametrize("turns", range(TURNS))
async def test_it_may_be_cancelled_at_any_turn(turns: int) -> None:
    schema = ProvingSchema(query=Query)

    async def cancelled() -> None:
        operation = asyncio.create_task(schema.execute(EVERYTHING))
        await turn(turns)
        operation.cancel()
        await asyncio.gather(operation, return_exceptions=True)

    assert await complaints(cancelled) == []


@pytest.mark.parametrize("turns", range(12))
async def test_a_field_may_fail_at_any_turn(turns: int) -> None:
    schema = ProvingSchema(query=Query)
    told: list[str] = []

    async def failed() -> None:
        result = await schema.execute(
            f"query($turns: Int!) {{ branch {{ {NESTED} fails(turns: $turns) }} }}", {"turns": turns}
        )
        told.extend(error.message for error in result.errors or ())

    assert await complaints(failed) == []
    assert told == ["as asked"]


async def test_it_ends_when_it_is_cancelled_and_what_it_awaited_soon_after() -> None:
    schema = ProvingSchema(query=Query)
    before = asyncio.all_tasks()
    for turns in range(TURNS):
        operation = asyncio.create_task(schema.execute(EVERYTHING))
        await turn(turns)
        cancelled = operation.cancel()
        done = await asyncio.gather(operation, return_exceptions=True)
        assert isinstance(done[0], asyncio.CancelledError) is cancelled
        await turn(TURNS)
        assert asyncio.all_tasks() == before, f"after {turns} turns"
