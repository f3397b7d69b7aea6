"""Operations over sockets: each is counted, timed and traced by itself, as a request over HTTP is.

A socket is no request; it is open for hours. An operation begins with its `subscribe` and is over with its answer; a
subscription is answered as soon as it follows, and what it is sent from then on is no request.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from contextlib import ExitStack
from time import perf_counter
from typing import Any, Self

from graphql import GraphQLError
from structlog.contextvars import bind_contextvars

from server.telemetry.metrics import ApiMetrics
from server.telemetry.outcomes import COUNTED, TRACED, Traced, outcome_of

SOCKET = "socket"
"""The transport, as metrics call it."""


def turned_back(scope: MutableMapping[str, Any], outcome: str) -> None:
    """Count an operation that was not even read."""
    metrics: ApiMetrics | None = scope.get(COUNTED)
    if metrics is not None:
        metrics.requests.labels(SOCKET, "unknown", outcome).inc()


class SocketOperation:
    """One operation, entered when its `subscribe` has come, in a task of its own."""

    def __init__(self, scope: MutableMapping[str, Any]) -> None:
        """Count and trace as whoever stands before the application says in the scope of the socket."""
        self._scope = scope
        self._metrics: ApiMetrics | None = scope.get(COUNTED)
        self._traced: Traced | None = scope.get(TRACED)
        self._blocks = ExitStack()
        self._fail: Callable[[], None] | None = None
        self._kind = "unknown"
        self._outcome: str | None = None
        self._is_over = False

    def __enter__(self) -> Self:
        """Begin."""
        self._began = perf_counter()
        if self._traced is not None:
            self._fail = self._blocks.enter_context(self._traced.message(self._scope))
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """End it, if it is not over; without an answer it ends because the client left, or by our fault."""
        if kind is None:
            self._over("answered")
        else:
            self._over("fault" if issubclass(kind, Exception) else "left")

    def reads(self, kind: str, name: str | None, reference: str) -> None:
        """Say what is asked, to metrics, trace and log; `name`: one of the project's own."""
        self._kind = kind
        bind_contextvars(reference=reference, operation=name)  # the context is the operation's own
        if self._traced is not None:
            self._blocks.enter_context(self._traced.operation(kind, name))

    def note(self, outcome: str) -> None:
        """Note what becomes of it; the first word counts."""
        self._outcome = self._outcome or outcome

    def answered(self, errors: list[GraphQLError] | None) -> None:
        """Note with which errors it was answered."""
        self.note(outcome_of(errors))

    def follows(self) -> None:
        """Say that a subscription follows from now on."""
        self._over("answered")

    def _over(self, outcome: str) -> None:
        if self._is_over:
            return
        self._is_over = True
        self.note(outcome)
        assert self._outcome is not None
        if self._fail is not None and self._outcome in ("fault", "unavailable"):
            self._fail()
        self._blocks.close()
        if self._metrics is not None:
            self._metrics.requests.labels(SOCKET, self._kind, self._outcome).inc()
            self._metrics.duration.labels(SOCKET, self._kind).observe(perf_counter() - self._began)
