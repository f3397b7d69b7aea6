"""Measuring what the worker does: every try of an activity, how late deadlines were recorded, how long sealing took."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime
from time import perf_counter
from typing import TYPE_CHECKING, Any

from structlog.contextvars import bound_contextvars
from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from domain.acts import Command, RecordSeal, Tick
from domain.events import StageSealed
from server.telemetry.metrics import WorkerMetrics
from store.replies import Accepted, Recorded

if TYPE_CHECKING:
    from server.telemetry.spans import Tracing


class Measuring(Interceptor):
    """Measures all activities of a worker."""

    def __init__(self, metrics: WorkerMetrics | None, tracing: Tracing | None = None) -> None:
        """Count here, and name the trace in the log, where there are any."""
        self._metrics = metrics
        self._tracing = tracing

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """Stand before an activity."""
        return _Measured(next, self._metrics, self._tracing)


class _Measured(ActivityInboundInterceptor):
    def __init__(
        self, next: ActivityInboundInterceptor, metrics: WorkerMetrics | None, tracing: Tracing | None
    ) -> None:
        super().__init__(next)
        self._metrics = metrics
        self._tracing = tracing

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        """Measure one try; what it is about goes with its lines of the log."""
        name, began, outcome = activity.info().activity_type, perf_counter(), "failed"
        try:
            with (
                bound_contextvars(concertation=_concertation(input)),
                self._tracing.named_in_the_log() if self._tracing else nullcontext(),
            ):
                result = await super().execute_activity(input)
            outcome = "done"
        finally:
            seconds = perf_counter() - began
            if self._metrics is not None:
                self._metrics.activities.labels(name, outcome).observe(seconds)
        if self._metrics is None:
            return result
        if name == "seal":
            self._metrics.seals.labels("large").observe(seconds)
        if isinstance(result, Recorded):
            told(self._metrics, input.args[0], result, seconds)
        return result


def told(metrics: WorkerMetrics, command: Command, recorded: Recorded, seconds: float) -> None:
    """Take down what a recorded command says of how late it was, and whether a set was sealed in it."""
    events = recorded.reply.events if isinstance(recorded.reply, Accepted) else ()
    metrics.events.inc(len(events))
    sealed = any(isinstance(event.fact, StageSealed) for event in events)
    if sealed and not isinstance(command.act, RecordSeal):
        metrics.seals.labels("small").observe(seconds)
    due = _deadline(command)
    if due is not None and events:
        metrics.lateness.observe(max(0.0, (events[0].at - due).total_seconds()))


def _deadline(command: Command) -> datetime | None:
    """Give the announced instant, which the id of a tick ends with."""
    if not isinstance(command.act, Tick):
        return None
    try:
        return datetime.fromisoformat(command.id.rpartition("/")[2])
    except ValueError:
        return None


def _concertation(input: ExecuteActivityInput) -> str | None:
    """Give what an activity is about: a command is addressed, and the others are told it first."""
    first = input.args[0] if input.args else None
    return first.concertation if isinstance(first, Command) else first if isinstance(first, str) else None
