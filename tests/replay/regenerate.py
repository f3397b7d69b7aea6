"""Plays every scenario again and writes its history: `python -m tests.replay.regenerate [NAME …]`, some ten seconds.

For new scenarios, and for those of no release yet. The histories of a release stay as they are (tests/upgrades): the
workflows that left them run in production. A way of the workflow that is new gets a scenario of its own.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from domain import acts
from server.embedded.programs import program
from server.free_port import free_port
from server.leaving import leave
from server.provisioning import Role
from store.pool import open_pool
from tests.fixtures.postgres import SharedPostgres, quick_folder
from tests.replay.scenarios import HEARING, OF_HEARINGS, SCENARIOS
from tests.workflows.engine import Engine
from workflows.payloads import data_converter

HISTORIES = Path(__file__).with_name("histories")
IDENTITY = "tests"  # instead of the name of this machine


async def regenerate(names: list[str]) -> None:
    """Write the histories of the scenarios with these names, or of all that are of no release."""
    from tests.upgrades.releases import release_of

    released = {name for name in (*SCENARIOS, "continued") if release_of(name) != "unreleased"}
    if kept := released.intersection(names):
        raise SystemExit(f"Released, and kept as they are: {', '.join(sorted(kept))}.")
    HISTORIES.mkdir(exist_ok=True)
    shared = SharedPostgres(quick_folder() / "concertation-histories")
    await asyncio.to_thread(shared.enter)
    try:
        for name in names or sorted({*SCENARIOS, "continued"} - released):
            text = await (_continued(shared) if name == "continued" else _played(shared, name))
            written = (HISTORIES / f"{name}.json").write_text(_without_traces(text))
            print(f"{name}: {written // 1000} kB")
    finally:
        await asyncio.to_thread(shared.leave)


async def _played(shared: SharedPostgres, name: str) -> str:
    environment = await WorkflowEnvironment.start_time_skipping(
        port=free_port("127.0.0.1"),
        test_server_existing_path=program("temporal-test-server"),
        data_converter=data_converter(),
        identity=IDENTITY,
    )
    async with environment, _engine(shared, environment.client) as engine:
        await SCENARIOS[name](engine, environment)
        told = engine.hearing(HEARING) if name in OF_HEARINGS else engine.handle()
        return (await told.fetch_history()).to_json()


async def _continued(shared: SharedPostgres) -> str:
    """A run that continued as new, because a real server suggested it after thirty events."""
    environment = await WorkflowEnvironment.start_local(
        port=free_port("127.0.0.1"),
        dev_server_existing_path=program("temporal"),
        dev_server_log_level="error",
        dev_server_extra_args=["--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=30"],
        data_converter=data_converter(),
        identity=IDENTITY,
    )
    async with environment, _engine(shared, environment.client) as engine, engine.working():
        await engine.ask(engine.draft())
        first = (await engine.handle().describe()).run_id
        while (await engine.handle().describe()).run_id == first:
            await engine.refused(acts.Resume(reason="Rien n'est suspendu"))
        run = environment.client.get_workflow_handle(engine.handle().id, run_id=first)
        return (await run.fetch_history()).to_json()


def _without_traces(history: str) -> str:
    """A history in one line, without the stack traces of its failures: they name the folders of this machine."""

    def cleaned(found: Any) -> Any:
        if isinstance(found, dict):
            return {key: cleaned(value) for key, value in found.items() if key != "stackTrace"}
        return [cleaned(value) for value in found] if isinstance(found, list) else found

    return json.dumps(cleaned(json.loads(history)), separators=(",", ":")) + "\n"


@asynccontextmanager
async def _engine(shared: SharedPostgres, client: Client) -> AsyncIterator[Engine]:
    """A concertation on a database of its own."""
    template = await asyncio.to_thread(shared.template)
    name = f"test_{uuid4().hex}"
    superuser = await asyncpg.connect(shared.server.dsn())
    try:
        await superuser.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER {Role.OWNER}')
        worker = shared.database(name).worker
        pool = await open_pool(worker, application="tests: histories")
        yield Engine(client, pool, worker, "histories")
        await pool.close()
        await superuser.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await superuser.close()


if __name__ == "__main__":
    asyncio.run(regenerate(sys.argv[1:]))
    leave(0)
