"""`concertation export-archive` and `concertation verify`, as people run them."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from types import ModuleType

import pytest
from pydantic import SecretStr

from domain.closing.verifying import WHATS, Verdict
from domain.texts import LANGUAGES, catalogue, has_text
from server.commands import export_archive, verify
from server.commands.export_archive import NotArchived
from server.commands.verify import ArchiveMissing
from server.settings import Settings
from server.whole_file import FileNotWritten
from tests.fixtures.postgres import Database
from tests.interchange.scene import Held

NEVER = {
    "withheld.holds", "withheld.fails", "secret.holds", "secret.fails", "bytes.untold", "manifest.untold",
    "chain.untold",
    "head.untold", "fold.untold", "procedure.untold", "sections.untold", "roots.untold", "counts.untold",
    "quorums.untold", "ballots.untold", "contributions.untold", "table.untold", "figures.untold",
}  # fmt: skip
"""Lines that no archive has."""


async def run(command: ModuleType, settings: Settings, *words: str) -> int:
    parser = argparse.ArgumentParser()
    command.configure(parser)
    code: int = await command.run(parser.parse_args(words), settings)
    return code


def test_every_line_has_its_text_and_none_is_left_over() -> None:
    lines = {f"{what}.{verdict}" for what in WHATS for verdict in Verdict} - NEVER
    assert [line for line in sorted(lines) if not has_text(f"closing.{line}")] == []
    for language in LANGUAGES:
        known = {
            key.removeprefix("closing.")
            for key in catalogue(language)
            if re.fullmatch(r"closing\.\w+\.(holds|fails|untold)", key)
        }
        assert known == lines


@pytest.mark.postgres
async def test_an_archive_is_written_and_verified(
    database: Database, held: Held, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(data_dir=tmp_path, worker_database_url=SecretStr(database.worker))
    file = tmp_path / "essai.zip"
    words = ["--concertation", "essai", "--output", str(file)]
    assert await run(export_archive, settings, *words) == 0
    assert "Archive de clôture écrite" in capsys.readouterr().out
    with pytest.raises(FileNotWritten):
        await run(export_archive, settings, *words)
    capsys.readouterr()

    elsewhere = Settings(data_dir=tmp_path / "elsewhere")
    assert await run(verify, elsewhere, str(file)) == 0
    said = capsys.readouterr().out
    assert "tient" in said
    assert "ne tient pas" not in said
    assert said.splitlines()[-1].startswith("Rien ne contredit cette archive")
    assert "…" not in said
    assert await run(verify, elsewhere, str(file), "--lang", "en", "--without", "p1", "--head", "0" * 64) == 1
    said = capsys.readouterr().out
    assert re.search("does not hold +The hash of the last event is not the one that you gave", said)
    assert "Without p1, each of the 0 ballots" in said


@pytest.mark.postgres
async def test_a_changed_archive_is_exit_code_1(
    database: Database, held: Held, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(data_dir=tmp_path, worker_database_url=SecretStr(database.worker))
    file = tmp_path / "essai.zip"
    await run(export_archive, settings, "--concertation", held.id, "--output", str(file))
    whole = file.read_bytes()
    file.write_bytes(whole[:100] + bytes([whole[100] ^ 1]) + whole[101:])
    assert await run(verify, settings, str(file)) == 1
    assert "Cette archive n’est pas vérifiée" in capsys.readouterr().out


@pytest.mark.postgres
async def test_what_is_not_there_is_said_in_a_sentence(database: Database, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, worker_database_url=SecretStr(database.worker))
    with pytest.raises(NotArchived, match="n’existe pas"):
        await run(
            export_archive, settings, "--concertation", "nulle-part", "--output", str(tmp_path / "a.zip")
        )
    assert not (tmp_path / "a.zip").exists()
    with pytest.raises(ArchiveMissing, match="ne peut pas être lu"):
        await run(verify, settings, str(tmp_path / "a.zip"))


async def test_a_file_that_is_no_archive_is_not_verified(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "lettre.txt"
    file.write_text("Bonjour.")
    assert await run(verify, Settings(data_dir=tmp_path), str(file), "--lang", "fr") == 1
    assert "…" not in capsys.readouterr().out
