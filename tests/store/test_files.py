"""Files: announced, received, referred to, and removed when nothing refers to them, without a race."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from domain import acts
from domain.files.permission import MOST_WAITING
from domain.refusals import Code, Refusal
from store import drafts, file_collection, files
from store.enclosing import save_with_files
from store.files import File
from store.pool import Pool
from tests.store.stage import DAY, Play

pytestmark = pytest.mark.postgres

ONE = sha256(b"one").hexdigest()
TWO = sha256(b"two").hexdigest()


async def request(app: Pool, **more: Any) -> tuple[File, Any] | Refusal:
    said: dict[str, Any] = {
        "id": str(uuid4()),
        "concertation": str(uuid4()),
        "stage": "appel",
        "owner": "p0",
        "name": "avis.pdf",
        "media_type": "application/pdf",
        "size": 3,
    }
    async with app.acquire() as connection:
        return await files.request(connection, **{**said, **more})


async def announced(app: Pool, **more: Any) -> File:
    found = await request(app, **more)
    assert isinstance(found, tuple), found
    return found[0]


async def sent(app: Pool, digest: str = ONE, **more: Any) -> File:
    file = await announced(app, **more)
    async with app.acquire() as connection:
        await files.keep(connection, digest, 3)
        received = await files.receive(connection, file.id, digest)
    assert isinstance(received, File)
    return received


async def collect(worker: Pool, erased: list[str] | None = None) -> tuple[list[str], list[str]]:
    """Remove what may be removed; gives the ids of files and the digests of contents."""

    async def erase(digest: str) -> None:
        if erased is not None:
            erased.append(digest)

    async with worker.acquire() as connection:
        gone = [
            file
            for file in await file_collection.orphans(connection, DAY)
            if await file_collection.remove(connection, file, DAY)
        ]
        contents = [
            digest
            for digest in await file_collection.forsaken(connection, DAY)
            if await file_collection.remove_content(connection, digest, DAY, erase)
        ]
    return gone, contents


async def refer(
    app: Pool, file: File, kind: files.ReferrerKind = "contribution", to: str = "c"
) -> Refusal | None:
    async with app.acquire() as connection:
        return await files.refer(connection, [file.id], kind=kind, referrer=to)


# Announcing and receiving -------------------------------------------------------------------------


async def test_a_file_announced_again_is_the_same_and_with_other_words_refused(app: Pool) -> None:
    first = await announced(app)
    again = {
        name: getattr(first, name)
        for name in ("id", "concertation", "stage", "owner", "name", "media_type", "size")
    }
    assert await announced(app, **again) == first
    refused = await request(app, **{**again, "size": 4})
    assert isinstance(refused, Refusal)
    assert refused.code is Code.IDEMPOTENCY_KEY_REUSED


async def test_a_file_announced_by_many_at_once_is_one_file(app: Pool) -> None:
    same = {"id": str(uuid4()), "concertation": str(uuid4())}
    found = await asyncio.gather(*(announced(app, **same) for _ in range(10)))
    assert len(set(found)) == 1


async def test_files_that_wait_for_being_referred_to_are_bounded_per_person(app: Pool) -> None:
    owned = [await announced(app) for _ in range(MOST_WAITING)]
    refused = await request(app)
    assert isinstance(refused, Refusal)
    assert refused.code is Code.TOO_MANY_FILES_WAITING
    assert isinstance(await request(app, owner="p1"), tuple)
    assert await refer(app, owned[0]) is None
    assert isinstance(await request(app), tuple)


async def test_a_file_receives_one_content_once(app: Pool) -> None:
    file = await sent(app)
    assert (file.digest, file.sent_at is not None) == (ONE, True)
    async with app.acquire() as connection:
        assert await files.receive(connection, file.id, ONE) == file
        await files.keep(connection, TWO, 3)
        assert await files.receive(connection, file.id, TWO) == Refusal(Code.FILE_ALREADY_SENT)
        assert await files.receive(connection, str(uuid4()), ONE) == Refusal(Code.UNKNOWN_FILE)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("UPDATE file SET name = 'x'")
        assert await connection.execute("UPDATE file SET digest = NULL, sent_at = NULL") == "UPDATE 0"


# Referring ----------------------------------------------------------------------------------------


async def test_only_what_has_arrived_from_its_owner_for_this_stage_can_be_referred_to(app: Pool) -> None:
    concertation = str(uuid4())
    good, whole = (
        await sent(app, concertation=concertation),
        await sent(app, concertation=concertation, stage=None),
    )
    waiting = await announced(app, concertation=concertation)
    place = {"concertation": concertation, "stage": "appel", "owner": "p0"}

    async def refused(ids: list[str], **more: Any) -> Code | None:
        async with app.acquire() as connection:
            found = await files.belongs(connection, ids, **{**place, **more})
        return found.code if found else None

    assert await refused([]) is None
    assert await refused([good.id, whole.id]) is None
    assert await refused([good.id, waiting.id]) is Code.FILE_NOT_SENT
    assert await refused([good.id, str(uuid4())]) is Code.UNKNOWN_FILE
    assert await refused(["x"]) is Code.UNKNOWN_FILE
    assert await refused([good.id], owner="p1") is Code.FILE_ELSEWHERE
    assert await refused([good.id], stage="autre") is Code.FILE_ELSEWHERE
    assert await refused([good.id], concertation=str(uuid4())) is Code.UNKNOWN_FILE


async def test_references_are_found_from_both_sides_and_those_of_drafts_can_be_let_go(app: Pool) -> None:
    file = await sent(app)
    assert await refer(app, file) is None
    assert await refer(app, file) is None
    assert await refer(app, file, "draft", "d") is None
    async with app.acquire() as connection:
        assert (await files.of_referrers(connection, "draft", ["d", "e"])) == {"d": [file], "e": []}
        await files.let_go(connection, "d")
        found = await files.references(connection, [file.id])
        assert [reference.kind for reference in found[file.id]] == ["contribution"]
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("DELETE FROM file_reference")
        assert (await files.references(connection, [file.id]))[file.id] == found[file.id]


async def test_what_there_is_not_cannot_be_referred_to_and_the_transaction_goes_on(app: Pool) -> None:
    async with app.acquire() as connection, connection.transaction():
        refused = await files.refer(connection, [str(uuid4())], kind="contribution", referrer="c")
        assert refused is not None
        assert refused.code is Code.UNKNOWN_FILE
        assert await connection.fetchval("SELECT 1") == 1


# Collecting ---------------------------------------------------------------------------------------


async def test_after_a_day_only_what_is_referred_to_is_left(app: Pool, worker: Pool, play: Play) -> None:
    kept, lost = await sent(app, ONE), await sent(app, TWO)
    never = await announced(app)
    await refer(app, kept)
    erased: list[str] = []
    assert await collect(worker, erased) == ([], [])
    await play.clock.advance(DAY + timedelta(seconds=1))
    young = await sent(app, sha256(b"young").hexdigest())
    assert await collect(worker, erased) == ([lost.id, never.id], [TWO])
    assert erased == [TWO]
    async with app.acquire() as connection:
        assert set(await files.get_many(connection, [kept.id, lost.id, young.id])) == {kept.id, young.id}
    assert await collect(worker, erased) == ([], [])


async def test_a_content_stays_while_one_of_its_files_does(app: Pool, worker: Pool, play: Play) -> None:
    kept, lost = await sent(app), await sent(app)
    await refer(app, kept)
    await play.clock.advance(2 * DAY)
    assert await collect(worker) == ([lost.id], [])


async def test_a_document_holds_its_files_once_the_ledger_has_it(app: Pool, worker: Pool, play: Play) -> None:
    await play.draft()
    held = await sent(app, ONE, concertation=play.id)
    dropped = await sent(app, TWO, concertation=play.id)
    await play.clock.advance(2 * DAY)
    document = acts.Body(id=str(uuid4()), digest="0" * 64)
    await refer(app, held, "document", files.document_referrer(document.id, document.digest))
    await refer(app, dropped, "document", files.document_referrer(document.id, "1" * 64))
    assert await collect(worker) == ([], [])  # their commands may still come
    await play.do(acts.AttachDocument(document=document, title={"fr": "Dossier"}))
    await play.clock.advance(2 * DAY)
    assert await collect(worker) == ([dropped.id], [TWO])


async def test_the_files_of_a_draft_stay_as_long_as_it_does(app: Pool, worker: Pool, play: Play) -> None:
    await play.launch()
    file = await sent(app, concertation=play.id)
    async with app.acquire() as connection:
        place = (connection, "p0", play.id, 1, "appel")
        kept = await save_with_files(*place, drafts.Draft(body="Début"), [file.id, "x"])
        assert isinstance(kept, drafts.Draft)
        await play.clock.advance(2 * DAY)
        assert await collect(worker) == ([], [])
        assert await drafts.discard(*place, "k")
        assert await collect(worker) == ([file.id], [ONE])


async def test_a_reference_that_is_being_made_keeps_its_file(app: Pool, worker: Pool, play: Play) -> None:
    file = await sent(app)
    await play.clock.advance(2 * DAY)
    async with app.acquire() as connection, worker.acquire() as collector:
        transaction = connection.transaction()
        await transaction.start()
        await files.refer(connection, [file.id], kind="contribution", referrer="c")
        removing = asyncio.ensure_future(file_collection.remove(collector, file.id, DAY))
        await _waits(worker, collector)
        await transaction.commit()
        assert await removing is False
        assert file.id in await files.get_many(connection, [file.id])


async def test_a_file_that_is_being_removed_cannot_be_referred_to(
    app: Pool, worker: Pool, play: Play
) -> None:
    file = await sent(app)
    await play.clock.advance(2 * DAY)
    async with worker.acquire() as collector, app.acquire() as connection:
        transaction = collector.transaction()
        await transaction.start()
        assert await file_collection.remove(collector, file.id, DAY) is True
        referring = asyncio.ensure_future(
            files.refer(connection, [file.id], kind="contribution", referrer="c")
        )
        await _waits(worker, connection)
        await transaction.commit()
        refused = await referring
        assert refused is not None
        assert refused.code is Code.UNKNOWN_FILE


async def test_a_content_sent_again_while_it_is_removed_is_there_afterwards(
    app: Pool, worker: Pool, play: Play
) -> None:
    """The sender waits for the removal, and puts the content into its place after it."""
    await sent(app)
    await play.clock.advance(2 * DAY)
    async with worker.acquire() as collector, app.acquire() as connection:
        (file,) = await file_collection.orphans(collector, DAY)
        assert await file_collection.remove(collector, file, DAY)
        happened: list[str] = []
        sending: list[asyncio.Future[None]] = []

        async def erase(digest: str) -> None:
            sending.append(asyncio.ensure_future(files.keep(connection, digest, 3)))
            await _waits(worker, connection)
            happened.append("erased")

        assert await file_collection.remove_content(collector, ONE, DAY, erase)
        await sending[0]
        happened.append("kept")
        assert happened == ["erased", "kept"]
        assert await file_collection.remove_content(collector, ONE, DAY, erase) is False


async def test_a_content_that_cannot_be_erased_is_tried_again(app: Pool, worker: Pool, play: Play) -> None:
    async with app.acquire() as connection:
        await files.keep(connection, ONE, 3)
    await play.clock.advance(2 * DAY)

    async def fails(digest: str) -> None:
        raise OSError("no disk")

    async with worker.acquire() as collector:
        with pytest.raises(OSError, match="no disk"):
            await file_collection.remove_content(collector, ONE, DAY, fails)
        assert await file_collection.forsaken(collector, DAY) == [ONE]


async def test_references_and_removals_at_once_never_leave_one_without_the_other(
    app: Pool, worker: Pool, play: Play
) -> None:
    some = [await sent(app, owner=f"p{number}") for number in range(30)]
    await play.clock.advance(2 * DAY)
    gone: set[str] = set()

    async def remove(file: File) -> None:
        async with worker.acquire() as connection:
            if await file_collection.remove(connection, file.id, DAY):
                gone.add(file.id)

    referred = await asyncio.gather(*(refer(app, file) for file in some), *(remove(file) for file in some))
    held = {file.id for file, refused in zip(some, referred[: len(some)], strict=True) if refused is None}
    assert held | gone == {file.id for file in some}
    assert not held & gone


async def _waits(watcher: Pool, connection: Any) -> None:
    """Wait until this connection waits for a lock."""
    pid = connection.get_server_pid()
    while not await watcher.fetchval("SELECT cardinality(pg_blocking_pids($1)) > 0", pid):
        pass
