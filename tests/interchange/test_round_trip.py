"""What is exported is restored elsewhere and exports to the same bytes; seals and receipts still hold."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest

from domain.interchange.columns import Form, Variant
from server.archive_file import ArchiveBroken, ArchiveFile, reading
from server.archive_writing import writing
from store.archiving import archive
from store.examination import examine
from store.exporting import Asked, export
from store.pool import Connection
from store.receipts import find
from store.restoring import NotRestored, Source, restore_contributions, restore_rest
from store.verification import verify
from tests.fixtures.postgres import Database
from tests.interchange.scene import Held
from tests.store.conftest import patient_pool
from tests.store.stage import Play

pytestmark = pytest.mark.postgres


async def exported(connection: Connection, concertation: str, variant: Variant, form: Form) -> bytes:
    async with export(connection, Asked(concertation=concertation, variant=variant, form=form)) as found:
        return b"".join([piece async for piece, _ in found.pieces])


async def all_exports(connection: Connection, concertation: str) -> dict[tuple[Variant, Form], bytes]:
    return {
        (variant, form): await exported(connection, concertation, variant, form)
        for variant in Variant
        for form in Form
    }


async def archived(connection: Connection, concertation: str) -> bytes:
    sink = io.BytesIO()
    with writing(sink) as written:
        async with archive(connection, concertation) as found:
            await written.rows(found)
    return sink.getvalue()


@asynccontextmanager
async def there(database: Database) -> AsyncIterator[Connection]:
    pool = await patient_pool(database.worker)
    async with pool.acquire() as connection:
        yield connection
    await pool.close()


async def restore(connection: Connection, file: Path) -> None:
    with reading(file) as found:
        source = source_of(found)
        await restore_contributions(connection, source)
        await restore_rest(connection, source)


def source_of(found: ArchiveFile) -> Source:
    manifest = found.manifest
    return Source(
        concertation=manifest["concertation"],
        slug=manifest["slug"],
        seq=manifest["seq"],
        head=manifest["head"],
        lines=found.lines,
    )


@pytest.fixture
async def file(play: Play, held: Held, tmp_path: Path) -> Path:
    path = tmp_path / "archive.zip"
    path.write_bytes(await archived(play.worker, held.id))
    return path


async def test_an_archive_restored_elsewhere_exports_to_the_same_bytes(
    play: Play, held: Held, file: Path, elsewhere: Database
) -> None:
    before = await all_exports(play.worker, held.id)
    async with there(elsewhere) as connection:
        await restore(connection, file)
        assert await all_exports(connection, held.id) == before
        assert await archived(connection, held.id) == file.read_bytes()


async def test_what_was_restored_verifies_and_its_receipts_still_prove(
    play: Play, held: Held, file: Path, elsewhere: Database
) -> None:
    async with there(elsewhere) as connection:
        await restore(connection, file)
        verified = [one async for one in verify(connection)]
        assert [(one.fault, one.contributions) for one in verified] == [(None, 9)]
        assert await examine(connection) == []
        for receipt in held.receipts.values():
            here, now = await find(play.worker, receipt.code), await find(connection, receipt.code)
            assert now is not None
            assert now == here
        counts = "SELECT theme, college, channel, departement, sum(count) FROM contribution_figures($1, 1, 'appel') f"
        counts += " GROUP BY 1, 2, 3, 4 HAVING sum(count) <> 0 ORDER BY 1, 2, 3, 4"
        assert await connection.fetch(counts, held.id) == await play.worker.fetch(counts, held.id)


async def test_nothing_is_restored_where_there_is_such_a_concertation(
    play: Play, held: Held, file: Path, elsewhere: Database
) -> None:
    with pytest.raises(NotRestored, match="not_empty essai"):
        await restore(play.worker, file)
    async with there(elsewhere) as connection:
        await restore(connection, file)
        with pytest.raises(NotRestored, match="not_empty"):
            await restore(connection, file)


async def test_a_restoration_that_was_broken_off_goes_on_and_shows_nothing_before_its_end(
    held: Held, file: Path, elsewhere: Database
) -> None:
    async with there(elsewhere) as connection:
        with reading(file) as found:
            await restore_contributions(connection, source_of(found))
        assert await connection.fetchval("SELECT count(*) FROM contribution") == 9
        assert await all_exports(connection, held.id) == await all_exports(connection, str(uuid4()))
        await restore(connection, file)
        assert await connection.fetchval("SELECT count(*) FROM contribution") == 9
        assert [one.fault async for one in verify(connection)] == [None]


def changed(file: Path, part: str, before: bytes, after: bytes) -> Path:
    """Give the archive with something else in a part, and a manifest that agrees with it."""
    path = file.with_name("changed.zip")
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(path, "w") as target:
        contents = {name: source.read(name) for name in source.namelist()}
        entry = f"{part}.jsonl"
        assert before in contents[entry]
        contents[entry] = contents[entry].replace(before, after)
        manifest = json.loads(contents["manifest.json"])
        manifest["parts"][part]["sha256"] = sha256(contents[entry]).hexdigest()
        contents["manifest.json"] = json.dumps(manifest).encode()
        for name, content in contents.items():
            target.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("part", "before", "after", "code"),
    [
        ("contributions", b"Au nom de la ville", b"Au nom du village", "contribution"),
        ("ledger", b'"kind":"stage_opened"', b'"kind":"stage_closed"', "ledger"),
        ("contributions", b'"round":1,"stage":"appel"', b'"round":1,"stage":"autre"', "contribution"),
    ],
)
async def test_what_was_changed_in_an_archive_is_found_and_not_restored(
    held: Held, file: Path, elsewhere: Database, part: str, before: bytes, after: bytes, code: str
) -> None:
    async with there(elsewhere) as connection:
        with pytest.raises(NotRestored, match=f"^{code} "):
            await restore(connection, changed(file, part, before, after))
        assert await connection.fetchval("SELECT count(*) FROM concertation") == 0


async def test_contributions_that_are_left_out_of_an_archive_are_missed_by_the_seal(
    held: Held, file: Path, elsewhere: Database
) -> None:
    with zipfile.ZipFile(file) as source:
        lines = source.read("contributions.jsonl").splitlines(keepends=True)
    short = changed(file, "contributions", lines[4], b"")
    manifest = short.read_bytes()
    async with there(elsewhere) as connection:
        with pytest.raises(ArchiveBroken, match="contributions"):
            await restore(connection, short)
        rewritten = short.with_name("rewritten.zip")
        rewritten.write_bytes(manifest)
        with zipfile.ZipFile(short) as source, zipfile.ZipFile(rewritten, "w") as target:
            for name in source.namelist():
                content = source.read(name)
                if name == "manifest.json":
                    told = json.loads(content)
                    told["parts"]["contributions"]["lines"] -= 1
                    content = json.dumps(told).encode()
                target.writestr(name, content)
        with pytest.raises(NotRestored, match="seal 1/appel"):
            await restore(connection, rewritten)
        assert await connection.fetchval("SELECT count(*) FROM concertation") == 0


@pytest.mark.parametrize("cut", [0, 1, 500, -30])
async def test_an_archive_that_was_cut_off_is_recognised(file: Path, cut: int) -> None:
    part = file.with_name("cut.zip")
    part.write_bytes(file.read_bytes()[:cut])
    with pytest.raises(ArchiveBroken), reading(part):
        pass


async def test_a_part_that_was_changed_without_its_manifest_is_recognised(file: Path) -> None:
    path = changed(file, "ledger", b"appel", b"autre")
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(path) as other:
        contents = {name: other.read(name) for name in other.namelist()}
        contents["manifest.json"] = source.read("manifest.json")
    with zipfile.ZipFile(path, "w") as target:
        for name, content in contents.items():
            target.writestr(name, content)
    with reading(path) as found, pytest.raises(ArchiveBroken, match="ledger"):
        list(found.lines("ledger"))
