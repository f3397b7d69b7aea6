"""Pages: keyset cursors, counts, and a fixed number of statements whatever their size."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from api.asking import ask
from domain.digests import canonical
from store.ledger import GENESIS, row_hash
from store.pool import Connection, Pool
from tests.api.house import House, document
from tests.api.stage import Stage
from tests.fixtures.postgres import Database

pytestmark = pytest.mark.postgres

LEARNING = ("typeinfo_tree", "'jit'")
"""What stands in the statements by which the driver looks up a type once on each connection, and in no other."""


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement that reading sends to PostgreSQL, but those by which a new connection learns of types."""
    said: list[str] = []

    def note(record: asyncpg.connection.LoggedQuery) -> None:
        if not any(word in record.query for word in LEARNING):
            said.append(record.query)

    async def logged(pool: Pool, within: float, question: Callable[[Connection], Awaitable[Any]]) -> Any:
        async def listened(connection: Connection) -> Any:
            with connection.query_logger(note):
                return await question(connection)

        return await ask(pool, within, listened)

    monkeypatch.setattr("api.reading.ask", logged)
    return said


async def test_the_members_come_in_pages_that_neither_repeat_nor_skip(stage: Stage) -> None:
    await stage.open()
    seen: list[str] = []
    info = {"hasNextPage": True, "endCursor": None}
    while info["hasNextPage"]:
        variables = {"id": stage.id, "first": 4, "after": info["endCursor"]}
        members = (await stage.house.ask("Members", variables))["concertation"]["members"]
        seen += [m["pseudonym"] for m in members["nodes"]]
        info = members["pageInfo"]
        if len(seen) == 4:
            await stage.enrol("newcomer")  # arrives between two pages
    assert len(seen) == len(set(seen)) == members["totalCount"] == len(stage.members) + 1


async def test_the_ledger_comes_in_pages_in_order(stage: Stage) -> None:
    await stage.open()
    seqs: list[int] = []
    after = None
    hashes = ["0" * 64]
    while True:
        page = (await stage.house.ask("Ledger", {"slug": "essai", "first": 7, "after": after}))[
            "concertation"
        ]
        nodes = page["ledger"]["nodes"]
        assert page["ledger"]["totalCount"] == page["seq"]
        for node in nodes:
            assert node["previousHash"] == hashes[-1]
            hashes.append(node["hash"])
        seqs += [node["seq"] for node in nodes]
        if not page["ledger"]["pageInfo"]["hasNextPage"]:
            break
        after = page["ledger"]["pageInfo"]["endCursor"]
    assert seqs == list(range(1, page["seq"] + 1))
    later = await stage.house.ask("Ledger", {"slug": "essai", "afterSeq": page["seq"] - 2})
    assert [n["seq"] for n in later["concertation"]["ledger"]["nodes"]] == seqs[-2:]
    some = await stage.house.ask("Ledger", {"slug": "essai", "kinds": ["concertation_launched"]})
    assert some["concertation"]["ledger"]["totalCount"] == 1


async def test_the_ledger_is_shown_as_it_was_hashed_whatever_its_events_have_gained_since(
    stage: Stage, database: Database
) -> None:
    """A ledger begun by an older version, whose enrolments said nothing of whether somebody is elected."""
    await stage.open()
    superuser = await asyncpg.connect(database.superuser)
    await superuser.execute("SET session_replication_role = replica")
    head = GENESIS
    for row in await superuser.fetch("SELECT concertation, seq, content FROM ledger ORDER BY seq"):
        event = json.loads(row["content"])
        event["fact"].pop("elected", None)
        older = canonical(event).decode()
        after = row_hash(head, str(row["concertation"]), row["seq"], older)
        await superuser.execute(
            "UPDATE ledger SET content = $3, previous = $4, hash = $5 WHERE concertation = $1 AND seq = $2",
            row["concertation"],
            row["seq"],
            older,
            head,
            after,
        )
        head = after
    concertation = str(row["concertation"])
    await superuser.close()

    head, older_events = GENESIS, 0
    page = (await stage.house.ask("Ledger", {"slug": "essai", "first": 100}))["concertation"]
    assert not page["ledger"]["pageInfo"]["hasNextPage"]
    for row in page["ledger"]["nodes"]:
        older_events += row["kind"] == "member_enrolled"
        head = row_hash(head, concertation, row["seq"], canonical(row["content"]).decode())
        assert head.hex() == row["hash"], row
    assert older_events > 5


async def test_concertations_come_newest_first(stage: Stage) -> None:
    await stage.draft()
    for n in range(4):
        await Stage(stage.house, stage.procedure).draft(f"essai-{n}")
    slugs: list[str] = []
    after = None
    while True:
        page = (await stage.house.ask("Concertations", {"first": 2, "after": after}, "coordinator"))[
            "concertations"
        ]
        assert page["totalCount"] == 5
        slugs += [c["slug"] for c in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert slugs == ["essai-3", "essai-2", "essai-1", "essai-0", "essai"]
    mine = await stage.house.ask("Concertations", {"mine": True}, "coordinator")
    assert mine["concertations"]["totalCount"] == 5
    assert (await stage.house.ask("Concertations", {"mine": True}))["concertations"]["totalCount"] == 0


@pytest.mark.parametrize("after", ["", "x", "====", "WzFd", "MQ", "InhI", "é", "bnVsbA", "W10"])
async def test_a_forged_cursor_is_refused(house: House, after: str) -> None:
    for language, begins in ((None, "Ce curseur n’est pas"), ("en-GB", "This cursor is none")):
        response = await house.post(document("Concertations"), {"after": after}, language=language)
        (error,) = response.json()["errors"]
        assert error["extensions"] == {"code": "BAD_USER_INPUT", "input": ["after"]}
        assert error["message"].startswith(begins)
        assert error["path"] == ["concertations"]


async def test_a_negative_page_is_refused_and_a_huge_one_is_cut(stage: Stage) -> None:
    await stage.open()
    response = await stage.house.post(document("Concertations"), {"first": -1})
    (error,) = response.json()["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "input": ["first"]}
    assert error["message"] == "Un nombre d’éléments n’est pas négatif (first). Rien n’a été lu."
    found = await stage.house.ask("Ledger", {"slug": "essai", "first": 2_000_000_000})
    assert len(found["concertation"]["ledger"]["nodes"]) <= 100
    assert (await stage.house.ask("Ledger", {"slug": "essai", "first": 0}))["concertation"]["ledger"][
        "nodes"
    ] == []


@pytest.mark.parametrize("name", ["Concertation", "Ballots", "Calendar", "Review", "Outcome"])
async def test_one_concertation_takes_the_same_number_of_statements_whatever_is_in_it(
    stage: Stage, statements: list[str], name: str
) -> None:
    await stage.open()
    statements.clear()
    await stage.house.ask(name, {"slug": "essai"})
    small = len(statements)
    for n in range(15):
        await stage.enrol(f"person {n}", college="locales")
    await stage.do("AttachDocument", "coordinator", title="Autre", text="Encore des faits.", stage="appel")
    statements.clear()
    await stage.house.ask(name, {"slug": "essai"})
    assert len(statements) == small
    assert small <= 5


async def test_a_page_takes_the_same_number_of_statements_whatever_its_size(
    stage: Stage, statements: list[str]
) -> None:
    await stage.open()
    for n in range(6):
        await Stage(stage.house, stage.procedure).draft(f"essai-{n}")
    for name in ("citizen", "prefect"):
        await stage.contribute(name)
    for operation, variables, as_ in (
        ("Concertations", {}, "coordinator"),
        ("Contributions", {"id": stage.id, "stage": "appel"}, "coordinator"),
        ("Members", {"id": stage.id}, "coordinator"),
        ("Ledger", {"slug": "essai"}, None),
        ("Procedures", {}, None),
    ):
        counts = []
        for first in (1, 50):
            statements.clear()
            await stage.house.ask(operation, {**variables, "first": first}, as_)
            counts.append(len(statements))
        assert counts[0] == counts[1] <= 6, operation
