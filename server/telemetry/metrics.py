"""What a process of ours counts and measures, each with the names and labels under which Prometheus reads it.

Labels have few values, all of the program's: kinds, outcomes, codes. None comes from a client.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence
from importlib.metadata import version
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

QUICK = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
"""Seconds, of what should take none."""
ANSWERS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
LATENESS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200)
WORK = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


class ProcessMetrics:
    """What the API and the worker have in common."""

    def __init__(self) -> None:
        """Begin at naught."""
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        Info("concertation_build", "The version that runs.", registry=self.registry).info(
            {"version": version("concertation")}
        )
        #: How much later than asked for the event loop went on: while it is held up, nobody is answered.
        self.loop_lag = self._histogram(
            "concertation_loop_lag_seconds",
            "How much later than asked for the event loop went on.",
            buckets=QUICK,
        )
        self.collected = self._histogram(
            "concertation_gc_pause_seconds", "How long a look for garbage took.", "generation", buckets=QUICK
        )
        self.acquired = self._histogram(
            "concertation_pool_wait_seconds",
            "How long somebody waited for a connection to PostgreSQL, until they had it or gave up.",
            buckets=QUICK,
        )
        self.pool_waiting = self._gauge(
            "concertation_pool_waiting", "Who waits for a connection at this moment."
        )
        self.pool_size = self._gauge("concertation_pool_connections", "Open connections of the pool.")
        self.pool_idle = self._gauge("concertation_pool_idle", "Those of them that nobody uses.")
        self.pool_most = self._gauge("concertation_pool_max", "The most connections that the pool may have.")
        self._collecting_since = 0.0

    def _gauge(self, name: str, said: str, *labels: str) -> Gauge:
        return Gauge(name, said, labels, registry=self.registry)

    def _counter(self, name: str, said: str, *labels: str) -> Counter:
        return Counter(name, said, labels, registry=self.registry)

    def _histogram(self, name: str, said: str, *labels: str, buckets: Sequence[float]) -> Histogram:
        return Histogram(name, said, labels, buckets=buckets, registry=self.registry)

    def watch_garbage(self) -> None:
        """Measure every look for garbage from now on."""
        generations = [self.collected.labels(str(generation)) for generation in range(3)]

        def collected(phase: str, found: dict[str, int]) -> None:
            if phase == "start":
                self._collecting_since = perf_counter()
            else:
                generations[found["generation"]].observe(perf_counter() - self._collecting_since)

        gc.callbacks.append(collected)


class ApiMetrics(ProcessMetrics):
    """What the API counts besides."""

    def __init__(self) -> None:
        """Begin at naught."""
        super().__init__()
        self.requests = self._counter(
            "concertation_requests",
            "Requests over HTTP and operations over sockets by what was asked (query, mutation, subscription, unknown, "
            "page) and what became of it (answered, errors, fault, unavailable, turned_away, refused, left).",
            "transport",
            "kind",
            "outcome",
        )
        self.duration = self._histogram(
            "concertation_request_duration_seconds",
            "From the head of a request to the end of its answer; of a subscription, until it follows.",
            "transport",
            "kind",
            buckets=ANSWERS,
        )
        self.refusals = self._counter(
            "concertation_refusals", "Refusals that mutations were answered with, by code.", "code"
        )
        self.faults = self._counter("concertation_faults", "Faults that went to `errors`, by code.", "code")
        self.dependencies = self._gauge(
            "concertation_dependency_up",
            "1 while what the API depends on was well when it was last looked at: the names of /readyz.",
            "dependency",
        )
        self.sockets = self._gauge("concertation_sockets_open", "Open sockets.")
        self.subscriptions = self._gauge(
            "concertation_subscriptions_open", "Open subscriptions to concertations."
        )
        self.delivered = self._counter("concertation_events_delivered", "Events that subscribers were given.")
        self.delivery_lag = self._histogram(
            "concertation_event_lag_seconds",
            "From the instant of an event until a subscriber who waited for it was given it.",
            buckets=ANSWERS,
        )


class WorkerMetrics(ProcessMetrics):
    """What the worker counts besides, and what it reads from the database for all."""

    def __init__(self) -> None:
        """Begin at naught."""
        super().__init__()
        self.activities = self._histogram(
            "concertation_activity_seconds",
            "How long activities took, each try by itself.",
            "activity",
            "outcome",
            buckets=WORK,
        )
        self.events = self._counter("concertation_events_recorded", "Events that were recorded.")
        self.lateness = self._histogram(
            "concertation_deadline_lateness_seconds",
            "From the announced instant of a deadline to the instant at which its events were recorded.",
            buckets=LATENESS,
        )
        self.seals = self._histogram(
            "concertation_seal_seconds",
            "How long sealing a set took: small ones within the transaction that closes, large ones in a process.",
            "size",
            buckets=WORK,
        )
        self.reconciled = self._counter(
            "concertation_reconciled",
            "Concertations whose workflow was started or found running by reconciling.",
        )
        self.running = self._gauge("concertation_running", "Concertations that are not over.")
        self.overdue = self._gauge(
            "concertation_overdue", "Concertations whose deadline has passed unrecorded."
        )
        self.most_overdue = self._gauge(
            "concertation_overdue_seconds", "For how long the oldest of these deadlines has passed."
        )
        self.sealing = self._gauge("concertation_sealing", "Stages that are being sealed.")
        self.outbox = self._gauge(
            "concertation_outbox_rows", "Rows of the outbox that wait to be told, 10,000 at most."
        )
        self.outbox_age = self._gauge("concertation_outbox_age_seconds", "The age of the oldest of them.")
        self.notices = self._gauge(
            "concertation_notices",
            "Notices that are not at their end, by way and state; 10,000 of a state at most.",
            "channel",
            "state",
        )
        self.notices_late = self._gauge(
            "concertation_notices_late_seconds",
            "For how long the first notice that a program sends has been due.",
        )
        self.notices_failed = self._gauge(
            "concertation_notices_failed",
            "Notices given up within the last day and not sent again since, by way.",
            "channel",
        )
        self.mail_paused = self._gauge("concertation_mail_paused", "1 while the mail server is given a rest.")
        self.last_backup = self._gauge(
            "concertation_backup_timestamp_seconds",
            "The instant that the last whole backup is of; 0 where there was none.",
        )
        self.read_at = self._gauge(
            "concertation_database_read_timestamp_seconds",
            "When these were read from the database the last time.",
        )
