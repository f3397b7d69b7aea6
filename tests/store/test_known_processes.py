"""Processes read lately: not read again while nobody changes them, and never shown once somebody has."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from domain import acts
from domain.process import Process
from store import concertations
from store.known_processes import KnownProcesses
from store.pool import Pool
from tests.store.stage import Play

pytestmark = pytest.mark.postgres

Reader = Callable[[Pool, Play, KnownProcesses], Awaitable[Process]]


async def by_id(app: Pool, play: Play, known: KnownProcesses) -> Process:
    async with app.acquire() as connection:
        return (await concertations.processes(connection, [play.id], known))[play.id].process


async def by_slug(app: Pool, play: Play, known: KnownProcesses) -> Process:
    async with app.acquire() as connection:
        found = await concertations.process_by_slug(connection, "essai", known)
    assert found is not None
    return found.process


@pytest.mark.parametrize("read", [by_id, by_slug])
async def test_a_process_that_nobody_changed_is_read_once(play: Play, app: Pool, read: Reader) -> None:
    await play.draft()
    known = KnownProcesses()
    first = await read(app, play, known)
    assert await read(app, play, known) is first
    await play.do(acts.EnrolMember(member="a"))
    second = await read(app, play, known)
    assert "a" in second.members
    assert await read(app, play, known) is second


async def test_a_process_dropped_and_changed_meanwhile_is_folded_from_its_ledger(
    play: Play, app: Pool
) -> None:
    await play.draft()
    async with app.acquire() as connection:
        row = {"id": play.id, "head": b"gone", "snapshot": None}
        process = await concertations._process(connection, row, KnownProcesses())
    assert process == await play.process()


def test_no_more_is_kept_than_was_said_and_the_longest_unused_goes_first() -> None:
    known = KnownProcesses(100)
    for name in ("a", "b"):
        known.keep(Process(id=name, slug=f"slug-{name}"), name.encode(), 50)
    assert known.get("a", b"a") is not None
    known.keep(Process(id="c", slug="slug-c"), b"c", 50)
    assert known.get("b", b"b") is None
    assert known.heads(["a", "b", "c"]) == [b"a", b"c"]
    assert known.heads_by_slug("slug-b") == []
    assert known.heads_by_slug("slug-c") == [b"c"]
    known.keep(Process(id="large", slug="large"), b"l", 101)
    assert known.heads(["a", "c", "large"]) == []


def test_a_process_is_only_given_at_the_head_it_was_read_at() -> None:
    known = KnownProcesses()
    known.keep(Process(id="a", slug="a"), b"1", 10)
    known.keep(Process(id="a", slug="renamed"), b"2", 10)
    assert known.get("a", b"1") is None
    assert known.get("a", b"2") is not None
    assert known.heads_by_slug("a") == []
