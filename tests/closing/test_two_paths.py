"""Two paths to one outcome: the live system's, and that of whoever has nothing but the archive."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from domain.acts import Position
from domain.closing.rows import read_row
from domain.closing.verifying import Verdict, verify
from domain.closing.walking import Walk
from domain.process import BallotOutcome
from server.closing.reading import ClosingFile
from server.closing.writer import write_archive
from store.closing_archive import closing
from store.pool import Pool
from tests.closing.conftest import Write
from tests.fixtures.skipping import FollowTemporal
from tests.store.stage import Play
from tests.store.test_secret_ballots import _at_the_vote as at_the_vote
from tests.store.test_secret_ballots import _vote as vote
from tests.workflows.conftest import engine, pool
from tests.workflows.engine import Engine
from tests.workflows.years import Years

__all__ = ["engine", "pool"]


@pytest_asyncio.fixture
async def temporal_env(own_temporal_env: WorkflowEnvironment) -> WorkflowEnvironment:
    """A server of its own: two years of others' timers would pass with these."""
    return own_temporal_env


@pytest.mark.postgres
@pytest.mark.temporal
async def test_two_years_come_to_the_same_end_from_the_archive_alone(
    engine: Engine, temporal_env: WorkflowEnvironment, tmp_path: Path
) -> None:
    async with engine.working(FollowTemporal(engine.pool)):
        await Years(engine, temporal_env).play()
    live = await engine.process()
    path = tmp_path / "years.zip"
    async with engine.pool.acquire() as connection, closing(connection, engine.id) as read:
        with path.open("wb") as sink:
            manifest, _ = await write_archive(read, sink)

    found = {line.what: line for line in verify(ClosingFile(path))}
    assert [line for line in found.values() if line.verdict is not Verdict.HOLDS] == []
    assert live.outcome is not None
    assert found["outcome"].args["outcome"] == live.outcome.value == manifest["outcome"]
    walk = Walk(engine.id)
    for line in ClosingFile(path).lines("ledger.jsonl"):
        walk.go(read_row(line))
    walk.end()
    assert walk.told.process == live


@pytest.mark.postgres
async def test_a_secret_ballot_has_the_same_outcome_by_its_numbers(
    play: Play, app: Pool, write: Write
) -> None:
    ballot = await at_the_vote(play)
    positions = {"presidente": "favourable", "c1": "unfavourable", "c2": "unfavourable", "c3": "favourable"}
    for member, position in positions.items():
        await vote(play, app, ballot, member, Position(position))
    live = (await play.process()).ballots[ballot.id]
    assert live.outcome is BallotOutcome.PASSED  # by the casting vote

    early = {line.what: line for line in verify(ClosingFile(await write("early.zip")))}
    assert early["decided"].verdict is Verdict.UNTOLD  # what it concludes is not public yet
    run = (await play.process()).runs["avis"]
    assert run.closes_at is not None
    await play.clock.reach(run.closes_at)
    await play.tick()
    path = await write("secret.zip")
    found = {line.what: line for line in verify(ClosingFile(path), without="c1")}
    assert [line for line in found.values() if line.verdict is Verdict.FAILS] == []
    assert found["decided"].verdict is Verdict.HOLDS
    assert found["secret"].args["count"] == 1
    assert found["without"].verdict is Verdict.UNTOLD
    with zipfile.ZipFile(path) as file:
        told = json.loads(file.read("ballots.json"))
    (said,) = [one for one in told if one["id"] == ballot.id]
    assert said["outcome"] == "passed"
    assert {one["position"] for one in said["votes"].values()} == {None}
