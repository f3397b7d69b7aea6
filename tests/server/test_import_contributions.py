"""`concertation import contributions`: forms typed elsewhere, by the rules of a clerk's entry."""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr

from domain.procedure import Channel
from server.commands import importing as command
from server.commands.import_people import NotImported
from server.commands.line_report import FileNotRead
from server.settings import Settings
from store import importing_contributions
from store.batches import Batch, open_batch
from store.pool import Pool
from store.verification import verify
from tests.fixtures.postgres import Database
from tests.interchange.scene import opened
from tests.store.conftest import app, play, worker
from tests.store.stage import DAY, Play

__all__ = ["app", "play", "worker"]

pytestmark = pytest.mark.postgres

HEADER = "référence;auteur;remise le;oui;pourquoi;note;choix\n"


class Importing:
    """The command, on the test's database."""

    def __init__(self, database: Database, folder: Path, play: Play) -> None:
        self.settings = Settings(data_dir=folder, worker_database_url=SecretStr(database.worker))
        self.folder = folder
        self.play = play

    def words(self, file: Path, *words: str, by: str = "saisie", stage: str = "appel") -> list[str]:
        given = ["contributions", str(file), "--concertation", "essai", "--as", by, "--stage", stage]
        return [*given, "--channel", "paper", *words]

    def write(self, content: str | bytes, name: str = "forms.csv") -> Path:
        file = self.folder / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    async def __call__(self, content: str | bytes, *words: str, name: str = "forms.csv", **more: str) -> int:
        parser = argparse.ArgumentParser()
        command.configure(parser)
        given = self.words(self.write(content, name), *words, **more)
        return await command.run(parser.parse_args(given), self.settings)

    async def rows(self) -> list[Any]:
        return await self.play.worker.fetch("SELECT * FROM contribution ORDER BY id")


@pytest_asyncio.fixture
async def importing(database: Database, tmp_path: Path, play: Play) -> Importing:
    """The command, before an open call for input that asks questions of eight participants."""
    await opened(play)
    return Importing(database, tmp_path, play)


async def day(play: Play) -> str:
    return (await play.clock.now() - DAY).strftime("%d/%m/%Y")


async def test_forms_are_entered_with_answers_read_from_their_cells(
    importing: Importing, play: Play, capsys: pytest.CaptureFixture[str]
) -> None:
    on = await day(play)
    batch = await open_batch(
        play.worker, concertation=play.id, round=1, stage="appel", actor="saisie", channel=Channel.PAPER,
        announced=2, key="lot", territory="FR", reference="Lot",
    )  # fmt: skip
    assert isinstance(batch, Batch)
    content = (
        f"{HEADER}F1;p0;{on};oui;Parce que;3;écoles | autre : Gares\nF2;p1;{on};[illisible];=SOMME(1);2|4;b\n"
    )
    receipts = importing.folder / "receipts.csv"
    assert await importing(content, "--batch", batch.id, "--receipts", str(receipts)) == 0
    assert "2 nouvelles, 0 déjà saisies, 0 lignes en défaut.\nImporté." in capsys.readouterr().out
    first, second = await importing.rows()
    assert first["answers"] == {
        "choix": ["a", {"other": "Gares"}],
        "note": 3,
        "oui": True,
        "pourquoi": "Parce que",
    }
    assert first["body"] == "Parce que\n\nGares"
    assert second["answers"]["oui"] == {"unreadable": True}
    assert second["answers"]["note"] == {"ticked": [2, 4]}
    assert (first["actor"], first["member"], first["channel"], first["reference"]) == (
        "saisie",
        "p0",
        "paper",
        "F1",
    )
    assert (first["territory"], str(first["batch"])) == ("97105", batch.id)
    with receipts.open(encoding="utf-8-sig", newline="") as file:
        told = list(csv.reader(file, delimiter=";"))
    assert told == [
        ["line", "reference", "receipt"],
        ["2", "F1", first["receipt"]],
        ["3", "F2", second["receipt"]],
    ]
    assert await play.worker.fetchval("SELECT count(*) FROM outbox WHERE kind = 'contribution_received'") == 2
    await play.close()
    assert [(one.fault, one.contributions) async for one in verify(play.worker)] == [(None, 2)]


async def test_the_same_file_again_changes_nothing_and_a_longer_one_brings_what_is_new(
    importing: Importing, capsys: pytest.CaptureFixture[str]
) -> None:
    content = "reference,author,oui\nF1,p0,oui\nF2,p1,non\n"
    assert await importing(content) == 0
    assert await importing(content) == 0
    assert "0 nouvelles, 2 déjà saisies" in capsys.readouterr().out
    assert await importing(f"{content}F3,p2,oui\n") == 0
    assert "1 nouvelles, 2 déjà saisies" in capsys.readouterr().out
    assert await importing(content.replace("F1,p0,oui", "F1,p0,non")) == 1
    assert "ligne 2, colonne « reference » · IDEMPOTENCY_KEY_REUSED" in capsys.readouterr().out
    assert len(await importing.rows()) == 3


async def test_lines_without_a_reference_are_known_by_the_file_and_the_line(importing: Importing) -> None:
    content = "author;oui\np0;oui\np1;non\n"
    assert await importing(content) == 0
    assert await importing(content) == 0
    assert len(await importing.rows()) == 2


async def test_every_fault_of_a_line_is_told_with_its_column_and_the_good_lines_are_taken(
    importing: Importing, play: Play, capsys: pytest.CaptureFixture[str]
) -> None:
    tomorrow = (await play.clock.now() + 2 * DAY).strftime("%Y-%m-%d")
    content = (
        f"{HEADER}F1;p0;;oui;;;\nF2;nobody;;oui;;;\nF3;p1;hier;peut-être;;9;x\nF4;p0;;oui;;;\nF5;p2;{tomorrow};oui;;;\n"
        "F6;p3;;;;;\nF7;p4;;non;;;\nF7;p5;;non;;;\n"
    )
    assert await importing(content, "--good-lines") == 1
    said = capsys.readouterr().out
    for expected in (
        "ligne 3, colonne « auteur » · UNKNOWN_MEMBER",
        "ligne 4, colonne « remise le » · date_invalid",
        "ligne 4, colonne « oui » · WRONG_TYPE",
        "ligne 4, colonne « note » · ABOVE_MAXIMUM",
        "ligne 4, colonne « choix » · NOT_A_CHOICE",
        "ligne 5, colonne « auteur » · ALREADY_CONTRIBUTED",
        "ligne 6, colonne « remise le » · INPUT_INVALID",
        "ligne 7, colonne « oui » · REQUIRED",
        "ligne 9, colonne « référence » · IDEMPOTENCY_KEY_REUSED",
        "2 nouvelles, 0 déjà saisies, 6 lignes en défaut.",
    ):
        assert expected in said
    assert [row["member"] for row in await importing.rows()] == ["p0", "p4"]


async def test_nothing_is_kept_where_one_line_is_at_fault_or_nothing_was_to_be(importing: Importing) -> None:
    content = "author;oui\np0;oui\nnobody;oui\n"
    assert await importing(content) == 1
    assert await importing(content, "--dry-run") == 1
    assert await importing("author;oui\np0;oui\n", "--dry-run") == 0
    assert await importing.rows() == []


async def test_a_file_too_long_for_all_or_nothing_is_refused(
    importing: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing_contributions, "MOST_TOGETHER", 2)
    content = "author;oui\np0;oui\np1;oui\np2;oui\n"
    with pytest.raises(NotImported, match="--good-lines"):
        await importing(content)
    assert await importing.rows() == []
    assert await importing(content, "--good-lines") == 0


async def test_what_a_spreadsheet_saves_in_france_is_read_and_said(
    importing: Importing, capsys: pytest.CaptureFixture[str]
) -> None:
    content = "auteur;oui;pourquoi\np0;oui;L’été à Évry\n".encode("cp1252")
    assert await importing(b"\xef\xbb\xbf" + content) == 0
    assert "Windows-1252" in capsys.readouterr().err
    assert [row["body"] for row in await importing.rows()] == ["L’été à Évry"]


async def test_json_lines_say_the_same(importing: Importing, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [
        {"author": "p0", "answers": {"oui": True, "note": 2}},
        {"author": "p1", "body": "Une lettre au lieu du formulaire.", "channel": "papier"},
        {"author": "p2", "answers": {"oui": True, "autre": 1}, "couleur": "bleu"},
        [],
    ]
    content = "\n".join([*map(json.dumps, lines), "{", "\x00"])
    assert await importing(content, "--good-lines", name="forms.jsonl") == 1
    said = capsys.readouterr().out
    for expected in (
        "ligne 3, colonne « couleur » · field_unknown",
        "ligne 3, colonne « answers.autre » · UNKNOWN_QUESTION",
        "ligne 4 · not_json",
        "ligne 5 · not_json",
        "ligne 6 · not_json",
    ):
        assert expected in said
    assert [row["member"] for row in await importing.rows()] == ["p0", "p1"]


async def test_a_form_takes_the_place_of_another_on_the_explicit_word(
    importing: Importing, app: Pool, play: Play
) -> None:
    async with app.acquire() as connection:
        await play.contribute(connection, "p0")
    assert await importing("author;oui\np0;oui\n") == 1
    assert await importing("author;oui;supersede_reason\np0;oui;Le papier fait foi\n") == 0
    before, now = await importing.rows()
    assert (now["supersedes"], now["supersede_reason"]) == (before["id"], "Le papier fait foi")


async def test_a_clerk_enters_for_their_territory_alone(importing: Importing, play: Play) -> None:
    with pytest.raises(NotImported, match="n’y est pas agent de saisie"):
        await importing("author;oui\np0;oui\n", by="p3")
    with pytest.raises(NotImported, match="n’est pas un appel"):
        await importing("author;oui\np0;oui\n", stage="avis")
    for content in ("", "auteur;author;oui\n"):
        with pytest.raises(FileNotRead):
            await importing(content)


async def test_after_the_closing_only_what_came_before_it_is_entered(
    importing: Importing, play: Play, capsys: pytest.CaptureFixture[str]
) -> None:
    on = await day(play)
    run = (await play.process()).runs["appel"]
    assert run.closes_at is not None
    await play.clock.reach(run.closes_at)
    await play.tick()
    assert await importing(f"author;remise_le;oui\np0;{on};oui\np1;;oui\n", "--good-lines") == 1
    assert "ligne 3 · STAGE_NOT_OPEN" in capsys.readouterr().out


async def test_ten_thousand_bad_lines_give_a_report_that_can_be_read(
    importing: Importing, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    report = tmp_path / "report.csv"
    content = "author;oui;note\np0;oui;\n" + "nobody;peut-être;12\n" * 10_000
    assert await importing(content, "--good-lines", "--report", str(report)) == 1
    said = capsys.readouterr().out
    assert "WRONG_TYPE, colonne « oui » × 10000" in said
    assert "1 nouvelles, 0 déjà saisies, 10000 lignes en défaut." in said
    assert len(said) < 40_000
    with report.open(encoding="utf-8-sig", newline="") as file:
        assert sum(1 for _ in file) == 20_001


async def test_the_outbox_tells_of_those_on_a_list_alone(
    play: Play, database: Database, tmp_path: Path
) -> None:
    await opened(play, admission="open")
    importing = Importing(database, tmp_path, play)
    assert await importing("reference,author,oui\nF1,,oui\nF2,p0,non\nF3,personne,non\n") == 0
    told = await play.worker.fetch(
        "SELECT c.reference FROM outbox o JOIN contribution c ON c.id = (o.payload ->> 'contribution')::uuid"
    )
    assert [row["reference"] for row in told] == ["F2"]
    assert await play.worker.fetchval("SELECT count(*) FROM contribution") == 3


async def test_an_import_that_is_killed_goes_on_and_every_line_is_there_once(
    play: Play, database: Database, tmp_path: Path
) -> None:
    await opened(play, admission="open")
    importing = Importing(database, tmp_path, play)
    number = 30_000
    content = "reference;oui;pourquoi\n" + "".join(f"F{n};oui;Réponse {n}\n" for n in range(number))
    words = importing.words(importing.write(content), "--good-lines")
    environment = {**os.environ, "WORKER_DATABASE_URL": database.worker}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server.cli", "import", *words,
        "--data-dir", str(importing.folder), env=environment, stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    count = 0
    while not 0 < count < number:
        assert process.returncode is None, "it was over before it could be killed"
        count = await play.worker.fetchval("SELECT count(*) FROM contribution")
    process.send_signal(signal.SIGKILL)
    await process.wait()
    kept = await play.worker.fetchval("SELECT count(*) FROM contribution")
    assert 0 < kept < number
    assert await importing(content, "--good-lines") == 0
    found = await play.worker.fetchrow(
        "SELECT count(*) AS n, count(DISTINCT reference) AS d FROM contribution"
    )
    assert found is not None
    assert (found["n"], found["d"]) == (number, number)
