"""Two APIs behind one address, as `concertation up --api 2` runs them: real processes on the database of a test."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from server.data_folder import DataFolder
from server.embedded.programs import program
from server.free_port import free_port
from server.process import OwnProcess
from server.replicas import Replicas
from server.settings import Settings
from tests.fixtures.postgres import Database

HERE = "127.0.0.1"


class Pair:
    """Both, and where they answer."""

    def __init__(self, site: str, processes: list[OwnProcess], own: dict[str, str]) -> None:
        #: `host:port` of both.
        self.site = site
        self.processes = {process.name: process for process in processes}
        #: `host:port` of each alone.
        self.own = own

    def tell(self, name: str, how: signal.Signals = signal.SIGTERM) -> None:
        pid = self.processes[name].pid
        assert pid is not None
        os.kill(pid, how)

    async def ended(self, name: str) -> int:
        async with asyncio.timeout(30):
            return await self.processes[name].ended()


@asynccontextmanager
async def paired(folder: Path, database: Database, **settings: str) -> AsyncIterator[Pair]:
    """Start both; `folder` holds the keys that they share with the tests."""
    port = free_port(HERE)
    data = DataFolder(folder)
    for part in (data.run, data.logs):
        part.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        "CONCERTATION_DATA_DIR": str(folder),
        "CONCERTATION_HOST": HERE,
        "CONCERTATION_PORT": str(port),
        "CONCERTATION_RATE_LIMITS": "false",
        "CONCERTATION_DATABASE_TIMEOUT": "20",
        "DATABASE_URL": database.app,
        "TEMPORAL_ADDRESS": f"{HERE}:1",
        **{f"CONCERTATION_{name.upper()}": value for name, value in settings.items()},
    }
    made = Replicas(
        Settings(data_dir=folder, api_processes=2), data, program("concertation"), port, environment
    )
    processes = made.apis()
    try:
        await asyncio.gather(*(process.start() for process in processes))
        yield Pair(f"{HERE}:{port}", processes, made.addresses)
    finally:
        made.close()
        await asyncio.gather(*(process.stop() for process in processes))
