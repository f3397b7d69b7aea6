"""`concertation import contributions --scans`: the scan of each form, taken as one that a clerk uploads."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import pytest
import pytest_asyncio

from server.commands.import_people import NotImported
from server.files.collecting import collect
from server.files.scans_folder import NoFolder
from server.files.shelf import FolderShelf, ShelfFault, place_of, shelf_of
from server.files.staging import Staged
from store import files
from store.pool import Pool
from tests.server.bucket import bucket_at, endpoint
from tests.server.clamd import SIGNATURE, clamd, standing
from tests.server.test_import_contributions import Importing
from tests.server.test_import_contributions import importing as importing_forms
from tests.store.conftest import app, play, worker
from tests.store.stage import DAY, Play
from tests.unit import office_files as make

__all__ = ["app", "endpoint", "importing_forms", "play", "worker"]

pytestmark = pytest.mark.postgres

ONE, TWO = make.PDF + b"Un.", make.PNG + b"Deux."
LINES = "reference,author,oui,scan\nF1,p0,oui,F1.pdf\nF2,p1,non,Numéro 2.png\nF3,p2,oui,\n"


class Scanning:
    """The command with a folder of scans."""

    def __init__(self, importing: Importing, play: Play, folder: Path) -> None:
        self.importing = importing
        self.play = play
        self.folder = folder
        folder.mkdir()
        self.put("F1.pdf", ONE)
        self.put("Numéro 2.png", TWO)

    def put(self, name: str, content: bytes) -> None:
        (self.folder / name).write_bytes(content)

    async def __call__(self, content: str, *words: str, **more: str) -> int:
        return await self.importing(content, "--scans", str(self.folder), *words, **more)

    async def attached(self) -> dict[str, tuple[str, str, int, str]]:
        """Give name, kind, size and sender of the scan of each form by its reference."""
        rows = await self.play.worker.fetch(
            """
            SELECT c.reference, f.name, f.media_type, f.size, f.owner FROM contribution c
            JOIN file_reference r ON r.kind = 'scan' AND r.referrer = c.id::text JOIN file f ON f.id = r.file
            """
        )
        return {row["reference"]: tuple(row)[1:] for row in rows}

    def kept(self) -> set[str]:
        """Everything in the folder where files are kept, what is on its way in included."""
        return {found.name for found in self.importing.settings.files_folder.rglob("*") if found.is_file()}


@pytest_asyncio.fixture
async def scanning(importing_forms: Importing, play: Play, tmp_path: Path) -> Scanning:
    return Scanning(importing_forms, play, tmp_path / "scans")


@pytest.fixture
def importing(importing_forms: Importing) -> Importing:
    return importing_forms


def digest_of(content: bytes) -> str:
    return sha256(content).hexdigest()


async def test_scans_are_kept_and_belong_to_what_was_typed_from_them(
    scanning: Scanning, app: Pool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await scanning(LINES) == 0
    assert "3 nouvelles" in capsys.readouterr().out
    assert await scanning.attached() == {
        "F1": ("F1.pdf", "application/pdf", len(ONE), "saisie"),
        "F2": ("Numéro 2.png", "image/png", len(TWO), "saisie"),
    }
    assert scanning.kept() == {digest_of(ONE), digest_of(TWO)}
    assert (scanning.importing.settings.files_folder / place_of(digest_of(ONE))).read_bytes() == ONE


async def test_the_same_file_again_changes_nothing_and_another_scan_is_refused(
    scanning: Scanning, play: Play, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await scanning(LINES) == 0
    before = await play.worker.fetch("SELECT * FROM file ORDER BY id")
    assert await scanning(LINES) == 0
    assert "0 nouvelles, 3 déjà saisies" in capsys.readouterr().out
    assert await play.worker.fetch("SELECT * FROM file ORDER BY id") == before
    scanning.put("F1.pdf", ONE + b"Autre.")
    assert await scanning(LINES) == 1
    assert "ligne 2, colonne « reference » · IDEMPOTENCY_KEY_REUSED" in capsys.readouterr().out
    assert await play.worker.fetch("SELECT * FROM file ORDER BY id") == before


async def test_a_scan_may_come_later_than_the_form(scanning: Scanning) -> None:
    assert await scanning("reference,author,oui\nF1,p0,oui\n") == 0
    assert await scanning("reference,author,oui,scan\nF1,p0,oui,F1.pdf\n", "--good-lines") == 0
    assert set(await scanning.attached()) == {"F1"}


async def test_json_lines_name_scans_too(scanning: Scanning) -> None:
    line = '{"reference":"F1","author":"p0","answers":{"oui":true},"scan":"F1.pdf"}\n'
    assert await scanning(line, name="forms.jsonl") == 0
    assert set(await scanning.attached()) == {"F1"}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("../secret.pdf", "FILE_NAME_INVALID"),
        ("/etc/passwd", "FILE_NAME_INVALID"),
        ("..", "FILE_NAME_INVALID"),
        ("sous\\F1.pdf", "FILE_NAME_INVALID"),
        (".F1.pdf", "FILE_NAME_INVALID"),
        ("CON.pdf", "FILE_NAME_INVALID"),
        ("F1.exe", "FILE_TYPE_NOT_ACCEPTED"),
        ("F1", "FILE_TYPE_NOT_ACCEPTED"),
        ("texte.txt", "FILE_TYPE_NOT_ACCEPTED"),
        ("absent.pdf", "scan_missing"),
        ("folder.pdf", "scan_missing"),
        ("link.pdf", "scan_missing"),
        ("inside.pdf", "scan_missing"),
        ("pipe.pdf", "scan_missing"),
        ("large.pdf", "FILE_TOO_LARGE"),
        ("text.pdf", "FILE_TYPE_MISMATCH"),
        ("image.pdf", "FILE_TYPE_MISMATCH"),
        ("empty.pdf", "FILE_DAMAGED"),
    ],
)
async def test_a_bad_scan_is_a_fault_of_its_line_and_the_others_go_on(
    scanning: Scanning, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, code: str
) -> None:
    (tmp_path / "secret.pdf").write_bytes(ONE)
    (scanning.folder / "folder.pdf").mkdir()
    (scanning.folder / "link.pdf").symlink_to(tmp_path / "secret.pdf")
    (scanning.folder / "inside.pdf").symlink_to("F1.pdf")
    os.mkfifo(scanning.folder / "pipe.pdf")
    scanning.put("texte.txt", b"Bonjour")
    scanning.put("text.pdf", b"Bonjour")
    scanning.put("image.pdf", TWO)
    scanning.put("empty.pdf", b"")
    scanning.put("large.pdf", make.PDF + bytes(30_000))
    settings = scanning.importing.settings
    scanning.importing.settings = settings.model_copy(update={"max_file_bytes": 20_000})
    content = f"reference,author,oui,scan\nF1,p0,oui,F1.pdf\nF2,p1,non,{name}\n"
    assert await scanning(content, "--good-lines") == 1
    told = capsys.readouterr().out
    assert f"ligne 3, colonne « scan » · {code}" in told
    assert "1 nouvelles, 0 déjà saisies, 1 lignes en défaut." in told
    assert [row["reference"] for row in await scanning.importing.rows()] == ["F1"]
    assert scanning.kept() == {digest_of(ONE)}


async def test_names_with_accents_are_found_however_the_folder_writes_them(scanning: Scanning) -> None:
    scanning.put("Re\u0301ponse.pdf", ONE)
    assert await scanning("reference,author,oui,scan\nF1,p0,oui,R\u00e9ponse.pdf\n") == 0
    assert (await scanning.attached())["F1"][0] == "R\u00e9ponse.pdf"


async def test_a_scan_without_a_folder_is_a_fault_and_so_is_a_folder_that_is_none(
    scanning: Scanning, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await scanning.importing(LINES) == 1
    told = capsys.readouterr().out
    assert "ligne 2, colonne « scan » · scans_not_given" in told
    assert "--scans DOSSIER" in told
    for wrong in (scanning.folder / "F1.pdf", scanning.folder / "absent"):
        with pytest.raises(NoFolder):
            await scanning.importing(LINES, "--scans", str(wrong))
    assert await scanning.importing.rows() == []


async def test_a_dry_run_looks_into_scans_and_keeps_nothing(
    scanning: Scanning, play: Play, capsys: pytest.CaptureFixture[str]
) -> None:
    scanning.put("Numéro 2.png", ONE)
    assert await scanning(LINES, "--dry-run") == 1
    assert "ligne 3, colonne « scan » · FILE_TYPE_MISMATCH" in capsys.readouterr().out
    for table in ("contribution", "file", "file_content", "file_reference"):
        assert await play.worker.fetchval(f"SELECT count(*) FROM {table}") == 0
    assert scanning.kept() == set()


async def test_what_is_not_kept_leaves_no_file_of_the_clerk_and_its_content_is_collected(
    scanning: Scanning, play: Play
) -> None:
    content = (
        "reference,author,oui,scan\nF1,p0,oui,F1.pdf\nF2,nobody,non,Numéro 2.png\nF3,p1,peut-être,F1.pdf\n"
    )
    assert await scanning(content) == 1
    assert await play.worker.fetchval("SELECT count(*) FROM file") == 0
    assert await scanning(content, "--good-lines") == 1
    assert await play.worker.fetchval("SELECT count(*) FROM file") == 1
    await play.clock.advance(2 * DAY)
    folder = scanning.importing.settings.files_folder
    done = await collect(play.worker, FolderShelf(folder), folder / "incoming")
    assert (done.files, done.contents) == (0, 1)
    assert scanning.kept() == {digest_of(ONE)}


async def test_what_the_virus_scanner_finds_is_a_fault_of_its_line(
    scanning: Scanning, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scanning.put("Numéro 2.png", TWO + SIGNATURE)
    settings = scanning.importing.settings
    async with standing(clamd, tmp_path, "port") as address:
        scanning.importing.settings = settings.model_copy(update={"clamd_address": address})
        assert await scanning(LINES, "--good-lines") == 1
    assert "ligne 3, colonne « scan » · FILE_INFECTED" in capsys.readouterr().out
    assert set(await scanning.attached()) == {"F1"}
    assert scanning.kept() == {digest_of(ONE)}


@pytest.mark.parametrize("away", ["scanner", "shelf"])
async def test_without_scanner_or_place_the_import_stops_and_goes_on_when_they_are_back(
    scanning: Scanning, monkeypatch: pytest.MonkeyPatch, away: str
) -> None:
    settings = scanning.importing.settings

    async def full(self: FolderShelf, digest: str, staged: Staged) -> None:
        raise ShelfFault("full")

    with monkeypatch.context() as patched:
        if away == "shelf":
            patched.setattr(FolderShelf, "put", full)
        else:
            scanning.importing.settings = settings.model_copy(update={"clamd_address": "127.0.0.1:1"})
        with pytest.raises(NotImported, match="Relancez la même commande"):
            await scanning(LINES, "--good-lines")
    assert await scanning.importing.rows() == []
    scanning.importing.settings = settings
    assert await scanning(LINES, "--good-lines") == 0
    assert set(await scanning.attached()) == {"F1", "F2"}


async def test_scans_go_into_a_bucket(scanning: Scanning, endpoint: str) -> None:
    settings = scanning.importing.settings.model_copy(update=bucket_at(endpoint))
    scanning.importing.settings = settings
    assert await scanning(LINES, "--good-lines") == 0
    pieces = await shelf_of(settings).open(digest_of(TWO), 0, len(TWO))
    assert b"".join([piece async for piece in pieces]) == TWO


async def test_many_scans_over_two_connections_are_all_there(
    scanning: Scanning, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.importing_contributions.BATCH", 2)
    lines = [f"F{n},p{n},oui,F{n}.pdf\n" for n in range(8)]
    for n in range(8):
        scanning.put(f"F{n}.pdf", make.PDF + b"%d" % (n // 2))
    assert await scanning("reference,author,oui,scan\n" + "".join(lines), "--good-lines") == 0
    assert set(await scanning.attached()) == {f"F{n}" for n in range(8)}
    assert len(scanning.kept()) == 4
    held = [row["id"] for row in await play.worker.fetch("SELECT id FROM file")]
    assert len(await files.get_many(play.worker, [str(id) for id in held])) == 8
