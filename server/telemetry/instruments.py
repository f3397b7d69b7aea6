"""The instruments of a process, put together once: none where nobody reads them, and then nothing is paid for them."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar

from starlette.types import ASGIApp

from api.feed import Feed
from api.measuring import Measuring, NotMeasured
from server.dependencies import Dependency
from server.draining import Draining
from server.free_port import free_port
from server.settings import Settings
from server.telemetry.exposing import expose
from server.telemetry.looking import keep_looking, keep_looking_around, watch_the_loop
from server.telemetry.metrics import ApiMetrics, ProcessMetrics, WorkerMetrics
from server.telemetry.outcomes import Counting
from server.telemetry.pools import PoolWatch
from store.committed_together import Carried
from store.pool import Pool, Watch

if TYPE_CHECKING:
    from temporalio.client import Interceptor as ClientInterceptor
    from temporalio.runtime import Runtime
    from temporalio.worker import Interceptor

    from server.telemetry.spans import Tracing

log = logging.getLogger(__name__)

Measures = TypeVar("Measures", bound=ProcessMetrics)

_TRIES = 10


class _Instruments(ABC, Generic[Measures]):
    """What the API and the worker have in common."""

    _process: ClassVar[str]

    def __init__(
        self,
        metrics: Measures | None = None,
        runtime: Runtime | None = None,
        tracing: Tracing | None = None,
    ) -> None:
        """Measure and trace with these, or not at all; `runtime`: that of Temporal's client, if not the SDK's own."""
        self.metrics = metrics
        self.runtime = runtime
        self._tracing = tracing
        self._pools = PoolWatch(metrics, tracing) if metrics or tracing else None

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Take what an operator decided, and begin to tell it.

        Raises:
            MetricsUnexposed: nobody can listen where they decided.
        """
        from server.telemetry.temporal import runtime

        tracing = _tracing(settings, cls._process)
        if settings.metrics_port is None:
            return cls(None, runtime(), tracing)
        metrics = cls._measures()
        metrics.watch_garbage()
        port, temporal = cls._of_temporal(runtime)
        url = expose(settings, metrics.registry, port)
        log.info("tells its metrics", extra={"url": url})
        return cls(metrics, temporal, tracing)

    @property
    def watch(self) -> Watch | None:
        """What watches the pool."""
        return self._pools

    def of_client(self) -> Sequence[ClientInterceptor]:
        """Give what stands before Temporal's client; of it, what traces stands before a worker, too."""
        if self._tracing is None:
            return []
        from server.telemetry.workflow_spans import WorkflowSpans

        return [WorkflowSpans(self._tracing.tracer)]

    def end(self) -> None:
        """Send what is left."""
        if self._tracing is not None:
            self._tracing.end()

    def _looks(self, pool: Pool) -> Measures | None:
        """Look at the pool whenever somebody reads, if anybody does: by what is given."""
        if self.metrics is not None and self._pools is not None:
            self._pools.look_at(pool)
        return self.metrics

    @classmethod
    @abstractmethod
    def _measures(cls) -> Measures:
        """Begin to count."""

    @classmethod
    def _of_temporal(cls, make: Callable[..., Runtime]) -> tuple[int | None, Runtime]:
        """Make the runtime of Temporal's client; if it tells its own metrics, say at which port of this machine."""
        return None, make()


class ApiInstruments(_Instruments[ApiMetrics]):
    """What the API is measured with."""

    _process = "api"

    @property
    def measuring(self) -> Measuring:
        """Where resolvers say what is to be counted."""
        return _Counted(self.metrics) if self.metrics else NotMeasured()

    def before(self, app: ASGIApp) -> ASGIApp:
        """Stand before the application."""
        counted = Counting(app, self.metrics) if self.metrics else app
        return self._tracing.before(counted) if self._tracing else counted

    def carry(self) -> Carried | None:
        """Give what of a request goes with a contribution."""
        return self._tracing.carry() if self._tracing else None

    def begin(
        self, pool: Pool, feed: Feed, draining: Draining, dependencies: Sequence[Dependency] = ()
    ) -> list[asyncio.Task[None]]:
        """Look at these whenever somebody reads; give the tasks that go on until they are cancelled."""
        metrics = self._looks(pool)
        if metrics is None:
            return []
        metrics.subscriptions.set_function(lambda: feed.watched)
        metrics.sockets.set_function(lambda: draining.open)
        return _tasks(watch_the_loop(metrics), keep_looking_around(dependencies, metrics))

    @classmethod
    def _measures(cls) -> ApiMetrics:
        return ApiMetrics()


class WorkerInstruments(_Instruments[WorkerMetrics]):
    """What the worker is measured with."""

    _process = "worker"

    def interceptors(self) -> Sequence[Interceptor]:
        """Give what stands before activities."""
        from server.telemetry.activities import Measuring

        return [Measuring(self.metrics, self._tracing)]

    def work(self, name: str) -> AbstractContextManager[None]:
        """Trace work that nobody asked for."""
        return self._tracing.work(name) if self._tracing else nullcontext()

    def begin(self, pool: Pool) -> list[asyncio.Task[None]]:
        """Give the tasks that look and go on until they are cancelled."""
        metrics = self._looks(pool)
        return [] if metrics is None else _tasks(watch_the_loop(metrics), keep_looking(pool, metrics))

    def reconciled(self, number: int) -> None:
        """Count concertations that were reconciled."""
        if self.metrics is not None:
            self.metrics.reconciled.inc(number)

    @classmethod
    def _measures(cls) -> WorkerMetrics:
        return WorkerMetrics()

    @classmethod
    def _of_temporal(cls, make: Callable[..., Runtime]) -> tuple[int | None, Runtime]:
        return _listening(make)


class _Counted:
    """Counts what resolvers say."""

    def __init__(self, metrics: ApiMetrics) -> None:
        self._metrics = metrics

    def refused(self, code: str) -> None:
        self._metrics.refusals.labels(code).inc()

    def faulted(self, code: str) -> None:
        self._metrics.faults.labels(code).inc()

    def delivered(self, at: datetime | None) -> None:
        self._metrics.delivered.inc()
        if at is not None:
            self._metrics.delivery_lag.observe(max(0.0, (datetime.now(UTC) - at).total_seconds()))


def _tracing(settings: Settings, process: str) -> Tracing | None:
    if settings.otlp_endpoint is None:
        return None
    from server.telemetry.spans import Tracing

    return Tracing.to(settings.otlp_endpoint, process)


def _tasks(*works: Coroutine[Any, Any, None]) -> list[asyncio.Task[None]]:
    return [asyncio.create_task(work, name="instruments") for work in works]


def _listening(make: Callable[[int], Runtime]) -> tuple[int, Runtime]:
    """Make a runtime that listens, and say at which port: another one where somebody was faster."""
    for _ in range(_TRIES):
        port = free_port("127.0.0.1")
        try:
            return port, make(port)
        except ValueError as fault:  # what the SDK says of a port that is taken
            log.warning("a port was taken before Temporal's metrics listened there", exc_info=fault)
    return port, make(port)
