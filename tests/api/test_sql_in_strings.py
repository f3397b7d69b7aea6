"""SQL in every string of every mutation and query: refused, or kept to the letter; nothing else comes of it."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from api.proving import ProvingSchema
from store.pool import acquire
from tests.api.filling import PLAIN, Asked, mutations, queries, within
from tests.api.house import House, pseudonym
from tests.api.stage import Stage
from tests.fixtures.postgres import Database

pytestmark = pytest.mark.postgres

SQL = (
    "'; DROP TABLE person CASCADE; --",
    '"; DELETE FROM ledger; --',
    "') OR ('1'='1",
    "$$; SELECT pg_sleep(30); $$",
    "$tag$ || (SELECT snapshot FROM concertation LIMIT 1) || $tag$",
    "\\'; TRUNCATE contribution; /*",
    "%' OR name LIKE '%",
    "_",
    "%",
    "{0} {name} %s %(x)s :x $1 ?",
    "E'\\x27' UNION SELECT display_name FROM person --",
    "0; SELECT set_config('concertation.reader', 'x', false)",
)
"""Quotes, ends of statements, dollar quotes, backslashes, wildcards of LIKE, comments, places of parameters."""


async def _kept(database: Database) -> tuple[dict[str, int], str]:
    """How many rows each table has, and what the schema is."""
    connection = await asyncpg.connect(database.superuser)
    try:
        tables = await connection.fetch(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
        )
        counts = {row[0]: await connection.fetchval(f'SELECT count(*) FROM "{row[0]}"') for row in tables}
        schema = await connection.fetchval(
            "SELECT md5(string_agg(c.relname || a.attname || a.atttypid::text, ',' ORDER BY c.relname, a.attnum)) "
            "FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
            "WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0"
        )
        return counts, schema
    finally:
        await connection.close()


def _giving(sql: str, stage: Stage, plain: tuple[str, ...] = ()) -> Any:
    """Put SQL into every string; ids, keys and the names of stages stay what they are where `plain` says so."""

    def give(field: str, scalar: str) -> Any:
        match scalar:
            case "ID":
                if "id" not in plain:
                    return sql
                return stage.id if field.startswith("concertation") else stage.members["citizen"]
            case "String":
                return {"stage": "appel", "round": 1}.get(field, sql) if "stage" in plain else sql
            case "Multilingual":
                return {"fr": sql, "en": sql}
            case "JSON":
                return {sql: sql}
            case "Duration" | "Date" | "DateTime" | "Time" if not plain:
                return sql
        return PLAIN.get(scalar)

    return give


async def _told(house: House, asked: Asked, variables: dict[str, Any], viewer: str | None) -> str:
    response = await house.post(asked.document, variables, viewer)
    assert response.status_code in (200, 400), (asked.name, response.text)
    text = response.text
    for leak in (
        "INTERNAL",
        "syntax error",
        "asyncpg",
        "UndefinedTable",
        "SELECT snapshot FROM concertation (",
    ):
        assert leak not in text, (asked.name, viewer, text[:500])
    assert "Citizen" not in text, (asked.name, "a name came out")
    return text


async def test_sql_in_every_string_is_refused_or_kept(
    stage: Stage, schema: ProvingSchema, database: Database
) -> None:
    await stage.open()
    await stage.contribute("citizen")
    before, shape = await _kept(database)
    graph = schema._schema
    tried, told = 0, 0
    for number, asked in enumerate((*mutations(graph), *queries(graph))):
        for turn, plain in enumerate(((), ("id",), ("id", "stage"))):
            sql = SQL[(number + turn * 5) % len(SQL)]
            variables = asked.variables(_giving(sql, stage, plain))
            for viewer in (None, "coordinator"):
                text = await _told(stage.house, asked, variables, viewer)
                tried += 1
                told += '"code"' in text or '"errors"' in text
    for name, asked in within(graph, "Concertation"):
        for sql in SQL:
            variables = asked.variables(_giving(sql, stage)) | {"concertation": stage.id}
            assert name in asked.document
            await _told(stage.house, asked, variables, "ada")
            tried += 1
    after, left = await _kept(database)
    assert tried > 900
    assert told > 400
    assert left == shape
    assert after.keys() == before.keys()
    assert {name: (count, after[name]) for name, count in before.items() if after[name] < count} == {}
    assert after["person"] >= before["person"]
    async with acquire(stage.house.sender.worker) as connection:
        assert await connection.fetchval(
            "SELECT display_name FROM person WHERE member = $1", pseudonym("citizen")
        ) == "Citizen"  # fmt: skip


@pytest.mark.parametrize("sql", SQL)
async def test_what_is_taken_is_kept_to_the_letter(stage: Stage, sql: str) -> None:
    await stage.open()
    sent = await stage.contribute("citizen", body=sql)
    found = await stage.house.ask(
        "query($id: ID!) { node(id: $id) { ... on Contribution { body } } }",
        {"id": sent["receipt"]["contribution"]["id"]},
        "citizen",
    )
    assert found["node"]["body"] == sql
    await stage.do("EnrolMember", "coordinator", pseudonym=pseudonym("sql"), name=sql, territory="FR")
    answer = await stage.do(
        "RegisterOrganisation", "coordinator", name=f"{sql} x", kind="OTHER", college="locales"
    )
    assert answer["organisation"]["name"] == f"{sql} x"
    query = """query($id: ID!, $name: String!) { concertation(id: $id) {
        members(first: 100) { nodes { pseudonym name } } organisations(filter: {name: $name}) { totalCount } } }"""
    seen = (await stage.house.ask(query, {"id": stage.id, "name": sql}, "coordinator"))["concertation"]
    assert sql in {member["name"] for member in seen["members"]["nodes"]}


@pytest.mark.parametrize("wildcard", ["%", "_", "%%", "a%", "%a", "\\%", "v%z", "__________"])
async def test_wildcards_are_signs_like_others(stage: Stage, wildcard: str) -> None:
    await stage.open()
    for name in ("Ville de Metz", "Alpha"):
        await stage.do("RegisterOrganisation", "coordinator", name=name, kind="OTHER", college="locales")
    await stage.contribute("citizen", body="Former tous les agents.")
    query = """query($id: ID!, $text: String!) { concertation(id: $id) {
        organisations(filter: {name: $text}) { nodes { name } } } }"""
    found = (await stage.house.ask(query, {"id": stage.id, "text": wildcard}, "coordinator"))["concertation"]
    names = [node["name"] for node in found["organisations"]["nodes"]]
    beginning = wildcard.translate(dict.fromkeys(map(ord, "%_\\")))
    assert names == [name for name in ("Alpha", "Ville de Metz") if name.lower().startswith(beginning)]
