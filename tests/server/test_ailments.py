"""What a doctor sees of an installation besides its ledgers: each fault made for real, each said with its mend."""

import json
import time
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from string import Formatter
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio
from pydantic import SecretStr

from server import ailments
from server.ailments import Ailment, of_database, of_files, of_machine, of_settings, of_temporal
from server.commands import doctor
from server.commands.doctor_texts import TEXTS
from server.files.shelf import place_of
from server.settings import Settings
from store import ailments as kept
from tests.fixtures.postgres import Database
from tests.server.test_looking_into_the_store import command
from tests.workflows.conftest import embedded


def settings(folder: Path, **more: Any) -> Settings:
    return Settings(data_dir=folder, **more)


def kinds(found: Any) -> list[str]:
    return [ailment.kind for ailment in found]


@pytest_asyncio.fixture
async def worker(database: Database) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(database.worker)
    yield connection
    await connection.close()


@pytest_asyncio.fixture
async def superuser(database: Database) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(database.superuser)
    await connection.execute("SET session_replication_role = replica")
    yield connection
    await connection.close()


def test_every_kind_is_said_in_both_languages_with_its_mend_and_what_it_names() -> None:
    assert TEXTS["fr"].keys() == TEXTS["en"].keys()
    for kind, french in TEXTS["fr"].items():
        english = TEXTS["en"][kind]
        assert {name for _, name, _, _ in Formatter().parse(french) if name} == {
            name for _, name, _, _ in Formatter().parse(english) if name
        }, kind
        if kind not in ("well", "well_but", "mended"):
            assert "Remède : " in french or "n’y remédie" in french
            assert "Mend: " in english or "No program mends" in english


def test_settings_as_they_come_contradict_nothing(tmp_path: Path) -> None:
    assert kinds(of_settings(settings(tmp_path))) == []


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"pool_min_size": 11}, "order"),
        ({"command_timeout": 2.0}, "order"),
        ({"operation_timeout": 2.5}, "order"),
        ({"smtp_url": SecretStr("smtp://mail"), "mail_from": "a@b.fr", "mail": "off"}, "mail_off"),
        ({"smtp_url": SecretStr("smtp://mail")}, "mail_from"),
        ({"host": "0.0.0.0", "public_url": "http://concertation.example"}, "public_url"),
        ({"jwks_file": Path("/nowhere/keys.json")}, "key_missing"),
    ],
)
def test_settings_that_contradict_one_another_are_said(
    given: dict[str, Any], kind: str, tmp_path: Path
) -> None:
    assert kinds(of_settings(settings(tmp_path, **given))) == [kind]


def test_a_key_that_others_may_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    key = tmp_path / "keys" / "tickets.jwk.json"
    key.write_text("{}")
    key.chmod(0o600)
    assert kinds(of_machine(settings(tmp_path))) == []
    key.chmod(0o644)
    assert list(of_machine(settings(tmp_path))) == [Ailment(kind="key_open", details={"file": str(key)})]


def test_a_disk_that_is_nearly_full_is_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = SimpleNamespace(free=80_000_000, total=10**12)
    monkeypatch.setattr(ailments, "shutil", SimpleNamespace(disk_usage=lambda place: usage))
    (found,) = of_machine(settings(tmp_path))
    assert (found.kind, found.details["free"]) == ("disk", "80 MB")
    usage.free = 0
    assert kinds(of_machine(settings(tmp_path))) == ["disk"], "full"
    usage.free, usage.total = 80_000_000, 10**9
    assert kinds(of_machine(settings(tmp_path))) == [], "a small one, of which there is enough"


def test_a_disk_that_has_room_and_nearly_no_inodes_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = SimpleNamespace(f_files=3_000_000, f_favail=12)
    monkeypatch.setattr(ailments, "os", SimpleNamespace(statvfs=lambda place: entries))
    (found,) = of_machine(settings(tmp_path))
    assert (found.kind, found.details["free"]) == ("inodes", "12")
    entries.f_files = entries.f_favail = 0
    assert kinds(of_machine(settings(tmp_path))) == [], "it makes them as they are needed"


def test_each_disk_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The data folder, PostgreSQL's in it, and that of files, which may each be on a disk of its own."""
    for name in ("data/postgres", "files"):
        (tmp_path / name).mkdir(parents=True)
    full = SimpleNamespace(free=0, total=10**12)
    monkeypatch.setattr(ailments, "shutil", SimpleNamespace(disk_usage=lambda place: full))
    monkeypatch.setattr(Path, "stat", lambda self, **_: SimpleNamespace(st_dev=str(self), st_mode=0o700))
    found = of_machine(settings(tmp_path / "data", files_dir=tmp_path / "files"))
    places = [one.details["place"] for one in found]
    assert places == [str(tmp_path / name) for name in ("data", "data/postgres", "files")]


@pytest.mark.postgres
async def test_a_database_where_all_goes_its_way_has_nothing(
    worker: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    assert [one async for one in of_database(worker)] == [Ailment(kind="backup_never", warning=True)]


@pytest.mark.postgres
async def test_what_waits_and_what_failed_is_said(
    worker: "asyncpg.Connection[asyncpg.Record]", superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    await superuser.execute(
        "INSERT INTO outbox (concertation, kind, payload, at) "
        "VALUES (gen_random_uuid(), 'x', '{}', instant() - interval '1 hour')"
    )
    await superuser.execute(
        "INSERT INTO notice (id, key, recipient, channel, state, at, next_at) "
        "VALUES (gen_random_uuid(), 'event/x/1', 'm', 'mail', 'sending', instant(), instant())"
    )
    await worker.execute("UPDATE notice SET state = 'failed', last_fault = '550 unknown'")
    await superuser.execute("UPDATE delivery SET mail_paused_until = instant() + interval '10 minutes'")
    found = {one.kind: one.details async for one in of_database(worker)}
    assert found.keys() == {"outbox", "notices", "mail_paused", "backup_never"}
    assert found["outbox"]["rows"] == "1"
    assert found["notices"] == {"notices": "1", "fault": "550 unknown"}


@pytest.mark.postgres
async def test_clocks_that_are_apart_and_connections_that_are_used_up_are_said(
    worker: "asyncpg.Connection[asyncpg.Record]", monkeypatch: pytest.MonkeyPatch
) -> None:
    used, most = await kept.connections(worker)
    assert 0 < used <= most

    async def nearly_all(connection: object) -> tuple[int, int]:
        return 96, 97

    monkeypatch.setattr(kept, "connections", nearly_all)
    monkeypatch.setattr(ailments, "time", SimpleNamespace(time=lambda: time.time() + 30))
    found = {one.kind: one.details async for one in of_database(worker)}
    assert found["connections"] == {"used": "96", "most": "97"}
    assert 29 < float(found["clock"]["seconds"]) < 31


@pytest.mark.postgres
async def test_files_that_are_missing_or_not_what_they_were_are_said(
    worker: "asyncpg.Connection[asyncpg.Record]",
    superuser: "asyncpg.Connection[asyncpg.Record]",
    tmp_path: Path,
) -> None:
    digests = {}
    for name, content in (("whole", b"whole"), ("other", b"other"), ("missing", b"missing")):
        digest = digests[name] = sha256(content).hexdigest()
        await superuser.execute(
            "INSERT INTO file_content VALUES (decode($1, 'hex'), $2, instant())", digest, len(content)
        )
        await superuser.execute(
            "INSERT INTO file (id, concertation, owner, name, media_type, size, requested_at, digest, sent_at) "
            "VALUES ($1, gen_random_uuid(), 'm', 'a', 'text/plain', $2, instant(), decode($3, 'hex'), instant())",
            uuid4(),
            len(content),
            digest,
        )
        file = tmp_path / "files" / place_of(digest)
        file.parent.mkdir(parents=True, exist_ok=True)
        if name != "missing":
            file.write_bytes(content if name == "whole" else b"OTHER")
    found = [one async for one in of_files(worker, settings(tmp_path))]
    assert sorted((one.kind, one.details["digest"]) for one in found) == [
        ("file_missing", digests["missing"]),
        ("file_other", digests["other"]),
    ]


@pytest.mark.postgres
@pytest.mark.temporal
async def test_temporal_away_without_the_namespace_and_without_a_worker_is_said(
    worker: "asyncpg.Connection[asyncpg.Record]", tmp_path: Path
) -> None:
    async def found(**more: Any) -> list[str]:
        return kinds([one async for one in of_temporal(worker, settings(tmp_path, **more))])

    assert await found() == [], "no Temporal is set"
    temporal = embedded(tmp_path)
    given = {"temporal_address": temporal.address, "temporal_namespace": "tests"}
    assert await found(**given) == ["temporal"]
    await temporal.start()
    assert await found(**given) == ["no_worker"]
    assert await found(**given | {"temporal_namespace": "other"}) == ["namespace"]
    await temporal.stop()


@pytest.mark.postgres
async def test_a_program_reads_it_as_json(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = settings(
        tmp_path,
        worker_database_url=SecretStr(database.worker),
        owner_database_url=SecretStr(database.owner),
    )
    assert await command(doctor, given, "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["well"], [(one["kind"], one["warning"]) for one in said["found"]]) == (
        True,
        [("backup_never", True)],
    )
    wrong = given.model_copy(update={"pool_min_size": 11})
    assert await command(doctor, wrong, "--json", "--language", "en") == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["well"], said["found"][0]["kind"]) == (False, "order")
    assert "Mend: " in said["found"][0]["text"]


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("language", "warns", "closes"),
    [
        ("fr", "Avertissement : on ne connaît aucune sauvegarde", "Tout est en ordre hormis cela : "),
        ("en", "Warning: no whole backup of this database", "All is well but for that: "),
    ],
)
async def test_a_warning_is_said_and_fails_nothing(
    language: str,
    warns: str,
    closes: str,
    database: Database,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = settings(
        tmp_path,
        worker_database_url=SecretStr(database.worker),
        owner_database_url=SecretStr(database.owner),
    )
    assert await command(doctor, given, "--language", language) == 0
    first, last = capsys.readouterr().out.splitlines()
    assert first.startswith(warns)
    assert last.startswith(closes)
