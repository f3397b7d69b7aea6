"""Temporal and PostgreSQL skip time together."""

from datetime import datetime, timedelta

import asyncpg
import pytest
from temporalio import activity, workflow
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from tests.fixtures.postgres import Database
from tests.fixtures.skipping import FollowTemporal

pytestmark = [pytest.mark.postgres, pytest.mark.temporal]

TWO_YEARS = timedelta(days=731)


@workflow.defn
class TwoYears:
    """Asks for the time, waits two years, asks again."""

    @workflow.run
    async def run(self) -> list[datetime]:
        before = await workflow.execute_activity(
            "instant", result_type=datetime, schedule_to_close_timeout=TWO_YEARS
        )
        await workflow.sleep(TWO_YEARS)
        after = await workflow.execute_activity(
            "instant", result_type=datetime, schedule_to_close_timeout=TWO_YEARS
        )
        return [before, after]


async def test_a_timer_of_two_years_moves_the_clock_of_the_database(
    own_temporal_env: WorkflowEnvironment, database: Database
) -> None:
    pool = await asyncpg.create_pool(database.worker, min_size=1, max_size=2)

    @activity.defn
    async def instant() -> datetime:
        value: datetime = await pool.fetchval("SELECT instant()")
        return value

    client = own_temporal_env.client
    async with Worker(
        client,
        task_queue="clock",
        workflows=[TwoYears],
        activities=[instant],
        interceptors=[FollowTemporal(pool)],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        before, after = await client.execute_workflow(TwoYears.run, id="two years", task_queue="clock")
    await pool.close()
    assert TWO_YEARS <= after - before < TWO_YEARS + timedelta(minutes=1)
