"""Facets of what is searched for, of dates and of communes: counted one by one, within a bound."""

from datetime import timedelta
from itertools import product

import pytest

from domain.procedure import Channel
from store import finding
from store.finding import EVERYTHING, Facet, Filter, Standing
from store.pool import Connection, Pool
from tests.store.stage import Play
from tests.store.test_finding import people, scope
from tests.store.test_moderation import FIRST, HIDE, Desk

pytestmark = pytest.mark.postgres

Counts = dict[str, dict[str, int]]


def by_facet(found: list[Facet] | None) -> Counts | None:
    if found is None:
        return None
    counts: Counts = {}
    for facet in found:
        counts.setdefault(facet.facet, {})[facet.key] = facet.count
    return counts


async def found_by(play: Play, connection: Connection, wanted: Filter, **reader: str) -> Counts | None:
    return by_facet(await finding.facets_found(connection, scope(play, **reader), wanted))


async def test_where_the_counters_know_both_ways_say_the_same(play: Play, app: Pool) -> None:
    async with app.acquire() as connection:
        await people(play, connection)
        for college, channel, theme, territory in product(
            (None, "locales", "etat"),
            (None, Channel.ONLINE, Channel.PAPER),
            (None, "sante"),
            (None, "971", "FR-75"),
        ):
            wanted = Filter(college=college, channel=channel, theme=theme, territory=territory)
            counted = await finding.facets(connection, scope(play), wanted)
            assert await finding.facets_found(connection, scope(play), wanted) == counted, wanted


async def test_words_dates_and_communes_narrow_them(play: Play, app: Pool) -> None:
    async with app.acquire() as connection:
        await people(play, connection)
        assert await found_by(play, connection, Filter(search="formation")) == {
            "college": {"locales": 3},
            "channel": {"online": 3},
            "departement": {"971": 2, "2A": 1},
            "theme": {"sante": 2, "education": 1},
        }
        assert await found_by(play, connection, Filter(search="formation", territory="97105")) == {
            "college": {"locales": 1},
            "channel": {"online": 1},
            "departement": {"971": 2, "2A": 1},
            "theme": {"sante": 1},
        }
        assert await found_by(play, connection, Filter(search="formation", theme="education")) == {
            "college": {"locales": 1},
            "channel": {"online": 1},
            "departement": {"2A": 1},
            "theme": {"sante": 2, "education": 1},
        }
        later = await play.clock.now() + timedelta(days=1)
        assert await found_by(play, connection, Filter(since=later)) == {}
        assert await found_by(play, connection, Filter(before=later)) == by_facet(
            await finding.facets(connection, scope(play))
        )
        assert await found_by(play, connection, Filter(search="formation", since=later)) == {}
        assert await found_by(play, connection, Filter(search="?!")) == {}, "no word is left to look for"
        assert await finding.facets_found(connection, scope(play), Filter(standing=Standing.HIDDEN)) is None


async def test_texts_that_a_reader_does_not_see_are_not_counted_under_words(play: Play, app: Pool) -> None:
    async with app.acquire() as connection:
        await people(play, connection)
        wanted = Filter(search="ethique")
        page = await finding.page(connection, scope(play), wanted, first=1)
        await Desk(app).do(HIDE, FIRST, page.rows[0].id)
        assert await found_by(play, connection, wanted, reader="x") == {}, "nothing is out yet"
        await play.close()
        assert await found_by(play, connection, wanted, reader="x") == {}
        everybody = await found_by(play, connection, Filter(territory="75056"), reader="x")
        assert everybody is not None
        assert everybody["college"] == {"etat": 1}
        for seer in ({}, {"reader": "d"}):
            seen = await found_by(play, connection, wanted, **seer)
            assert seen is not None
            assert seen["college"] == {"etat": 1}


async def test_beyond_the_bound_nothing_is_said_and_at_the_bound_everything(
    play: Play, app: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = timedelta(days=1)
    async with app.acquire() as connection:
        await people(play, connection)
        before = Filter(before=await play.clock.now() + later)
        for most, words, dates in ((2, False, False), (3, True, False), (5, True, False), (6, True, True)):
            monkeypatch.setattr(finding, "MOST_COUNTED", most)
            assert (await found_by(play, connection, Filter(search="formation")) is not None) is words, most
            assert (await found_by(play, connection, before) is not None) is dates, most
            assert (await found_by(play, connection, EVERYTHING) is not None) is dates, most
