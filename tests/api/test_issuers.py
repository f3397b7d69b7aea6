"""Tokens of configured issuers through the API: who comes is an account, and what they may is granted here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr
from websockets.exceptions import ConnectionClosed

from api.proving import ProvingSchema
from domain.rights import PlatformRole
from server.personal_tokens import BELIEVED
from server.settings import Settings
from server.tokens import sign_token
from store import accounts
from store.pool import acquire, open_pool
from tests.api.house import DirectSender, House
from tests.api.sockets import connected, served
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database
from tests.fixtures.replicas import create_app
from tests.server.forged import ED, STRANGER, Said, forged, public, signed
from tests.server.issuer import Publisher, publishing
from tests.server.test_hostile_tokens import MEMBER

pytestmark = pytest.mark.postgres
SAID = Said("https://auth.example.fr", "https://concertation.example.fr", "sub-1")
WHO = "{ viewer { authenticated pseudonym platformRoles } }"


@pytest_asyncio.fixture
async def publisher() -> AsyncIterator[Publisher]:
    async with publishing() as found:
        found.publish(public(ED))
        yield found


@pytest_asyncio.fixture
async def house(
    database: Database, test_clock: TestClock, tmp_path: Path, schema: ProvingSchema, publisher: Publisher
) -> AsyncIterator[House]:
    """The application of an operator who named an issuer."""
    file = tmp_path / "issuers.yaml"
    file.write_text(f"[{{issuer: {SAID.issuer}, audience: {SAID.audience}, jwks_url: {publisher.url}/jwks}}]")
    settings = Settings(
        data_dir=tmp_path / "data",
        database_url=SecretStr(database.app),
        temporal_address="127.0.0.1:1",
        database_timeout=20,
        host="0.0.0.0",
        issuers_file=file,
        ticket_key=SecretStr("x" * 32),
        hosts="*",
    )
    schema.forget()
    worker = await open_pool(database.worker, application="tests: worker", max_size=4)
    app = create_app(settings, sender=DirectSender(worker), schema=schema)
    async with app.router.lifespan_context(app):
        found = House(app, settings, DirectSender(worker), test_clock)
        yield found
        await found.http.aclose()
    await worker.close()


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds by which the server's memory of accounts is ahead: the last one counts."""
    ahead = [0.0]
    monkeypatch.setattr("server.known_accounts.monotonic", lambda: monotonic() + ahead[-1])
    return ahead


async def post(house: House, token: str, query: str = WHO) -> httpx.Response:
    return await house.http.post(
        "/graphql", json={"query": query}, headers={"authorization": f"Bearer {token}"}
    )


async def viewer(house: House, token: str) -> Any:
    answer = (await post(house, token)).json()
    assert "errors" not in answer, answer
    return answer["data"]["viewer"]


async def test_whoever_an_issuer_names_is_one_account_and_no_mail_address_makes_two_one(house: House) -> None:
    mail = {"email": "camille@exemple.fr", "email_verified": True}
    first = await viewer(house, signed(SAID.claims(**mail)))
    assert first["authenticated"]
    assert (await viewer(house, signed(SAID.claims(jti="another", **mail)))) == first
    other = await viewer(house, signed(SAID.claims(sub="sub-2", **mail)))
    assert other["pseudonym"] != first["pseudonym"]


async def test_a_role_counts_within_seconds_of_being_granted_or_withdrawn(
    house: House, later: list[float]
) -> None:
    token = signed(SAID.claims(roles=["operator"]))
    assert (await viewer(house, token))["platformRoles"] == []
    async with acquire(house.sender.worker) as connection:
        member = (await accounts.account(connection, SAID.issuer, SAID.subject)).member
        await accounts.grant(connection, member, PlatformRole.OPERATOR)
        later.append(BELIEVED)
        assert (await viewer(house, token))["platformRoles"] == ["operator"]
        await accounts.withdraw(connection, member, PlatformRole.OPERATOR)
    later.append(2 * BELIEVED)
    assert (await viewer(house, token))["platformRoles"] == []


async def test_a_role_that_is_withdrawn_closes_the_socket_that_came_with_it(house: House) -> None:
    async with acquire(house.sender.worker) as connection:
        member = (await accounts.account(connection, SAID.issuer, SAID.subject)).member
        await accounts.grant(connection, member, PlatformRole.COORDINATOR)
    async with served(house.app) as address, connected(address) as socket:
        assert (await socket.begin(f"Bearer {signed(SAID.claims())}"))["type"] == "connection_ack"
        await socket.follow("00000000-0000-4000-8000-000000000000")
        async with acquire(house.sender.worker) as connection:
            await accounts.withdraw(connection, member, PlatformRole.COORDINATOR)
        began = monotonic()
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                message = await socket.receive()
                assert message["type"] in ("next", "error", "complete"), message
                await socket.follow("00000000-0000-4000-8000-000000000000")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4403
        assert monotonic() - began < 5


async def test_every_hostile_token_gets_the_same_answer(house: House, publisher: Publisher) -> None:
    answers = set()
    names = 0
    for name, token in forged(SAID):
        if not token.isascii() or len(token) > 100_000:
            continue
        answer = await post(house, token)
        assert answer.status_code == 401, name
        answers.add((answer.content, tuple(sorted(answer.headers.items()))))
        names += 1
    for token in ("concertation_pat_" + "A" * 49, signed(SAID.claims(), STRANGER), "x"):
        answer = await post(house, token)
        answers.add((answer.content, tuple(sorted(answer.headers.items()))))
    assert len(answers) == 1
    ((content, headers),) = answers
    assert dict(headers)["www-authenticate"] == "Bearer"
    assert b"UNAUTHENTICATED" in content
    assert names > 120
    assert publisher.asked.total() <= 2, "hostile tokens make the issuer answer"
    assert (await viewer(house, signed(SAID.claims())))["authenticated"]


async def test_a_hostile_token_opens_no_socket_and_all_are_closed_alike(house: House) -> None:
    chosen = [token for number, (_, token) in enumerate(forged(SAID)) if number % 12 == 0]
    closed = set()
    async with served(house.app) as address:
        for token in [*chosen, "x", "concertation_inv_" + "A" * 49]:
            async with connected(address) as socket:
                with pytest.raises(ConnectionClosed) as ended:
                    await socket.begin(f"Bearer {token}")
                assert ended.value.rcvd is not None
                closed.add((ended.value.rcvd.code, ended.value.rcvd.reason))
    assert len(chosen) > 10
    assert {code for code, _ in closed} == {4403}
    assert len(closed) == 1


async def test_outside_loopback_a_development_token_is_none(house: House) -> None:
    token = sign_token(house.settings, roles=["operator"], member=UUID(MEMBER))
    assert (await post(house, token)).status_code == 401


async def test_while_the_issuer_never_answered_the_answer_is_to_come_again(
    house: House, publisher: Publisher
) -> None:
    await publisher.stop()
    answer = await post(house, signed(SAID.claims()))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert (await house.post("{ __typename }")).status_code == 200
    async with served(house.app) as address, connected(address) as socket:
        with pytest.raises(ConnectionClosed) as closed:
            await socket.begin(f"Bearer {signed(SAID.claims())}")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1013
    await publisher.start()
