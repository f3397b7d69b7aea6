"""The door at which Prometheus reads: a port of its own, in a thread of its own, never the public one.

It answers while the event loop is held up: that is when somebody looks.
"""

from __future__ import annotations

import socket
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from server.errors import CommandFailed
from server.settings import Settings

PATH = "/metrics"
_PATIENCE = 5.0
"""Seconds for a request, and for Temporal's metrics."""


class MetricsUnexposed(CommandFailed):
    """Nobody can listen where Prometheus should read."""

    def __init__(self, host: str, port: int, fault: OSError) -> None:
        super().__init__(
            f"metrics: {host}:{port} cannot be listened on: {fault.strerror}. Set another CONCERTATION_METRICS_PORT."
        )


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 16

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: whoever reads has gone."""


def expose(settings: Settings, registry: CollectorRegistry, temporal: int | None = None) -> str | None:
    """Answer at the port of the settings until the process ends, and say where; `None` where there is no port.

    `temporal` is the port of this machine at which Temporal's SDK tells its own metrics, which are told after ours.

    Raises:
        MetricsUnexposed: nobody can listen there.
    """
    if settings.metrics_port is None:
        return None
    host = settings.metrics_host.strip("[]")

    class Handler(BaseHTTPRequestHandler):
        timeout = _PATIENCE
        server_version = "concertation"
        sys_version = ""

        def do_GET(self) -> None:
            if self.path.partition("?")[0] != PATH:
                self.send_error(404)
                return
            body = generate_latest(registry) + _of_temporal(temporal)
            self.send_response(200)
            self.send_header("content-type", CONTENT_TYPE_LATEST)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    class Listener(_Listener):
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET

    try:
        listener = Listener((host, settings.metrics_port), Handler)
    except OSError as fault:
        raise MetricsUnexposed(host, settings.metrics_port, fault) from None
    Thread(target=listener.serve_forever, name="metrics", daemon=True).start()
    port = listener.server_address[1]
    return f"http://[{host}]:{port}{PATH}" if ":" in host else f"http://{host}:{port}{PATH}"


def _of_temporal(port: int | None) -> bytes:
    if port is None:
        return b""
    connection = HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
    try:
        connection.request("GET", PATH)
        return connection.getresponse().read()
    except OSError:  # not yet there, or gone with the runtime: ours are told all the same
        return b""
    finally:
        connection.close()
