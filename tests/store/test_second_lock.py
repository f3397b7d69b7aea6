"""The second lock: what the application's role reads when a check is forgotten, over all tables and columns."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from domain import acts
from domain.moderation import ModerationReason
from domain.rights import UNNAMED, Viewer, may
from store import bodies, command_log, concertations, ledger, people, reports
from store.pool import Pool
from store.projection import mandates
from store.reports import Reporting
from tests.fixtures.postgres import Database
from tests.interchange.scene import NAMES, Held, hold
from tests.store.stage import DAY, Play

pytestmark = pytest.mark.postgres

READABLE = {
    "file": "ids and digests, without names and owners",
    "file_content": "digests and sizes of contents",
    "measure": "the public log of moderation, which has no texts",
    "organisation": "the register of who takes part, without addresses: public but for that of drafts",
    "procedure": "published by its nature",
    "reminder_day": "numbers of days",
    "seal_branch": "digests of digests",
}
"""The tables of which the application's role may read every row, and why. Any other gives nothing unnamed."""

HELD = {
    "body": "author or look(): a policy",
    "command_log": "actor: a policy",
    "contribution_read": "set_reader(): a view with the conditions of a policy",
    "ledger": "look(): a policy",
}
"""The tables that the application's role may ask, and what holds their rows."""

OWN = {"body": "author", "command_log": "actor", "contribution_read": "member"}
"""Whose rows they are. With eyes lent, and nothing named, there are one's own."""


@dataclass
class Scene:
    """A concertation with a bit of everything, and the draft of another."""

    play: Play
    held: Held
    draft: Play
    app: Pool
    database: Database


@pytest_asyncio.fixture
async def scene(play: Play, app: Pool, database: Database) -> AsyncIterator[Scene]:
    held = await hold(play, app)
    draft = Play(play.worker, play.clock)
    await draft.draft(slug="brouillon")
    await draft.do(acts.EnrolMember(member="p0"))
    for number, author in enumerate(("p0", "p1", "coordinator")):
        for concertation in (play.id, draft.id):
            await bodies.put(
                play.worker, id=str(uuid4()), kind="opinion", content={"fr": f"Avis {number} {concertation}"},
                author=author, concertation=concertation,
            )  # fmt: skip
    async with app.acquire() as connection:
        reporting = Reporting(
            concertation=play.id, contribution=held.receipts["answered"].contribution, reader="p3",
            reason=ModerationReason.INSULT, text="Insultant.", key="r",
        )  # fmt: skip
        await reports.report(connection, reporting)
    yield Scene(play, held, draft, app, database)


async def _readable(app: Pool) -> dict[str, list[str]]:
    rows = await app.fetch(
        """
        SELECT c.relname AS table, array_agg(a.attname::text ORDER BY a.attnum) AS columns
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v', 'm', 'p', 'f')
            AND c.relname NOT IN ('schema_migrations', 'test_clock')
            AND has_column_privilege('concertation_app', c.oid, a.attnum, 'SELECT')
        GROUP BY 1
        """
    )
    return {row["table"]: row["columns"] for row in rows}


async def test_every_table_that_the_application_reads_has_a_reason_or_a_policy(app: Pool) -> None:
    readable = await _readable(app)
    assert readable.keys() == READABLE.keys() | HELD.keys()
    assert not READABLE.keys() & HELD.keys()
    assert all((*READABLE.values(), *HELD.values()))


async def test_for_nobody_no_row_is_read_of_what_is_held(scene: Scene) -> None:
    readable = await _readable(scene.app)
    owner = await asyncpg.connect(scene.database.superuser)
    for table in HELD:
        assert await owner.fetchval(f"SELECT count(*) FROM {table}") > 0, f"the scene has no {table}"
        columns = ", ".join(readable[table])
        found = await scene.app.fetch(f"SELECT {columns} FROM {table}")
        out = [row for row in found if not (table == "contribution_read" and _is_out(row))]
        assert out == [], table
    await owner.close()


def _is_out(row: Any) -> bool:
    """Its stage is published: everybody reads it, without what moderation hides."""
    return row["withdrawn_at"] is None and row["superseded_at"] is None


async def test_a_draft_is_for_its_office_holders_whoever_names_it(scene: Scene) -> None:
    async with scene.app.acquire() as connection:
        for reader, seen in ((None, 0), ("p0", 0), ("presidente", 0), ("coordinator", 1)):
            eyes = concertations.Eyes(reader)
            both = await concertations.processes(connection, [scene.play.id, scene.draft.id], eyes=eyes)
            assert set(both) == {scene.play.id, *[scene.draft.id] * seen}, reader
            by_slug = await concertations.process_by_slug(connection, "brouillon", eyes=eyes)
            assert (by_slug is not None) == bool(seen)
        assert len(await concertations.processes(connection, [scene.draft.id])) == 1
        for viewer, total in ((None, 1), ("presidente", 1), ("p0", 2)):
            page = await concertations.page(connection, first=9, viewer=viewer)
            assert (len(page.rows), page.total) == (total, total)


@pytest.mark.parametrize("viewer", ["p0", "p1", "presidente", "coordinator", "'; --", ""])
async def test_through_the_eyes_of_one_nothing_is_read_of_another(scene: Scene, viewer: str) -> None:
    async with scene.app.acquire() as connection:
        for lend in ("SELECT set_reader($1, false, NULL)", "SELECT look($1, '{}')"):
            async with connection.transaction():
                await connection.execute(lend, viewer)
                readable = await _readable(scene.app)
                for table in HELD:
                    columns = ", ".join(readable[table])
                    for row in await connection.fetch(f"SELECT {columns} FROM {table}"):
                        assert table in OWN, table
                        assert row[OWN[table]] == viewer or ("withdrawn_at" in row and _is_out(row)), table


async def test_no_name_and_no_report_is_in_any_table_that_the_application_reads(scene: Scene) -> None:
    readable = await _readable(scene.app)
    secrets = (*NAMES, "Insultant.", "Des coordonnées.", "Un brouillon.", "Elles circulent.")
    for table, columns in readable.items():
        text = str(await scene.app.fetch(f"SELECT {', '.join(columns)} FROM {table}"))
        assert [secret for secret in secrets if secret in text] == [], table


async def test_what_a_function_lends_is_given_back_with_its_statement(scene: Scene) -> None:
    """A connection goes back to the pool without a reset: nothing of its last viewer may be left on it."""
    left = "SELECT current_setting('concertation.' || name, true) FROM unnest($1::text[]) AS name"
    async with scene.app.acquire() as connection:

        async def lent() -> list[str | None]:
            rows = await connection.fetch(left, ["reader", "sees_all", "named"])
            return [row[0] for row in rows if row[0]]

        for name, arguments in {
            "ledger_rows": ("p0", scene.play.id, 0, None, 1),
            "texts_of": ("p0", [scene.play.id], []),
            "command_reply": (scene.play.id, "p0", "c1"),
            "contribution_own": ("p0", scene.play.id),
            "contribution_get": ("p0", scene.play.id, []),
            "contribution_versions": ("p0", scene.play.id, []),
            "look": ("p0", [scene.play.id]),
            "set_reader": ("p0", True, scene.play.id),
        }.items():
            places = ", ".join(f"${n}" for n in range(1, len(arguments) + 1))
            await connection.fetch(f"SELECT * FROM {name}({places})", *arguments)
            assert await lent() == [], name


async def test_a_ledger_is_read_by_name_and_that_of_a_draft_by_its_office_holders(scene: Scene) -> None:
    async with scene.app.acquire() as connection:

        async def seen(play: Play, reader: str | None) -> tuple[int, int]:
            page = await ledger.page(connection, play.id, reader=reader, first=500)
            assert len(await ledger.after(connection, play.id, 0, reader=reader)) == len(page.rows)
            assert (await ledger.get(connection, play.id, 1, reader=reader) is None) == (not page.rows)
            return len(page.rows), page.total

        for reader in (None, "p0", "presidente", "coordinator"):
            rows, total = await seen(scene.play, reader)
            assert rows == total > 10
        for reader in (None, "p0", "presidente"):
            assert await seen(scene.draft, reader) == (0, 0)
        rows, total = await seen(scene.draft, "coordinator")
        assert rows == total > 1


async def test_a_reply_is_for_who_commanded(scene: Scene) -> None:
    command = scene.play.command(acts.Tick(), "coordinator", key="c1")
    async with scene.app.acquire() as connection:
        assert await command_log.reply_to(connection, command) is not None
        rows = await connection.fetch("SELECT * FROM command_reply($1, 'p0', 'c1')", scene.play.id)
    assert rows == []


async def test_a_text_is_read_by_its_id_in_a_concertation_that_one_looks_into(scene: Scene) -> None:
    rows = await scene.play.worker.fetch("SELECT id::text, concertation::text FROM body")
    ids = [row["id"] for row in rows]
    here = {row["id"] for row in rows if row["concertation"] == scene.play.id}
    there = {row["id"] for row in rows if row["concertation"] == scene.draft.id}
    assert here
    assert there
    async with scene.app.acquire() as connection:

        async def read(reader: str | None, *within: Play) -> set[str]:
            named = [play.id for play in within]
            return {*await bodies.texts(connection, ids, reader=reader, concertations=named)}

        assert await read("p0") == set()
        assert await read(None, scene.play) == here
        assert await read("p0", scene.play, scene.draft) == here
        assert await read("coordinator", scene.play, scene.draft) == here | there
        assert await read("coordinator", scene.draft) == there


async def test_a_name_is_told_as_the_rights_say(scene: Scene) -> None:
    """The function and `may` say the same of every reader, member and concertation."""
    await people.put_new(
        scene.play.worker, {m: m.upper() for m in ("presidente", "saisie", "coordinator", "nobody")}
    )
    read = {}
    for play in (scene.play, scene.draft):
        found = await concertations.processes(scene.play.worker, [play.id])
        read[play.id] = found[play.id]
    who = ("p0", "p1", "p2", "p3", "presidente", "rapporteuse", "saisie", "coordinator", "nobody", "p6")
    wanted = [(place, member) for place in read for member in who] + [(None, "p0"), (None, "p1")]
    known = {row["member"] for row in await scene.play.worker.fetch("SELECT member FROM person")}
    for reader in (None, *who):
        async with scene.app.acquire() as connection:
            told = await people.names(connection, reader, wanted)
        expected = set()
        for place, member in wanted:
            process, now = read[place] if place else (None, None)
            public = process is not None and process.phase not in ("draft", "void") and any(
                term.member == member
                for office in process.offices.values() if office.role not in UNNAMED
                for term in office.terms
            )  # fmt: skip
            keeps = may(Viewer(member=reader), "read_names", process, now)
            takes_part = process is not None and member in process.members
            if member in known and (member == reader or public or (keeps and takes_part)):
                expected.add((place, member))
        assert told.keys() == expected, reader


async def test_whoever_answered_without_being_enrolled_is_named_to_the_keepers_there(scene: Scene) -> None:
    await scene.play.worker.execute(
        "INSERT INTO person (member, display_name, at) VALUES ('p6', 'P6', instant()) ON CONFLICT DO NOTHING"
    )
    owner = await asyncpg.connect(scene.database.superuser)
    await owner.execute("DELETE FROM member WHERE member = 'p6'")
    await owner.close()
    wanted = [(scene.play.id, "p6"), (scene.draft.id, "p6")]
    async with scene.app.acquire() as connection:
        assert await people.names(connection, "coordinator", wanted) == {(scene.play.id, "p6"): "P6"}
        assert await people.names(connection, "p1", wanted) == {}


async def test_reports_are_for_who_moderates(scene: Scene) -> None:
    async with scene.app.acquire() as connection:
        for reader, count in ((None, 0), ("p0", 0), ("p3", 0), ("saisie", 0), ("coordinator", 1)):
            page = await reports.queue(connection, scene.play.id, reader=reader, first=5)
            assert (len(page.rows), page.total) == (count, count), reader


async def test_terms_and_delegations_open_names_from_their_begin_to_their_end(play: Play, app: Pool) -> None:
    await play.launch()
    now = await play.clock.now()
    await people.put_new(play.worker, {"p0": "Zoé"})
    give = acts.GiveDelegation(office="coordination", to="p1", since=now + 2 * DAY, until=now + 5 * DAY)
    await play.do(give)

    async def told() -> bool:
        async with app.acquire() as connection:
            return bool(await people.names(connection, "p1", [(play.id, "p0")]))

    assert not await told()
    await play.clock.reach(now + 2 * DAY)
    assert await told()
    await play.clock.reach(now + 5 * DAY)
    assert not await told()


async def test_mandates_follow_from_the_process_and_come_out_of_a_snapshot_alike(scene: Scene) -> None:
    now = await scene.play.clock.now()
    await scene.draft.do(acts.GiveDelegation(office="coordination", to="p0", since=now, until=now + DAY))
    givers = set()
    for play in (scene.play, scene.draft):
        row = await play.worker.fetchrow(
            "SELECT mandates, mandates_in(snapshot) AS again FROM concertation WHERE id = $1", play.id
        )
        assert row is not None
        assert row["mandates"] == row["again"] == mandates(await play.process())
        givers |= {mandate["giver"] for mandate in row["mandates"]}
    assert givers == {None, "coordinator"}
