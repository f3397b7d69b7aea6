"""Traces: one for each request, from its head through GraphQL, SQL, the update, the workflow and the activity.

Each operation of a socket has one, too, which begins with its message.

Nothing here is imported, let alone paid for, unless somebody collects traces (OTEL_EXPORTER_OTLP_ENDPOINT).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from functools import lru_cache
from importlib.metadata import version
from time import time_ns
from typing import TYPE_CHECKING, Any

from opentelemetry import context as current
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Link, SpanKind, Status, StatusCode, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from server.telemetry.cleaning import Cleaning
from server.telemetry.outcomes import TRACED
from store.pool import Connection

if TYPE_CHECKING:
    from asyncpg.connection import LoggedQuery

_CALLED = re.compile(r"\b(?:SELECT|FROM|JOIN)\s+(?:\*\s+FROM\s+)?([a-z_]+)\s*\(", re.IGNORECASE)
_TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE)\s+([a-z_]+)", re.IGNORECASE)
_BUILT_IN = {
    "extract",
    "count",
    "coalesce",
    "json_agg",
    "max",
    "min",
    "exists",
    "unnest",
    "set_config",
    "select",
}
_METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"}
_PAGES = {
    "agenda", "concertations", "confirm-address", "development", "exports", "files", "graphiql", "graphql", "healthz",
    "letters.pdf", "questionnaires", "readyz", "receipts", "schema.graphql", "sign-in", "sign-out", "signed-out",
    "styles", "unsubscribe",
}  # fmt: skip
_ENDLESS = {"RunActivity:pump_notices"}
"""Looks every second for minutes: its statements are no part of what anybody waits for."""


class Tracing:
    """Makes the spans of a process."""

    def __init__(self, exporter: SpanExporter, process: str) -> None:
        """Hand them to this exporter, in batches, from a thread; of what they say, what may be said."""
        resource = Resource.create(
            {"service.name": f"concertation-{process}", "service.version": version("concertation")}
        )
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(Cleaning(exporter)))
        self.tracer = self._provider.get_tracer("concertation")
        self._propagator = TraceContextTextMapPropagator()

    @classmethod
    def to(cls, endpoint: str, process: str) -> Tracing:
        """Send them by OTLP over HTTP; the SDK reads all else, headers, certificates, sampling, from OTEL_…."""
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        return cls(OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces"), process)

    def end(self) -> None:
        """Send what is left, for a second at most."""
        self._provider.force_flush(1000)

    def before(self, app: ASGIApp) -> ASGIApp:
        """Begin a trace with each request; let sockets know who traces what they carry."""

        async def traced(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "websocket":
                scope[TRACED] = self
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            method = scope["method"] if scope["method"] in _METHODS else "_OTHER"
            page = scope["path"].split("/")[1]
            route = f"/{page}" if page in _PAGES or not page else "/other"
            given = {"http.request.method": method, "http.route": route}
            links = self._caller(scope)
            with self.tracer.start_as_current_span(
                f"{method} {route}", Context(), SpanKind.SERVER, given, links=links
            ) as span:
                scope[TRACED] = self

                async def sending(message: Message) -> None:
                    if message["type"] == "http.response.start":
                        span.set_attribute("http.response.status_code", message["status"])
                        if message["status"] >= 500:
                            span.set_status(Status(StatusCode.ERROR))
                    await send(message)

                with self.named_in_the_log():
                    await app(scope, receive, sending)

        return traced

    @contextmanager
    def message(self, scope: MutableMapping[str, Any]) -> Iterator[Callable[[], None]]:
        """Begin a trace with an operation of a socket; give what says that it failed."""
        with (
            self.tracer.start_as_current_span(
                "SUBSCRIBE /graphql",
                Context(),
                SpanKind.SERVER,
                {"http.route": "/graphql"},
                links=self._caller(scope),
            ) as span,
            self.named_in_the_log(),
        ):
            yield lambda: span.set_status(Status(StatusCode.ERROR))

    def _caller(self, scope: MutableMapping[str, Any]) -> list[Link]:
        """Link the trace of whoever asks, where they name one: ours is our own, whatever they say of theirs."""
        for name, value in scope["headers"]:
            if name == b"traceparent":
                found = self._propagator.extract({"traceparent": value.decode("latin-1")}, Context())
                theirs = get_current_span(found).get_span_context()
                return [Link(theirs)] if theirs.is_valid else []
        return []

    @contextmanager
    def operation(self, kind: str, name: str | None) -> Iterator[None]:
        """Trace an operation; `name`: one of the project's own."""
        given = {"graphql.operation.type": kind} | ({"graphql.operation.name": name} if name else {})
        with self.tracer.start_as_current_span(f"{kind} {name}" if name else kind, attributes=given):
            yield

    @contextmanager
    def work(self, name: str) -> Iterator[None]:
        """Trace work that has no request: mails that go."""
        with self.tracer.start_as_current_span(name, Context()):
            yield

    @contextmanager
    def named_in_the_log(self) -> Iterator[None]:
        """Let lines of the log name the trace that they belong to."""
        found = get_current_span().get_span_context()
        with bound_contextvars(trace_id=f"{found.trace_id:032x}"):
            yield

    def watch(self, connection: Connection) -> None:
        """Trace the statements of a connection."""
        connection.add_query_logger(self._statement)

    def waited(self, seconds: float) -> None:
        """Trace that somebody waited for a connection until now."""
        self._over("wait for a connection", seconds, {})

    def _statement(self, done: LoggedQuery) -> None:
        """Trace a statement that is over: its name, and never what was sent with it."""
        name = name_of(done.query)
        given = {"db.system.name": "postgresql", "db.operation.name": name}
        self._over(name, done.elapsed, given, failed=done.exception is not None)

    def _over(self, name: str, seconds: float, given: Mapping[str, str], *, failed: bool = False) -> None:
        parent = get_current_span()
        if not parent.is_recording() or getattr(parent, "name", None) in _ENDLESS:
            return
        ended = time_ns()
        span = self.tracer.start_span(
            name, kind=SpanKind.CLIENT, attributes=dict(given), start_time=ended - round(seconds * 1e9)
        )
        if failed:
            span.set_status(Status(StatusCode.ERROR))
        span.end(ended)

    def carry(self) -> Carried:
        """Take the trace along to where what was asked is sent together with others."""
        return Carried(self, current.get_current())


class Carried:
    """A trace that waits for its statement."""

    def __init__(self, tracing: Tracing, at: Context) -> None:
        """Go on from there."""
        self._tracing = tracing
        self._at = at
        self._token: Any = None

    def __enter__(self) -> None:
        """Go on."""
        self._began = time_ns()
        self._token = current.attach(self._at)

    def __exit__(self, *_: object) -> None:
        """Leave it."""
        current.detach(self._token)

    def joined(self, first: Carried) -> None:
        """Say that what this one waited for was done in the trace of another."""
        theirs = get_current_span(first._at).get_span_context()
        span = self._tracing.tracer.start_span(
            "committed together", self._at, start_time=first._began, links=[Link(theirs)]
        )
        span.end()


@lru_cache(maxsize=1000)
def name_of(query: str) -> str:
    """Give the name of a statement: the function that it calls, or else its verb and table."""
    for called in _CALLED.findall(query):
        if called.lower() not in _BUILT_IN:
            return str(called)
    verb = query.split(None, 1)[0].upper() if query.strip() else ""
    table = _TABLE.search(query)
    return f"{verb} {table[1]}" if table else verb
