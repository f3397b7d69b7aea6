"""The worker process as `concertation worker` runs it: killed, stopped, without a Temporal, with one that forgot."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import asyncpg
import psutil
import pytest
import pytest_asyncio

from domain import acts
from domain.acts import SYSTEM
from domain.evolve import fold
from domain.process import Process, State
from server.data_folder import DataFolder
from server.embedded.programs import program
from server.embedded.temporal import EmbeddedTemporal
from server.process import OwnProcess, by_file
from server.replicas import Replicas
from server.settings import Settings
from store.pool import Pool, open_pool
from store.replies import Accepted
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database
from tests.unit.procedures import call_for_input, procedure
from tests.workflows.conftest import embedded
from tests.workflows.engine import Engine
from workflows.commanding import CommandFault
from workflows.connecting import connect

pytestmark = [pytest.mark.postgres, pytest.mark.temporal, pytest.mark.stack]

#: Opens as soon as it is launched, so that nobody has to wait for a notice.
SOON = procedure(call_for_input(), notice="P0D", sandbox=True)
QUEUE = "concertation"


@pytest.fixture
def temporal(tmp_path: Path) -> EmbeddedTemporal:
    """Temporal's server, not started."""
    return embedded(tmp_path)


@pytest_asyncio.fixture
async def worker(temporal: EmbeddedTemporal, database: Database, tmp_path: Path) -> AsyncIterator[OwnProcess]:
    """The worker, not started. It, and Temporal, are stopped after the test."""
    ready = tmp_path / "worker.ready"
    given = {
        "WORKER_DATABASE_URL": database.worker,
        "TEMPORAL_ADDRESS": temporal.address,
        "TEMPORAL_NAMESPACE": "tests",
        "CONCERTATION_READY_FILE": str(ready),
    }
    env = {**os.environ, **given}
    worker = OwnProcess("worker", program("concertation"), tmp_path / "worker.log", env, by_file(ready))
    yield worker
    await worker.stop()
    await temporal.stop()


@pytest_asyncio.fixture
async def workers(
    temporal: EmbeddedTemporal, database: Database, tmp_path: Path
) -> AsyncIterator[list[OwnProcess]]:
    """Two of them, and Temporal, at work."""
    settings = Settings(data_dir=tmp_path, worker_processes=2)
    folder = DataFolder(tmp_path)
    for part in (folder.run, folder.logs):
        part.mkdir(exist_ok=True)
    given = {
        "WORKER_DATABASE_URL": database.worker,
        "TEMPORAL_ADDRESS": temporal.address,
        "TEMPORAL_NAMESPACE": "tests",
        "CONCERTATION_SHUTDOWN_TIMEOUT": "1",
    }
    made = Replicas(settings, folder, program("concertation"), 0, {**os.environ, **given}).workers()
    await temporal.start()
    await asyncio.gather(*(worker.start() for worker in made))
    yield made
    await asyncio.gather(*(worker.stop() for worker in made))
    await temporal.stop()


@pytest_asyncio.fixture
async def engine(temporal: EmbeddedTemporal, database: Database) -> AsyncIterator[Engine]:
    """A concertation that does not exist yet."""
    pool: Pool = await open_pool(database.worker, application="tests: engine")
    client = await connect(temporal.address, "tests", lazy=True)
    yield Engine(client, pool, database.worker, QUEUE, within=4)
    await pool.close()


async def insist(engine: Engine, command: acts.Command) -> Accepted:
    """Send a command until it is answered, as every client does: the key is the same each time."""
    while True:
        try:
            reply = await engine.ask(command)
        except CommandFault:
            await asyncio.sleep(0.05)  # nobody listens: let them start
            continue
        assert isinstance(reply, Accepted), reply
        return reply


async def test_a_worker_killed_in_the_middle_leaves_nothing_twice_and_nothing_out(
    temporal: EmbeddedTemporal, worker: OwnProcess, engine: Engine
) -> None:
    await temporal.start()
    await worker.start()
    await insist(engine, engine.draft(SOON))
    enrolments = [engine.command(acts.EnrolMember(member=f"p{number}")) for number in range(30)]
    asking = [asyncio.create_task(insist(engine, command)) for command in enrolments[:8]]
    await engine.until(lambda process: len(process.members) >= 4)
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    await worker.ended()
    asking += [asyncio.create_task(insist(engine, command)) for command in enrolments[8:]]
    await worker.start()
    await asyncio.gather(*asking)
    process = await engine.process()
    assert set(process.members) == {"coordinator"} | {f"p{number}" for number in range(30)}
    assert fold(Process(id=engine.id), await engine.ledger()) == process
    assert len(await engine.moments("member_enrolled")) == 31


async def test_a_temporal_that_lost_its_data_is_filled_again_without_anyone_and_no_deadline_is_missed(
    temporal: EmbeddedTemporal, worker: OwnProcess, engine: Engine, test_clock: TestClock, tmp_path: Path
) -> None:
    await temporal.start()
    await worker.start()
    opens_at = await test_clock.now() + timedelta(seconds=6)
    await engine.launch(opens_at, SOON)
    before = await engine.process()
    await temporal.stop()
    for file in tmp_path.glob("temporal.db*"):
        file.unlink()
    await temporal.start()
    process = await engine.until(lambda process: process.runs["appel"].state is State.OPEN)
    assert fold(before, (await engine.ledger())[before.seq :]) == process
    assert fold(Process(id=engine.id), await engine.ledger()) == process
    (opened,) = await engine.moments("stage_opened")
    assert opened - opens_at < timedelta(seconds=5)


async def test_a_worker_waits_for_a_temporal_that_is_not_there_yet(
    temporal: EmbeddedTemporal, worker: OwnProcess, engine: Engine
) -> None:
    starting = asyncio.create_task(worker.start())
    await asyncio.wait([starting], timeout=1.5)
    assert not starting.done()
    await temporal.start()
    await starting
    await insist(engine, engine.draft(SOON))


async def test_a_worker_told_to_stop_stops_at_once_with_exit_code_0(
    temporal: EmbeddedTemporal, worker: OwnProcess, engine: Engine
) -> None:
    await temporal.start()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        await worker.start()
        assert worker.pid is not None
        os.kill(worker.pid, wanted)
        async with asyncio.timeout(8):
            assert await worker.ended() == 0


async def test_a_worker_whose_temporal_has_gone_stops_as_well(
    temporal: EmbeddedTemporal, worker: OwnProcess
) -> None:
    await temporal.start()
    await worker.start()
    await temporal.stop()
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGTERM)
    async with asyncio.timeout(9):
        assert await worker.ended() == 0


def sealing(worker: OwnProcess) -> bool:
    """Whether a child of this worker seals."""
    if worker.pid is None:
        return False
    children = psutil.Process(worker.pid).children()
    return any("store.sealing_process" in child.cmdline() for child in children)


async def becomes(true: Callable[[], bool]) -> None:
    for _ in range(800):  # in other processes: nothing to wait on
        if true():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it never was")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
async def test_what_a_worker_was_sealing_when_it_ended_another_seals_and_once(
    workers: list[OwnProcess],
    engine: Engine,
    database: Database,
    test_clock: TestClock,
    how: signal.Signals,
) -> None:
    opens_at = await test_clock.now() + timedelta(minutes=1)
    await engine.launch(opens_at, SOON)
    await test_clock.reach(opens_at)
    await insist(engine, engine.command(acts.Tick(), by=SYSTEM))
    run = (await engine.until(lambda process: process.runs["appel"].state is State.OPEN)).runs["appel"]
    connection = await asyncpg.connect(database.superuser)
    await connection.execute(
        """
        INSERT INTO contribution
        SELECT uuidv7(), $1, 1, 'appel', 'x' || n, 'locales', NULL, NULL, 'online', '{}', 'texte', NULL, NULL,
            instant(), 'x', sha256(convert_to('k' || n, 'UTF8')), '\\x00000000000000000000000000000000',
            sha256(convert_to(n::text, 'UTF8')), 'r' || n
        FROM generate_series(1, 12000) AS n
        """,
        engine.id,
    )
    holding = connection.transaction()
    await holding.start()
    await connection.execute("LOCK TABLE seal_branch")  # whoever seals waits for that
    assert run.entry_closes_at is not None
    await test_clock.reach(run.entry_closes_at)
    await insist(engine, engine.command(acts.Tick(), by=SYSTEM))
    await becomes(lambda: any(map(sealing, workers)))
    first, other = sorted(workers, key=sealing, reverse=True)
    assert first.pid is not None
    os.kill(first.pid, how)
    await becomes(lambda: sealing(other))
    await holding.rollback()
    await connection.close()
    process = await engine.until(lambda process: bool(process.runs["appel"].seals), within=40)
    assert len(process.runs["appel"].seals) == 1
    assert len(await engine.moments("stage_sealed")) == 1
    assert fold(Process(id=engine.id), await engine.ledger()) == process
    if how is signal.SIGTERM:
        assert await first.ended() == 0


def _has_members(least: int, process: Process) -> bool:
    return len(process.members) >= least


async def test_commands_go_on_while_workers_are_replaced(workers: list[OwnProcess], engine: Engine) -> None:
    await insist(engine, engine.draft(SOON))
    enrolments = [engine.command(acts.EnrolMember(member=f"p{number}")) for number in range(40)]

    async def ask() -> None:
        for command in enrolments:
            await insist(engine, command)

    asking = asyncio.create_task(ask())
    for number, worker in enumerate(workers):
        await engine.until(partial(_has_members, 15 * number + 5), within=60)
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGTERM)
        assert await worker.ended() == 0
        await worker.start()
    await asking
    assert len(await engine.moments("member_enrolled")) == 41
