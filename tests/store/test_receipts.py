"""Receipts: found by their code alone, proved in the sealed set, with and without the branches that a seal keeps."""

from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from domain import acts
from domain.merkle import merkle_root
from domain.procedure import Channel
from domain.process import Seal
from domain.receipts import ReceiptDocument, leaf, verify_receipt, write_receipt
from store import receipts, sealing
from store.pool import Pool
from store.receipts import Received, SealNotProvable
from store.sealing import seal_of_many
from tests.fixtures.postgres import Database
from tests.store.stage import DAY, Play, call_for_input, procedure
from tests.store.test_sealing import fill

pytestmark = pytest.mark.postgres

LASTING = procedure(
    call_for_input(entry_window="P10D"),
    {"id": "synthese", "kind": "synthesis", "label": "Synthèse", "duration": {"planned": "P60D"}},
)


async def find(app: Pool, code: str) -> Received:
    async with app.acquire() as connection:
        found = await receipts.find(connection, code)
    assert found is not None
    return found


async def prove(app: Pool, received: Received, seals: tuple[Seal, ...]) -> ReceiptDocument:
    async with app.acquire() as connection:
        proofs = await receipts.proofs(connection, received, seals)
    return receipts.document(received, "essai", proofs)


async def test_a_receipt_is_found_by_its_code_as_people_write_it_and_by_nothing_else(
    play: Play, app: Pool
) -> None:
    await play.launch()
    async with app.acquire() as connection:
        given = await play.contribute(connection, "p0")
        found = await receipts.find(connection, f" {given.code.lower().replace('-', ' ')} ")
        assert found is not None
        assert (found.contribution, found.code, found.digest.hex()) == (
            given.contribution,
            given.code,
            given.digest,
        )
        assert found.content["body"] == "Ce que dit p0"
        assert leaf(found.salt, found.content) == found.digest
        for wrong in ("0000-0000-0000", "", "x", given.code[:-1], given.contribution, "%", "\x00" * 12):
            assert await receipts.find(connection, wrong) is None


async def test_before_the_seal_there_is_no_proof_and_after_it_every_receipt_proves(
    play: Play, app: Pool
) -> None:
    await play.launch(participants=5)
    async with app.acquire() as connection:
        codes = [(await play.contribute(connection, f"p{number}")).code for number in range(5)]
    early = await prove(app, await find(app, codes[0]), ())
    assert (early.proofs, verify_receipt(early).faults) == ((), ())
    seals = (await play.close()).runs["appel"].seals
    for number, code in enumerate(codes):
        proved = await prove(app, await find(app, code), seals)
        (proof,) = proved.proofs
        assert (proof.index, proof.size, proof.root) == (number, 5, seals[0].figures.root)
        verdict = verify_receipt(proved, {seals[0].figures.root})
        assert (verdict.faults, verdict.has_content) == ((), True)
        assert write_receipt(proved)["salt"] == (await find(app, code)).salt.hex()


async def test_after_a_rectification_there_are_proofs_in_the_first_seal_that_has_it_and_in_the_latest(
    play: Play, app: Pool
) -> None:
    await play.launch(LASTING)
    async with app.acquire() as connection:
        before = (await play.contribute(connection, "p0")).code
        run = (await play.close()).runs["appel"]
        assert run.closes_at is not None
        until = await play.clock.now() + 5 * DAY
        await play.do(acts.RectifyStage(until=until, reason="Registre retrouvé"), round=1, stage="appel")
        posted_at = run.closes_at - DAY
        paper = {"actor": "agent", "channel": Channel.PAPER, "posted_at": posted_at}
        after = (await play.contribute(connection, "p1", **paper)).code
        meanwhile = await prove(app, await find(app, after), run.seals)
        assert meanwhile.proofs == ()
    await play.clock.reach(until + timedelta(seconds=1))
    await play.tick()
    seals = (await play.process()).runs["appel"].seals
    first, second = (seal.figures.root for seal in seals)
    old = await prove(app, await find(app, before), seals)
    assert [(p.root, p.size, p.supplementary) for p in old.proofs] == [(first, 1, False), (second, 2, True)]
    new = await prove(app, await find(app, after), seals)
    assert [(p.root, p.index) for p in new.proofs] == [(second, 1)]
    for proved in (old, new):
        assert verify_receipt(proved, {second}).faults == ()


async def test_a_proof_from_kept_branches_is_the_proof_from_leaves(
    play: Play, app: Pool, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "_AT_ONCE", 1000)
    monkeypatch.setattr(receipts, "_AT_ONCE", 700)
    await fill(play, database, 3100)
    rows = await play.worker.fetch("SELECT id, digest FROM contribution ORDER BY id")
    leaves = [row["digest"] for row in rows]
    now = await play.clock.now()
    seals = tuple(
        Seal(
            at=now,
            figures=acts.SealFigures(
                root=merkle_root(leaves[:size]), count=size, by_college={}, by_channel={}, entitled={}
            ),
        )
        for size in (1500, 2048, 3100)
    )

    def received(row: asyncpg.Record) -> Received:
        return Received(
            contribution=str(row["id"]),
            code="",
            concertation=play.id,
            round=1,
            stage="appel",
            salt=b"",
            digest=row["digest"],
            content={},
        )

    async def proofs_of(places: tuple[int, ...]) -> list[object]:
        async with app.acquire() as connection:
            return [await receipts.proofs(connection, received(rows[place]), seals) for place in places]

    places = (0, 1023, 1024, 1499, 1500, 2047, 2048, 3071, 3072, 3099)
    plain = await proofs_of(places)
    figures = await seal_of_many(play.worker, play.id, 1, "appel")
    assert figures["root"] == seals[-1].figures.root
    kept = await play.worker.fetch("SELECT number, last, root FROM seal_branch ORDER BY number")
    assert [(row["number"], row["last"]) for row in kept] == [
        (number, UUID(str(rows[1024 * (number + 1) - 1]["id"]))) for number in range(3)
    ]
    assert await proofs_of(places) == plain
    again = await seal_of_many(play.worker, play.id, 1, "appel")
    assert again == figures
    superuser = await asyncpg.connect(database.superuser)
    await superuser.execute("DELETE FROM contribution WHERE id = $1", rows[1100]["id"])
    await superuser.close()
    with pytest.raises(SealNotProvable):
        await proofs_of((1024,))


async def test_a_set_that_is_not_the_sealed_one_gives_no_proof(
    play: Play, app: Pool, database: Database
) -> None:
    await play.launch(participants=3)
    async with app.acquire() as connection:
        codes = [(await play.contribute(connection, f"p{number}")).code for number in range(3)]
    seals = (await play.close()).runs["appel"].seals
    received = await find(app, codes[0])
    superuser = await asyncpg.connect(database.superuser)
    await superuser.execute("SET session_replication_role = replica")
    await superuser.execute("UPDATE contribution SET digest = sha256(digest) WHERE receipt = $1", codes[1])
    with pytest.raises(SealNotProvable):
        await prove(app, received, seals)
    await superuser.execute("DELETE FROM contribution WHERE receipt = $1", codes[1])
    await superuser.close()
    with pytest.raises(SealNotProvable):
        await prove(app, received, seals)
