"""How many workflows a worker keeps in memory is for its operator to say."""

from uuid import uuid4

import pytest
from pydantic import SecretStr

from server.settings import Settings
from server.worker import compose
from tests.workflows.engine import Engine

pytestmark = [pytest.mark.postgres, pytest.mark.temporal]


async def test_a_worker_keeps_as_many_in_memory_as_it_is_told(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONCERTATION_WORKFLOWS_IN_MEMORY", "7")
    settings = Settings(task_queue=f"queue-{uuid4()}", worker_database_url=SecretStr(engine.dsn))
    worker = compose(engine.client, engine.pool, settings)
    assert worker.config()["max_cached_workflows"] == 7
