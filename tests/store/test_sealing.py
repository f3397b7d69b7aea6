"""Sealing sets: the same root inside `record`, streamed, and in a child process."""

import asyncio
import json
import sys
from typing import Any

import asyncpg
import pytest

from domain import acts
from domain.acts import SYSTEM, RecordSeal, SealFigures
from domain.merkle import merkle_root
from domain.process import State
from store import sealing
from store.contributions import Figures, figures
from store.pool import Pool
from store.sealing import merkle_roots, seal_of_few, seal_of_many
from tests.fixtures.postgres import Database
from tests.store.stage import Play

pytestmark = pytest.mark.postgres


async def fill(play: Play, database: Database, count: int) -> None:
    """Add contributions in bulk, and leave the stage in state `sealing`."""
    await play.launch()
    superuser = await asyncpg.connect(database.superuser)
    await superuser.execute(
        """
        INSERT INTO contribution
        SELECT uuidv7(), $1, 1, 'appel', 'x' || n, CASE WHEN n % 3 = 0 THEN 'etat' ELSE 'locales' END, NULL, NULL,
            CASE WHEN n % 10 = 0 THEN 'paper' ELSE 'online' END, '{}', 'texte', NULL, NULL, instant(), 'x',
            sha256(convert_to('k' || n, 'UTF8')), '\\x00000000000000000000000000000000',
            sha256(convert_to(n::text, 'UTF8')), 'r' || n
        FROM generate_series(1, $2::integer) AS n
        """,
        play.id,
        count,
    )
    await superuser.close()
    run = (await play.process()).runs["appel"]
    assert run.entry_closes_at is not None
    await play.clock.reach(run.entry_closes_at)
    await play.ask(play.command(acts.Tick(), by=SYSTEM), few=10)
    assert (await play.process()).runs["appel"].state is State.SEALING


async def test_all_ways_to_seal_give_the_same_figures(
    play: Play, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "_AT_ONCE", 100)
    await fill(play, database, 537)
    process = await play.process()
    told: list[int] = []
    streamed = await seal_of_many(play.worker, play.id, 1, "appel", told.append)
    async with play.worker.transaction():
        few = await seal_of_few(play.worker, process, 1, "appel")
        assert await seal_of_few(play.worker, process, 1, "appel", 536) is None
    rows = await play.worker.fetch("SELECT digest FROM contribution ORDER BY id")
    assert few is not None
    assert few == SealFigures(**streamed, entitled={"locales": 3})
    assert few.root == merkle_root(row["digest"] for row in rows)
    assert (few.count, few.by_college, few.by_channel) == (
        537,
        {"etat": 179, "locales": 358},
        {"online": 484, "paper": 53},
    )
    assert told == [100, 200, 300, 400, 500, 537]
    roots, total = await merkle_roots(play.worker, play.id, 1, "appel", [0, 100, 537])
    assert total == 537
    assert roots == [merkle_root(row["digest"] for row in rows[:n]) for n in (0, 100, 537)]


async def test_the_child_process_seals_and_says_that_it_lives(play: Play, database: Database) -> None:
    await fill(play, database, 60)
    order = {"dsn": database.worker, "concertation": play.id, "round": 1, "stage": "appel"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "store.sealing_process"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await process.communicate(json.dumps(order).encode())
    assert json.loads(printed.splitlines()[0]) == {"count": 0}
    told = json.loads(printed.splitlines()[-1])
    figures = SealFigures(**told, entitled={"locales": 3})
    events = await play.do(RecordSeal(figures=figures), by=SYSTEM, round=1, stage="appel")
    assert "stage_sealed" in [event.fact.kind for event in events]
    assert await play.do(RecordSeal(figures=figures), by=SYSTEM, round=1, stage="appel") == ()


async def test_it_says_that_it_lives_while_the_database_counts(
    play: Play, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(play, database, 30)
    said_again = asyncio.Event()
    told: list[int] = []

    async def slow(*stage: Any) -> Figures:
        await said_again.wait()
        return await figures(*stage)

    def tell(count: int) -> None:
        told.append(count)
        if len(told) == 3:
            said_again.set()

    monkeypatch.setattr(sealing, "figures", slow)
    monkeypatch.setattr(sealing, "_TOLD_EVERY", 0.01)
    assert (await seal_of_many(play.worker, play.id, 1, "appel", tell))["by_channel"] == {
        "online": 27,
        "paper": 3,
    }
    assert told[:3] == [30, 30, 30]


async def test_whole_branches_are_sealed_as_one_by_one(
    play: Play, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "_AT_ONCE", 1000)
    await fill(play, database, 2_100)
    rows = await play.worker.fetch("SELECT id, digest FROM contribution ORDER BY id")
    sealed = await seal_of_many(play.worker, play.id, 1, "appel")
    assert sealed["root"] == merkle_root(row["digest"] for row in rows)
    branches = await play.worker.fetch("SELECT number, last, root FROM seal_branch ORDER BY number")
    assert [(b["number"], b["last"], b["root"].hex()) for b in branches] == [
        (n, rows[1024 * n + 1023]["id"], merkle_root(r["digest"] for r in rows[1024 * n : 1024 * (n + 1)]))
        for n in (0, 1)
    ]


async def test_a_set_without_a_contribution_has_the_root_of_nothing(play: Play, app: Pool) -> None:
    await play.launch()
    (seal,) = (await play.close()).runs["appel"].seals
    assert (seal.figures.count, seal.figures.root) == (0, merkle_root([]))
