"""Workers of two versions on one task queue: while both run, after the old one is gone, and on the way back."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from domain import acts
from domain.process import State
from server.embedded.child import Child
from server.embedded.temporal import EmbeddedTemporal
from store.pool import open_pool
from store.replies import Accepted
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database
from tests.unit.procedures import call_for_input, procedure
from tests.upgrades.next_version import build
from tests.workflows.conftest import embedded
from tests.workflows.engine import Engine, body
from workflows.commanding import CommandFault
from workflows.connecting import connect

pytestmark = [pytest.mark.postgres, pytest.mark.temporal, pytest.mark.stack, pytest.mark.long]

SOON = procedure(call_for_input(), notice="P0D", sandbox=True)
#: How long a command may be asked again until somebody who knows everything has answered it, in seconds.
PATIENCE = 30.0
#: How late a deadline may come whose run failed: looked for every 5 s once it is 10 s late (server/reconciling.py).
LATENESS = timedelta(seconds=25)


class Version:
    """A worker process of one version."""

    def __init__(self, name: str, folder: Path, env: Mapping[str, str]) -> None:
        self._ready = folder / f"{name}.ready"
        self._env = {**os.environ, **env, "CONCERTATION_READY_FILE": str(self._ready)}
        self._child = Child(name, folder / f"{name}.log")

    async def start(self) -> None:
        self._child.spawn([sys.executable, "-m", "server.cli", "worker"], env=self._env)
        await self._child.until(self._serves, 60.0)

    async def _serves(self) -> bool:
        return self._ready.exists() and self._ready.read_text() == str(self._child.pid)

    async def kill(self) -> None:
        assert self._child.pid is not None
        os.kill(self._child.pid, signal.SIGKILL)
        await self._child.ended()

    async def stop(self) -> None:
        await self._child.stop()

    async def says(self, *command: str) -> tuple[int, str]:
        """Run a command of this version, and give its exit code and what it printed."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "server.cli", *command),
            env=self._env,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        printed, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, printed.decode()


@pytest_asyncio.fixture
async def temporal(tmp_path: Path) -> AsyncIterator[EmbeddedTemporal]:
    server = embedded(tmp_path)
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture
async def versions(
    temporal: EmbeddedTemporal, database: Database, tmp_path: Path
) -> AsyncIterator[tuple[Version, Version]]:
    """This version and the next, neither started."""
    given = {
        "WORKER_DATABASE_URL": database.worker,
        "OWNER_DATABASE_URL": database.owner,
        "TEMPORAL_ADDRESS": temporal.address,
        "TEMPORAL_NAMESPACE": "tests",
    }
    both = (
        Version("this", tmp_path, given),
        Version("next", tmp_path, given | build(tmp_path / "next")),
    )
    yield both
    for version in both:
        await version.stop()


@pytest_asyncio.fixture
async def engines(temporal: EmbeddedTemporal, database: Database) -> AsyncIterator[tuple[Engine, Engine]]:
    """Two concertations that do not exist yet."""
    pool = await open_pool(database.worker, application="tests: engine")
    client = await connect(temporal.address, "tests")
    first, second = (Engine(client, pool, database.worker, "concertation", within=3) for _ in range(2))
    yield first, second
    await pool.close()


async def insist(engine: Engine, act: acts.Act) -> Accepted:
    """Ask until it is answered, with the same key each time."""
    command = engine.command(act)
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                reply = await engine.ask(command)
            except CommandFault:
                await asyncio.sleep(0.1)
                continue
            assert isinstance(reply, Accepted), reply
            return reply


async def attach(engine: Engine, name: str) -> None:
    await insist(engine, acts.AttachDocument(document=body(name), title={"fr": name}))


async def is_not_stuck(engine: Engine) -> bool:
    described = await engine.handle().describe()
    return described.raw_description.pending_workflow_task.attempt < 4


async def test_concertations_go_on_beside_a_newer_worker_after_the_older_is_gone_and_on_the_way_back(
    versions: tuple[Version, Version], engines: tuple[Engine, Engine], test_clock: TestClock
) -> None:
    this, following = versions
    told, quiet = engines  # what happens to the first needs the next version to be understood
    await this.start()
    for engine in engines:
        assert isinstance(await engine.ask(engine.draft(SOON)), Accepted)
        for office, member in (("presidence", "chair"), ("rapporteur", "writer")):
            await insist(engine, acts.EnrolMember(member=member))
            await insist(engine, acts.AppointMember(office=office, member=member))
        await attach(engine, "dossier")
        asked = acts.AttachDocument(document=body("questions"), title={"fr": "Questions"}, questionnaire=True)
        await insist(engine, asked)

    await following.start()
    await insist(told, acts.Launch(opens_at=await test_clock.now() + timedelta(seconds=3)))
    for number in range(5):
        await insist(told, acts.EnrolMember(member=f"p{number}"))
        await attach(quiet, f"both-{number}")
    await this.kill()
    await insist(told, acts.EnrolMember(member="p5"))
    await attach(quiet, "next")
    await this.start()
    for number in range(6, 10):
        await insist(told, acts.EnrolMember(member=f"p{number}"))
        await attach(quiet, f"both-{number}")
    async with asyncio.timeout(PATIENCE):
        await told.until(lambda process: process.runs["appel"].state is State.OPEN, within=PATIENCE)
    assert await is_not_stuck(told)
    assert await is_not_stuck(quiet)

    await this.kill()
    await insist(told, acts.EnrolMember(member="p10"))
    opens_at = await test_clock.now() + timedelta(seconds=4)
    await insist(quiet, acts.Launch(opens_at=opens_at))
    before = len(await told.ledger())

    await following.kill()
    await this.start()
    await quiet.until(lambda process: process.runs["appel"].state is State.OPEN, within=40)
    (opened,) = await quiet.moments("stage_opened")
    assert opened - opens_at < LATENESS
    await attach(quiet, "back")
    command = told.command(acts.EnrolMember(member="p11"))
    with pytest.raises(CommandFault):
        await told.ask(command)
    assert len(await told.ledger()) == before, "this version decides nothing on what it does not know"

    await following.start()
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                assert isinstance(await told.ask(command), Accepted)
                break
            except CommandFault:
                await asyncio.sleep(0.1)
    enrolled = [event.fact.member for event in await told.ledger() if event.fact.kind == "member_enrolled"]
    assert sorted(enrolled) == sorted({"coordinator", "chair", "writer", *(f"p{n}" for n in range(12))})
    documents = [event for event in await quiet.ledger() if event.fact.kind == "document_attached"]
    assert len(documents) == 2 + 5 + 1 + 4 + 1
    code, said = await following.says("doctor", "--language", "en")
    assert (code, said.splitlines()[1:]) == (0, [WELL]), said


WELL = (
    "All is well but for that: the schema is up to date, and all that follows from the ledger agrees with it."
)
"""After the warning that nobody took a backup."""
