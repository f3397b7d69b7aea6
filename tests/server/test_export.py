"""`concertation export contributions|archive|schema` and `import archive`, as an operator runs them."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr

from server.commands import export as command
from server.commands import importing
from server.commands.export import NotExported
from server.commands.import_archive import ArchiveRefused
from server.settings import Settings
from server.whole_file import FileNotWritten, whole_file
from tests.fixtures.postgres import Database
from tests.interchange.conftest import app, elsewhere, held, play, worker
from tests.interchange.scene import MAILS, NAMES, ODD, PHONES, Held

__all__ = ["app", "elsewhere", "held", "play", "worker"]

pytestmark = pytest.mark.postgres


class Operator:
    """Runs commands on a database."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.settings = Settings(data_dir=folder, worker_database_url=SecretStr(database.worker))

    async def export(self, *words: str) -> int:
        parser = argparse.ArgumentParser()
        command.configure(parser)
        return await command.run(parser.parse_args(words), self.settings)

    async def restore(self, *words: str) -> int:
        parser = argparse.ArgumentParser()
        importing.configure(parser)
        return await importing.run(parser.parse_args(["archive", *words]), self.settings)


@pytest_asyncio.fixture
async def operator(database: Database, held: Held, tmp_path: Path) -> Operator:
    return Operator(database, tmp_path)


def said(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


async def test_a_public_export_has_the_live_ones_and_nothing_of_who_spoke(
    operator: Operator, held: Held, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "public.jsonl"
    words = ["contributions", "--concertation", "essai", "--format", "jsonl", "--output", str(file)]
    assert await operator.export(*words) == 0
    assert f"7 lignes écrites dans {file}." in capsys.readouterr().out
    rows = {row["id"]: row for row in said(file)}
    assert len(rows) == 7
    assert rows[held.hidden]["body"] == rows[held.redacted]["body"] == ""
    assert rows[held.hidden]["hidden_at"]
    assert rows[held.redacted]["redacted_at"]
    assert rows[held.receipts["answered"].contribution]["answers"]["choix"] == ["a", {"other": "Gares"}]
    assert {row["departement"] for row in rows.values()} == {"971", "57"}
    assert rows[held.receipts["spoken for"].contribution]["organisation_name"] == "=Ville de Metz"
    text = file.read_text()
    for secret in (
        *NAMES,
        *MAILS,
        *PHONES,
        "F-1",
        "p0",
        "saisie",
        "97105",
        *(r.code for r in held.receipts.values()),
    ):
        assert secret not in text


async def test_a_complete_export_has_every_version(operator: Operator, held: Held, tmp_path: Path) -> None:
    file = tmp_path / "complete.jsonl"
    words = ["--concertation", held.id, "--format", "jsonl", "--variant", "complete", "--output", str(file)]
    assert await operator.export("contributions", *words) == 0
    rows = {row["id"]: row for row in said(file)}
    assert len(rows) == 9
    assert rows[held.receipts["plain"].contribution]["body"] == ODD.strip()
    assert rows[held.receipts["revised"].contribution]["supersedes"] == held.receipts["plain"].contribution
    assert NAMES[3] in rows[held.hidden]["body"]


async def test_it_goes_to_standard_output_too(operator: Operator, capfdbinary: Any) -> None:
    assert await operator.export("contributions", "--concertation", "essai", "--stage", "appel") == 0
    written = capfdbinary.readouterr().out
    assert written.startswith(b"round,stage,id,")
    assert b",'=Ville de Metz," in written


async def test_no_file_is_written_over_and_none_is_left_half(operator: Operator, tmp_path: Path) -> None:
    file = tmp_path / "there.csv"
    file.write_text("kept")
    with pytest.raises(FileNotWritten, match="existe"):
        await operator.export("contributions", "--concertation", "essai", "--output", str(file))
    assert file.read_text() == "kept"
    other = tmp_path / "other.csv"
    with pytest.raises(RuntimeError), whole_file(other) as sink:
        sink.write(b"half")
        raise RuntimeError
    assert not other.exists()
    assert (tmp_path / "other.csv.part").exists()


async def test_what_there_is_not_is_said(operator: Operator, tmp_path: Path) -> None:
    with pytest.raises(NotExported, match="n’existe pas"):
        await operator.export("contributions", "--concertation", "rien")
    with pytest.raises(NotExported, match="Aucune étape"):
        await operator.export("contributions", "--concertation", "essai", "--stage", "avis")


async def test_the_table_schema_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    command.configure(parser)
    assert (
        await command.run(parser.parse_args(["schema", "--variant", "complete"]), Settings(data_dir=tmp_path))
        == 0
    )
    assert json.loads(capsys.readouterr().out)["name"] == "contributions-complete"


async def test_an_archive_is_written_and_restored_once(
    operator: Operator, held: Held, elsewhere: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "archive.zip"
    assert await operator.export("archive", "--concertation", "essai", "--output", str(file)) == 0
    assert "9 contributions" in capsys.readouterr().out
    there = Operator(elsewhere, tmp_path)
    assert await there.restore(str(file)) == 0
    assert "est rétablie : 9 contributions" in capsys.readouterr().out
    with pytest.raises(ArchiveRefused, match="déjà une concertation « essai »"):
        await there.restore(str(file))
