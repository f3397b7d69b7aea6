"""How many workflows a worker keeps in memory is for its operator to say."""

import pytest

from tests.workflows.engine import Engine

pytestmark = [pytest.mark.postgres, pytest.mark.temporal]


async def test_a_worker_keeps_as_many_in_memory_as_it_is_told(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONCERTATION_WORKFLOWS_IN_MEMORY", "7")
    async with engine.working() as worker:
        assert worker.config()["max_cached_workflows"] == 7
