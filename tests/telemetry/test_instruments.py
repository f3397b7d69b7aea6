"""The worker's instruments, put together."""

from typing import Any

import pytest

from server.settings import Settings
from server.telemetry import temporal
from server.telemetry.instruments import WorkerInstruments


def test_another_port_is_taken_where_somebody_was_faster(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int | None] = []

    def runtime(port: int | None = None) -> Any:
        asked.append(port)
        if len(asked) == 1:
            raise ValueError("Address already in use")
        return object()

    monkeypatch.setattr(temporal, "runtime", runtime)
    assert WorkerInstruments.of(Settings(metrics_port=0)).runtime is not None
    assert len(asked) == 2
