"""Files of contributions and drafts: kept with what names them, and refused with it."""

from dataclasses import replace
from uuid import uuid4

import asyncpg
import pytest

from domain.procedure import Channel
from domain.refusals import Code
from store import drafts, file_collection, files
from store.contributions import Receipt, Submission
from store.drafts import Draft
from store.enclosing import draft_referrer, save_with_files, submit_with_files
from store.pool import Connection, Pool
from tests.fixtures.postgres import Database
from tests.store.stage import DAY, Play, call_for_input, procedure, refused

pytestmark = pytest.mark.postgres


async def arrived(
    play: Play,
    connection: Connection,
    owner: str,
    digest: str | None = "a" * 64,
    media_type: str = "application/pdf",
) -> str:
    """Announce a file of somebody's and, unless there is no digest, let its content arrive."""
    name = str(uuid4())
    await files.request(
        connection,
        id=name,
        concertation=play.id,
        stage="appel",
        owner=owner,
        name="plan.pdf",
        media_type=media_type,
        size=3,
    )
    if digest is not None:
        await connection.execute(
            "INSERT INTO file_content (digest, size, kept_at) VALUES ($1, 3, instant()) ON CONFLICT DO NOTHING",
            bytes.fromhex(digest),
        )
        await files.receive(connection, name, digest)
    return name


def naming(play: Play, by: str, *named: str, **more: object) -> Submission:
    return play.submission(by, **{"files": named, "answers": {"f": list(named)}, "body": "", **more})


async def test_files_belong_to_the_contribution_that_names_them_and_to_its_next_version(
    play: Play, app: Pool
) -> None:
    await play.launch()
    async with app.acquire() as connection:
        one, two = await arrived(play, connection, "p0"), await arrived(play, connection, "p0")
        await save_with_files(
            connection, "p0", play.id, 1, "appel", Draft(body="", answers={"f": [one]}), [one]
        )
        referrer = draft_referrer("p0", play.id, 1, "appel")
        assert [f.id for f in (await files.of_referrers(connection, "draft", [referrer]))[referrer]] == [one]
        first = await submit_with_files(connection, naming(play, "p0", one))
        assert isinstance(first, Receipt)
        assert await submit_with_files(connection, naming(play, "p0", one)) == first
        assert (await files.of_referrers(connection, "draft", [referrer]))[referrer] == []
        better = naming(play, "p0", one, two, key="v2", revises=first.contribution)
        second = await submit_with_files(connection, better)
        assert isinstance(second, Receipt)
        held = await files.of_referrers(connection, "contribution", [first.contribution, second.contribution])
        assert [len(found) for found in held.values()] == [1, 2]


async def test_a_contribution_whose_files_cannot_be_had_is_refused_and_changes_nothing(
    play: Play, app: Pool
) -> None:
    await play.launch()
    async with app.acquire() as connection:
        foreign = await arrived(play, connection, "p1")
        waiting = await arrived(play, connection, "p0", None)
        for name, code in (
            (str(uuid4()), Code.UNKNOWN_FILE),
            (foreign, Code.FILE_ELSEWHERE),
            (waiting, Code.FILE_NOT_SENT),
        ):
            answer = await submit_with_files(connection, naming(play, "p0", name))
            assert refused(answer).code is code
        assert await play.worker.fetchval("SELECT count(*) FROM contribution") == 0
        late = naming(play, "inconnue", foreign)
        assert refused(await submit_with_files(connection, late)).code is Code.NOT_ADMITTED
        plain = await submit_with_files(connection, play.submission("p0"))
        assert isinstance(plain, Receipt)


async def test_a_clerk_sends_the_scan_and_the_author_keeps_it_in_a_revision(play: Play, app: Pool) -> None:
    await play.launch()
    async with app.acquire() as connection:
        scan = await arrived(play, connection, "agent")
        typed = naming(play, "p0", scan, actor="agent", channel=Channel.PAPER)
        first = await submit_with_files(connection, typed)
        assert isinstance(first, Receipt)
        own = naming(play, "p0", scan, key="v2", revises=first.contribution)
        assert isinstance(await submit_with_files(connection, own), Receipt)


async def test_the_scan_of_a_form_stays_with_its_corrected_typing_and_not_with_its_authors_own_version(
    play: Play, app: Pool
) -> None:
    await play.launch(procedure(call_for_input(channels=["online", "paper"])))
    async with app.acquire() as connection:
        scan, other = await arrived(play, connection, "agent"), await arrived(play, connection, "agent")

        async def scans(receipt: Receipt) -> list[str]:
            found = await files.of_referrers(connection, "scan", [receipt.contribution])
            return [file.id for file in found[receipt.contribution]]

        async def taken(submission: Submission) -> Receipt:
            receipt = await submit_with_files(connection, submission)
            assert isinstance(receipt, Receipt), receipt
            return receipt

        typed = play.submission("p0", actor="agent", channel=Channel.PAPER, scan=scan)
        first = await taken(typed)
        assert (await taken(typed), await scans(first)) == (first, [scan])
        reused = await submit_with_files(connection, replace(typed, scan=other))
        assert refused(reused).code is Code.IDEMPOTENCY_KEY_REUSED
        better = play.submission("", actor="agent", key="v2", body="Mieux lu", revises=first.contribution)
        second = await taken(better)
        assert await scans(second) == [scan]
        third = await taken(replace(better, key="v3", body="Encore", revises=second.contribution, scan=other))
        assert [await scans(r) for r in (first, second, third)] == [[scan], [scan], [other]]
        own = play.submission("p0", key="v4", body="De ma main", revises=third.contribution)
        claimed = await submit_with_files(connection, replace(own, scan=other))
        assert refused(claimed).code is Code.INPUT_INVALID
        assert await scans(await taken(own)) == []


async def test_a_scan_that_cannot_be_had_is_refused_with_the_contribution(play: Play, app: Pool) -> None:
    await play.launch(procedure(call_for_input(channels=["online", "paper"])))
    async with app.acquire() as connection:
        foreign = await arrived(play, connection, "p1")
        waiting = await arrived(play, connection, "agent", None)
        text = await arrived(play, connection, "agent", media_type="text/plain")
        for name, code in (
            (str(uuid4()), Code.UNKNOWN_FILE),
            (foreign, Code.FILE_ELSEWHERE),
            (waiting, Code.FILE_NOT_SENT),
            (text, Code.FILE_TYPE_NOT_ACCEPTED),
        ):
            typed = play.submission("p0", actor="agent", channel=Channel.PAPER, scan=name)
            refusal = refused(await submit_with_files(connection, typed))
            assert (refusal.code, refusal.path) == (code, ("scan_id",))
        assert await play.worker.fetchval("SELECT count(*) FROM contribution") == 0


async def test_a_scan_goes_with_the_text_and_is_collected_then_and_not_before(
    play: Play, app: Pool, database: Database
) -> None:
    await play.launch(procedure(call_for_input(channels=["online", "paper"])))
    async with app.acquire() as connection:
        scan = await arrived(play, connection, "agent")
        typed = play.submission("p0", actor="agent", channel=Channel.PAPER, scan=scan)
        assert isinstance(await submit_with_files(connection, typed), Receipt)
        await play.clock.advance(3 * DAY)
        assert await file_collection.orphans(play.worker, DAY) == []
        owner = await asyncpg.connect(database.superuser)
        await owner.execute(
            "UPDATE contribution SET hidden_at = instant(), redacted_at = instant(), body = '', answers = NULL"
        )
        await owner.close()
        assert await play.worker.fetchval("SELECT count(*) FROM file_reference") == 0
        assert await file_collection.orphans(play.worker, DAY) == [scan]


async def test_a_draft_keeps_its_authors_files_alone_and_lets_go_of_what_it_names_no_more(
    play: Play, app: Pool
) -> None:
    await play.launch()
    place = (play.id, 1, "appel")
    async with app.acquire() as connection:
        own, foreign = await arrived(play, connection, "p0"), await arrived(play, connection, "p1")
        referrer = draft_referrer("p0", *place)

        async def held() -> list[str]:
            found = await files.of_referrers(connection, "draft", [referrer])
            return [file.id for file in found[referrer]]

        await save_with_files(connection, "p0", *place, Draft(body=""), [own, foreign, "x"])
        assert await held() == [own]
        await save_with_files(connection, "p0", *place, Draft(body=""), [])
        assert await held() == []
        answer = await save_with_files(connection, "inconnue", *place, Draft(body=""), [own])
        assert refused(answer).code is Code.NOT_ADMITTED
        assert await drafts.get(connection, "inconnue", *place) is None
