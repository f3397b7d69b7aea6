"""docs/sizing.md and docs/scaling.md reckon with connections: their formulas and figures are held to the program."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import yaml
from pydantic import SecretStr

from activities import mailing_process
from server import ailments, app, replicas, worker
from server.settings import Settings
from store import pool, sealing_process
from tests.fixtures.replicas import REPLICAS, create_app

HOUSE = Path(__file__).parents[2]
SIZING = (HOUSE / "docs" / "sizing.md").read_text()
SCALING = (HOUSE / "docs" / "scaling.md").read_text()
SERVICES = 4
"""Of Temporal, in its one container: frontend, history, matching, worker. Each has connections of its own."""
_SUM = re.compile(r"(?<![\w.,])(\d[\d.]*(?: [×÷+] \d[\d.]*)+) = (\d[\d.]*\d|\d)")


class Enough(Exception):
    """What is looked at has happened."""


def reckoned(formula: str, **values: float) -> float:
    """Work out a formula as the pages write it."""
    plain = formula.replace("×", "*").replace("÷", "/").replace("−", "-")
    assert re.fullmatch(r"[\w\s.()*/+-]+", plain), formula
    return float(eval(plain, {"__builtins__": {}}, values))  # noqa: S307 - letters, numbers and signs of the page


def needed(apis: int, workers: int, size: int) -> float:
    """Work out how many connections the page asks for."""
    (formula,) = re.findall(r"max_connections ≥ (.+)", SIZING)
    return reckoned(formula, a=apis, w=workers, p=size)


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many connections each pool may have and each connection is, as they are opened; nothing is connected to."""
    found: list[int] = []

    async def connect(*_: Any, **__: Any) -> None:
        found.append(1)

    async def open_pool(dsn: str, *, max_size: int, **_: Any) -> Any:
        found.append(max_size)
        raise Enough

    monkeypatch.setattr(asyncpg, "connect", connect)
    monkeypatch.setattr(mailing_process, "open_pool", open_pool)
    monkeypatch.setattr(worker, "open_pool", open_pool)
    return found


def settings_of(folder: Path, **more: Any) -> Settings:
    """Settings whose database answers nobody."""
    dsn = SecretStr(f"postgresql://nobody@/nothing?host={folder}")
    return Settings(
        data_dir=folder, database_url=dsn, worker_database_url=dsn, temporal_address="127.0.0.1:1", **more
    )


def test_the_page_reckons_with_the_settings_as_they_come() -> None:
    settings = Settings()
    assert f"the size of the pool ({settings.pool_max_size} as it comes)" in SIZING
    assert f"{settings.mail_connections} mails at once and one seal in each worker" in SIZING
    assert f"(`CONCERTATION_DATABASE_TIMEOUT`, {settings.database_timeout:g} s)" in SIZING
    assert f"says when {ailments.CONNECTIONS_IN_USE:.0%}".replace("%", " %") in SIZING
    pools = [
        "`CONCERTATION_POOL_MAX_SIZE` + 4 |",
        "`CONCERTATION_POOL_MAX_SIZE` + `CONCERTATION_MAIL_CONNECTIONS` + 2",
    ]
    assert [words for words in pools if words not in SIZING] == []


@pytest.mark.parametrize("size", [1, 10, 25])
async def test_an_api_takes_as_many_connections_as_the_page_says(
    size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[int] = []

    async def open_pool(dsn: str, *, max_size: int, **more: Any) -> Any:
        found.append(max_size)
        return await pool.open_pool(dsn, max_size=max_size, **more)

    monkeypatch.setattr(app, "open_pool", open_pool)
    api = create_app(settings_of(tmp_path, pool_max_size=size))
    async with api.router.lifespan_context(api):
        assert len(found) == 2 * REPLICAS
    assert sum(found) == needed(REPLICAS, 0, size) - needed(0, 0, size)


async def test_a_worker_takes_as_many_connections_as_the_page_says(
    tmp_path: Path, taken: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(tmp_path, pool_max_size=15)
    loop, read = asyncio.get_running_loop(), []
    connect_read_pipe = loop.connect_read_pipe

    async def remembered(*given: Any) -> Any:
        read.append(await connect_read_pipe(*given))
        return read[-1]

    monkeypatch.setattr(loop, "connect_read_pipe", remembered)
    monkeypatch.setattr(loop, "add_signal_handler", lambda *_: None)
    with pytest.raises(Enough):
        await worker.serve(settings)

    reading, writing = os.pipe()
    order = {"dsn": "postgresql://", "run": 1, "connections": settings.mail_connections}
    os.write(writing, json.dumps(order).encode() + b"\n")
    with os.fdopen(reading) as given, os.fdopen(writing, "w"):
        monkeypatch.setattr(sys, "stdin", given)
        with pytest.raises(Enough):
            await mailing_process.work()
        for transport, _ in read:  # that process would have ended
            transport.close()
        await asyncio.sleep(0)
    assert taken[1:] == [1, settings.mail_connections + 1], "mails: one that says that it lives, and a pool"

    with pytest.raises(AttributeError):  # of a connection that is none
        await sealing_process.seal({"dsn": "postgresql://", "concertation": "", "round": 1, "stage": ""})
    assert sum(taken) == needed(0, 1, 15) - needed(0, 0, 15)


def test_a_worker_does_as_much_at_once_as_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options: dict[str, Any] = {}
    monkeypatch.setattr(worker, "Worker", lambda client, **given: options.update(given))
    nobody: Any = None
    worker.compose(nobody, nobody, settings_of(tmp_path, pool_max_size=7))
    (times,) = re.findall(r"A worker runs `(\d+) × CONCERTATION_POOL_MAX_SIZE` activities", SIZING)
    assert options["max_concurrent_activities"] == int(times) * 7


@pytest.mark.parametrize("apis", [1, 2, 16])
@pytest.mark.parametrize("workers", [1, 4, 16])
@pytest.mark.parametrize("size", [1, 10, 40])
@pytest.mark.parametrize("mails", [1, 4, 50])
def test_the_embedded_postgresql_lets_in_all_that_the_page_asks_for(
    apis: int, workers: int, size: int, mails: int
) -> None:
    settings = Settings(
        api_processes=apis, worker_processes=workers, pool_max_size=size, mail_connections=mails
    )
    more_mails = workers * (mails - Settings().mail_connections)
    assert replicas.connections(settings) >= needed(apis, workers, size) + more_mails


def test_the_postgresql_of_docker_compose_lets_in_all_processes_and_temporal() -> None:
    services: Mapping[str, Any] = yaml.safe_load((HOUSE / "docker-compose.yml").read_text())["services"]
    (most,) = (
        int(word.partition("=")[2])
        for word in services["postgres"]["command"]
        if word.startswith("max_connections=")
    )
    apis, workers = (sum(name.startswith(kind) for name in services) for kind in ("api-", "worker-"))
    assert not any("POOL_MAX_SIZE" in str(service) for service in services.values())
    ours = needed(apis, workers, Settings().pool_max_size)
    temporal = services["temporal"]["environment"]
    assert "SERVICES" not in temporal, "all of them are in the one container"
    theirs = SERVICES * (int(temporal["SQL_MAX_CONNS"]) + int(temporal["SQL_VIS_MAX_CONNS"]))
    assert ours + theirs <= most
    assert f"{ours:.0f} + {theirs} = {ours + theirs:.0f}, within its `max_connections={most}`" in SIZING
    assert f"docker-compose.yml has `max_connections={most}`, of which Temporal may\ntake {theirs}" in SCALING
    assert f"eight and four want {needed(8, 4, 10) + theirs:.0f} there" in SCALING


@pytest.mark.parametrize(("page", "least"), [(SIZING, 5), (SCALING, 1)], ids=["sizing.md", "scaling.md"])
def test_what_the_page_adds_up_is_right(page: str, least: int) -> None:
    sums = _SUM.findall(" ".join(page.split()))
    assert len(sums) >= least
    for formula, said in sums:
        places = len(said.partition(".")[2])
        assert round(reckoned(formula), places) == float(said), f"{formula} = {said}"


def test_the_examples_of_the_page_are_of_its_formula() -> None:
    for words, (apis, workers, size) in {
        "2 × 14 + 2 × 17 + 10 = 72": (2, 2, 10),
        "4 × 24 + 4 × 27 + 10 = 214": (4, 4, 20),
    }.items():
        assert words in SIZING
        assert needed(apis, workers, size) == float(words.rpartition("= ")[2])
    assert f"| {needed(2, 2, 10):.0f} |" in SIZING


def test_the_loads_of_the_table_are_what_its_words_come_to() -> None:
    words = {"a quarter": 1 / 4, "threefold": 3.0, "three times as many": 3.0}
    rows = re.findall(r"^\| ([\d,]+) ([^|]*hour[^|]*) \| ([\d.]+) \|", SIZING, re.MULTILINE)
    assert len(rows) == 3
    for people, how, said in rows:
        a_second = float(people.replace(",", "")) / 3600
        for word, factor in words.items():
            a_second *= factor if word in how else 1
        assert round(a_second, len(said.partition(".")[2])) == float(said), how
