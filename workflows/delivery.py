"""The durable shell of delivery: keeps notices going out, from one call of the activity to the next."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.delivering import Delivery

_CALLS = 200
"""After so many, a new run: its history stays short."""


@workflow.defn
class DeliveryWorkflow:
    """One for each task queue, for ever. What it has done is in the database, and nothing of it here."""

    @workflow.run
    async def run(self) -> None:
        """Call the activity, again and again."""
        for _ in range(_CALLS):
            await workflow.execute_activity_method(
                Delivery.pump,
                start_to_close_timeout=timedelta(hours=2),
                # The loop looks every second. Should two of them run at once, each takes what is its own.
                heartbeat_timeout=timedelta(seconds=6),
                retry_policy=RetryPolicy(
                    initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=30)
                ),
            )
        workflow.continue_as_new()
