"""The dashboard, the alerts and Prometheus' settings: that they can be read, and name what a real stack tells."""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from tests.e2e.running import Running
from tests.fixtures.replicas import processes

ROOT = Path(__file__).parents[2]
PROMETHEUS = ROOT / "docker" / "prometheus"
ALERTS = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"][0]["rules"]
DASHBOARD = json.loads((ROOT / "docker" / "grafana" / "dashboard.json").read_text())
TESTS = yaml.safe_load((PROMETHEUS / "alerts_test.yml").read_text())
PROMETHEUS_OWN = {"up"}
ONCE_IT_HAPPENS = {"temporal_workflow_task_execution_failed_total"}
"""What Temporal's SDK tells from the first time on: https://docs.temporal.io/references/sdk-metrics."""


def _panels() -> Iterator[dict[str, Any]]:
    for panel in DASHBOARD["panels"]:
        if panel["type"] != "row":
            yield panel


def _expressions() -> list[str]:
    asked = [target["expr"] for panel in _panels() for target in panel["targets"]]
    return [rule["expr"] for rule in ALERTS] + [one.replace("$__rate_interval", "1m") for one in asked]


def _names(expression: str) -> set[str]:
    """The metrics of an expression that can be read."""
    promql_parser.parse(expression)
    bare = re.sub(r"\{[^}]*\}|\[[^]]*\]|\b(by|without|on)\s*\([^)]*\)", "", expression)
    words = re.findall(r"[a-zA-Z_:][a-zA-Z0-9_:]*(?!\s*[(a-zA-Z0-9_:])", bare)
    return {word for word in words if "_" in word or word in PROMETHEUS_OWN} - {"histogram_quantile"}


@pytest.mark.parametrize("expression", _expressions())
def test_an_expression_can_be_read_and_names_something(expression: str) -> None:
    assert _names(expression)


def test_the_names_are_found() -> None:
    expression = (
        'histogram_quantile(0.9, sum by (le) (rate(a_b_bucket{x="c_d"}[5m]))) > 1 or absent(up{job="e_f"})'
    )
    assert _names(expression) == {"a_b_bucket", "up"}


def test_an_alert_says_what_is_wrong_and_which_page_to_open() -> None:
    assert len({rule["alert"] for rule in ALERTS}) == len(ALERTS) > 15
    for rule in ALERTS:
        assert rule["labels"]["severity"] in ("page", "warn")
        assert rule["annotations"]["summary"].endswith(".")
        page, _, section = rule["annotations"]["guide"].partition("#")
        headings = re.findall(r"^#+ (.*)$", (ROOT / page).read_text(), re.MULTILINE)
        anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
        assert section in anchors, rule["annotations"]["guide"]


def test_each_alert_fires_on_made_up_series_and_none_in_a_quiet_hour() -> None:
    """`promtool test rules` says whether they do: see .ci/run."""
    fires = {
        test["alertname"] for case in TESTS["tests"] for test in case["alert_rule_test"] if test["exp_alerts"]
    }
    quiet = {
        test["alertname"]
        for case in TESTS["tests"]
        for test in case["alert_rule_test"]
        if not test["exp_alerts"]
    }
    assert fires == quiet == {rule["alert"] for rule in ALERTS}


def test_the_dashboard_can_be_imported() -> None:
    assert (DASHBOARD["uid"], DASHBOARD["title"]) == ("concertation", "Concertation")
    (variable,) = DASHBOARD["templating"]["list"]
    assert (variable["name"], variable["type"]) == ("datasource", "datasource")
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    for panel in _panels():
        assert panel["description"]
        for source in (panel["datasource"], *(target["datasource"] for target in panel["targets"])):
            assert source == {"type": "prometheus", "uid": "${datasource}"}
        spot = panel["gridPos"]
        assert spot["x"] + spot["w"] <= 24


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Running]:
    running = Running("up", "--ephemeral", "--ready-file", tmp_path / "ready.json")
    yield running
    running.stop()


@pytest.mark.stack
def test_a_real_stack_tells_every_metric_that_is_named(stack: Running, tmp_path: Path) -> None:
    stack.read_until("Ctrl-C stops everything")
    facts = json.loads((tmp_path / "ready.json").read_text())
    assert set(facts["metrics_urls"]) == {*processes("api"), *processes("worker")}
    wanted = set().union(*map(_names, _expressions())) - PROMETHEUS_OWN - ONCE_IT_HAPPENS
    ends = time.monotonic() + 30
    while missing := wanted - _told(facts["metrics_urls"].values()):
        assert time.monotonic() < ends, f"nobody tells {missing}"
        time.sleep(0.5)
    with pytest.raises(urllib.error.HTTPError, match="404"):
        _read(facts["site_url"] + "metrics")


def _told(urls: Any) -> set[str]:
    """Names of series; a histogram or counter without any yet has those that it will have."""
    found: set[str] = set()
    for url in urls:
        for line in _read(url).splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split()
                ends = ("_bucket", "_count", "_sum") if kind == "histogram" else ("",)
                found |= {name + end for end in ends}
    return found


def _read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as answer:
        text: str = answer.read().decode()
    return text
