"""What the committed histories tell: one scenario for every way that the workflow may take."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from temporalio import activity
from temporalio.client import WorkflowUpdateFailedError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import ExecuteActivityInput

from domain import acts
from store.faults import StoreUnreachable
from tests.fixtures.clock import REACH
from tests.fixtures.skipping import FollowTemporal
from tests.unit.procedures import hearings, procedure
from tests.workflows.engine import DAY, Engine, body, skip_to
from tests.workflows.interception import Around, GoOn, sealing_aside
from tests.workflows.years import Years

HEARING = "h1"
HOUR = timedelta(hours=1)
Scenario = Callable[[Engine, WorkflowEnvironment], Awaitable[None]]


async def two_years(engine: Engine, environment: WorkflowEnvironment) -> None:
    """Two rounds and six stages, to the end."""
    async with engine.working(FollowTemporal(engine.pool)):
        await Years(engine, environment).play()


async def moved_deadlines(engine: Engine, environment: WorkflowEnvironment) -> None:
    """Timers that are cancelled because a deadline came earlier, later, or not at all; then an abandonment."""
    opens_at = await environment.get_current_time() + 16 * DAY
    async with engine.working(FollowTemporal(engine.pool)):
        await engine.launch(opens_at)
        await skip_to(environment, opens_at + DAY)
        seen = (await engine.process()).runs["appel"].closes_at
        assert seen is not None
        later = acts.ExtendStage(closes_at=seen + 10 * DAY, seen_closes_at=seen, reason="Crues")
        await engine.do(later, stage="appel")
        await engine.do(acts.Suspend(reason="Incident"), stage="appel")
        await skip_to(environment, opens_at + 3 * DAY)
        await engine.do(acts.Resume(reason="Réparé"), stage="appel")
        moved = (await engine.process()).runs["appel"].closes_at
        assert moved is not None
        earlier = acts.CloseStageEarly(closes_at=moved - 5 * DAY, seen_closes_at=moved, reason="Accord")
        await engine.do(earlier, stage="appel")
        await engine.do(acts.Abandon(reason="Le décret est retiré."))
        await engine.handle().result()


async def turned_away(engine: Engine, environment: WorkflowEnvironment) -> None:
    """Commands refused, repeated, of no known form, and one that the program failed on."""

    async def broken(call: ExecuteActivityInput, go_on: GoOn) -> Any:
        if call.args[0].id == "broken":
            object.__setattr__(call.args[0], "act", object())
        return await go_on()

    async with engine.working(Around("record", broken)):
        draft = engine.draft()
        await engine.ask(draft)
        await engine.ask(draft)
        await engine.refused(acts.AppointMember(office="rapporteur", member="nobody"))
        for command in ({"act": {"kind": "none"}}, engine.command(acts.Tick(), concertation="elsewhere")):
            with suppress(WorkflowUpdateFailedError):
                await engine.handle().execute_update("execute", command)
        with suppress(WorkflowUpdateFailedError):
            failing = engine.command(acts.EnrolMember(member="p0"), id="broken")
            await engine.handle().execute_update("execute", failing)
        await engine.do(acts.EnrolMember(member="p0"))


async def never_drafted(engine: Engine, environment: WorkflowEnvironment) -> None:
    """A workflow that ends because its only command was refused."""
    async with engine.working():
        await engine.refused(acts.EnrolMember(member="p0"))
        await engine.handle().result()


async def sealed_aside(engine: Engine, environment: WorkflowEnvironment) -> None:
    """A set too large for `record`, sealed by an activity that is lost on the way the first time."""

    async def lost(call: ExecuteActivityInput, go_on: GoOn) -> Any:
        if activity.info().attempt == 1:
            raise StoreUnreachable("lost on the way")
        return await go_on()

    opens_at = await environment.get_current_time() + 16 * DAY
    around = (FollowTemporal(engine.pool), Around("record", sealing_aside(engine.pool)), Around("seal", lost))
    async with engine.working(*around):
        await engine.launch(opens_at)
        await skip_to(environment, (await engine.process()).runs["appel"].planned_closes_at + DAY)


async def early_wake_up(engine: Engine, environment: WorkflowEnvironment) -> None:
    """The database's clock is an hour behind: the workflow sleeps the rest."""

    async def behind(call: ExecuteActivityInput, go_on: GoOn) -> Any:
        await engine.pool.execute(REACH, activity.info().started_time - timedelta(hours=1))
        return await go_on()

    opens_at = await environment.get_current_time() + 16 * DAY
    async with engine.working(Around("record", behind)):
        await engine.launch(opens_at)
        await skip_to(environment, opens_at + timedelta(hours=2))


async def hearing(engine: Engine, environment: WorkflowEnvironment) -> None:
    """A hearing that is set, moved, held and recorded; its record approved by silence. The concertation then ends."""
    opens_at = await environment.get_current_time() + 16 * DAY
    async with engine.working(FollowTemporal(engine.pool)):
        followed = procedure(hearings())
        await engine.launch(opens_at, followed)
        starts_at = opens_at + 9 * DAY
        set_ = acts.ScheduleHearing(
            hearing=HEARING, starts_at=starts_at, ends_at=starts_at + HOUR, witnesses=("writer",)
        )
        await engine.do(set_, stage="auditions")
        await skip_to(environment, starts_at - 2 * DAY)
        later = acts.MoveHearing(
            hearing=HEARING, starts_at=starts_at + HOUR, ends_at=starts_at + 2 * HOUR, seen_starts_at=starts_at,
            reason="Train",
        )  # fmt: skip
        await engine.do(later, stage="auditions")
        await skip_to(environment, starts_at + 3 * HOUR)
        await engine.do(acts.HoldHearing(hearing=HEARING, heard=("writer",)), stage="auditions")
        await engine.do(acts.RecordHearing(hearing=HEARING, record=body("cr")), stage="auditions")
        await skip_to(environment, starts_at + 12 * DAY)
        await engine.hearing(HEARING).result()


SCENARIOS: dict[str, Scenario] = {
    "two-years": two_years,
    "moved-deadlines": moved_deadlines,
    "turned-away": turned_away,
    "never-drafted": never_drafted,
    "sealed-aside": sealed_aside,
    "early-wake-up": early_wake_up,
    "hearing": hearing,
    "hearing-attended": hearing,
}
OF_HEARINGS = ("hearing-attended",)
"""Of these it is the history of the hearing's own workflow that is kept."""
