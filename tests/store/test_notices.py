"""The outbox becomes notices: each occasion told once to each who has an address and wants it, the past to nobody."""

import asyncio

import pytest

from domain import acts
from domain.grouping import Answer, Ask, Merge, Undo
from domain.moderation import Hand
from store.known_processes import KnownProcesses
from store.notices import fan_out
from store.pool import Pool
from tests.store.addresses import reached_at
from tests.store.stage import Play, call_for_input, procedure
from tests.store.test_grouping import Table

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
        await reached_at(app, member, f"{member}@exemple.fr", wants=wants)


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


async def test_authors_are_asked_before_a_grouping_and_told_of_it_and_nobody_else(
    play: Play, worker: Pool, app: Pool
) -> None:
    table = Table(app, play)
    ids = await table.written(3)
    await with_addresses(app, "p0", "p1", "p2", "coordinator")
    await worker.execute("UPDATE outbox SET delivered_at = instant()")
    grouping = await table.do(Ask(kept=ids[0], others=(ids[1],)))
    for n in range(2):
        answer = Answer(contribution=ids[n], consents=True)
        grouping = await table.do(answer, Hand(f"p{n}"), about=grouping)
    grouping = await table.do(Merge(), about=grouping)
    await table.do(Undo(text="Erreur"), about=grouping)
    await all_fanned_out(worker)
    found = [who for kind, who in await told(worker) if kind == "contributions_grouped"]
    assert sorted(found) == ["member/p0"] * 3 + ["member/p1"] * 3
    rows = await worker.fetch(
        "SELECT body ->> 'fr' AS said FROM notice_text WHERE kind = 'contributions_grouped' ORDER BY at, key"
    )
    asked, merged, undone = (row["said"] for row in rows)
    assert "votre accord" in asked
    assert "compte toujours" in merged
    assert "abandonné" in undone


async def test_who_contributed_is_told_of_the_outcome_though_they_are_no_member(
    play: Play, worker: Pool, app: Pool
) -> None:
    await play.launch(procedure(call_for_input(admission="open")))
    await with_addresses(app, "passante", "autre")
    async with app.acquire() as connection:
        await play.contribute(connection, "passante")
    await worker.execute("UPDATE outbox SET delivered_at = instant()")
    await play.do(acts.Suspend(reason="Réserve électorale"))
    await play.do(acts.Abandon(reason="Projet retiré"))
    await all_fanned_out(worker)
    assert await told(worker) == [("concertation_abandoned", "member/passante")]
