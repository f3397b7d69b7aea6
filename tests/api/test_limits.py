"""Rates at the door: what evades them nothing, how whoever is turned away is told, and what is never turned away."""

from __future__ import annotations

import httpx
import pytest
import websockets
from starlette.types import Message

from api.parsing import Parsed
from api.proving import ProvingSchema
from domain.organisations.codes import write
from domain.rights import Viewer
from server.limits.bucket import Limit
from server.limits.callers import Callers
from server.limits.guard import Guard
from server.limits.pacing import AT_ONCE, LONGEST
from server.limits.prices import FAILED, PRINTED, REFUSED, REQUEST, WRITE, Asking
from server.limits.rates import Rates
from server.settings import Settings
from tests.api.house import OPERATIONS, House, document, pseudonym
from tests.api.sockets import TRANSPORT, connected, served
from tests.api.stage import Stage

pytestmark = pytest.mark.postgres

ADDRESS = "127.0.0.1"


class Held:
    """A house whose callers are held to so many points, which drain one a second when the test lets time pass."""

    def __init__(
        self, house: House, *, member: float = 1e6, anonymous: float = 1e6, signed_in: float = 1e6
    ) -> None:
        self.now = 0.0
        limits = (Limit(1.0, burst) for burst in (member, anonymous, signed_in))
        self.rates = Rates(Callers(*limits), lambda: self.now)
        house.guard.rates = self.rates

    def used(self, name: str | None = None) -> float:
        """Points used by somebody, or by strangers at the address."""
        account = self.rates.account(Viewer(member=pseudonym(name) if name else None), ADDRESS)
        return self.rates._bucket(account[0], self.now).drained(self.now)


def told(response: httpx.Response, status: int = 429) -> dict[str, object]:
    assert response.status_code == status, response.text
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "RATE_LIMITED"
    assert "data" not in response.json()
    found: dict[str, object] = error
    return found


async def test_whoever_asks_for_too_much_is_told_when_to_come_again(house: House) -> None:
    await house.ask("{ serverTime }")
    held = Held(house, anonymous=50)
    while (response := await house.post("{ serverTime }", language="en")).status_code == 200:
        assert held.used() <= 50
    error = told(response)
    seconds = int(response.headers["retry-after"])
    assert error["extensions"] == {"code": "RATE_LIMITED", "retryAfter": seconds}
    assert f"come again in {seconds} s" in str(error["message"])
    assert "changed nothing" in str(error["message"])
    french = told(await house.post("{ serverTime }"))
    assert f"revenez dans {seconds} s" in str(french["message"])
    held.now += seconds
    assert (await house.post("{ serverTime }")).status_code == 200


async def test_members_are_not_turned_away_for_what_strangers_at_their_address_do(house: House) -> None:
    Held(house, anonymous=20)
    while (await house.post("{ serverTime }")).status_code == 200:
        pass
    for name in ("ada", "bob"):
        assert (await house.post("{ serverTime }", as_=name)).status_code == 200


async def test_strangers_who_ask_much_wait_and_members_at_their_address_do_not(house: House) -> None:
    held = Held(house, anonymous=100)
    await house.post("{ serverTime }")
    assert house.paused == []
    while held.used() <= AT_ONCE + 3:
        await house.post("{ serverTime }")
    house.paused.clear()
    await house.post("{ serverTime }")
    assert 0 < house.paused[0] <= LONGEST
    house.paused.clear()
    assert (await house.post("{ serverTime }", as_="ada")).status_code == 200
    assert house.paused == []


async def test_whoever_is_turned_away_waits_for_being_told_so(house: House) -> None:
    Held(house, member=20)
    while (await house.post("{ serverTime }", as_="ada")).status_code == 200:
        assert house.paused == []
    assert house.paused == [LONGEST]


async def test_a_body_that_is_broken_off_is_no_fault(house: House) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "path": "/graphql", "raw_path": b"/graphql",
        "query_string": b"", "scheme": "http", "server": ("127.0.0.1", 80), "client": (ADDRESS, 1), "root_path": "",
        "headers": [(b"host", b"127.0.0.1"), (b"content-type", b"application/json"), (b"content-length", b"9")],
    }  # fmt: skip
    await house.app(scope, receive, send)
    assert sent[0]["status"] == 400


async def test_a_viewer_does_not_get_more_by_coming_from_elsewhere_or_with_another_token(
    house: House,
) -> None:
    held = Held(house, member=30)
    while (await house.post("{ serverTime }", as_="ada")).status_code == 200:
        pass
    elsewhere = httpx.ASGITransport(app=house.app, client=("203.0.113.9", 1))
    async with httpx.AsyncClient(transport=elsewhere, base_url="http://localhost") as http:
        asked = {"query": "{ serverTime }"}
        assert held.used("ada") > 28
        told(await http.post("/graphql", json=asked, headers=house.headers("ada")))
        assert (await http.post("/graphql", json=asked, headers=house.headers("bob"))).status_code == 200


async def test_aliases_fragments_and_batches_are_charged_for_all_that_they_do(
    house: House, stage: Stage
) -> None:
    await stage.draft()
    one = 'revokeAccessToken(input: {idempotencyKey: "k", accessTokenId: "x"}) { __typename }'
    aliases = "mutation { " + " ".join(f"a{n}: {one}" for n in range(10)) + " }"
    spread = (
        "mutation { ...F } fragment F on Mutation { " + " ".join(f"a{n}: {one}" for n in range(10)) + " }"
    )
    for query in (aliases, spread):
        held = Held(house)
        await house.post(query, as_="ada")
        assert held.used("ada") > 10 * WRITE
    pages = "{ " + " ".join(
        f"c{n}: concertations(first: 200) {{ nodes {{ id slug title }} }}" for n in range(10)
    ) + " }"  # fmt: skip
    held = Held(house)
    await house.ask(pages)
    assert held.used() > 10 * 200 * 3 / 100
    many = "mutation { ...F } fragment F on Mutation { " + " ".join(f"a{n}: {one}" for n in range(21)) + " }"
    refused = await house.post(many, as_="ada")
    assert refused.json()["errors"][0]["extensions"]["bound"] == "roots"


async def test_documents_that_the_gate_refuses_are_charged_though_they_do_nothing(house: House) -> None:
    held = Held(house, anonymous=100)
    bomb = "{ " + " ".join(f"a{n}: serverTime" for n in range(200)) + " }"
    asked = 0
    while (response := await house.post(bomb)).json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT":
        asked += 1
    told(response)
    assert asked <= 10
    assert held.used() >= 99


async def test_documents_that_are_new_are_dearer_than_those_that_were_asked_before(house: House) -> None:
    held = Held(house)
    await house.ask("Viewer")
    first = held.used()
    await house.ask("Viewer")
    assert held.used() - first < first


async def test_tokens_that_do_not_work_are_soon_not_even_looked_at(house: House) -> None:
    Held(house, anonymous=4 * FAILED)
    forged = {"authorization": "Bearer forged"}
    asked = {"query": "{ serverTime }"}
    for _ in range(4):
        assert (await house.http.post("/graphql", json=asked, headers=forged)).status_code == 401
    told(await house.http.post("/graphql", json=asked, headers=forged))
    assert (await house.post("{ serverTime }", as_="ada")).status_code == 200


async def test_wrong_codes_are_charged_each_to_whoever_tries_and_to_where_they_are(
    house: House, stage: Stage
) -> None:
    await stage.draft()
    held = Held(house)
    tried = " ".join(f'r{n}: receipt(code: "0000-0000-000{n}") {{ code }}' for n in range(5))
    await house.ask(f"{{ {tried} }}")
    assert held.used() > 5 * FAILED
    held = Held(house)
    held = Held(house)
    mine = {"appealed": {"receiptCode": "0000-0000-0000"}, "text": "Elle est de moi.", "idempotencyKey": "a"}
    answer = (await house.ask("Appeal", {"input": mine}))["appeal"]
    assert answer["code"] == "UNKNOWN_CONTRIBUTION", answer
    assert held.used() > FAILED
    held = Held(house)
    guess = {"concertationId": stage.id, "code": write(7)}
    answer = (await house.ask("OpenInvitation", {"input": guess}, "coordinator"))["openInvitation"]
    assert answer["code"] == "UNKNOWN_INVITATION"
    assert held.used("coordinator") > FAILED
    assert held.used() >= FAILED


async def test_who_is_turned_away_while_asking_again_still_gets_their_receipt(
    house: House, stage: Stage
) -> None:
    await stage.open()
    first = await stage.contribute("citizen", idempotencyKey="once")
    held = Held(house, member=100)
    while (response := await house.post("{ serverTime }", as_="citizen")).status_code == 200:
        pass
    told(response)
    again = {"concertationId": stage.id, "stage": "appel", "round": 1, "body": "…", "idempotencyKey": "once"}
    told(await house.post(document("SubmitContribution"), {"input": again}, as_="citizen"))
    held.now += 100
    assert await stage.contribute("citizen", idempotencyKey="once") == first


async def test_what_watches_the_process_is_never_turned_away_and_pages_are(house: House) -> None:
    Held(house, anonymous=4 * PRINTED)
    statuses = [(await house.http.get("/receipts/0000-0000-0000.pdf")).status_code for _ in range(6)]
    assert statuses == [404] * 4 + [429] * 2
    told(await house.http.get("/schema.graphql"))
    for probe in ("/healthz", "/readyz"):
        assert (await house.http.get(probe)).status_code != 429


async def test_on_a_socket_the_operation_is_refused_and_the_socket_stays(house: House) -> None:
    async with served(house.app) as address, connected(address) as socket:
        await socket.begin(f"Bearer {house.token('ada')}")
        held = Held(house, member=10)
        messages = []
        for number in range(20):
            await socket.send(type="subscribe", id=str(number), payload={"query": "{ serverTime }"})
            messages.append(await socket.receive())
            if messages[-1]["type"] == "error":
                break
            assert (await socket.receive())["type"] == "complete"
        (error,) = messages[-1]["payload"]
        assert error["extensions"]["code"] == "RATE_LIMITED"
        held.now += error["extensions"]["retryAfter"]
        await socket.send(type="subscribe", id="again", payload={"query": "{ serverTime }"})
        assert (await socket.receive())["type"] == "next"


async def test_who_opens_too_many_sockets_gets_no_other(house: House) -> None:
    Held(house, anonymous=10)
    async with served(house.app) as address:
        for _ in range(2):
            async with connected(address) as socket:
                assert (await socket.begin())["type"] == "connection_ack"
        with pytest.raises(websockets.InvalidStatus) as refused:
            await websockets.connect(f"ws://{address}/graphql", subprotocols=[TRANSPORT])
        assert refused.value.response.status_code == 429
        assert int(refused.value.response.headers["retry-after"]) >= 1


def test_limits_can_be_turned_off_and_nothing_else_turns_them_off() -> None:
    assert Guard.of(Settings(rate_limits=False)).rates is None
    assert Guard.of(Settings()).rates is not None
    assert Guard.of(Settings(host="127.0.0.1", mail="capture")).rates is not None


def test_each_document_of_the_project_costs_a_small_part_of_what_one_viewer_may_use_at_once(
    schema: ProvingSchema,
) -> None:
    prices: dict[str, float] = {}
    for file in OPERATIONS.glob("*.graphql"):
        read = schema.documents.read(file.read_text())
        assert isinstance(read, Parsed)
        prices[file.stem] = max(
            Asking(read, name, None, size=5_000, known=False).price() for name in read.measure.costs
        )
    dearest = max(prices, key=lambda name: prices[name])
    rate, burst = Callers.of(Settings()).member
    print(f"{dearest} costs {prices[dearest]:.1f} of {burst:.0f} points, the middle one "
          f"{sorted(prices.values())[len(prices) // 2]:.1f}")  # fmt: skip
    assert prices[dearest] <= rate


async def test_a_body_that_holds_no_request_is_charged_as_a_document_that_is_refused(house: House) -> None:
    held = Held(house)
    refused = await house.http.post(
        "/graphql", content=b"[" * 1_000, headers={"content-type": "application/json"}
    )
    assert refused.status_code == 400
    assert held.used() == REQUEST + REFUSED
