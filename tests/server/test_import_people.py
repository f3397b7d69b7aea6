"""`concertation import organisations|participants`: dry runs, all or nothing, the good lines, and again."""

from __future__ import annotations

import argparse
import csv
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr

from server.commands import import_people
from server.commands import importing as command
from server.commands.import_people import NotImported
from server.commands.line_report import FileNotRead
from server.settings import Settings
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database
from tests.store.conftest import patient_pool
from tests.store.stage import Play

pytestmark = pytest.mark.postgres

ORGANISATIONS = "référence;nom;nature;collège;siret;commune\n"
PARTICIPANTS = "reference;nom;collège;organisme\n"


@pytest_asyncio.fixture
async def play(database: Database, test_clock: TestClock) -> AsyncIterator[Play]:
    """A concertation in draft."""
    pool = await patient_pool(database.worker)
    async with pool.acquire() as connection:
        played = Play(connection, test_clock)
        await played.draft()
        yield played
    await pool.close()


class Importing:
    """The command, on the test's database."""

    def __init__(self, database: Database, folder: Path, play: Play) -> None:
        self.settings = Settings(data_dir=folder, worker_database_url=SecretStr(database.worker))
        self.folder = folder
        self.play = play

    async def __call__(self, what: str, content: str | bytes, *words: str, by: str = "coordinator") -> int:
        file = self.folder / "liste.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        parser = argparse.ArgumentParser()
        command.configure(parser)
        given = [what, str(file), "--concertation", "essai", "--as", by, *words]
        return await import_people.run(parser.parse_args(given), self.settings)

    async def count(self, table: str) -> Any:
        return await self.play.worker.fetchval(f"SELECT count(*) FROM {table}")


@pytest.fixture
def importing(database: Database, tmp_path: Path, play: Play) -> Importing:
    """The command."""
    return Importing(database, tmp_path, play)


def good(number: int) -> str:
    return ORGANISATIONS + "".join(f"r{n};Organisme {n};autre;locales;;75056\n" for n in range(number))


async def test_a_list_is_imported_and_the_same_again_changes_nothing(
    importing: Importing, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await importing("organisations", good(3)) == 0
    assert "3 nouveaux, 0 modifiés, 0 inchangés, 0 lignes en défaut." in capsys.readouterr().out
    assert await importing("organisations", good(3).replace("Organisme 1", "Autre nom")) == 0
    assert "0 nouveaux, 1 modifiés, 2 inchangés" in capsys.readouterr().out
    assert await importing("organisations", good(3).replace("Organisme 1", "Autre nom"), "--lang", "en") == 0
    assert "0 new, 0 changed, 3 unchanged, 0 lines at fault.\nImported." in capsys.readouterr().out
    assert await importing.count("organisation") == 3


async def test_all_or_nothing_imports_nothing_where_one_line_is_at_fault(
    importing: Importing, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await importing("organisations", good(600) + "x;X;château;locales;;\n") == 1
    said = capsys.readouterr().out
    assert "ligne 602, colonne « nature » · organisation_kind_unknown" in said
    assert "Rien n’a été importé." in said
    assert await importing.count("organisation") == 0


async def test_the_good_lines_are_imported_and_the_others_told_and_may_come_later(
    importing: Importing, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = good(2) + "x;X;autre;locales;123;\n"
    assert await importing("organisations", bad, "--good-lines") == 1
    assert "SIRET_INVALID" in capsys.readouterr().out
    assert await importing.count("organisation") == 2
    assert await importing("organisations", bad.replace("123", ""), "--good-lines") == 0
    assert "1 nouveaux, 0 modifiés, 2 inchangés" in capsys.readouterr().out


async def test_a_dry_run_finds_what_an_import_would_and_keeps_nothing(
    importing: Importing, capsys: pytest.CaptureFixture[str]
) -> None:
    twins = ORGANISATIONS + "a;A;autre;locales;21750001600019;\nb;B;autre;locales;21750001600019;\n"
    assert await importing("organisations", twins, "--dry-run") == 1
    said = capsys.readouterr().out
    assert "ligne 3, colonne « siret » · ORGANISATION_EXISTS" in said
    assert "« A »" in said
    assert "Essai à blanc : rien n’a été importé." in said
    assert await importing.count("organisation") == 0


async def test_windows_1252_with_a_mark_and_semicolons_is_taken_and_said(
    importing: Importing, capsys: pytest.CaptureFixture[str]
) -> None:
    content = b"\xef\xbb\xbf" + (ORGANISATIONS + "r;Collège d’Échirolles;autre;locales;;\n").encode("cp1252")
    assert await importing("organisations", content) == 0
    assert "Windows-1252" in capsys.readouterr().err
    assert await importing.play.worker.fetchval("SELECT name FROM organisation") == "Collège d’Échirolles"


async def test_the_report_has_every_fault_and_the_screen_the_first_hundred(
    importing: Importing, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    bad = ORGANISATIONS + "".join(f"r{n};;autre;locales;;\n" for n in range(1000))
    report = tmp_path / "report.csv"
    assert await importing("organisations", bad, "--report", str(report)) == 1
    said = capsys.readouterr().out
    assert said.count("· cell_missing") == 100
    assert "En tout : cell_missing, colonne « nom » × 1000." in said
    with report.open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.reader(file, delimiter=";"))
    assert found[0] == ["line", "column", "code", "message"]
    assert found[1] == ["2", "nom", "cell_missing", "Cette cellule est obligatoire."]
    assert len(found) == 1001
    assert await importing("organisations", bad) == 1
    assert "--report FICHIER" in capsys.readouterr().out


async def test_ten_thousand_bad_lines_are_all_told_and_nothing_is_lost(
    importing: Importing, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    bad = good(3) + "".join(f"x{n};X;château;nobles;123;00000\n" for n in range(10_000))
    report = tmp_path / "report.csv"
    assert await importing("organisations", bad, "--good-lines", "--report", str(report)) == 1
    assert "3 nouveaux, 0 modifiés, 0 inchangés, 10000 lignes en défaut." in capsys.readouterr().out
    with report.open(encoding="utf-8-sig", newline="") as file:
        assert sum(1 for _ in csv.reader(file, delimiter=";")) == 40_001
    assert await importing.count("organisation") == 3


async def test_participants_are_enrolled_with_their_organisation_and_once(
    importing: Importing, capsys: pytest.CaptureFixture[str]
) -> None:
    await importing("organisations", good(1))
    listed = PARTICIPANTS + "".join(f"p{n};Personne {n};locales;r0\n" for n in range(600))
    capsys.readouterr()
    assert await importing("participants", listed) == 0
    assert "600 nouveaux" in capsys.readouterr().out
    process = await importing.play.process()
    organisation = await importing.play.worker.fetchval("SELECT id::text FROM organisation")
    members = [m for m in process.members.values() if m.organisation == organisation]
    assert len(members) == 600
    assert {member.territory for member in members} == {"75056"}
    assert {len(member.id) for member in members} == {36}
    named = await importing.play.worker.fetch("SELECT display_name FROM person")
    assert {row["display_name"] for row in named} >= {"Personne 0", "Personne 599"}
    assert await importing("participants", listed) == 0
    assert "0 nouveaux, 0 modifiés, 600 inchangés" in capsys.readouterr().out
    assert len((await importing.play.process()).members) == len(process.members)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("p;P;nobles;", "UNKNOWN_COLLEGE"),
        ("p;P;locales;rien", "UNKNOWN_ORGANISATION"),
        ("p;P;etat;r0", "COLLEGE_OF_ORGANISATION"),
        ("p;;locales;", "cell_missing"),
    ],
)
async def test_what_cannot_be_enrolled_is_told_and_the_rest_is(
    importing: Importing, capsys: pytest.CaptureFixture[str], line: str, code: str
) -> None:
    await importing("organisations", good(1))
    assert await importing("participants", f"{PARTICIPANTS}ok;Bon;locales;\n{line}\n", "--dry-run") == 1
    assert await importing.count("participant") == 0
    assert await importing("participants", f"{PARTICIPANTS}ok;Bon;locales;\n{line}\n", "--good-lines") == 1
    assert "ligne 3, colonne" in capsys.readouterr().out
    assert await importing.count("participant") == 1


async def test_a_pseudonym_is_enrolled_once(importing: Importing, capsys: pytest.CaptureFixture[str]) -> None:
    same = "7d2b1c0e-0a52-5b0d-8a33-5f1f4f2f9c55"
    twice = f"reference;nom;pseudonyme\na;A;{same}\nb;B;{same}\n"
    assert await importing("participants", twice, "--good-lines") == 1
    assert "ALREADY_ENROLLED" in capsys.readouterr().out
    assert await importing("participants", f"reference;nom;pseudonyme\nc;C;{same}\n") == 1
    assert await importing.count("participant") == 1


async def test_only_a_coordinator_imports_and_only_into_what_there_is(
    importing: Importing, tmp_path: Path
) -> None:
    with pytest.raises(NotImported, match="n’y est pas"):
        await importing("participants", PARTICIPANTS, by="somebody")
    parser = argparse.ArgumentParser()
    command.configure(parser)
    for name in ("rien", "00000000-0000-4000-8000-000000000001"):
        words = ["organisations", str(tmp_path / "liste.csv"), "--concertation", name, "--as", "coordinator"]
        with pytest.raises(NotImported, match="n’existe pas"):
            await import_people.run(parser.parse_args(words), importing.settings)
    words = ["organisations", str(tmp_path / "none.csv"), "--concertation", "essai", "--as", "coordinator"]
    with pytest.raises(FileNotRead, match="No such file"):
        await import_people.run(parser.parse_args(words), importing.settings)


@pytest.mark.parametrize(
    ("content", "said"), [("", "vide"), ("nom\n", "reference"), ("reference;ref;nom\n", "ref")]
)
async def test_a_file_without_a_usable_header_is_refused(
    importing: Importing, content: str, said: str
) -> None:
    with pytest.raises(FileNotRead, match=said):
        await importing("participants", content)
