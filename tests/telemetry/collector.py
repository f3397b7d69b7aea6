"""A collector of traces: takes what is sent by OTLP over HTTP, and keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True, kw_only=True)
class Received:
    """A span as it came."""

    name: str
    id: str
    trace: str
    parent: str
    service: str
    attributes: dict[str, Any]
    links: tuple[str, ...]


@dataclass
class Collector:
    """What has come so far."""

    url: str = ""
    spans: list[Received] = field(default_factory=list)
    raw: bytes = b""

    def take(self, body: bytes) -> None:
        """Read one request."""
        self.raw += body
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            said = {one.key: one.value.string_value for one in resource.resource.attributes}
            for scope in resource.scope_spans:
                self.spans += [
                    Received(
                        name=span.name,
                        id=span.span_id.hex(),
                        trace=span.trace_id.hex(),
                        parent=span.parent_span_id.hex(),
                        service=said["service.name"],
                        attributes={
                            one.key: one.value.string_value or one.value.int_value for one in span.attributes
                        },
                        links=tuple(link.trace_id.hex() for link in span.links),
                    )
                    for span in scope.spans
                ]

    def ways(self, name: str) -> list[list[str]]:
        """For each span of this name: the names from the root of its trace down to it."""
        known = {(span.trace, span.id): span for span in self.spans}
        ways = []
        for span in self.spans:
            if span.name != name:
                continue
            way, at = [span.name], known.get((span.trace, span.parent))
            while at is not None:
                way.insert(0, at.name)
                at = known.get((at.trace, at.parent))
            ways.append(way)
        return ways


@contextmanager
def collecting() -> Iterator[Collector]:
    """Listen for the length of the block."""
    found = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            assert self.path == "/v1/traces"
            found.take(body)
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    found.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
