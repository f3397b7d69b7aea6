"""The file of a backup: one that was cut or changed anywhere is refused by name before anything is touched."""

from __future__ import annotations

import json
import random
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from server.archive_file import content_entry
from server.backup.backup_file import (
    CONTENTS,
    DATABASE,
    BackupBroken,
    BackupWriting,
    Ledger,
    Manifest,
    entry,
    reading,
)

ONE = Ledger(
    id="c0ffee00-0000-4000-8000-000000000001", slug="essai", phase="launched", seq=3, head="00" * 32,
    contributions=2, open=["appel"],
)  # fmt: skip
CONTENT = b"Le plan du quartier." * 50


def manifest() -> Manifest:
    return Manifest(
        at="2026-03-01T10:00:00+00:00", program="1.0", postgresql="18.1", migrations=["0001"], ticket_key="00",
        concertations=[ONE],
    )  # fmt: skip


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """A whole backup with one content of a file."""
    path, digest = tmp_path / "essai.backup", sha256(CONTENT).hexdigest()
    with zipfile.ZipFile(path, "w") as file:
        writing = BackupWriting(file, manifest())
        with writing.part(DATABASE) as write:
            for piece in (b"PGDMP", b"\x00" * 5_000):
                write(piece)
        with file.open(entry(content_entry(digest)), "w") as sink:
            sink.write(CONTENT)
        with writing.part(CONTENTS) as write:
            write(json.dumps({"digest": digest, "size": len(CONTENT)}).encode() + b"\n")
        writing.finish()
    return path


def read(path: Path) -> Manifest:
    with reading(path) as found:
        found.verify()
        return found.manifest


def test_a_whole_backup_says_what_is_in_it(backup: Path) -> None:
    found = read(backup)
    assert found.concertations == [ONE]
    assert found.parts[DATABASE]["size"] == 5_005
    assert found.moment.isoformat() == "2026-03-01T10:00:00+00:00"
    with reading(backup) as opened:
        assert opened.contents() == [(sha256(CONTENT).hexdigest(), len(CONTENT))]


def test_a_backup_that_was_cut_anywhere_is_refused_by_name(backup: Path, tmp_path: Path) -> None:
    whole, cut = backup.read_bytes(), tmp_path / "coupée.backup"
    for length in (0, 1, 30, 5_000, 6_500, len(whole) - 400, len(whole) - 23, len(whole) - 1):
        cut.write_bytes(whole[:length])
        with pytest.raises(BackupBroken, match=r"coupée\.backup"):
            read(cut)


def test_of_random_changes_none_goes_unnoticed_that_changes_what_is_read(
    backup: Path, tmp_path: Path
) -> None:
    whole, changed = backup.read_bytes(), tmp_path / "modifiée.backup"
    before = read(backup)
    chance = random.Random(48)
    for _ in range(300):
        place = chance.randrange(len(whole))
        other = bytearray(whole)
        other[place] ^= 1 << chance.randrange(8)
        changed.write_bytes(other)
        try:
            after = read(changed)
        except BackupBroken:
            continue
        assert after == before, place


def test_a_backup_of_another_form_is_refused(backup: Path, tmp_path: Path) -> None:
    other = tmp_path / "autre.backup"
    with zipfile.ZipFile(backup) as source, zipfile.ZipFile(other, "w") as sink:
        for name in source.namelist():
            content = source.read(name)
            sink.writestr(name, content.replace(b'"version": 1', b'"version": 2'))
    with pytest.raises(BackupBroken, match=r"manifest\.json"):
        read(other)


def test_what_is_no_file_is_no_backup(tmp_path: Path) -> None:
    for path in (tmp_path / "absente", tmp_path):
        with pytest.raises(BackupBroken):
            read(path)
