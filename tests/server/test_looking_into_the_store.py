"""`concertation verify-ledger` and `concertation doctor`, in both languages."""

import argparse
from collections.abc import AsyncIterator
from pathlib import Path
from types import ModuleType

import asyncpg
import pytest
import pytest_asyncio
from pydantic import SecretStr

from server.commands import doctor, verify_ledger
from server.commands.doctor_texts import TEXTS as DOCTOR_TEXTS
from server.embedded.standing import DatabaseAway
from server.settings import SettingMissing, Settings
from store.verification import What
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database
from tests.store.conftest import patient_pool
from tests.store.stage import DAY, Play

pytestmark = pytest.mark.postgres


@pytest_asyncio.fixture
async def play(database: Database, test_clock: TestClock) -> AsyncIterator[Play]:
    """A launched concertation."""
    pool = await patient_pool(database.worker)
    async with pool.acquire() as connection:
        played = Play(connection, test_clock)
        await played.launch()
        await connection.execute("UPDATE outbox SET delivered_at = instant()")  # as a worker that runs does
        yield played
    await pool.close()


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> Settings:
    """The settings of an installation on the test's database."""
    return Settings(
        data_dir=tmp_path,
        worker_database_url=SecretStr(database.worker),
        owner_database_url=SecretStr(database.owner),
    )


async def command(module: ModuleType, settings: Settings, *words: str) -> int:
    """Run a command with these arguments."""
    parser = argparse.ArgumentParser()
    module.configure(parser)
    code: int = await module.run(parser.parse_args(words), settings)
    return code


async def tamper(database: Database, statement: str) -> None:
    """Do what no role of the project may."""
    connection = await asyncpg.connect(database.superuser)
    await connection.execute("SET session_replication_role = replica")
    await connection.execute(statement)
    await connection.close()


async def test_a_whole_ledger_is_said_to_be(
    play: Play, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await command(verify_ledger, settings) == 0
    assert "Le journal est intact : 1 concertations" in capsys.readouterr().out
    assert await command(verify_ledger, settings, "--concertation", play.id, "--language", "en") == 0
    assert "The ledger is whole" in capsys.readouterr().out


async def test_one_changed_byte_is_named_by_concertation_and_number(
    play: Play, settings: Settings, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    await tamper(database, "UPDATE ledger SET content = replace(content, '\"p1\"', '\"p2\"') WHERE seq = 5")
    assert await command(verify_ledger, settings) == 1
    printed = capsys.readouterr().out
    assert f"Concertation {play.id}, événement n° 5 : le contenu" in printed
    assert await command(verify_ledger, settings, "--language", "en") == 1
    assert f"Concertation {play.id}, event no. 5: the content" in capsys.readouterr().out


async def test_an_unknown_concertation_is_a_fault_too(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await command(verify_ledger, settings, "--concertation", "x") == 1
    assert "n’existe pas" in capsys.readouterr().out
    assert await command(verify_ledger, settings) == 0


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_fault_has_its_sentence(language: str) -> None:
    said = verify_ledger.TEXTS[language]
    assert all(said[what].format(name="x") for what in What)
    assert DOCTOR_TEXTS[language].keys() == DOCTOR_TEXTS["fr"].keys()
    assert said.keys() == verify_ledger.TEXTS["fr"].keys()


async def test_a_doctor_finds_nothing_where_all_is_well(
    play: Play, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await command(doctor, settings) == 0
    assert "Tout est en ordre" in capsys.readouterr().out


async def test_a_doctor_names_what_differs_and_mends_it(
    play: Play, settings: Settings, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    await tamper(database, "UPDATE stage SET state = 'closed' WHERE key = 'appel'")
    assert await command(doctor, settings) == 1
    assert "stage 1/appel, « state »" in capsys.readouterr().out
    assert await command(doctor, settings, "--mend") == 0
    assert "refaite à partir du journal" in capsys.readouterr().out
    assert await command(doctor, settings, "--language", "en") == 0
    assert "All is well" in capsys.readouterr().out


async def test_a_doctor_does_not_mend_a_ledger(
    play: Play, settings: Settings, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    await tamper(database, "UPDATE ledger SET actor = 'x' WHERE seq = 2")
    assert await command(doctor, settings, "--mend", "--language", "en") == 1
    assert "the ledger itself was changed" in capsys.readouterr().out


async def test_a_doctor_sees_that_nothing_wakes_a_concertation(
    play: Play, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    await play.clock.advance(90 * DAY)
    assert await command(doctor, settings) == 1
    assert "rien ne l’a réveillée" in capsys.readouterr().out


async def test_a_schema_that_is_behind_comes_first(
    settings: Settings, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    await tamper(database, "DELETE FROM schema_migrations WHERE version = '0006'")
    assert await command(doctor, settings) == 1
    assert "0006_access.sql" in capsys.readouterr().out


async def test_without_an_address_and_without_a_running_server_the_setting_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingMissing):
        await command(verify_ledger, Settings(data_dir=tmp_path))


async def test_a_database_that_is_away_is_said_in_one_sentence(tmp_path: Path) -> None:
    address = SecretStr(f"postgresql://x@/x?host={tmp_path}")
    with pytest.raises(DatabaseAway):
        await command(verify_ledger, Settings(data_dir=tmp_path, worker_database_url=address))
