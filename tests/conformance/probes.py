"""Probes of the protocol graphql-transport-ws, written from its text (PROTOCOL.md of graphql-ws): one function each.

They are run twice: against the application in the tests, and against `concertation up` by `make conformance`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

PATIENCE = 15.0
"""Seconds for a message or a closing frame."""
ONCE = "{ serverTime }"
EVENTS = (
    "subscription($id: ID!, $after: Int) "
    "{ concertationEvents(concertationId: $id, after: $after, figures: false) { seq } }"
)


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where to probe."""

    #: `ws://…/graphql`.
    address: str
    #: Somebody who may follow the concertation: `Bearer …`.
    authorization: str
    #: The id of a concertation.
    concertation: str
    #: Makes something happen in it, which gives exactly one event.
    happen: Callable[[], Awaitable[None]]


class Wire:
    """One socket."""

    def __init__(self, connection: ClientConnection, site: Site) -> None:
        self.connection = connection
        self.site = site

    async def send(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def receive(self) -> Any:
        async with asyncio.timeout(PATIENCE):
            return json.loads(await self.connection.recv())

    async def begin(self) -> None:
        await self.send(type="connection_init", payload={"authorization": self.site.authorization})
        assert (await self.receive())["type"] == "connection_ack"

    async def ask(self, id: str, query: str, **more: Any) -> None:
        await self.send(type="subscribe", id=id, payload={"query": query, **more})

    async def follow(self, id: str, after: int | None = None) -> None:
        """Follow the events after a number; those after the last one if none is given."""
        if after is None:
            query = "query($id: ID!) { concertation(id: $id) { seq } }"
            await self.ask("seq", query, variables={"id": self.site.concertation})
            after = (await self.receive())["payload"]["data"]["concertation"]["seq"]
            assert (await self.receive())["type"] == "complete"
        await self.ask(id, EVENTS, variables={"id": self.site.concertation, "after": after})

    async def event(self) -> int:
        """Receive an event, and give its number."""
        message = await self.receive()
        assert message["type"] == "next", message
        seq: int = message["payload"]["data"]["concertationEvents"]["seq"]
        return seq

    async def alive(self) -> None:
        """Show that the socket is open and that nothing was sent meanwhile."""
        await self.send(type="ping")
        assert (await self.receive())["type"] == "pong"

    async def closed(self, *codes: int) -> str:
        """Wait for the closing, with one of these codes; give the reason."""
        try:
            message = await self.receive()
        except ConnectionClosed as closed:
            frame = closed.rcvd
        else:
            raise AssertionError(f"not closed, but {message}")
        assert frame is not None, "cut without a closing frame"
        assert frame.code in codes, f"closed with {frame.code} {frame.reason!r}"
        return frame.reason


@asynccontextmanager
async def wire(site: Site, *protocols: str) -> AsyncIterator[Wire]:
    offered = [Subprotocol(protocol) for protocol in protocols or ("graphql-transport-ws",)]
    async with websockets.connect(site.address, subprotocols=offered) as connection:
        yield Wire(connection, site)


async def the_subprotocol_is_agreed_on_in_the_handshake(site: Site) -> None:
    async with wire(site, "graphql-ws", "graphql-transport-ws") as socket:
        assert socket.connection.subprotocol == "graphql-transport-ws"


async def another_subprotocol_is_closed_with_4406(site: Site) -> None:
    async with wire(site, "graphql-ws") as socket:
        await socket.closed(4406)


async def an_initialisation_is_acknowledged_with_a_payload_or_without(site: Site) -> None:
    given: tuple[dict[str, Any], ...] = (
        {},
        {"payload": {}},
        {"payload": None},
        {"payload": {"anything": [1]}},
    )
    for more in given:
        async with wire(site) as socket:
            await socket.send(type="connection_init", **more)
            assert (await socket.receive())["type"] == "connection_ack"


async def a_second_initialisation_is_closed_with_4429(site: Site) -> None:
    async with wire(site) as socket:
        await socket.begin()
        await socket.send(type="connection_init")
        assert await socket.closed(4429) == "Too many initialisation requests"


async def no_initialisation_in_time_is_closed_with_4408(site: Site) -> None:
    async with wire(site) as socket:
        assert await socket.closed(4408) == "Connection initialisation timeout"


async def pings_do_not_stand_for_an_initialisation(site: Site) -> None:
    async with wire(site) as socket:
        await socket.alive()
        await socket.closed(4408)


async def an_operation_before_the_acknowledgement_is_closed_with_4401(site: Site) -> None:
    async with wire(site) as socket:
        await socket.ask("1", ONCE)
        assert await socket.closed(4401) == "Unauthorized"


async def a_ping_is_answered_before_and_after_the_acknowledgement(site: Site) -> None:
    async with wire(site) as socket:
        await socket.alive()
        await socket.begin()
        for payload in ({}, {"a": 1}, None):
            await socket.send(type="ping", payload=payload)
            assert (await socket.receive())["type"] == "pong"


async def a_pong_that_nobody_asked_for_is_taken_in_silence(site: Site) -> None:
    async with wire(site) as socket:
        await socket.begin()
        await socket.send(type="pong")
        await socket.send(type="pong", payload={"a": 1})
        await socket.alive()


async def a_query_gives_its_result_and_completes(site: Site) -> None:
    async with wire(site) as socket:
        await socket.begin()
        await socket.ask("q", ONCE, operationName=None, variables=None, extensions=None)
        first = await socket.receive()
        assert (first["type"], first["id"]) == ("next", "q")
        assert first["payload"]["data"]["serverTime"]
        assert await socket.receive() == {"type": "complete", "id": "q"}


async def an_id_may_be_used_again_when_its_operation_is_complete(site: Site) -> None:
    async with wire(site) as socket:
        await socket.begin()
        for _ in range(3):
            await socket.ask("same", ONCE)
            assert [(await socket.receive())["type"] for _ in "ab"] == ["next", "complete"]


async def a_subscription_gives_what_happens_under_its_id(site: Site) -> None:
    async with wire(site) as socket:
        await socket.begin()
        await socket.follow("a")
        await socket.follow("b")
        await site.happen()
        found = [await socket.receive() for _ in "ab"]
        assert {message["type"] for message in found} == {"next"}
        assert {message["id"] for message in found} == {"a", "b"}


async def after_the_clients_complete_nothing_follows_and_the_id_is_free(site: Site) -> None:
    async with wire(site) as socket:
        await socket.begin()
        await socket.follow("s")
        await socket.send(type="complete", id="s")
        await socket.alive()
        await site.happen()
        await socket.alive()
        await socket.follow("s")
        await site.happen()
        assert (await socket.receive())["id"] == "s"


async def an_id_in_use_is_closed_with_4409(site: Site) -> None:
    for id in ("s", "x" * 300, "é" * 100):
        async with wire(site) as socket:
            await socket.begin()
            await socket.follow(id)
            await socket.ask(id, ONCE)
            assert (await socket.closed(4409)).startswith(f"Subscriber for {id[:40]}")


async def a_complete_for_no_operation_is_taken_in_silence(site: Site) -> None:
    async with wire(site) as socket:
        await socket.begin()
        await socket.send(type="complete", id="nobody")
        await socket.alive()


async def what_cannot_be_executed_is_an_error_without_complete_and_closes_nothing(site: Site) -> None:
    typed = "query($n: Int!) { procedures(first: $n) { totalCount } }"
    two = "query A { serverTime } query B { serverTime }"
    async with wire(site) as socket:
        await socket.begin()
        for id, query, more in (
            ("syntax", "{", {}),
            ("validation", "{ nothing }", {}),
            ("operation", "query A { serverTime }", {"operationName": "B"}),
            ("no operation", two, {}),
            ("coercion", typed, {"variables": {"n": "one"}}),
            ("missing", typed, {}),
            ("subscription", "subscription { nothing }", {}),
        ):
            await socket.ask(id, query, **more)
            message = await socket.receive()
            assert (message["type"], message["id"]) == ("error", id), message
            assert all(error["message"] for error in message["payload"])
            await socket.alive()


async def an_error_of_one_operation_leaves_the_others(site: Site) -> None:
    async with wire(site) as socket:
        await socket.begin()
        await socket.follow("s")
        await socket.ask("wrong", "{")
        assert (await socket.receive())["type"] == "error"
        await site.happen()
        assert (await socket.receive())["id"] == "s"


_MALFORMED: tuple[Any, ...] = (
    "x", "", "[]", "5", "null", '"ping"', "{}", '{"type": null}', '{"type": "start"}', '{"type": "connection_ack"}',
    '{"type": "' + "x" * 300 + '"}',
    '{"type": "connection_init", "payload": []}', '{"type": "ping", "payload": "x"}', '{"type": "pong", "payload": 1}',
    '{"type": "complete"}', '{"type": "complete", "id": 1}', '{"type": "complete", "id": ""}',
    '{"type": "subscribe"}', '{"type": "subscribe", "id": "1"}', '{"type": "subscribe", "id": "1", "payload": null}',
    '{"type": "subscribe", "id": 1, "payload": {"query": "{ serverTime }"}}',
    '{"type": "subscribe", "id": "", "payload": {"query": "{ serverTime }"}}',
    '{"type": "subscribe", "payload": {"query": "{ serverTime }"}}',
    '{"type": "subscribe", "id": "1", "payload": {}}', '{"type": "subscribe", "id": "1", "payload": {"query": 1}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": "{ serverTime }", "variables": []}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": "{ serverTime }", "operationName": 1}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": "{ serverTime }", "extensions": "x"}}',
    b'{"type": "ping"}', b"\xff",
)  # fmt: skip


async def what_is_no_message_of_the_protocol_is_closed_with_4400(site: Site) -> None:
    for message in _MALFORMED:
        async with wire(site) as socket:
            await socket.begin()
            await socket.connection.send(message)
            assert await socket.closed(4400), message


async def a_forged_token_is_closed_with_4403(site: Site) -> None:
    async with wire(site) as socket:
        await socket.send(type="connection_init", payload={"authorization": "Bearer forged"})
        assert await socket.closed(4403) == "Forbidden"


async def events_missed_between_two_connections_are_made_up_for(site: Site) -> None:
    async with wire(site) as socket:
        await socket.begin()
        await socket.follow("s")
        await site.happen()
        last = await socket.event()
    await site.happen()
    await site.happen()
    async with wire(site) as socket:
        await socket.begin()
        await socket.follow("s", last)
        assert [await socket.event() for _ in "ab"] == [last + 1, last + 2]


async def no_subprotocol_at_all_is_closed_with_4406(site: Site) -> None:
    async with websockets.connect(site.address) as connection:
        await Wire(connection, site).closed(4406)


async def a_field_at_fault_is_a_result_with_errors_and_completes(site: Site) -> None:
    forged = 'query($id: ID!) { serverTime concertation(id: $id) { ledger(first: 1, after: "forged") { totalCount } } }'
    async with wire(site) as socket:
        await socket.begin()
        await socket.ask("f", forged, variables={"id": site.concertation})
        first = await socket.receive()
        assert (first["type"], first["id"]) == ("next", "f"), first
        assert first["payload"]["data"]["serverTime"]
        (error,) = first["payload"]["errors"]
        assert error["path"] == ["concertation", "ledger"], error
        assert await socket.receive() == {"type": "complete", "id": "f"}


async def a_mutation_gives_its_result_once_and_completes(site: Site) -> None:
    withdraw = 'mutation { revokeAccessToken(input: {accessTokenId: "nothing"}) { ... on Refusal { code } } }'
    async with wire(site) as socket:
        await socket.begin()
        await socket.ask("m", withdraw)
        first = await socket.receive()
        assert (first["type"], first["id"]) == ("next", "m"), first
        assert first["payload"]["data"]["revokeAccessToken"]["code"], first
        assert await socket.receive() == {"type": "complete", "id": "m"}
        await socket.alive()


async def an_id_may_be_used_again_when_its_operation_has_failed(site: Site) -> None:
    async with wire(site) as socket:
        await socket.begin()
        await socket.ask("same", "{")
        assert (await socket.receive())["type"] == "error"
        await socket.ask("same", ONCE)
        assert [(await socket.receive())["type"] for _ in "ab"] == ["next", "complete"]


async def ids_are_of_one_socket(site: Site) -> None:
    async with wire(site) as one, wire(site) as other:
        for socket in (one, other):
            await socket.begin()
            await socket.follow("same")
        await one.send(type="complete", id="same")
        await one.alive()
        await site.happen()
        assert (await other.receive())["id"] == "same"
        await one.alive()


async def many_operations_at_once_each_give_their_result_under_their_id(site: Site) -> None:
    ids = {str(number) for number in range(20)}
    async with wire(site) as socket:
        await socket.begin()
        for id in ids:
            await socket.ask(id, ONCE)
        found = [await socket.receive() for _ in range(2 * len(ids))]
        for kind in ("next", "complete"):
            assert {message["id"] for message in found if message["type"] == kind} == ids
        for id in ids:
            assert [m["type"] for m in found if m["id"] == id] == ["next", "complete"]


async def a_client_may_close_at_any_time_and_is_answered_in_kind(site: Site) -> None:
    for begun in (False, True):
        async with wire(site) as socket:
            if begun:
                await socket.begin()
                await socket.follow("s")
            await socket.connection.close(1000, "enough")
            assert socket.connection.close_code == 1000


async def a_socket_closed_for_a_fault_leaves_the_others(site: Site) -> None:
    async with wire(site) as honest, wire(site) as faulty:
        for socket in (honest, faulty):
            await socket.begin()
        await honest.follow("s")
        await faulty.send(type="nothing")
        await faulty.closed(4400)
        await site.happen()
        assert (await honest.receive())["id"] == "s"


async def a_connection_cut_while_events_come_is_resumed_without_loss_or_repetition(site: Site) -> None:
    seen: list[int] = []
    async with wire(site) as socket:
        await socket.begin()
        await socket.follow("s")
        for _ in "abc":
            await site.happen()
        seen.append(await socket.event())
        socket.connection.transport.abort()  # two more may be on their way: nobody knows
    await site.happen()
    for _ in "ab":  # and once more, right after it began
        async with wire(site) as socket:
            await socket.begin()
            await socket.follow("s", seen[-1])
            seen.append(await socket.event())
            socket.connection.transport.abort()
    async with wire(site) as socket:
        await socket.begin()
        await socket.follow("s", seen[-1])
        seen.append(await socket.event())
        await socket.alive()
    assert seen == list(range(seen[0], seen[0] + 4))


PROBES: tuple[Callable[[Site], Awaitable[None]], ...] = (
    the_subprotocol_is_agreed_on_in_the_handshake,
    another_subprotocol_is_closed_with_4406,
    an_initialisation_is_acknowledged_with_a_payload_or_without,
    a_second_initialisation_is_closed_with_4429,
    no_initialisation_in_time_is_closed_with_4408,
    pings_do_not_stand_for_an_initialisation,
    an_operation_before_the_acknowledgement_is_closed_with_4401,
    a_ping_is_answered_before_and_after_the_acknowledgement,
    a_pong_that_nobody_asked_for_is_taken_in_silence,
    a_query_gives_its_result_and_completes,
    an_id_may_be_used_again_when_its_operation_is_complete,
    a_subscription_gives_what_happens_under_its_id,
    after_the_clients_complete_nothing_follows_and_the_id_is_free,
    an_id_in_use_is_closed_with_4409,
    a_complete_for_no_operation_is_taken_in_silence,
    what_cannot_be_executed_is_an_error_without_complete_and_closes_nothing,
    an_error_of_one_operation_leaves_the_others,
    what_is_no_message_of_the_protocol_is_closed_with_4400,
    a_forged_token_is_closed_with_4403,
    events_missed_between_two_connections_are_made_up_for,
    no_subprotocol_at_all_is_closed_with_4406,
    a_field_at_fault_is_a_result_with_errors_and_completes,
    a_mutation_gives_its_result_once_and_completes,
    an_id_may_be_used_again_when_its_operation_has_failed,
    ids_are_of_one_socket,
    many_operations_at_once_each_give_their_result_under_their_id,
    a_client_may_close_at_any_time_and_is_answered_in_kind,
    a_socket_closed_for_a_fault_leaves_the_others,
    a_connection_cut_while_events_come_is_resumed_without_loss_or_repetition,
)
