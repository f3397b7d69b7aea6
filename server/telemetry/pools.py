"""Watching a pool of connections: who waits, how long, how many there are."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from server.telemetry.metrics import ProcessMetrics
from store.pool import Connection, Pool

if TYPE_CHECKING:
    from server.telemetry.spans import Tracing


class PoolWatch:
    """Counts for the metrics of a process."""

    def __init__(self, metrics: ProcessMetrics | None, tracing: Tracing | None = None) -> None:
        """Begin with nobody waiting."""
        self.waiters = 0
        self._metrics = metrics
        self._tracing = tracing
        if metrics is not None:
            metrics.pool_waiting.set_function(lambda: self.waiters)

    def waiting(self) -> Waiting:
        """Count somebody who waits for a connection, and measure how long."""
        return Waiting(self)

    def waited(self, seconds: float) -> None:
        """Take down how long it was."""
        if self._metrics is not None:
            self._metrics.acquired.observe(seconds)
        if self._tracing is not None:
            self._tracing.waited(seconds)

    def connected(self, connection: Connection) -> None:
        """Trace its statements, where anybody collects traces."""
        if self._tracing is not None:
            self._tracing.watch(connection)

    def look_at(self, pool: Pool) -> None:
        """Tell the size of this pool whenever Prometheus asks."""
        if self._metrics is None:
            return
        self._metrics.pool_size.set_function(pool.get_size)
        self._metrics.pool_idle.set_function(pool.get_idle_size)
        self._metrics.pool_most.set(pool.get_max_size())


class Waiting:
    """Held while somebody waits."""

    __slots__ = ("_since", "_watch")

    def __init__(self, watch: PoolWatch) -> None:
        """Begin when it is entered."""
        self._watch = watch
        self._since = 0.0

    def __enter__(self) -> None:
        """Count one more."""
        self._watch.waiters += 1
        self._since = perf_counter()

    def __exit__(self, *_: object) -> None:
        """Count one less."""
        self._watch.waiters -= 1
        self._watch.waited(perf_counter() - self._since)
