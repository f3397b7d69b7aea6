"""Serving an application over HTTP and WebSocket."""

import gc
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socket import socket

import uvicorn
from starlette.types import ASGIApp

from server.patience import Patience, with_patience
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


def listening(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    """Say how an application is served. What proxies say is believed of those that the settings name, of no other."""
    http, ws = with_patience(Patience(settings.request_timeout, settings.unread_timeout))
    return uvicorn.Config(
        app,
        http=http,
        ws=ws,
        host=settings.host,
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

    def __init__(self, config: uvicorn.Config, serves: Callable[[str], None]) -> None:
        """Call `serves` with each `host:port` as soon as it answers there."""
        super().__init__(config)
        self._serves = serves

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
        for server in self.servers:
            for listening in server.sockets:
                host, port = listening.getsockname()[:2]
                self._serves(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
