"""The outbox becomes notices: each occasion told once to each who has an address and wants it, the past to nobody."""

import asyncio

import pytest

from domain import acts
from store.known_processes import KnownProcesses
from store.notices import fan_out
from store.pool import Pool
from tests.store.stage import Play

pytestmark = pytest.mark.postgres


async def told(worker: Pool) -> list[tuple[str, str]]:
    """Who has a notice of what."""
    rows = await worker.fetch(
        "SELECT t.kind, n.recipient FROM notice n JOIN notice_text t ON t.key = n.key ORDER BY t.at, 1, 2"
    )
    return [(row["kind"], row["recipient"]) for row in rows]


async def all_fanned_out(worker: Pool) -> None:
    async with worker.acquire() as connection:
        known = KnownProcesses()
        while await fan_out(connection, known):
            pass


async def with_addresses(app: Pool, *members: str, **wants: str) -> None:
    for member in members:
        await app.fetchval("SELECT set_contact($1, $2, NULL, $3)", member, f"{member}@exemple.fr", wants)


async def test_who_has_an_address_is_told_of_what_concerns_them_and_nobody_else(
    play: Play, worker: Pool, app: Pool
) -> None:
    await with_addresses(app, "p0", "presidente")
    await play.launch()
    await all_fanned_out(worker)
    kinds = await told(worker)
    assert ("member_appointed", "member/presidente") in kinds
    assert ("concertation_launched", "member/p0") in kinds
    assert ("stage_opened", "member/p0") in kinds
    assert {recipient for _, recipient in kinds} == {"member/p0", "member/presidente"}
    assert ("member_appointed", "member/p0") not in kinds


async def test_a_theme_that_was_switched_off_is_not_told_unless_it_is_fixed(
    play: Play, worker: Pool, app: Pool
) -> None:
    await with_addresses(app, "presidente", calendar="none", office="none")
    await play.launch()
    await all_fanned_out(worker)
    kinds = {kind for kind, _ in await told(worker)}
    assert "member_appointed" in kinds
    assert not kinds & {"concertation_launched", "stage_opened"}


async def test_the_past_is_told_to_nobody(play: Play, worker: Pool, app: Pool) -> None:
    await with_addresses(app, "p0")
    await play.launch()
    await worker.execute("UPDATE delivery SET after_outbox = (SELECT max(id) FROM outbox)")
    await all_fanned_out(worker)
    assert await told(worker) == []
    await play.close()
    await all_fanned_out(worker)
    assert {recipient for _, recipient in await told(worker)} <= {"member/p0"}


async def test_the_watermark_of_the_migration_is_after_all_that_was_there(worker: Pool) -> None:
    assert await worker.fetchval("SELECT after_outbox FROM delivery") == 0  # an empty database
    assert await worker.fetchval("SELECT count(*) FROM delivery") == 1


async def test_several_at_once_tell_everything_once(play: Play, worker: Pool, app: Pool) -> None:
    await with_addresses(app, *(f"p{number}" for number in range(3)))
    await play.launch()

    async def some() -> None:
        async with worker.acquire() as connection:
            while await fan_out(connection, KnownProcesses(), 3):
                pass

    await asyncio.gather(*(some() for _ in range(4)))
    await all_fanned_out(worker)
    found = await told(worker)
    assert len(found) == len(set(found))
    assert [kind for kind, who in found if who == "member/p1"].count("stage_opened") == 1
    assert await worker.fetchval("SELECT count(*) FROM outbox WHERE delivered_at IS NULL") == 0


async def test_made_again_from_the_same_outbox_they_are_the_same(play: Play, worker: Pool, app: Pool) -> None:
    await with_addresses(app, "p0")
    await play.launch()
    await all_fanned_out(worker)
    before = await worker.fetch("SELECT id FROM notice ORDER BY id")
    await worker.execute("UPDATE outbox SET delivered_at = NULL")
    await all_fanned_out(worker)
    assert await worker.fetch("SELECT id FROM notice ORDER BY id") == before


async def test_an_author_is_told_that_their_contribution_is_kept_with_its_receipt(
    play: Play, worker: Pool, app: Pool
) -> None:
    await with_addresses(app, "p0")
    await play.launch()
    async with app.acquire() as connection:
        receipt = await play.contribute(connection, "p0")
        await play.contribute(connection, "p1")
    await all_fanned_out(worker)
    body = await worker.fetchval("SELECT body FROM notice_text WHERE kind = 'contribution_received'")
    assert receipt.code in body["fr"]
    assert "Receipt" in body["en"]
    assert [who for kind, who in await told(worker) if kind == "contribution_received"] == ["member/p0"]


async def test_who_left_is_not_told(play: Play, worker: Pool, app: Pool) -> None:
    await with_addresses(app, "p0", "p1")
    await play.launch()
    await play.do(acts.RemoveMember(member="p0", reason="Déménagement"))
    await worker.execute("UPDATE outbox SET delivered_at = instant()")
    await play.do(acts.Suspend(reason="Réserve électorale"))
    await all_fanned_out(worker)
    assert [who for kind, who in await told(worker) if kind == "suspended"] == ["member/p1"]
