"""Serving an application over HTTP and WebSocket."""

import asyncio
import gc
import math
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socket import socket
from typing import cast

import uvicorn
from starlette.types import ASGIApp

from server.accepting import Accepting
from server.draining import Draining
from server.patience import Patience, PatientHttp, with_patience
from server.settings import Settings

_MOST_FILES = 65_536
COLLECTED = (10_000, 20, 50)
"""When garbage is looked for: so many new objects, so many times that, so many times that.

What lives long (parsed documents, open sockets) is looked through by the last alone, for 50 to 100 ms in which nobody
is answered: usually that is once in some seconds under load.
"""


def allow_connections() -> None:
    """Have as many connections as the system lets this process have: often 1,024 unless it asks for more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


_LAST_ARRIVALS = 0.25
"""Seconds in which requests may still come over connections that were taken before the process stopped to take any."""
_FIRST_REQUESTS = 2.0
"""Seconds in which the first request may still come over a connection that was taken: its client knows of no other."""
_OFTEN = 0.02
_OWN = "127.0.0.1"


def listening(app: ASGIApp, settings: Settings, draining: Draining | None = None) -> uvicorn.Config:
    """Say how an application is served. What proxies say is believed of those that the settings name, of no other.

    One of several behind a socket that was handed down (`settings.listen_fd`) listens for itself on loopback alone.
    """
    http, ws = with_patience(Patience(settings.request_timeout, settings.unread_timeout), draining)
    return uvicorn.Config(
        app,
        http=http,
        ws=ws,
        host=settings.host if settings.listen_fd is None else _OWN,
        port=settings.port,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=settings.trusted_proxies,
        ws_max_size=settings.max_body_bytes,
        timeout_graceful_shutdown=round(settings.shutdown_timeout),
    )


class Server(uvicorn.Server):
    """Says when it serves, and leaves signals to whoever runs it: uvicorn would raise them again at the end."""

    def __init__(
        self,
        config: uvicorn.Config,
        serves: Callable[[str], None],
        *,
        draining: Draining | None = None,
        shared: socket | None = None,
        drain_delay: float = 0.0,
    ) -> None:
        """Call `serves` with each `host:port` as soon as it answers there.

        `draining` learns that it is about to stop, `drain_delay` seconds before it takes no requests any more.
        `shared` is a socket besides, on which other processes listen as well.
        """
        super().__init__(config)
        self._serves = serves
        self._draining = draining or Draining()
        self._drain_delay = drain_delay
        self._shared = shared
        self._accepting: Accepting | None = None

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        # What was made so far, the schema above all, stays as long as the process does: to look through it for garbage
        # again and again held up whoever asked just then for 100 ms.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*COLLECTED)
        if self._shared is not None:
            self._accepting = Accepting(
                self._shared, self._protocol, lambda: len(self.server_state.connections)
            )
            self._accepting.begin()
        for server in self.servers:
            for listening in server.sockets:
                host, port = listening.getsockname()[:2]
                self._serves(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Say that it stops, answer what is in hand or on its way, send sockets to other processes; then end."""
        self._draining.begun = True
        if self._accepting is not None:
            self._accepting.end()
        if not self.force_exit:
            await asyncio.sleep(self._drain_delay)
            for server in self.servers:
                server.close()
            await asyncio.sleep(_LAST_ARRIVALS)
            await self._wait_for_first_requests()
            await self._send_sockets_away()
        await super().shutdown(sockets)

    async def _wait_for_first_requests(self) -> None:
        longest = min(_FIRST_REQUESTS, self.config.timeout_graceful_shutdown or 0)
        for _ in range(round(longest / _OFTEN)):
            if not any(
                isinstance(one, PatientHttp) and one.has_asked_nothing
                for one in self.server_state.connections
            ):
                return
            await asyncio.sleep(_OFTEN)

    async def _send_sockets_away(self) -> None:
        within = self.config.timeout_graceful_shutdown or 0
        clock = asyncio.get_running_loop().time
        begun = clock()
        await self._draining.send_away(within)
        self.config.timeout_graceful_shutdown = max(1, math.ceil(begun + within - clock()))

    def _protocol(self) -> asyncio.Protocol:
        make = cast("type[PatientHttp]", self.config.http_protocol_class)
        return make(self.config, self.server_state, self.lifespan.state)
