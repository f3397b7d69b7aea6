"""Finding contributions: pages that never repeat nor skip, filters, words, totals, facets, those much alike."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from domain import acts
from domain.procedure import Channel
from store import finding
from store.contributions import get_many
from store.finding import EVERYTHING, Filter, Scope, Standing
from store.pool import Connection, Pool
from tests.fixtures.postgres import Database
from tests.store.stage import Play, call_for_input, procedure

pytestmark = pytest.mark.postgres

OPEN = procedure(call_for_input(admission="open"))
PAPER = procedure(
    call_for_input(admission="open", channels=["online", "paper"]),
    themes=[{"id": "sante", "label": "Santé"}, {"id": "education", "label": "Éducation"}],
)


def scope(play: Play, **reader: Any) -> Scope:
    return Scope(
        concertation=play.id, round=1, stage="appel", **(reader or {"reader": "g", "sees_all": True})
    )


async def all_pages(
    connection: Connection, where: Scope, wanted: Filter = EVERYTHING, **how: Any
) -> list[str]:
    """Read to the end, checking that each page says rightly whether more follow."""
    members: list[str] = []
    after = None
    while True:
        page = await finding.page(connection, where, wanted, first=3, after=after, **how)
        members += [row.member for row in page.rows]
        if not page.more:
            return members
        after = page.end


async def people(play: Play, connection: Connection) -> None:
    """Ten who contributed, each with a college, a territory and something to say."""
    await play.launch(PAPER, participants=0)
    said = {
        "a": ("locales", "971", "La formation des agents à l'école de Pointe-à-Pitre", ()),
        "b": ("locales", "97105", "Des formations pour les élus aussi", ("sante",)),
        "c": ("etat", "75", "Évaluer d'abord, généraliser ensuite", ("sante",)),
        "d": ("etat", "75056", "L'évaluation éthique des outils", ()),
        "e": (None, None, "Rien à redire", ("education",)),
        "f": ("locales", "FR-2A", "La formation des étudiants à l'étranger", ("sante", "education")),
    }
    for member, (college, territory, body, themes) in said.items():
        await play.do(acts.EnrolMember(member=member, college=college, territory=territory))
        await play.contribute(connection, member, body=body, themes=themes)


async def test_texts_are_found_by_their_author_and_by_who_sees_all_until_they_are_out(
    play: Play, app: Pool
) -> None:
    await play.launch()
    async with app.acquire() as connection:
        receipts = [await play.contribute(connection, f"p{n}") for n in range(3)]

        async def seen(**reader: Any) -> tuple[list[str], int, list[bool]]:
            where = scope(play, **(reader or {"reader": None}))
            page = await finding.page(connection, where, first=10)
            got = await get_many(
                connection,
                [r.contribution for r in receipts],
                reader=reader.get("reader"),
                sees_all_of=play.id if reader.get("sees_all") else None,
            )
            assert sorted(got) == sorted(row.id for row in page.rows)
            count = (await finding.total(connection, where)).count
            return [row.member for row in page.rows], count, [bool(row.receipt) for row in page.rows]

        assert await seen() == ([], 0, [])
        assert await finding.facets(connection, scope(play, reader=None)) == []
        assert await seen(reader="p1") == (["p1"], 1, [True])
        assert await seen(reader="g", sees_all=True) == (["p0", "p1", "p2"], 3, [False] * 3)
        assert await connection.fetchval("SELECT count(*) FROM contribution_read") == 0
        await play.close()
        assert await seen() == (["p0", "p1", "p2"], 3, [False] * 3)
        assert await finding.facets(connection, scope(play, reader=None))


async def test_pages_follow_the_order_of_reception_and_its_reverse(play: Play, app: Pool) -> None:
    await play.launch(participants=7)
    async with app.acquire() as connection:
        for number in (3, 1, 6, 0, 5, 2, 4):
            await play.contribute(connection, f"p{number}")
        order = ["p3", "p1", "p6", "p0", "p5", "p2", "p4"]
        assert await all_pages(connection, scope(play)) == order
        assert await all_pages(connection, scope(play), newest_first=True) == order[::-1]
        assert (await finding.total(connection, scope(play))).count == 7
        nobody = Filter(college="etat", channel=Channel.ONLINE)
        assert await all_pages(connection, scope(play), nobody) == []
        assert (await finding.page(connection, scope(play), nobody, first=3)).end is None
        assert (await finding.total(connection, scope(play), nobody)).count == 0


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Filter(college="locales"), "abf"),
        (Filter(college="locales", theme="sante"), "bf"),
        (Filter(theme="education"), "ef"),
        (Filter(channel=Channel.PAPER), ""),
        (Filter(territory="971"), "ab"),
        (Filter(territory="GP"), "ab"),
        (Filter(territory="97105"), "b"),
        (Filter(territory="FR-75"), "cd"),
        (Filter(territory="2A"), "f"),
        (Filter(territory="FR-IDF"), ""),
        (Filter(search="formation"), "abf"),
        (Filter(search="FORMATIONS"), "abf"),
        (Filter(search="evaluation"), "cd"),
        (Filter(search="évaluation éthique"), "d"),
        (Filter(search="évaluer -éthique"), "c"),
        (Filter(search="élus or redire"), "be"),
        (Filter(search="etudiants etranger"), "f"),
        (Filter(search='"formation des agents"'), "a"),
        (Filter(search='"agents formation"'), ""),
        (Filter(search="formation", theme="sante", college="locales"), "bf"),
        (Filter(search="le la de"), ""),
        (Filter(search="'; & | !! \\ :* ("), ""),
        (Filter(college="x'\\ & !y"), ""),
    ],
)
async def test_filters_and_words_narrow_what_is_found(
    play: Play, app: Pool, wanted: Filter, found: str
) -> None:
    async with app.acquire() as connection:
        await people(play, connection)
        assert await all_pages(connection, scope(play), wanted) == list(found)
        assert await all_pages(connection, scope(play), wanted, newest_first=True) == list(found[::-1])
        assert await finding.total(connection, scope(play), wanted) == finding.Total(
            count=len(found), is_exact=True
        )


async def test_dates_bound_what_is_found_from_the_first_instant_to_before_the_last(
    play: Play, app: Pool
) -> None:
    async with app.acquire() as connection:
        await people(play, connection)
        rows = (await finding.page(connection, scope(play), first=10)).rows
        for wanted, found in (
            (Filter(since=rows[2].submitted_at), "cdef"),
            (Filter(before=rows[2].submitted_at), "ab"),
            (Filter(since=rows[1].submitted_at, before=rows[4].submitted_at, college="etat"), "cd"),
            (Filter(since=rows[0].submitted_at, search="formation"), "abf"),
            (Filter(since=rows[5].submitted_at + timedelta(seconds=1)), ""),
        ):
            assert await all_pages(connection, scope(play), wanted) == list(found)
            assert (await finding.total(connection, scope(play), wanted)).count == len(found)


async def test_facets_count_under_the_other_filters_than_their_own(play: Play, app: Pool) -> None:
    async with app.acquire() as connection:
        await people(play, connection)

        async def facets(wanted: Filter = EVERYTHING) -> dict[str, dict[str, int]]:
            found: dict[str, dict[str, int]] = {}
            for facet in await finding.facets(connection, scope(play), wanted):
                found.setdefault(facet.facet, {})[facet.key] = facet.count
            return found

        assert await facets() == {
            "college": {"locales": 3, "etat": 2},
            "channel": {"online": 6},
            "departement": {"75": 2, "971": 2, "2A": 1},
            "theme": {"sante": 3, "education": 2},
        }
        assert await facets(Filter(college="locales", theme="sante")) == {
            "college": {"locales": 2, "etat": 1},
            "channel": {"online": 2},
            "departement": {"971": 1, "2A": 1},
            "theme": {"sante": 2, "education": 1},
        }


async def test_what_is_replaced_or_withdrawn_is_found_by_its_author_alone(
    play: Play, app: Pool, database: Database
) -> None:
    await play.launch(participants=3)
    async with app.acquire() as connection:
        for number in range(3):
            await play.contribute(connection, f"p{number}", body="Former")
        await bring_to(database, "p0", "superseded_at")
        await bring_to(database, "p1", "withdrawn_at")
        assert await all_pages(connection, scope(play), Filter(search="former")) == ["p2"]
        assert await all_pages(connection, scope(play)) == ["p2"]
        assert (await finding.total(connection, scope(play))).count == 1
        for member, standing in (("p0", Standing.SUPERSEDED), ("p1", Standing.WITHDRAWN)):
            own = Filter(standing=standing)
            assert await all_pages(connection, scope(play), own) == []
            assert await all_pages(connection, scope(play, reader=member), own) == [member]
            assert (await finding.total(connection, scope(play, reader=member), own)).count == 1


async def test_the_words_of_what_is_hidden_are_found_by_its_author_and_the_keepers_alone(
    play: Play, app: Pool, database: Database
) -> None:
    await play.launch(participants=3)
    async with app.acquire() as connection:
        for number in range(3):
            await play.contribute(connection, f"p{number}", body=f"Des insultes {number}")
        await bring_to(database, "p1", "hidden_at")
        await play.close()
        public = scope(play, reader=None)
        words = Filter(search="insulte")
        assert await all_pages(connection, public) == ["p0", "p1", "p2"]
        assert [row.body for row in (await finding.page(connection, public, first=9)).rows][1] == ""
        assert await all_pages(connection, public, words) == ["p0", "p2"]
        assert await all_pages(connection, scope(play, reader="p1"), words) == ["p0", "p1", "p2"]
        assert await all_pages(connection, scope(play), words) == ["p0", "p1", "p2"]
        hidden = Filter(standing=Standing.HIDDEN)
        assert await all_pages(connection, public, hidden) == ["p1"]
        assert (await finding.total(connection, public, hidden)).count == 1
        assert (await finding.page(connection, scope(play), hidden, first=9)).rows[0].body == "Des insultes 1"


async def test_what_says_much_the_same_is_suggested_the_likest_first(play: Play, app: Pool) -> None:
    campaign = (
        "Nous demandons une évaluation indépendante des expérimentations avant toute généralisation, "
        "une formation sérieuse des fonctionnaires territoriaux et une transparence complète des algorithmes."
    )
    await play.launch(participants=5)
    async with app.acquire() as connection:
        own = await play.contribute(connection, "p0", body=campaign)
        await play.contribute(connection, "p1", body=campaign.replace("sérieuse", "approfondie") + " Merci.")
        await play.contribute(connection, "p2", body="Bonjour. " + campaign)
        await play.contribute(connection, "p3", body="Tout autre chose, sur les horaires de la piscine.")
        await play.contribute(connection, "p4", body="Oui.")
        hints = await finding.similar(connection, own.contribution, most=5, sees_all_of=play.id)
        assert [row.member for row, _ in hints] == ["p2", "p1"]
        assert all(0.5 <= likeness <= 1 for _, likeness in hints)
        assert await finding.similar(connection, own.contribution, most=5, reader="p0") == []
        await play.close()
        assert len(await finding.similar(connection, own.contribution, most=1, reader="p3")) == 1


async def test_a_page_ends_before_what_a_running_transaction_may_still_commit(play: Play, app: Pool) -> None:
    await play.launch(participants=4)
    async with app.acquire() as slow, app.acquire() as quick, app.acquire() as reader:
        await play.contribute(quick, "p0")
        transaction = slow.transaction()
        await transaction.start()
        await play.contribute(slow, "p1")
        await play.contribute(quick, "p2")  # later, and committed before
        page = await finding.page(reader, scope(play), first=10)
        assert [row.member for row in page.rows] == ["p0"]
        await transaction.commit()
        rest = await finding.page(reader, scope(play), first=10, after=page.end)
        assert [row.member for row in rest.rows] == ["p1", "p2"]


@pytest.mark.parametrize("seed", range(4))
async def test_pages_under_concurrent_contributions_never_repeat_and_never_leave_a_gap(
    play: Play, app: Pool, seed: int
) -> None:
    number = 60
    await play.launch(OPEN, participants=0)
    done = asyncio.Event()

    async def contribute(part: int) -> None:
        for n in range(part, number, 6):
            async with app.acquire() as connection, connection.transaction():
                await play.contribute(connection, f"m{n}", themes=("sante",) if n % 2 else ())
                # Some transactions stay open while others come and go.
                for _ in range((n * (seed + 3)) % 5):
                    await connection.fetchval("SELECT 1")

    async def read(wanted: Filter) -> list[str]:
        found: list[str] = []
        after = None
        async with app.acquire() as connection:
            while True:
                ended = done.is_set()
                page = await finding.page(connection, scope(play), wanted, first=3, after=after)
                found += [row.id for row in page.rows]
                after = page.end or after
                if ended and not page.more:
                    return found

    async def write_all() -> None:
        await asyncio.gather(*(contribute(part) for part in range(6)))
        done.set()

    everything, themed, _ = await asyncio.gather(read(EVERYTHING), read(Filter(theme="sante")), write_all())
    kept = await play.worker.fetch("SELECT id, themes FROM contribution ORDER BY submitted_at, id")
    assert everything == [str(row["id"]) for row in kept]
    assert themed == [str(row["id"]) for row in kept if row["themes"]]


@pytest.mark.parametrize("seed", range(4))
async def test_pages_from_the_newest_on_hold_all_that_was_there_when_they_began(
    play: Play, app: Pool, seed: int
) -> None:
    """Whatever comes in meanwhile is newer: it neither repeats one nor pushes one out."""
    await play.launch(OPEN, participants=0)
    done = asyncio.Event()

    async def contribute(part: int) -> None:
        for n in range(part, 60, 6):
            async with app.acquire() as connection, connection.transaction():
                await play.contribute(connection, f"m{n}")
                for _ in range((n * (seed + 3)) % 5):
                    await connection.fetchval("SELECT 1")

    async def read() -> list[list[str]]:
        readings: list[list[str]] = []
        async with app.acquire() as connection:
            while not done.is_set():
                readings.append([])
                after, more = None, True
                while more:
                    page = await finding.page(
                        connection, scope(play), first=3, after=after, newest_first=True
                    )
                    readings[-1] += [row.id for row in page.rows]
                    after, more = page.end, page.more
        return readings

    async def write_all() -> None:
        await asyncio.gather(*(contribute(part) for part in range(6)))
        done.set()

    readings, _ = await asyncio.gather(read(), write_all())
    rows = await play.worker.fetch("SELECT id FROM contribution ORDER BY submitted_at DESC, id DESC")
    kept = [str(row["id"]) for row in rows]
    for found in filter(None, readings):
        assert found == kept[kept.index(found[0]) :]
    assert any(readings)


async def test_looking_has_its_bounds_and_the_next_page_goes_on_from_there(
    play: Play, app: Pool, database: Database
) -> None:
    await play.launch(OPEN, participants=0)
    await crowd(
        database,
        play,
        "CASE WHEN n = 59000 THEN 'Perle rare' WHEN n > 30000 THEN 'Campagne' ELSE 'Autre' END",
        60_000,
    )
    async with app.acquire() as connection:
        common = Filter(search="campagne")
        page = await finding.page(connection, scope(play), common, first=5)
        assert (page.rows, page.more) == ((), True)
        page = await finding.page(connection, scope(play), common, first=5, after=page.end)
        assert [row.member for row in page.rows] == [f"n{30_001 + n}" for n in range(5)]
        total = await finding.total(connection, scope(play), common)
        assert not total.is_exact
        assert 27_000 < total.count < 33_000
        page = await finding.page(connection, scope(play), Filter(search="perles"), first=5)
        assert ([row.member for row in page.rows], page.more) == (["n59000"], False)
        assert (await finding.total(connection, scope(play))).count == 60_000


async def crowd(database: Database, play: Play, body: str, number: int) -> None:
    """Put so many contributions into the stage at once; `body` is SQL over their number `n`."""
    connection = await asyncpg.connect(database.superuser)
    try:
        await connection.execute(
            f"""
            INSERT INTO contribution (id, concertation, round, stage, member, channel, themes, body, submitted_at,
                actor, command, salt, digest, receipt)
            SELECT uuidv7(), $1, 1, 'appel', 'n' || n, 'online', '{{}}', {body},
                instant() - interval '1 hour' + n * interval '1 millisecond', 'n' || n,
                sha256(int4send(n)), random_bytes(), sha256(int4send(n)), readable_code()
            FROM generate_series(1, {number}) AS n
            """,
            play.id,
        )
        await connection.execute("ANALYZE contribution")
    finally:
        await connection.close()


async def bring_to(database: Database, member: str, column: str, value: str = "instant()") -> None:
    """Bring a contribution into a state: what the functions that do it change is all that matters here."""
    connection = await asyncpg.connect(database.superuser)
    try:
        await connection.execute(f"UPDATE contribution SET {column} = {value} WHERE member = '{member}'")
    finally:
        await connection.close()
