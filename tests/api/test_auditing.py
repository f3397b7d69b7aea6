"""The audit: who came in and who was turned away, written off the way of requests, bounded whatever comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
import pytest_asyncio

from api.proving import ProvingSchema
from domain.auditing import REFUSALS, What
from server import auditing
from server.auditing import MOST_REFUSALS, MOST_WAITING, Audit
from store import audit
from store.audit import Row
from store.pool import Pool, acquire, open_pool
from tests.api.browsers import from_page
from tests.api.house import DAY, House, pseudonym
from tests.api.stage import Stage
from tests.api.test_invitations import at_door
from tests.api.test_sign_in import opened
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database
from tests.fixtures.replicas import REPLICAS

pytestmark = pytest.mark.postgres


@pytest_asyncio.fixture
async def app(database: Database) -> AsyncIterator[Pool]:
    pool = await open_pool(database.app, application="tests: audit", statement_timeout=20)
    yield pool
    await pool.close()


@pytest_asyncio.fixture
async def worker(database: Database) -> AsyncIterator[Pool]:
    pool = await open_pool(database.worker, application="tests: audit", statement_timeout=20)
    yield pool
    await pool.close()


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds by which time has gone on: the last one counts."""
    ahead = [0.0]
    monkeypatch.setattr(auditing, "monotonic", lambda: monotonic() + ahead[-1])
    return ahead


async def rows(worker: Pool, **wanted: Any) -> list[Row]:
    async with acquire(worker) as connection:
        at = await connection.fetchval("SELECT instant() - interval '1 year'")
        return await audit.since(connection, at, **{"most": 10_000, **wanted})


async def test_what_is_the_same_within_a_minute_is_one_row_that_counts(app: Pool, worker: Pool) -> None:
    one, other = Audit(), Audit()
    for _ in range(3):
        for replica in (one, other):
            for _ in range(100):
                replica.note(What.TOKEN_REFUSED, address="192.0.2.7", reference="r1")
            await replica.write(app, 20)
    one.note(What.TOKEN_REFUSED, address="192.0.2.8")
    one.note(What.NOT_ALLOWED, member="m", address="192.0.2.7", about="launch", reference="r2")
    await one.write(app, 20)
    found = await rows(worker)
    counted = {row.address: row.count for row in found if row.what is What.TOKEN_REFUSED}
    assert sum(row.count for row in found if row.address == "192.0.2.7") == 601
    assert counted["192.0.2.8"] == 1
    assert len(found) <= 4, "a minute may have ended between"
    (refused,) = [row for row in found if row.what is What.NOT_ALLOWED]
    assert (refused.member, refused.about, refused.reference, refused.count) == ("m", "launch", "r2", 1)


async def test_the_next_minute_is_another_row(app: Pool, worker: Pool, test_clock: TestClock) -> None:
    one = Audit()
    for _ in range(2):
        one.note(What.CODE_WRONG, address="192.0.2.7")
        await one.write(app, 20)
        await test_clock.advance(timedelta(minutes=1))
    assert [row.count for row in await rows(worker)] == [1, 1]


async def test_two_replicas_that_write_the_same_at_once_lose_nothing(app: Pool, worker: Pool) -> None:
    replicas = [Audit() for _ in range(6)]
    for number, replica in enumerate(replicas):
        order = range(50) if number % 2 else reversed(range(50))
        for address in order:
            replica.note(What.RATE_LIMITED, address=f"192.0.2.{address}")
    await asyncio.gather(*(replica.write(app, 20) for replica in replicas))
    assert sum(row.count for row in await rows(worker)) == 300


async def test_a_flood_of_different_refusals_is_bounded_and_what_was_left_out_is_counted(
    app: Pool, worker: Pool, later: list[float]
) -> None:
    one = Audit()
    for number in range(MOST_REFUSALS + 500):
        one.note(What.TOKEN_REFUSED, address=f"2001:db8:{number:x}::/64")
    one.note(What.TOKEN_REFUSED, address="2001:db8:0::/64")
    one.note(What.SIGNED_IN, member="m", address="192.0.2.1")
    await one.write(app, 20)
    one.note(What.TOKEN_REFUSED, address="2001:db8:ffff::/64")
    await one.write(app, 20)
    found = await rows(worker)
    assert sum(row.count for row in found if row.what is What.DROPPED) == 501
    assert len([row for row in found if row.what is What.TOKEN_REFUSED]) == MOST_REFUSALS
    assert [row.member for row in found if row.what is What.SIGNED_IN] == ["m"]
    later.append(60)
    one.note(What.TOKEN_REFUSED, address="2001:db8:ffff::/64")
    await one.write(app, 20)
    assert one.dropped == 0


async def test_while_postgresql_does_not_answer_it_waits_within_bounds(
    app: Pool, worker: Pool, monkeypatch: pytest.MonkeyPatch, later: list[float], test_clock: TestClock
) -> None:
    away = await open_pool("postgresql://nobody@127.0.0.1:1/none", application="tests: away")
    one = Audit()
    one.note(What.NOT_ALLOWED, member="m", about="launch", reference="r1")
    await one.write(away, 5)
    one.note(What.NOT_ALLOWED, member="m", about="launch", reference="r2")
    one.note(What.SIGNED_IN, member="m")
    await one.write(away, 5)
    later.append(90)
    await one.write(app, 20)
    refused, signed_in = sorted(await rows(worker), key=lambda row: row.what)
    assert (refused.count, refused.reference, signed_in.count) == (2, "r1", 1)
    assert await test_clock.now() - refused.first_at >= timedelta(seconds=90)
    monkeypatch.setattr(auditing, "MOST_WAITING", 10)
    for number in range(30):
        one.note(What.SIGNED_IN, member=f"m{number}")
    await one.write(away, 5)
    for number in range(30, 60):
        one.note(What.SIGNED_IN, member=f"m{number}")
    assert one.dropped == 50
    await one.write(away, 5)
    assert one.dropped == 50
    await away.close()
    assert MOST_WAITING > 10


@pytest.mark.parametrize("text", ["\0", "\ud800", "a\nb", "x" * 5_000, "\x1b[2J"])
async def test_what_no_terminal_and_no_database_takes_is_left_out(app: Pool, worker: Pool, text: str) -> None:
    one = Audit()
    one.note(What.NOT_ALLOWED, member=text, address=text, about=text, reference=text)
    await one.write(app, 20)
    (row,) = await rows(worker)
    assert all(
        part is not None and part.isprintable() and len(part) <= 200 for part in (row.member, row.about)
    )


async def test_it_is_written_within_a_second_and_what_is_left_at_the_end(app: Pool, worker: Pool) -> None:
    one = Audit()
    writing = asyncio.create_task(one.keep_writing(app, 20))
    one.note(What.SIGNED_IN, member="m1")
    async with asyncio.timeout(20):
        await one.written.wait()
    assert [row.member for row in await rows(worker)] == ["m1"]
    one.note(What.SIGNED_IN, member="m2")
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert {row.member for row in await rows(worker)} == {"m1", "m2"}


async def test_what_is_old_is_swept(app: Pool, worker: Pool, test_clock: TestClock) -> None:
    one = Audit()
    one.note(What.SIGNED_IN, member="old")
    await one.write(app, 20)
    await test_clock.advance(179 * DAY)
    one.note(What.SIGNED_IN, member="new")
    await one.write(app, 20)
    async with acquire(worker) as connection:
        assert await audit.sweep(connection, 180) == 0
        await test_clock.advance(1.5 * DAY)
        assert await audit.sweep(connection, 180) == 1
        assert await audit.sweep(connection, 180) == 0
    assert [row.member for row in await rows(worker)] == ["new"]


async def written(house: House) -> list[Row]:
    await house.guard.audit.write(await _pool(house), 20)
    return await rows(house.sender.worker)


async def _pool(house: House) -> Pool:
    return house.sender.worker


async def test_the_doors_of_the_api_note_who_came_and_who_was_turned_away(stage: Stage) -> None:
    house = stage.house
    await stage.open()
    await stage.refused("NOT_ALLOWED", "Launch", "citizen", opensAt="2030-01-01T00:00:00Z")
    await at_door(stage, "OpenInvitation", None, code="2222-2222-2222")
    token = house.headers("ada")
    for headers in ({"authorization": "Bearer x"}, *[token] * (2 * REPLICAS)):
        await house.http.post("/graphql", json={"query": "{ __typename }"}, headers=headers)
    await house.post("{" + " ".join(f"a{n}: __typename" for n in range(300)) + "}")
    until = (await house.clock.now() + DAY).isoformat()
    made = await house.done(
        "CreateAccessToken", "citizen", name="Nom d’un tableur", scopes=[], expiresAt=until
    )
    await house.done_without_key("RevokeAccessToken", "citizen", accessTokenId=made["accessTokens"][0]["id"])
    found = await written(house)
    known = {row.what for row in found}
    assert known == {
        What.SIGNED_IN, What.NOT_ALLOWED, What.CODE_WRONG, What.TOKEN_REFUSED, What.ASKED_TOO_MUCH,
        What.TOKEN_CREATED, What.TOKEN_REVOKED,
    }  # fmt: skip
    (refused,) = [row for row in found if row.what is What.NOT_ALLOWED]
    assert refused.about == "launch"
    assert refused.member
    assert refused.reference
    assert all(row.address for row in found)
    assert "tableur" not in str(found), "nothing that somebody wrote is in it"
    enrolled = pseudonym("ada")
    signed_in = [row for row in found if row.what is What.SIGNED_IN and row.member == enrolled]
    assert sum(row.count for row in signed_in) == REPLICAS, "a token is a sign-in once at each API"


async def test_signing_in_with_a_provider_is_noted_and_so_is_what_comes_to_nothing(
    house: House, schema: ProvingSchema, tmp_path: Path
) -> None:
    async with opened(house, schema, tmp_path) as site:
        back = await site.go()
        assert (await site.visitor.get(back)).status_code == 303
        assert (await site.visitor.get(back)).status_code == 400
        member = (await site.who())["pseudonym"]
        assert (await site.visitor.post("/sign-out", headers=from_page())).status_code == 200
    found = {row.what: row for row in await rows(house.sender.worker)}
    assert set(found) == {What.SIGNED_IN, What.SIGN_IN_FAILED, What.SIGNED_OUT}
    assert (found[What.SIGNED_IN].member, found[What.SIGNED_IN].about) == (member, "proconnect")
    assert found[What.SIGN_IN_FAILED].about == "proconnect unknown"
    assert found[What.SIGN_IN_FAILED].reference
    assert found[What.SIGNED_OUT].member == member


async def test_the_api_adds_to_the_audit_and_reads_none_of_it(app: Pool) -> None:
    import asyncpg

    for statement in (
        "SELECT * FROM audit",
        "DELETE FROM audit",
        "UPDATE audit SET count = 1",
        "SELECT * FROM audit_since(instant(), NULL, NULL, NULL, 1)",
        "SELECT sweep_audit(1, 1)",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.execute(statement)


def test_what_anybody_can_bring_about_is_bounded() -> None:
    assert What.SIGNED_IN not in REFUSALS
    assert What.DROPPED not in REFUSALS
    assert {What.TOKEN_REFUSED, What.NOT_ALLOWED, What.RATE_LIMITED, What.ASKED_TOO_MUCH} <= REFUSALS
