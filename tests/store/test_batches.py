"""Batches: what was announced and what is typed."""

from typing import Any

import pytest

from domain.procedure import Channel
from domain.refusals import Code
from store import batches
from store.batches import Batch
from store.contributions import submit
from store.pool import Connection, Pool
from tests.store.stage import Play, call_for_input, procedure, refused

pytestmark = pytest.mark.postgres

PAPER = procedure(call_for_input(entry_window="P10D", channels=["online", "paper"]))


async def announce(play: Play, connection: Connection, **more: Any) -> Any:
    said: dict[str, Any] = {
        "concertation": play.id, "round": 1, "stage": "appel", "actor": "agent", "channel": Channel.PAPER,
        "announced": 37, "key": "lot", "territory": "FR-971", "reference": "Carton 3",
    }  # fmt: skip
    return await batches.open_batch(connection, **{**said, **more})


async def test_a_missing_form_shows_and_a_corrected_one_counts_once(play: Play, app: Pool) -> None:
    await play.launch(PAPER)
    async with app.acquire() as connection:
        batch = await announce(play, connection)
        assert isinstance(batch, Batch)
        assert (batch.announced, batch.entered) == (37, 0)
        typed = {"actor": "agent", "channel": Channel.PAPER, "batch": batch.id}
        first = await play.contribute(connection, "p0", **typed)
        await play.contribute(connection, "p1", **typed)
        await play.contribute(connection, "p2", key="en ligne")
        spoken = play.submission("p2", **typed, supersede_reason="Sa demande")
        await submit(connection, spoken)
        correction = play.submission(
            "agent", author="p0", key="corrigé", body="Mieux lu", revises=first.contribution
        )
        await submit(connection, correction)
        (found,) = await batches.of_stage(connection, play.id, 1, "appel")
        assert (found.id, found.announced, found.entered) == (batch.id, 37, 3)


async def test_the_same_announcement_is_the_same_batch(play: Play, app: Pool) -> None:
    await play.launch(PAPER)
    async with app.acquire() as connection:
        batch = await announce(play, connection)
        assert await announce(play, connection) == batch
        assert refused(await announce(play, connection, announced=38)).code is Code.IDEMPOTENCY_KEY_REUSED


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"concertation": "x"}, Code.UNKNOWN_CONCERTATION),
        ({"stage": "rien"}, Code.UNKNOWN_STAGE),
        ({"stage": "\x00"}, Code.UNKNOWN_STAGE),
        ({"round": 2}, Code.ROUND_CHANGED),
        ({"channel": Channel.ONLINE}, Code.INPUT_INVALID),
        ({"channel": Channel.COUNTER}, Code.CHANNEL_NOT_OFFERED),
        ({"announced": 0}, Code.INPUT_INVALID),
        ({"announced": 2**40}, Code.INPUT_INVALID),
        ({"key": ""}, Code.INPUT_INVALID),
    ],
)
async def test_a_faulty_announcement_is_refused(
    play: Play, app: Pool, change: dict[str, Any], code: Code
) -> None:
    await play.launch(PAPER)
    async with app.acquire() as connection:
        assert refused(await announce(play, connection, **change)).code is code


async def test_after_the_entry_window_no_batch_is_announced(play: Play, app: Pool) -> None:
    run = (await play.launch(PAPER)).runs["appel"]
    assert run.entry_closes_at is not None
    await play.clock.reach(run.entry_closes_at)
    async with app.acquire() as connection:
        assert refused(await announce(play, connection)).code is Code.STAGE_NOT_OPEN


async def test_an_entry_names_a_batch_of_its_stage_and_channel(play: Play, app: Pool) -> None:
    await play.launch(procedure(call_for_input(), channels=["online", "paper", "counter"]))
    async with app.acquire() as connection:
        batch = await announce(play, connection)
        for wrong in (
            {"channel": Channel.PAPER, "batch": "00000000-0000-4000-8000-000000000000"},
            {"channel": Channel.COUNTER, "batch": batch.id},
        ):
            answer = await submit(connection, play.submission("p0", actor="agent", **wrong))
            assert refused(answer).code is Code.UNKNOWN_BATCH
