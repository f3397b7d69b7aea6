"""`concertation grant`: roles on the platform, given to members and taken back by whoever runs the service."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest
from pydantic import SecretStr

from server.commands import grant
from server.commands.grant import NotGranted
from server.settings import Settings
from store import accounts
from store.pool import acquire, open_pool
from tests.fixtures.postgres import Database

pytestmark = pytest.mark.postgres
MEMBER = "3d0f5d0e-0000-4000-8000-000000000001"
ISSUER = "https://auth.example.fr"


async def call(database: Database, folder: Path, *words: str) -> int:
    parser = argparse.ArgumentParser()
    grant.configure(parser)
    settings = Settings(data_dir=folder, worker_database_url=SecretStr(database.worker))
    return await grant.run(parser.parse_args(words), settings)


async def test_a_role_is_granted_once_listed_and_withdrawn(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words, said in [
        (("coordinator", "--member", MEMBER), "a désormais le rôle coordinator"),
        (("coordinator", "--member", MEMBER), "avait déjà le rôle"),
        (("--list",), f"coordinator · {MEMBER} · depuis le "),
        (("coordinator", "--member", MEMBER, "--withdraw", "--language", "en"), "no more"),
        (("coordinator", "--member", MEMBER, "--withdraw"), "n’avait pas le rôle"),
        (("--list",), "Aucun rôle"),
    ]:
        assert await call(database, tmp_path, *words) == 0
        assert said in capsys.readouterr().out


async def test_a_role_is_granted_to_whom_an_issuer_names_before_they_ever_come(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await call(database, tmp_path, "operator", "--issuer", ISSUER, "--subject", "sub-7")
    capsys.readouterr()
    await call(database, tmp_path, "--list", "--json")
    (row,) = map(json.loads, capsys.readouterr().out.splitlines())
    pool = await open_pool(database.app, application="tests")
    async with acquire(pool) as connection:
        account = await accounts.account(connection, ISSUER, "sub-7")
    await pool.close()
    assert account.platform_roles == ("operator",)
    assert {name: row[name] for name in ("member", "role", "issuer", "subject")} == {
        "member": account.member,
        "role": "operator",
        "issuer": ISSUER,
        "subject": "sub-7",
    }


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("operator",),
        ("--member", MEMBER),
        ("operator", "--issuer", ISSUER),
        ("operator", "--subject", "s"),
    ],
)
async def test_what_is_not_whole_is_refused_with_what_to_say(
    database: Database, tmp_path: Path, words: tuple[str, ...]
) -> None:
    with pytest.raises(NotGranted, match="--member ID"):
        await call(database, tmp_path, *words)


def test_both_languages_say_the_same() -> None:
    assert grant.TEXTS["fr"].keys() == grant.TEXTS["en"].keys()
