"""The durable shell of one hearing: wakes when somebody is to be reminded, and ends when nobody will be.

It decides nothing and remembers nothing: what is due follows from the ledger (domain/hearings/duties.py). Whatever
happens to the hearing wakes it, and begins it again where it had ended.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.hearings import Hearings

from workflows.patience import BRIEF

#: The shortest sleep: the database's clock may be behind.
AGAIN = timedelta(seconds=1)


@workflow.defn
class HearingWorkflow:
    """One hearing, as long as something of it is due."""

    @workflow.init
    def __init__(self, concertation: str, hearing: str) -> None:
        self._changed = False

    @workflow.run
    async def run(self, concertation: str, hearing: str) -> None:
        """Write what is due, sleep until the next of it, or until something happens to the hearing."""
        while True:
            self._changed = False
            due_at = await workflow.execute_activity_method(
                Hearings.attend, args=[concertation, hearing], **BRIEF
            )
            if due_at is None and not self._changed:
                return
            if due_at is not None and not self._changed:
                await self._sleep(max(due_at - workflow.now(), AGAIN))
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(args=[concertation, hearing])

    @workflow.signal
    def changed(self) -> None:
        """Say that something happened to the hearing."""
        self._changed = True

    async def _sleep(self, pause: timedelta) -> None:
        try:
            await workflow.wait_condition(lambda: self._changed, timeout=pause)
        except TimeoutError:
            return
