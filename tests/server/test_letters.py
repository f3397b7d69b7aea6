"""`concertation letters`: the letters of lists as one PDF, and the same PDF again."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr

from domain import acts
from server.commands import import_people, importing
from server.commands import letters as command
from server.commands.letters import NotPrinted
from server.settings import Settings
from server.whole_file import FileNotWritten
from store.known_processes import KnownProcesses
from store.notices import fan_out
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database
from tests.store.conftest import patient_pool
from tests.store.stage import Play

pytestmark = pytest.mark.postgres

LIST = (
    "reference;nom;collège;email;adresse\n"
    "a;Adèle;locales;;1 rue du Port|29200 BREST\n"
    "b;Bilal;locales;bilal@exemple.fr;2 rue du Port|29200 BREST\n"
    "c;Cécile;locales;;\n"
)


class Operator:
    """Runs the commands on a database."""

    def __init__(self, database: Database, folder: Path, play: Play) -> None:
        self.settings = Settings(data_dir=folder, worker_database_url=SecretStr(database.worker))
        self.folder = folder
        self.play = play

    async def bring_in(self, content: str) -> int:
        file = self.folder / "liste.csv"
        file.write_text(content)
        parser = argparse.ArgumentParser()
        importing.configure(parser)
        words = ["participants", str(file), "--concertation", "essai", "--as", "coordinator"]
        return await import_people.run(parser.parse_args(words), self.settings)

    async def print(self, name: str, *words: str) -> bytes:
        parser = argparse.ArgumentParser()
        command.configure(parser)
        file = self.folder / name
        given = ["--concertation", "essai", "--output", str(file), *words]
        assert await command.run(parser.parse_args(given), self.settings) == 0
        return file.read_bytes()


@pytest_asyncio.fixture
async def operator(database: Database, tmp_path: Path, test_clock: TestClock) -> AsyncIterator[Operator]:
    """A call for input that is open, to whom the list was brought in before."""
    pool = await patient_pool(database.worker)
    async with pool.acquire() as connection:
        play = Play(connection, test_clock)
        await play.launch()
        found = Operator(database, tmp_path, play)
        assert await found.bring_in(LIST) == 0
        await connection.execute("UPDATE outbox SET delivered_at = instant()")
        await play.do(acts.Suspend(reason="Réserve électorale"))
        while await fan_out(connection, KnownProcesses()):
            pass
        yield found
    await pool.close()


async def test_who_has_a_postal_address_alone_gets_a_letter_and_printed_again_it_is_the_same(
    operator: Operator, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = await operator.play.worker.fetch(
        "SELECT DISTINCT n.channel, p.reference FROM notice n JOIN participant p ON n.recipient = 'member/' || p.member"
    )
    assert {(row["channel"], row["reference"]) for row in rows} == {("letter", "a"), ("mail", "b")}
    first = await operator.print("une.pdf")
    assert first.startswith(b"%PDF-")
    said = capsys.readouterr().out
    assert "1 lettres dans" in said
    batch = said.split("--batch ")[1].strip()
    with pytest.raises(NotPrinted, match=batch):
        await operator.print("autre.pdf")
    assert not list(operator.folder.glob("autre*"))
    assert await operator.print("encore.pdf", "--batch", batch) == first
    sent_to = await operator.play.worker.fetchval(
        "SELECT DISTINCT sent_to FROM notice WHERE batch IS NOT NULL"
    )
    assert sent_to == "Adèle\n1 rue du Port\n29200 BREST"


async def test_letters_that_cannot_be_written_wait_on(operator: Operator) -> None:
    (operator.folder / "une.pdf").touch()
    with pytest.raises(FileNotWritten):
        await operator.print("une.pdf")
    assert await operator.play.worker.fetchval("SELECT count(*) FROM letter_batch") == 0
    assert await operator.print("deux.pdf")
    with pytest.raises(NotPrinted):
        await operator.print("trois.pdf", "--batch", "x")


async def test_an_address_too_long_for_an_envelope_is_a_line_at_fault(
    operator: Operator, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await operator.bring_in("reference;nom;collège;adresse\nd;Dina;locales;" + "x" * 39 + "\n") == 1
    assert "postal_address_too_long" in capsys.readouterr().out
