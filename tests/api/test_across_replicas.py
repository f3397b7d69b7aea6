"""Two APIs on one database, each with what it remembers: what one has done counts in the other, at once or soon."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median
from time import monotonic

import pytest
import pytest_asyncio
from pydantic import SecretStr

from api.proving import ProvingSchema
from domain.rights.words import PlatformRole
from server.app import create_app
from server.known_accounts import KnownAccounts
from server.limits.guard import Guard
from server.personal_tokens import BELIEVED
from server.settings import Settings
from store import accounts
from store.pool import acquire, open_pool
from tests.api.browsers import SITE, ask, browser
from tests.api.house import DirectSender, House
from tests.api.sockets import connected, served
from tests.api.stage import Stage
from tests.api.test_access_tokens import WHO, made, revoke, with_token
from tests.api.test_browser_sessions import signed_in, who
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database

pytestmark = pytest.mark.postgres

CONTRIBUTION = {"stage": "appel", "round": 1, "body": "Davantage de formation.", "themes": ["sante"]}


@pytest_asyncio.fixture
async def two(
    database: Database, test_clock: TestClock, tmp_path: Path, schema: ProvingSchema
) -> AsyncIterator[tuple[House, House]]:
    """Both, started."""
    schema.forget()
    settings = Settings(
        data_dir=tmp_path,
        database_url=SecretStr(database.app),
        temporal_address="127.0.0.1:1",
        database_timeout=20,
    )
    worker = await open_pool(database.worker, application="tests: worker", max_size=4)
    sender = DirectSender(worker)
    async with AsyncExitStack() as stack:
        houses = []
        for _ in range(2):
            guard = Guard(None)
            app = create_app(settings, sender=sender, schema=schema, guard=guard)
            await stack.enter_async_context(app.router.lifespan_context(app))
            houses.append(House(app, settings, sender, test_clock, guard))
            stack.push_async_callback(houses[-1].http.aclose)
        houses[1]._keys = 10_000  # keys of its own
        yield houses[0], houses[1]
    await worker.close()


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds by which what both believe of tokens, sessions and accounts is older: the last one counts."""
    ahead = [0.0]
    for module in ("personal_tokens", "browser_sessions", "known_accounts"):
        monkeypatch.setattr(f"server.{module}.monotonic", lambda: monotonic() + ahead[-1])
    return ahead


async def test_what_one_has_recorded_the_other_reads_at_once(two: tuple[House, House]) -> None:
    stage = Stage(two[0])
    await stage.draft()
    for number in range(6):
        writing, reading = two[number % 2], two[(number + 1) % 2]
        title = f"Essai {number}"
        await writing.done("AmendDraft", "coordinator", concertationId=stage.id, title={"fr": title})
        query = "query($id: ID!) { concertation(id: $id) { title seq } }"
        seen = [
            (await house.ask(query, {"id": stage.id}, "coordinator"))["concertation"]
            for house in (reading, writing)
        ]
        assert seen[0]["title"] == title
        assert seen[0] == seen[1]


async def test_an_event_that_one_records_reaches_sockets_of_both_in_the_same_time(
    two: tuple[House, House],
) -> None:
    stage = Stage(two[0])
    await stage.open()
    seq = (await stage.about("{ seq }"))["seq"]
    late: dict[int, list[float]] = {0: [], 1: []}
    told: dict[int, list[int]] = {0: [], 1: []}
    recorded: list[float] = []

    async def follow(number: int, address: str, begun: asyncio.Event) -> None:
        async with connected(address) as socket:
            await socket.begin(f"Bearer {two[number].token('coordinator')}")
            await socket.follow(stage.id, seq - 1)
            await socket.event()
            begun.set()
            for _ in range(10):
                told[number].append((await socket.event())["seq"])
                late[number].append(monotonic())

    async with served(two[0].app) as first, served(two[1].app) as second:
        begun = [asyncio.Event(), asyncio.Event()]
        following = [
            asyncio.create_task(follow(number, address, begun[number]))
            for number, address in enumerate((first, second))
        ]
        for event in begun:
            await event.wait()
        for number in range(10):
            await asyncio.sleep(0.02 * number)  # at any moment between two looks
            recorded.append(monotonic())
            await stage.do("Resume" if number % 2 else "Suspend", "coordinator", reason="Une panne.")
        await asyncio.gather(*following)
    assert told[0] == told[1] == list(range(seq + 1, seq + 11))
    waited = [median(at - begun_at for at, begun_at in zip(late[n], recorded, strict=True)) for n in (0, 1)]
    assert max(waited) < 0.5, "whoever is not woken waits for the next look, half a second on the average"


async def test_the_same_contribution_sent_to_both_at_once_is_one(two: tuple[House, House]) -> None:
    stage = Stage(two[0])
    await stage.open()
    given = {"concertationId": stage.id, "idempotencyKey": "twice", **CONTRIBUTION}
    answers = await asyncio.gather(
        *(two[number % 2].done("SubmitContribution", "citizen", **given) for number in range(6))
    )
    assert len({answer["receipt"]["code"] for answer in answers}) == 1
    async with acquire(two[0].sender.worker) as connection:
        assert await connection.fetchval("SELECT count(*) FROM contribution") == 1


async def test_what_one_has_suspended_the_other_takes_nothing_for(two: tuple[House, House]) -> None:
    stage = Stage(two[0])
    await stage.open()
    await two[1].done("SubmitContribution", "citizen", concertationId=stage.id, **CONTRIBUTION)  # it knows it
    await stage.do("Suspend", "coordinator", reason="Une panne.")
    answer = await two[1].do("SubmitContribution", "prefect", concertationId=stage.id, **CONTRIBUTION)
    assert answer["code"] == "SUSPENDED"
    await stage.do("Resume", "coordinator", reason="Réparée.")
    await two[1].done("SubmitContribution", "prefect", concertationId=stage.id, **CONTRIBUTION)


async def test_a_token_that_is_revoked_at_one_ends_at_the_other_within_the_bound(
    two: tuple[House, House], later: list[float]
) -> None:
    stage = Stage(two[0])
    await stage.open()
    token, id = await made(two[0], "citizen", "READ")
    for house in two:
        assert (await with_token(house, token, WHO)).status_code == 200
    await revoke(two[0], "citizen", id)
    later.append(BELIEVED)
    assert [(await with_token(house, token, WHO)).status_code for house in two] == [401, 401]


async def test_a_session_that_is_ended_at_one_ends_at_the_other_within_the_bound(
    two: tuple[House, House], later: list[float]
) -> None:
    async with browser(two[0].app) as first, browser(two[1].app) as second:
        await signed_in(two[0], first)
        second.cookies = first.cookies
        assert await who(first) == await who(second)
        await first.post("/sign-out", headers={"origin": SITE})
        later.append(BELIEVED)
        assert (await ask(second, "{ serverTime }")).status_code == 401


async def test_a_role_that_is_withdrawn_counts_at_both_within_the_bound(
    database: Database, later: list[float]
) -> None:
    owner = await open_pool(database.worker, application="tests: worker")
    pools = [await open_pool(database.app, application="tests: app") for _ in range(2)]
    known = [KnownAccounts.of(pool, 20) for pool in pools]
    who = ("https://idp.example", "ada")
    member = (await known[0].account(*who)).member
    async with acquire(owner) as connection:
        await accounts.grant(connection, member, PlatformRole.OPERATOR)
    later.append(BELIEVED)
    assert [(await one.account(*who)).platform_roles for one in known] == [("operator",)] * 2
    async with acquire(owner) as connection:
        await accounts.withdraw(connection, member, PlatformRole.OPERATOR)
    later.append(2 * BELIEVED)
    assert [(await one.account(*who)).platform_roles for one in known] == [()] * 2
    for pool in (owner, *pools):
        await pool.close()
