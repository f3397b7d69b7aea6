"""Temporal's SDK under our roof: its core logs through our loggers, and tells its metrics to us."""

from __future__ import annotations

import logging

from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)


def runtime(port: int | None = None) -> Runtime:
    """Make the runtime of this process. Metrics are told at this port of the machine itself, or to nobody."""
    forwarding = LogForwardingConfig(
        logger=logging.getLogger("temporalio"),
        append_log_fields_to_message=False,  # whatever a task failed of
        prepend_target_on_message=False,
    )
    said = TelemetryFilter(core_level="WARN", other_level="ERROR")
    metrics = PrometheusConfig(
        bind_address=f"127.0.0.1:{port}",
        counters_total_suffix=True,
        unit_suffix=True,
        durations_as_seconds=True,
    )
    return Runtime(
        telemetry=TelemetryConfig(
            logging=LoggingConfig(filter=said, forwarding=forwarding), metrics=metrics if port else None
        )
    )
