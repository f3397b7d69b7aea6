"""A concertation of two years, from draft to the end of its follow-up: real workflow, real decider, real `record`."""

from datetime import timedelta

import pytest
from temporalio.testing import WorkflowEnvironment

from domain.evolve import fold
from domain.process import Outcome, Phase, Process
from tests.fixtures.skipping import FollowTemporal
from tests.workflows.engine import Engine
from tests.workflows.years import Years

pytestmark = [pytest.mark.postgres, pytest.mark.temporal]


async def test_two_years_two_rounds_and_six_stages_pass_in_seconds(
    engine: Engine, temporal_env: WorkflowEnvironment
) -> None:
    began = await temporal_env.get_current_time()
    async with engine.working(FollowTemporal(engine.pool)):
        await Years(engine, temporal_env).play()

    process = await engine.process()
    assert process.round == 2
    assert (process.phase, process.outcome) == (Phase.ENDED, Outcome.COMPLETED)
    assert process.ended_at is not None
    assert process.ended_at - began > timedelta(days=730)
    ledger = await engine.ledger()
    assert fold(Process(id=engine.id), ledger) == process
    assert [event.at for event in ledger] == sorted(event.at for event in ledger)
