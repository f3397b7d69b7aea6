"""`concertation audit`: what an operator reads at night, in both languages and as JSON."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest
from pydantic import SecretStr

from domain.auditing import What
from server.commands import audit as command
from server.commands import grant
from server.settings import Settings
from store import audit
from store.audit import Happened
from store.pool import acquire, open_pool
from tests.fixtures.postgres import Database

pytestmark = pytest.mark.postgres
MEMBER = "3d0f5d0e-0000-4000-8000-000000000001"


async def call(database: Database, folder: Path, *words: str) -> None:
    parser = argparse.ArgumentParser()
    command.configure(parser)
    settings = Settings(data_dir=folder, worker_database_url=SecretStr(database.worker))
    assert await command.run(parser.parse_args(words), settings) == 0


async def happen(database: Database, *happened: Happened) -> None:
    pool = await open_pool(database.app, application="tests")
    async with acquire(pool) as connection:
        await audit.write(connection, happened)
    await pool.close()


async def test_it_is_printed_with_the_latest_last_and_chosen_by_kind_member_and_address(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await call(database, tmp_path)
    assert "Rien depuis le" in capsys.readouterr().out
    await happen(
        database,
        Happened(what=What.TOKEN_REFUSED, address="192.0.2.7", count=400, first_ago=130, last_ago=120),
        Happened(what=What.NOT_ALLOWED, member=MEMBER, address="192.0.2.8", about="launch", reference="r1"),
        Happened(what=What.SIGNED_IN, member="old", first_ago=8000, last_ago=8000),
        Happened(what=What.SIGNED_OUT, member="old", first_ago=7990, last_ago=7990),
    )
    await call(database, tmp_path)
    first, last = capsys.readouterr().out.splitlines()
    assert "jeton refusé × 400 · 192.0.2.7" in first
    assert f"action non permise · {MEMBER} · 192.0.2.8 · launch · r1" in last
    for words, expected in (
        (("--since", "3h"), 4),
        (("--what", "signed_in", "--since", "1d"), 1),
        (("--what", "not_allowed", "--what", "signed_in", "--since", "1d"), 2),
        (("--member", MEMBER), 1),
        (("--address", "192.0.2.7"), 1),
        (("--address", "192.0.2.9"), 0),
        (("--since", "2020-01-01"), 4),
        (("--since", "2020-01-01", "--most", "2"), 2),
    ):
        await call(database, tmp_path, "--json", *words)
        assert len(capsys.readouterr().out.splitlines()) == expected, words
    await call(database, tmp_path, "--json", "--member", "old", "--since", "1d")
    kinds = [json.loads(line)["what"] for line in capsys.readouterr().out.splitlines()]
    assert kinds == ["signed_in", "signed_out"]
    await call(database, tmp_path, "--json", "--member", MEMBER)
    row = json.loads(capsys.readouterr().out)
    assert (row["what"], row["count"], row["about"]) == ("not_allowed", 1, "launch")
    await call(database, tmp_path, "--language", "en", "--since", "1d", "--most", "1")
    said = capsys.readouterr().out
    assert "not allowed" in said
    assert "the latest 1 rows" in said


async def test_roles_that_are_granted_and_withdrawn_are_in_it(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    grant.configure(parser)
    settings = Settings(data_dir=tmp_path, worker_database_url=SecretStr(database.worker))
    for more in ((), (), ("--withdraw",), ("--withdraw",)):
        await grant.run(parser.parse_args(["operator", "--member", MEMBER, *more]), settings)
    capsys.readouterr()
    await call(database, tmp_path, "--json")
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["what"], row["member"], row["about"], row["count"]) for row in found] == [
        ("role_granted", MEMBER, "operator", 1),
        ("role_withdrawn", MEMBER, "operator", 1),
    ]


@pytest.mark.parametrize("text", ["yesterday", "0h", "3w", "-1h", ""])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="neither"):
        command._since(text)


async def test_an_address_is_asked_for_as_the_log_of_a_proxy_has_it(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await happen(database, Happened(what=What.TOKEN_REFUSED, address="2001:db8:0:1::/64"))
    for address in ("2001:db8:0:1::5", "2001:DB8:0:1:2:3:4:5", "2001:db8:0:1::/64"):
        await call(database, tmp_path, "--json", "--address", address)
        assert json.loads(capsys.readouterr().out)["address"] == "2001:db8:0:1::/64"


@pytest.mark.parametrize("text", ["0", "-1", "x", "", "1e3"])
def test_what_is_no_number_of_rows_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="rows"):
        command._count(text)


def test_every_kind_has_its_words_in_both_languages() -> None:
    for words in command.TEXTS.values():
        assert set(words) == {*What, "none", "more"}
