"""The crowd of `make bench` is what real contributions would be, though nobody sent it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from json import loads
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio
from asyncpg import Record

from benchmarks.crowd import COLUMNS, Crowd, Person
from benchmarks.settling import settle
from benchmarks.speech import questionnaire
from domain.questionnaires.answering import Validator
from domain.questionnaires.shapes import Form
from domain.questionnaires.spoken import spoken
from store.pool import Connection
from tests.fixtures.postgres import Database

UNTIL = datetime(2026, 3, 1, 22, 59, tzinfo=UTC)
MEMBERS = tuple(
    Person(member=f"m{n}", college="agents", organisation=str(UUID(int=n)), territory="971")
    for n in range(10)
)
CROWD = Crowd(
    concertation=uuid4(),
    stage="appel",
    of=700,
    until=UNTIL,
    members=MEMBERS,
)
LATER = ("superseded_at", "withdrawn_at", "hidden_at", "measure", "terms")
"""What befalls a contribution after it was sent, or is made of it."""


def rows(crowd: Crowd, first: int = 0, last: int | None = None) -> list[dict[str, Any]]:
    return [
        dict(zip(COLUMNS, row, strict=True)) for row in crowd.rows(first, crowd.of if last is None else last)
    ]


def test_the_same_seed_makes_the_same_crowd() -> None:
    assert rows(CROWD, 100, 200) == rows(CROWD, 100, 200)
    assert rows(CROWD, 100, 200) != rows(replace(CROWD, of=701), 100, 200)


def test_answers_are_valid_and_the_text_is_what_they_say() -> None:
    asked = questionnaire()
    assert isinstance(asked, Form)
    validator = Validator(asked)
    assert len(list(asked.questions())) == 10
    for row in rows(CROWD):
        answers = loads(row["answers"])
        validation = validator(answers)
        assert validation.problems == ()
        assert validation.answers == answers
        assert row["body"] == spoken(asked, answers) != ""


def test_members_write_the_first_and_the_middle_ones_and_nobody_replaces_them() -> None:
    made = rows(CROWD)
    assert [row["member"] for row in made[:5] + made[350:355]] == [person.member for person in MEMBERS]
    assert all(row["superseded_at"] is None and row["version"] == 1 for row in made[:5] + made[350:355])


def test_people_come_in_the_order_of_their_ids_and_once_each_but_to_correct_themselves() -> None:
    made = rows(CROWD)
    assert made == sorted(made, key=lambda row: (row["submitted_at"], row["id"]))
    assert all(row["submitted_at"] <= UNTIL for row in made)
    by_id = {row["id"]: row for row in made}
    revisions = [row for row in made if row["version"] == 2]
    assert len({row["member"] for row in made}) == len(made) - len(revisions) < len(made)
    assert {row["supersedes"] for row in revisions} == {row["id"] for row in made if row["superseded_at"]}
    for row in revisions:
        before = by_id[row["supersedes"]]
        assert (before["member"], before["superseded_at"]) == (row["member"], row["submitted_at"])


@pytest_asyncio.fixture
async def superuser(database: Database) -> AsyncIterator[Connection]:
    """A connection to a database that knows the concertation of the crowd, and no more than that it is there."""
    connection = await asyncpg.connect(database.superuser)
    await connection.execute(
        """
        INSERT INTO concertation (id, slug, phase, title, round, seq, head, snapshot, is_over, created_at, updated_at)
        VALUES ($1, 'essai', 'running', '{}', 1, 0, sha256(''), '{}', false, instant(), instant())
        """,
        CROWD.concertation,
    )
    yield connection
    await connection.close()


async def everything(connection: Connection) -> list[Record]:
    return await connection.fetch("SELECT * FROM contribution ORDER BY id")


async def counters(connection: Connection) -> list[Record]:
    return await connection.fetch(
        """
        SELECT theme, college, channel, departement, sum(count)::bigint AS count
        FROM contribution_figures($1, 1, 'appel') GROUP BY 1, 2, 3, 4 HAVING sum(count) <> 0 ORDER BY 1, 2, 3, 4
        """,
        CROWD.concertation,
    )


async def schema(connection: Connection) -> list[Record]:
    return await connection.fetch(
        """
        SELECT pg_get_indexdef(indexrelid) AS made FROM pg_index WHERE indrelid = 'contribution'::regclass
        UNION ALL
        SELECT conname::text || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'contribution'::regclass
        UNION ALL SELECT tgname::text || tgenabled::text FROM pg_trigger WHERE tgrelid = 'contribution'::regclass
        ORDER BY 1
        """
    )


@pytest.mark.postgres
async def test_a_settled_crowd_differs_in_nothing_from_one_that_came_one_by_one(
    database: Database, superuser: Connection
) -> None:
    before = await schema(superuser)
    await settle(database.superuser, CROWD, at_once=200)
    assert await schema(superuser) == before
    settled, counted = await everything(superuser), await counters(superuser)
    assert len(settled) == CROWD.of
    for name in ("superseded_at", "withdrawn_at", "organisation", "hidden_at"):
        assert any(row[name] for row in settled), name
    hidden = await superuser.fetch("SELECT contribution, id, hidden_at FROM measure ORDER BY contribution")
    assert [tuple(row) for row in hidden] == [
        (row["id"], row["measure"], row["hidden_at"]) for row in settled if row["measure"]
    ]

    await one_by_one(superuser, [row["id"] for row in settled])
    assert await superuser.fetchval("SELECT count(*) FROM contribution_change") > 0
    assert await counters(superuser) == counted
    assert await everything(superuser) == settled


async def one_by_one(connection: Connection, ids: list[UUID]) -> None:
    """Take all away, and let each come again as submit_contribution and write_moderation write it, all triggers on."""
    await connection.execute("CREATE TEMP TABLE kept AS SELECT * FROM contribution")
    await connection.execute("SET session_replication_role = replica")
    await connection.execute("DELETE FROM contribution; DELETE FROM contribution_counter")
    await connection.execute("SET session_replication_role = origin")
    names = [a["name"] for a in await connection.fetch("SELECT attname AS name FROM pg_attribute WHERE attrelid = "
        "'contribution'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum")]  # fmt: skip
    values = ", ".join("NULL" if name in LATER else name for name in names)
    for id in ids:
        await connection.execute(
            """
            UPDATE contribution c SET superseded_at = k.superseded_at FROM kept k, kept new
            WHERE new.id = $1 AND c.id = new.supersedes AND k.id = c.id
            """,
            id,
        )
        await connection.execute(f"INSERT INTO contribution SELECT {values} FROM kept WHERE id = $1", id)
    for name in ("withdrawn_at", "hidden_at", "measure"):
        await connection.execute(
            f"UPDATE contribution c SET {name} = k.{name} FROM kept k WHERE k.id = c.id AND k.{name} IS NOT NULL"
        )


@pytest.mark.postgres
async def test_the_leaves_of_a_crowd_are_those_that_the_database_makes(
    database: Database, superuser: Connection
) -> None:
    await settle(database.superuser, CROWD, at_once=400)
    wrong = "SELECT count(*) FROM contribution c WHERE c.digest <> contribution_leaf(c)"
    assert await superuser.fetchval(wrong) == 0
