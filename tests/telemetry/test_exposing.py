"""The door at which Prometheus reads."""

from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from server.free_port import free_port
from server.settings import Settings
from server.telemetry.exposing import MetricsUnexposed, expose
from server.telemetry.metrics import ApiMetrics


def _get(url: str, path: str) -> tuple[int, str]:
    connection = HTTPConnection(urlsplit(url).netloc, timeout=5)
    connection.request("GET", path)
    answer = connection.getresponse()
    found = answer.status, answer.read().decode()
    connection.close()
    return found


def test_it_tells_the_metrics_and_nothing_else() -> None:
    url = expose(Settings(metrics_port=0), ApiMetrics().registry)
    assert url is not None
    assert url.startswith("http://127.0.0.1:")
    status, text = _get(url, "/metrics")
    assert (status, "concertation_build_info{" in text) == (200, True)
    assert "process_resident_memory_bytes" in text
    assert _get(url, "/")[0] == 404


def test_without_temporal_it_tells_ours() -> None:
    url = expose(Settings(metrics_port=0), ApiMetrics().registry, temporal=free_port("127.0.0.1"))
    assert url is not None
    assert _get(url, "/metrics")[0] == 200


def test_without_a_port_nobody_listens() -> None:
    assert expose(Settings(), ApiMetrics().registry) is None


def test_a_port_that_is_taken_is_told() -> None:
    url = expose(Settings(metrics_port=0), ApiMetrics().registry)
    assert url is not None
    taken = urlsplit(url).port
    assert taken is not None
    with pytest.raises(MetricsUnexposed, match=str(taken)):
        expose(Settings(metrics_port=taken), ApiMetrics().registry)
