"""Contents of files travel in archives: each once, checked by its digest, and brought back where files are kept."""

from __future__ import annotations

import json
import tracemalloc
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from domain.moderation import Hand, ModerationReason, Redact
from server.commands.import_archive import ArchiveRefused
from server.files.shelf import FolderShelf, ShelfFault, place_of, shelf_of
from server.settings import Settings
from store import files
from store.moderation import Moderated, Request, carry_out
from store.pool import Connection, Pool
from tests.fixtures.postgres import Database
from tests.interchange.conftest import app, elsewhere, held, play, worker
from tests.interchange.scene import Held
from tests.server.bucket import bucket_at, endpoint
from tests.server.clamd import SIGNATURE, clamd, standing
from tests.server.test_export import Operator
from tests.unit import office_files as make

__all__ = ["app", "elsewhere", "endpoint", "held", "play", "worker"]

pytestmark = pytest.mark.postgres

PLAN = make.PDF + b"Le plan du guichet."
FORM = make.PDF + b"Un formulaire, " + SIGNATURE
SECRET = make.PDF + b"Une adresse."


def digest_of(content: bytes) -> str:
    return sha256(content).hexdigest()


async def keep(
    connection: Connection, settings: Settings, concertation: str, content: bytes, scan_of: str
) -> str:
    """Let a clerk have sent the scan of a form."""
    name, staged = str(uuid4()), settings.files_folder / "incoming" / "staged"
    await files.request(
        connection, id=name, concertation=concertation, stage="appel", owner="saisie", name="Scan.pdf",
        media_type="application/pdf", size=len(content),
    )  # fmt: skip
    staged.parent.mkdir(parents=True, exist_ok=True)
    staged.write_bytes(content)
    await files.keep(connection, digest_of(content), len(content))
    await shelf_of(settings).put(digest_of(content), staged)
    assert isinstance(await files.receive(connection, name, digest_of(content)), files.File)
    assert await files.refer(connection, [name], kind="scan", referrer=scan_of) is None
    return name


class Houses:
    """An installation with a concertation that has files, and an empty one."""

    def __init__(self, here: Operator, there: Operator, file: Path) -> None:
        self.here = here
        self.there = there
        self.file = file

    async def archive(self, *words: str, operator: Operator | None = None, name: str = "a.zip") -> int:
        self.file = self.file.with_name(name)
        operator = operator or self.here
        return await operator.export("archive", "--concertation", "essai", "--output", str(self.file), *words)

    def entries(self) -> dict[str, bytes]:
        with zipfile.ZipFile(self.file) as source:
            return {name: source.read(name) for name in source.namelist()}

    def kept(self, content: bytes, operator: Operator | None = None) -> Path:
        """Where a content stands, or should."""
        return (operator or self.there).settings.files_folder / place_of(digest_of(content))

    def rewrite(self, change: Callable[[dict[str, bytes]], None]) -> None:
        """Change the archive."""
        entries = self.entries()
        change(entries)
        self.file = self.file.with_name("changed.zip")
        with zipfile.ZipFile(self.file, "w", zipfile.ZIP_DEFLATED) as target:
            for name, content in entries.items():
                target.writestr(name, content)


@pytest_asyncio.fixture
async def houses(database: Database, held: Held, app: Pool, elsewhere: Database, tmp_path: Path) -> Houses:
    """Three scans: two of them of equal content, one more, and one whose text is then destroyed."""
    here, there = Operator(database, tmp_path / "here"), Operator(elsewhere, tmp_path / "there")
    async with app.acquire() as connection:

        async def scan(content: bytes, of: str) -> str:
            return await keep(connection, here.settings, held.id, content, of)

        await scan(PLAN, held.receipts["plain"].contribution)
        await scan(PLAN, held.receipts["paper"].contribution)
        await scan(FORM, held.receipts["answered"].contribution)
        await scan(SECRET, held.hidden)
        redact = Redact(reason=ModerationReason.PERSONAL_DATA, text="Une adresse.", urgency="Elle circule.")
        done = await carry_out(
            connection, Request(act=redact, by=Hand("second"), key="r2", contribution=held.hidden)
        )
        assert isinstance(done, Moderated), done
    return Houses(here, there, tmp_path / "a.zip")


async def test_contents_travel_once_each_and_what_was_restored_archives_to_the_same_bytes(
    houses: Houses, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await houses.archive() == 0
    assert f"Contenus de fichiers : 2, soit {len(PLAN) + len(FORM)} octets." in capsys.readouterr().out
    entries = houses.entries()
    contents = {name: content for name, content in entries.items() if name.startswith("contents/")}
    assert contents == {f"contents/{digest_of(one)}": one for one in (PLAN, FORM)}
    assert list(entries)[-1] == "manifest.json"
    assert len(entries["file.jsonl"].splitlines()) == 3, "the destroyed one is not among them"
    assert houses.kept(SECRET, houses.here).exists(), "and not collected yet"
    first = houses.file
    assert await houses.there.restore(str(first)) == 0
    assert "Contenus de fichiers : 2 à leur place." in capsys.readouterr().out
    assert houses.kept(PLAN).read_bytes() == PLAN
    assert houses.kept(FORM).read_bytes() == FORM
    assert not houses.kept(SECRET).exists()
    assert not any((houses.there.settings.files_folder / "incoming").iterdir())
    assert await houses.archive(operator=houses.there, name="b.zip") == 0
    assert houses.file.read_bytes() == first.read_bytes()


async def test_they_come_back_into_a_bucket_and_out_of_it(
    houses: Houses, elsewhere: Database, tmp_path: Path, endpoint: str
) -> None:
    assert await houses.archive() == 0
    first = houses.file
    houses.there.settings = houses.there.settings.model_copy(update=bucket_at(endpoint))
    assert await houses.there.restore(str(first)) == 0
    pieces = await shelf_of(houses.there.settings).open(digest_of(PLAN), 0, len(PLAN))
    assert b"".join([piece async for piece in pieces]) == PLAN
    assert await houses.archive(operator=houses.there, name="b.zip") == 0
    assert houses.file.read_bytes() == first.read_bytes()


async def test_a_content_that_was_lost_is_told_and_can_be_brought_later(
    houses: Houses, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await houses.archive(name="whole.zip") == 0
    whole = houses.file
    houses.kept(PLAN, houses.here).unlink()
    houses.kept(FORM, houses.here).write_bytes(b"x" * len(FORM))
    capsys.readouterr()
    assert await houses.archive() == 1
    told = capsys.readouterr()
    assert (
        f"{digest_of(PLAN)} n’est plus à sa place, ou n’est plus celui qui a été reçu. (missing)" in told.err
    )
    assert (
        f"{digest_of(FORM)} n’est plus à sa place, ou n’est plus celui qui a été reçu. (changed)" in told.err
    )
    assert "2 contenus de fichiers n’ont pas pu être archivés ; tout le reste l’est." in told.out
    with pytest.raises(ArchiveRefused, match="n’est pas ici"):
        await houses.there.restore(str(whole), "--files-only")
    assert await houses.there.restore(str(houses.file)) == 1
    told = capsys.readouterr()
    assert f"Le contenu {digest_of(PLAN)} n’est pas dans l’archive." in told.err
    assert "est rétablie : 9 contributions" in told.out
    assert "2 contenus de fichiers manquent" in told.out
    assert await houses.there.restore(str(whole), "--files-only") == 0
    assert "Contenus de fichiers : 2 à leur place." in capsys.readouterr().out
    assert houses.kept(PLAN).read_bytes() == PLAN
    await houses.archive(operator=houses.there, name="b.zip")
    assert houses.file.read_bytes() == whole.read_bytes()


async def test_what_was_destroyed_meanwhile_is_not_brought_back_by_an_older_archive(
    houses: Houses, elsewhere: Database
) -> None:
    await houses.archive()
    assert await houses.there.restore(str(houses.file)) == 0
    owner = await asyncpg.connect(elsewhere.superuser)
    await owner.execute(
        "UPDATE file SET destroyed_at = instant() WHERE digest = $1", bytes.fromhex(digest_of(FORM))
    )
    await owner.close()
    for content in (PLAN, FORM):
        houses.kept(content).unlink()
    assert await houses.there.restore(str(houses.file), "--files-only") == 0
    assert houses.kept(PLAN).exists()
    assert not houses.kept(FORM).exists()


@pytest.mark.parametrize("other", [PLAN.upper(), PLAN[:-1], PLAN + bytes(10_000_000)])
async def test_a_content_that_was_changed_in_the_archive_is_not_kept_and_all_else_is(
    houses: Houses, capsys: pytest.CaptureFixture[str], other: bytes
) -> None:
    await houses.archive()
    houses.rewrite(lambda entries: entries.update({f"contents/{digest_of(PLAN)}": other}))
    assert await houses.there.restore(str(houses.file)) == 1
    told = capsys.readouterr()
    assert f"Le contenu {digest_of(PLAN)} n’est pas celui dont l’empreinte a été prise" in told.err
    assert "Contenus de fichiers : 1 à leur place." in told.out
    assert not houses.kept(PLAN).exists()
    assert houses.kept(FORM).read_bytes() == FORM
    assert [found.name for found in houses.there.settings.files_folder.rglob("*") if found.is_file()] == [
        digest_of(FORM)
    ]


async def test_bytes_that_rot_in_the_archive_are_told_and_not_kept(
    houses: Houses, capsys: pytest.CaptureFixture[str]
) -> None:
    await houses.archive()
    rotten = houses.file.read_bytes().replace(b"Le plan du guichet", b"Le plan du guicheX")
    houses.file.write_bytes(rotten)
    assert await houses.there.restore(str(houses.file)) == 1
    assert f"Le contenu {digest_of(PLAN)} n’est pas celui" in capsys.readouterr().err
    assert not houses.kept(PLAN).exists()


async def test_an_archive_of_before_has_no_contents_and_says_so(
    houses: Houses, capsys: pytest.CaptureFixture[str]
) -> None:
    await houses.archive()

    def older(entries: dict[str, bytes]) -> None:
        manifest: dict[str, Any] = json.loads(entries["manifest.json"])
        del manifest["contents"]
        entries["manifest.json"] = json.dumps({**manifest, "version": 1}).encode()
        for content in (PLAN, FORM):
            del entries[f"contents/{digest_of(content)}"]

    houses.rewrite(older)
    assert await houses.there.restore(str(houses.file)) == 0
    assert "L’archive n’a pas les contenus des fichiers (2) : copiez-les à part" in capsys.readouterr().out
    assert not houses.there.settings.files_folder.exists()


async def test_contents_may_be_left_out_to_be_copied_apart(
    houses: Houses, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await houses.archive("--without-files") == 0
    assert "Sans les contenus des 2 fichiers" in capsys.readouterr().out
    assert not any(name.startswith("contents/") for name in houses.entries())
    assert await houses.there.restore(str(houses.file)) == 0


async def test_what_the_virus_scanner_refuses_is_not_brought_back(
    houses: Houses, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await houses.archive()
    async with standing(clamd, tmp_path, "port") as address:
        houses.there.settings = houses.there.settings.model_copy(update={"clamd_address": address})
        assert await houses.there.restore(str(houses.file)) == 1
    assert f"Le contenu {digest_of(FORM)} est refusé par l’antivirus" in capsys.readouterr().err
    assert not houses.kept(FORM).exists()
    assert houses.kept(PLAN).exists()


async def test_a_restoration_that_the_place_for_files_breaks_off_shows_nothing_and_goes_on(
    houses: Houses, held: Held, elsewhere: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await houses.archive()
    put, taken = FolderShelf.put, list[str]()

    async def full(self: FolderShelf, digest: str, staged: Path) -> None:
        if taken:
            raise ShelfFault("full")
        taken.append(digest)
        await put(self, digest, staged)

    with monkeypatch.context() as patched:
        patched.setattr(FolderShelf, "put", full)
        with pytest.raises(ArchiveRefused, match="relancez la même commande"):
            await houses.there.restore(str(houses.file))
    with pytest.raises(ArchiveRefused, match="n’est pas ici"):
        await houses.there.restore(str(houses.file), "--files-only")
    assert await houses.there.restore(str(houses.file)) == 0
    first = houses.file
    await houses.archive(operator=houses.there, name="b.zip")
    assert houses.file.read_bytes() == first.read_bytes()


async def test_the_memory_that_a_content_takes_does_not_grow_with_it(
    houses: Houses, held: Held, app: Pool
) -> None:
    large = make.PDF + bytes(48_000_000)
    async with app.acquire() as connection:
        await keep(connection, houses.here.settings, held.id, large, held.receipts["spoken for"].contribution)
    tracemalloc.start()
    try:
        await houses.archive()
        await houses.there.restore(str(houses.file))
        assert tracemalloc.get_traced_memory()[1] < 16_000_000
    finally:
        tracemalloc.stop()
    assert houses.kept(large).stat().st_size == len(large)
