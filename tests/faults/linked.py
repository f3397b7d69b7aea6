"""The same processes with a proxy in each link between two of them: started here one by one, as `up` starts them."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from server.embedded.postgres import EmbeddedPostgres
from server.embedded.programs import program
from server.embedded.temporal import EmbeddedTemporal
from server.free_port import free_port
from server.migrating import migrate
from server.process import OwnProcess, by_file, by_http
from server.provisioning import DATABASE, Role, provision
from server.settings import Settings
from server.supervisor import Supervisor, Watched, stop_all
from tests.faults.proxy import Proxy, Weather
from tests.faults.stack import UNHINDERED, bare_environment

Ready = Callable[[OwnProcess], Awaitable[bool]]

CLIENT_API = "client–API"
LINKS = (CLIENT_API, "API–PostgreSQL", "worker–PostgreSQL", "API–Temporal", "worker–Temporal")


class Linked:
    """PostgreSQL, Temporal, worker and API, whose links can be cut."""

    def __init__(self, folder: Path) -> None:
        """Start nothing yet."""
        folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        self.folder = folder
        self.links: dict[str, Proxy] = {}
        self._services: list[Watched] = []
        self._said = folder / "supervisor.log"
        self._supervisor = Supervisor(self._say, lambda: None)

    async def start(self) -> None:
        """Start everything; `ChildFailed` if it does not answer."""
        self._postgres = EmbeddedPostgres(self.folder / "postgres", self._log("postgres"))
        await self._start(self._postgres)
        await provision(self._postgres.dsn())
        await migrate(self.database("owner"))
        port = free_port("127.0.0.1")
        temporal = EmbeddedTemporal(
            self.folder / "temporal.db",
            self._log("temporal"),
            host="127.0.0.1",
            port=port,
            ui_port=None,
            namespace="concertation",
        )
        await self._start(temporal)
        api_port = free_port("127.0.0.1")
        for link in LINKS:
            client = link.partition("–")[0].lower()
            if link == CLIENT_API:
                proxy = Proxy(("127.0.0.1", api_port))
            elif link.endswith("Temporal"):
                proxy = Proxy(("127.0.0.1", port))
            else:
                proxy = Proxy(self._postgres.sockets, folder=self.folder / f"to-{client}")
            await proxy.start()
            self.links[link] = proxy
        worker_ready = self.folder / "worker.ready"
        await self._start(
            self._process("worker", {"CONCERTATION_READY_FILE": str(worker_ready)}, by_file(worker_ready))
        )
        await self._start(
            self._process(
                "api", {"CONCERTATION_PORT": str(api_port)}, by_http("127.0.0.1", api_port, "/readyz")
            )
        )
        for service in self._services:
            self._supervisor.watch(service)

    async def stop(self) -> None:
        """Stop everything, top down."""
        await self._supervisor.release()
        await stop_all([[service] for service in self._services])
        for proxy in self.links.values():
            await proxy.stop()

    @contextlib.contextmanager
    def watched(self) -> Iterator[list[str]]:
        """Collect the services that end within a block: a broken link is no reason to."""
        before = {service.name: service.pid for service in self._services}
        died: list[str] = []
        yield died
        died += [service.name for service in self._services if service.pid != before[service.name]]

    async def turn(self, link: str, weather: Weather) -> None:
        """Let the weather of one link change."""
        await self.links[link].turn(weather)

    @property
    def graphql_url(self) -> str:
        """The address of the API, behind the proxy."""
        return f"http://{self.links[CLIENT_API].address}/graphql"

    @property
    def settings(self) -> Settings:
        """Settings that sign tokens with its development key."""
        return Settings(data_dir=self.folder)

    def database(self, role: str) -> str:
        """The address of PostgreSQL for `app`, `worker` or `owner`, past every proxy."""
        return self._postgres.dsn(Role[role.upper()], DATABASE)

    def _process(self, name: str, given: dict[str, str], ready: Ready) -> OwnProcess:
        way = str(self.folder / f"to-{name}")
        role, variable = (
            (Role.WORKER, "WORKER_DATABASE_URL") if name == "worker" else (Role.APP, "DATABASE_URL")
        )
        temporal = self.links["worker–Temporal" if name == "worker" else "API–Temporal"]
        environment = {
            variable: self._postgres.dsn(role, DATABASE).replace(str(self._postgres.sockets), way),
            "TEMPORAL_ADDRESS": temporal.address,
            "TEMPORAL_NAMESPACE": "concertation",
            "CONCERTATION_DATA_DIR": str(self.folder),
        }
        return OwnProcess(
            name,
            program("concertation"),
            self._log(name),
            bare_environment() | UNHINDERED | environment | given,
            ready,
        )

    async def _start(self, service: Watched) -> None:
        self._services.append(service)
        await service.start()

    def _log(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.log"

    def _say(self, line: str) -> None:
        with self._said.open("a") as log:
            log.write(f"{line}\n")
