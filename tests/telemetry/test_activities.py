"""What the worker measures of what it recorded."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.acts import SYSTEM, Actor, Command, RecordSeal, SealFigures, Tick
from domain.events import Event, Fact, StageClosed, StageSealed
from server.telemetry.activities import told
from server.telemetry.metrics import WorkerMetrics
from store.replies import Accepted, Recorded

DUE = datetime(2026, 3, 2, 12, tzinfo=UTC)
FIGURES = SealFigures(root="00" * 32, count=0, by_college={}, by_channel={}, entitled={})


def _tick(id: str) -> Command:
    return Command(id=id, concertation="c", actor=Actor(member=SYSTEM), act=Tick())


def _recorded(*facts: Fact, at: datetime) -> Recorded:
    events = tuple(Event(at=at, actor=SYSTEM, fact=fact) for fact in facts)
    return Recorded(reply=Accepted(first_seq=1, events=events), events=events, seq=len(events), at=at)


@pytest.fixture
def metrics() -> WorkerMetrics:
    """The metrics of a worker."""
    return WorkerMetrics()


def _value(metrics: WorkerMetrics, name: str, **labels: str) -> float:
    return metrics.registry.get_sample_value(f"concertation_{name}", labels) or 0.0


def test_lateness_is_from_the_announced_instant_to_that_of_the_events(metrics: WorkerMetrics) -> None:
    recorded = _recorded(StageClosed(closes_at=DUE), at=DUE + timedelta(seconds=3))
    told(metrics, _tick(f"tick/7/{DUE.isoformat()}"), recorded, 0.01)
    assert _value(metrics, "deadline_lateness_seconds_sum") == 3
    assert _value(metrics, "events_recorded_total") == 1
    assert _value(metrics, "seal_seconds_count", size="small") == 0


def test_a_tick_that_found_nothing_to_do_and_one_of_another_form_say_nothing(metrics: WorkerMetrics) -> None:
    told(metrics, _tick(f"tick/7/{DUE.isoformat()}"), _recorded(at=DUE), 0.01)
    told(metrics, _tick("tick1"), _recorded(StageClosed(closes_at=DUE), at=DUE), 0.01)
    assert _value(metrics, "deadline_lateness_seconds_count") == 0


def test_a_set_that_was_sealed_on_the_way_is_measured_once(metrics: WorkerMetrics) -> None:
    recorded = _recorded(StageSealed(figures=FIGURES), at=DUE)
    told(metrics, _tick("tick/1/x"), recorded, 0.5)
    own = Command(id="s", concertation="c", actor=Actor(member=SYSTEM), act=RecordSeal(figures=FIGURES))
    told(metrics, own, recorded, 9.0)
    assert _value(metrics, "seal_seconds_sum", size="small") == 0.5
