"""The composition of `concertation up`: PostgreSQL, Temporal, migrations, workers and APIs, in this order, one command.

What is given by the environment (`DATABASE_URL`, `TEMPORAL_ADDRESS`) is used as it is; the rest is embedded.
"""

import asyncio
import json
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from server.data_folder import DataFolder
from server.embedded.postgres import EmbeddedPostgres
from server.embedded.programs import program
from server.embedded.temporal import EmbeddedTemporal
from server.errors import CommandFailed
from server.migrating import migrate
from server.provisioning import DATABASE, Role, provision
from server.replicas import Replicas, connections, reachable, stops_within
from server.settings import Settings
from server.supervisor import Supervisor, Watched, stop_all

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the person who typed `concertation up` asked for."""

    #: Everything in a temporary folder that is removed at the end.
    ephemeral: bool = False
    #: Where to write, once all is healthy, what scripts need to know.
    ready_file: Path | None = None
    #: What is run as `PROGRAM worker` and `PROGRAM api`.
    program: str = field(default_factory=lambda: program("concertation"))
    #: Receives one line at a time.
    say: Callable[[str], None] = print


async def up(settings: Settings, options: Options) -> int:
    """Run everything until SIGINT, SIGTERM or SIGHUP, then stop it cleanly. Answers the exit code.

    SIGUSR1 has workers and APIs started anew, one after the other, after migrations that have come since.
    """
    this = asyncio.current_task()
    assert this is not None
    loop = asyncio.get_running_loop()
    for wanted in _STOP_SIGNALS:
        if wanted != signal.SIGHUP or signal.getsignal(wanted) != signal.SIG_IGN:  # nohup means it
            loop.add_signal_handler(wanted, this.cancel)
    scratch = Path(tempfile.mkdtemp(prefix="concertation-")) if options.ephemeral else None
    if scratch is not None:
        settings = settings.model_copy(update={"data_dir": scratch})
    folder = DataFolder(settings.data_dir)
    try:
        with folder.locked():
            stack = Stack(settings, folder, options, durable=scratch is None)
            try:
                await stack.start()
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                this.uncancel()
                options.say("stopping")
            finally:
                for wanted in (signal.SIGINT, signal.SIGTERM):
                    loop.add_signal_handler(wanted, lambda: options.say("stopping already"))
                await stack.stop()
    finally:
        if scratch is not None:
            shutil.rmtree(scratch)
    options.say(
        "stopped; everything is kept" if scratch is None else "stopped; the temporary data is removed"
    )
    return 0


@dataclass
class Stack:
    """All the services, and what is known of them."""

    settings: Settings
    folder: DataFolder
    options: Options
    durable: bool
    services: list[Watched] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    temporal_ui_url: str | None = None
    port: int = 0
    _replicas: Replicas | None = None
    _renewing: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start what is missing, bottom up, and say where everything is once it answers."""
        self._supervisor = Supervisor(self.options.say, self._write_ready_file)
        if self.options.ready_file is not None:
            self.options.ready_file.unlink(missing_ok=True)
        self.port = self.folder.port("api", self.settings.host, self.settings.port)
        self.environment = self._inherited()
        await _both(self._start_postgres(), self._start_temporal())
        self._replicas = Replicas(
            self.settings, self.folder, self.options.program, self.port, self.environment
        )
        own = [*self._replicas.workers(), *self._replicas.apis()]
        await _both(*(self._start(process) for process in own))
        for service in self.services:
            self._supervisor.watch(service)
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, self.renew_soon)
        self._write_ready_file()
        for line in self._summary():
            self.options.say(line)

    async def stop(self) -> None:
        """Stop all, top down. What did not start is not there to be stopped."""
        if self._renewing is not None:
            self._renewing.cancel()
        await self._supervisor.release()
        if self._replicas is not None:
            self._replicas.close()
        await stop_all([[one for one in self.services if _kind(one.name) == kind] for kind in _BOTTOM_UP])
        if self.options.ready_file is not None:
            self.options.ready_file.unlink(missing_ok=True)

    def renew_soon(self) -> None:
        """Begin to start workers and APIs anew, unless that is being done."""
        if self._renewing is None or self._renewing.done():
            self._renewing = asyncio.create_task(self._renew(), name="starting anew")

    async def _renew(self) -> None:
        try:
            await self._migrate()
        except CommandFailed as failure:
            self.options.say(f"{failure}\nworkers and APIs run on as they are")
            return
        for service in self.services:
            if _kind(service.name) in ("worker", "api"):
                await self._supervisor.renew(service, stops_within(self.settings))
        self.options.say("workers and APIs were started anew")

    async def _start_postgres(self) -> None:
        if self.settings.database_url is None:
            server = EmbeddedPostgres(
                self.folder.postgres,
                self.folder.log("postgres"),
                durable=self.durable,
                connections=connections(self.settings),
            )
            await self._start(server)
            await provision(server.dsn())
            self.environment |= {
                "DATABASE_URL": server.dsn(Role.APP, DATABASE),
                "WORKER_DATABASE_URL": server.dsn(Role.WORKER, DATABASE),
                "OWNER_DATABASE_URL": server.dsn(Role.OWNER, DATABASE),
            }
        await self._migrate()

    async def _migrate(self) -> None:
        applied = await migrate(self.environment["OWNER_DATABASE_URL"])
        if applied:
            self.options.say(f"migrations applied: {len(applied)}")

    async def _start_temporal(self) -> None:
        if self.settings.temporal_address is not None:
            self.environment["TEMPORAL_ADDRESS"] = self.settings.temporal_address
            return
        host = "127.0.0.1"
        server = EmbeddedTemporal(
            self.folder.temporal,
            self.folder.log("temporal"),
            host=host,
            port=self.folder.port("temporal", host),
            ui_port=self.folder.port("temporal_ui", host),
            namespace=self.settings.temporal_namespace,
        )
        await self._start(server)
        self.environment["TEMPORAL_ADDRESS"] = server.address
        self.temporal_ui_url = server.ui_url

    async def _start(self, service: Watched) -> None:
        self.services.append(service)
        await service.start()
        self.options.say(f"{service.name} answers (process {service.pid})")

    def _inherited(self) -> dict[str, str]:
        given = {
            "CONCERTATION_DATA_DIR": str(self.settings.data_dir),
            "CONCERTATION_HOST": self.settings.host,
            "CONCERTATION_PORT": str(self.port),
            "CONCERTATION_LOG_FORMAT": self.settings.log_format or "json",
            "TEMPORAL_NAMESPACE": self.settings.temporal_namespace,
            "CONCERTATION_MAIL": self.settings.mail or ("smtp" if self.settings.smtp_url else "capture"),
        }
        if self.settings.database_url is not None:
            roles = {"app": "DATABASE_URL", "worker": "WORKER_DATABASE_URL", "owner": "OWNER_DATABASE_URL"}
            given |= {name: self.settings.database(role) for role, name in roles.items()}
        return dict(os.environ) | given

    def facts(self) -> dict[str, Any]:
        """What the ready file says."""
        site = f"{reachable(self.settings.host)}:{self.port}"
        database = {role: self.environment[name] for role, name in _ADDRESSES.items()}
        pids = {service.name: service.pid for service in self.services}
        one_of = {kind: pids[f"{kind}-1"] for kind in _BOTTOM_UP if f"{kind}-1" in pids}
        apis = self._replicas.addresses if self._replicas else {}
        return {
            "graphql_url": f"http://{site}/graphql",
            "ws_url": f"ws://{site}/graphql",
            "site_url": f"http://{site}/",
            "temporal_address": self.environment["TEMPORAL_ADDRESS"],
            "temporal_ui_url": self.temporal_ui_url,
            "database_url": database["app"],
            "database_urls": database,
            "data_dir": str(self.settings.data_dir),
            "api_urls": {name: f"http://{address}/" for name, address in apis.items()},
            "metrics_urls": self._replicas.metrics if self._replicas else {},
            "pids": pids | one_of | {"up": os.getpid()},
            "tokens": self._tokens(),
            "sign_in_links": self._sign_in_links(site),
        }

    def _tokens(self) -> dict[str, str]:
        from server.sign_in.links import are_trusted
        from server.tokens import demo_tokens

        return demo_tokens(self.settings) if are_trusted(self.settings) else {}

    def _sign_in_links(self, site: str) -> dict[str, str]:
        from server.sign_in.links import are_trusted, demo_links

        return demo_links(self.settings, f"http://{site}") if are_trusted(self.settings) else {}

    @staticmethod
    def _signing_in(links: dict[str, str]) -> list[str]:
        """Say how a browser becomes somebody of the demonstration."""
        if not links:
            return []
        wide = max(map(len, links))
        return [
            "Sign a browser in, once with each link (another one: concertation token --as ROLE --link):",
            *(f"  {role:{wide}}  {link}" for role, link in links.items()),
            "",
        ]

    def _write_ready_file(self) -> None:
        file = self.options.ready_file
        if file is None:
            return
        draft = file.with_name(f"{file.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(self.facts(), indent=2) + "\n")
        draft.replace(file)

    def _summary(self) -> Sequence[str]:
        facts = self.facts()
        return [
            "",
            f"  GraphQL         {facts['graphql_url']}",
            f"  subscriptions   {facts['ws_url']}",
            *([f"  GraphiQL        {facts['site_url']}graphiql"] if self.settings.shows_schema else []),
            f"  Temporal        {facts['temporal_ui_url'] or facts['temporal_address']}",
            f"  data            {facts['data_dir']}",
            "",
            *self._signing_in(facts["sign_in_links"]),
            "A token to try with:  concertation token --as coordinator"
            + (
                ""
                if self.settings.data_dir == Path(".data").resolve()
                else f" --data-dir {self.settings.data_dir}"
            ),
            "Ctrl-C stops everything.",
        ]


_BOTTOM_UP = ("postgres", "temporal", "worker", "api")
_ADDRESSES = {"app": "DATABASE_URL", "worker": "WORKER_DATABASE_URL", "owner": "OWNER_DATABASE_URL"}


def _kind(name: str) -> str:
    """What a process is, of which there may be several: `api` for `api-2`."""
    return name.partition("-")[0]


async def _both(*work: Any) -> None:
    """Run side by side; the first failure stops the others and is the one that is told."""
    try:
        async with asyncio.TaskGroup() as group:
            for one in work:
                group.create_task(one)
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
