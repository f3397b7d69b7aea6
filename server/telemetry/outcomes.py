"""What became of a request: noted by whoever answers it, counted by whoever stands before the application.

Operations of sockets are counted one by one, by server/telemetry/over_sockets.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from time import perf_counter
from typing import Any, Protocol

from graphql import GraphQLError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars

from api.faults import FaultCode
from server.telemetry.metrics import ApiMetrics

_ASKED = "concertation.asked"
TRACED = "concertation.traced"
"""What traces a request, or each operation of a socket, where anything does."""
COUNTED = "concertation.counted"
"""What counts the operations of a socket, where anything does."""
HTTP = "http"
"""The transport, as metrics call it."""
_NOT_COUNTED = ("/healthz", "/readyz")
"""Asked by programs that watch, again and again."""
_OUR_FAULT = {FaultCode.INTERNAL.value}
_NOT_NOW = {FaultCode.UNAVAILABLE.value, FaultCode.TIMED_OUT.value, FaultCode.OUTCOME_UNKNOWN.value}


class Traced(Protocol):
    """What traces a request."""

    def operation(self, kind: str, name: str | None) -> AbstractContextManager[None]:
        """Trace an operation."""
        ...

    def message(self, scope: MutableMapping[str, Any]) -> AbstractContextManager[Callable[[], None]]:
        """Begin a trace with an operation of a socket; what this gives says that it failed."""
        ...


@contextmanager
def operation(scope: MutableMapping[str, Any], kind: str, name: str | None, reference: str) -> Iterator[None]:
    """Trace an operation, where anything does, and let its lines of the log say which it was."""
    tracing: Traced | None = scope.get(TRACED)
    bind_contextvars(reference=reference, operation=name)  # the context is the request's own
    with tracing.operation(kind, name) if tracing else nullcontext():
        yield


def note(scope: MutableMapping[str, Any], kind: str, errors: list[GraphQLError] | None) -> None:
    """Note what kind of operation was executed, and with which errors."""
    scope[_ASKED] = kind, outcome_of(errors)


def outcome_of(errors: list[GraphQLError] | None) -> str:
    """Say what became of an operation that was answered with these errors."""
    if not errors:
        return "answered"
    codes = {(error.extensions or {}).get("code") for error in errors}
    if codes & _OUR_FAULT:
        return "fault"
    return "unavailable" if codes & _NOT_NOW else "errors"


def _of_status(status: int) -> str:
    if status == 429:
        return "turned_away"
    if status == 503:
        return "unavailable"
    if status >= 500 or status == 0:
        return "fault"
    return "refused" if status >= 400 else "answered"


class Counting:
    """Stands before the application and counts its requests."""

    def __init__(self, app: ASGIApp, metrics: ApiMetrics) -> None:
        """Count here what this application answers."""
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or a socket."""
        if scope["type"] == "websocket":
            scope[COUNTED] = self._metrics
        if scope["type"] != "http" or scope["path"] in _NOT_COUNTED:
            await self._app(scope, receive, send)
            return
        began, status = perf_counter(), 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            kind, outcome = scope.get(_ASKED) or (
                "unknown" if scope["path"] == "/graphql" else "page",
                _of_status(status),
            )
            self._metrics.requests.labels(HTTP, kind, outcome).inc()
            self._metrics.duration.labels(HTTP, kind).observe(perf_counter() - began)
