"""The databases that tests are given."""

import asyncpg
import pytest
from temporalio.testing import WorkflowEnvironment

from server.provisioning import Role
from tests.fixtures.postgres import Database

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize("role", ["app", "worker", "owner"])
async def test_a_test_connects_as_the_role_it_asks_for(database: Database, role: str) -> None:
    connection = await asyncpg.connect(getattr(database, role))
    try:
        assert await connection.fetchval("SELECT current_user") == Role[role.upper()]
    finally:
        await connection.close()


async def test_temporal(temporal_env: WorkflowEnvironment) -> None:
    assert await temporal_env.get_current_time()
    await temporal_env.client.service_client.check_health()
