"""The hostile list: a function each. It ends with an AssertionError where anything but a refusal came back."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import count
from random import Random
from uuid import uuid4

from graphql import get_introspection_query
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from api.ids import global_id
from domain.organisations import codes
from server.demo.documents import document
from tests.attack.forging import forged
from tests.attack.gun import Gun

Volley = Callable[[Gun], Awaitable[None]]
BAD = "BAD_USER_INPUT"
VIEWER = "{ viewer { authenticated } }"
SILENT = 500
_NUMBERS = count()
_CHANCE = Random(5)  # which address is claimed next


async def fragment_bomb(gun: Gun) -> None:
    """Chained fragments, each spread twice by the one before: some seven hundred bytes that are a million fields."""
    links = 20
    chain = "".join(f"fragment F{n} on Query{{...F{n + 1} ...F{n + 1}}}" for n in range(links))
    await gun.refused(BAD, query=f"{{...F0}}{chain}fragment F{links} on Query{{serverTime}}")


async def fragment_of_itself(gun: Gun) -> None:
    await gun.refused(BAD, query="{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }")


async def duplicate_fields(gun: Gun) -> None:
    """Five thousand times the same field, which validation compares pair by pair."""
    await gun.refused(BAD, query="{ " + "serverTime " * 5_000 + "}")
    await gun.refused(BAD, query="{ viewer { " + "id " * 1_400 + "} }")


async def directives(gun: Gun) -> None:
    await gun.refused(BAD, query="{ serverTime " + "@a " * 1_000 + "}")
    await gun.refused(BAD, query="{ serverTime " + "@skip(if: false) " * 200 + "}")


async def aliases(gun: Gun) -> None:
    await gun.refused(BAD, query="{ " + " ".join(f"a{n}: serverTime" for n in range(5_000)) + " }")


async def batches(gun: Gun) -> None:
    await gun.refused(BAD, content=json.dumps([{"query": VIEWER}] * 5_000).encode())


async def ten_megabytes(gun: Gun) -> None:
    answer = await gun.refused(BAD, content=b'{"query": "' + b"x" * 10_000_000 + b'"}')
    assert answer.turned_away or answer.status == 413


async def deep_json(gun: Gun) -> None:
    await gun.refused(BAD, content=b"[" * 400_000)
    await gun.refused(
        BAD, content=b'{"query": "{ serverTime }", "variables": {"a": ' + b"[" * 900 + b"]" * 900 + b"}}"
    )


async def deep_document(gun: Gun) -> None:
    await gun.refused(BAD, query="{" * 90_000)
    await gun.refused(BAD, query="{ viewer " + "{ viewer " * 400 + "}" * 401)


async def pages_of_pages(gun: Gun) -> None:
    """What costs by its page sizes."""
    inner = "id title " * 20
    await gun.refused(
        BAD,
        query="query($n: Int!) { " + " ".join(f"a{n}: concertations(first: $n) {{ nodes {{ {inner} "
        f"events(first: $n) {{ nodes {{ seq kind }} }} }} }}" for n in range(15)) + " }",
        variables={"n": 200},
    )  # fmt: skip


async def questions_about_the_schema(gun: Gun) -> None:
    """What the API does not show, as it is outside loopback; each time written otherwise, so that nothing is kept."""
    query = get_introspection_query().replace("query IntrospectionQuery", f"query Q{next(_NUMBERS)}")
    await gun.refused(BAD, query=query)


async def nul_and_surrogates(gun: Gun) -> None:
    for bad in (rb"\u0000", rb"\ud800", b"\xed\xa0\x80", b"\x00", b"\xff"):
        body = (
            b'{"query": "query($k: String!) { procedure(key: $k) { key } }", "variables": {"k": "a'
            + bad
            + b'"}}'
        )
        await gun.refused(BAD, content=body)


async def tokens(gun: Gun) -> None:
    """Forged, expired, of no algorithm, for others, with confused keys: all refused alike."""
    said = set()
    for name, token in forged(gun.target.folder):
        answer = await gun.refused("UNAUTHENTICATED", query=VIEWER, token=token)
        if not answer.turned_away:
            assert answer.status == 401, f"{name}: HTTP {answer.status}"
            said.add(answer.text)
    assert len(said) <= 1, f"refusals tell what is wrong: {said}"


async def cross_site_posts(gun: Gun) -> None:
    """What a form of another site can send: it is never executed."""
    given = '{idempotencyKey: "x", slug: "vol", title: {fr: "x"}}'
    draft = f"mutation {{ draftConcertation(input: {given}) {{ __typename }} }}"
    body = json.dumps({"query": draft}).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        await gun.refused(
            BAD,
            content=body,
            content_type=kind,
            origin="https://evil.example",
            token=gun.target.tokens["coordinator"],
        )


async def sockets_of_another_origin(gun: Gun) -> None:
    for origin in ("https://evil.example", "null", f"http://{gun.target.host}.evil.example"):
        with suppress(InvalidStatus):
            async with gun.socket(origin=origin):
                raise AssertionError(f"a socket of {origin} was opened")


async def forged_hosts(gun: Gun) -> None:
    for host in ("evil.example", "localhost.evil.example", "169.254.169.254"):
        answer = await gun.refused(BAD, query=VIEWER, host=host, x_forwarded_host=gun.target.host)
        assert answer.turned_away or answer.status == 421
    with suppress(InvalidStatus):
        async with gun.socket(host="evil.example"):
            raise AssertionError("a socket by another name was opened")


async def nodes_of_others(gun: Gun) -> None:
    """Ids of other types, of what there is not, of others' things: the same answer for all."""
    said = {}
    strange = [
        global_id(kind, str(uuid4())) for kind in ("Concertation", "Contribution", "File", "Stage", "Receipt")
    ]
    for id in (
        *strange,
        "x",
        "",
        "é",
        "Q29uY2VydGF0aW9uOg==",
        "A" * 5_000,
        global_id("Viewer", "1' OR '1'='1"),
    ):
        answer = await gun.ask("query($id: ID!) { node(id: $id) { __typename id } }", {"id": id})
        if not answer.turned_away:
            said[id] = answer.content
    assert all(found == {"data": {"node": None}} for found in said.values()), said


async def sql_in_texts(gun: Gun) -> None:
    """Texts that would mean something to SQL find nothing, or what they say."""
    for bad in ("'; DROP TABLE ledger; --", "' OR '1'='1", "$$ || pg_sleep(20)", "\\'", "%", "_", "E'\\x41'"):
        answer = await gun.ask(
            "query($t: String!, $c: ID!, $s: String!) { procedure(key: $t) { key } receipt(code: $t) { __typename } "
            "places(search: $t, first: 3) { __typename } "
            "concertation(id: $c) { contributions(stage: $s, first: 1, filter: {search: $t}) { totalCount } } }",
            {"t": bad, "c": gun.target.concertation, "s": gun.target.stage},
        )
        assert answer.turned_away or answer.status == 200, f"HTTP {answer.status} {answer.text[:300]}"


async def evasion_by_alias(gun: Gun) -> None:
    """As many things in one operation as the gate lets through: still one operation that may be refused."""
    fields = " ".join(f'r{n}: receipt(code: "{uuid4().hex[:20]}") {{ __typename }}' for n in range(20))
    answer = await gun.ask(f"{{ {fields} }}")
    assert answer.turned_away or answer.status == 200


async def evasion_by_address(gun: Gun) -> None:
    """Wrong codes, each as if from somewhere else: nobody who is not a proxy is believed."""
    accept = (
        "mutation($i: AcceptInvitationInput!) { acceptInvitation(input: $i) { ... on Refusal { code } } }"
    )
    said = []
    for _ in range(25):
        number = next(_NUMBERS)
        answer = await gun.ask(
            accept,
            {"i": {"code": codes.write(number), "concertationId": gun.target.concertation}},
            token=gun.target.tokens["participant"],
            x_forwarded_for=f"203.0.113.{_CHANCE.randrange(256)}",
            x_real_ip="203.0.113.1",
            forwarded="for=203.0.113.1",
        )
        said.append("429" if answer.turned_away else answer.text)
    assert any("TOO_MANY_ATTEMPTS" in one or one == "429" for one in said), said[-1][:300]


async def silent_sockets(gun: Gun) -> None:
    """Five hundred that never say who they are, left open."""
    for _ in range(10):
        opened = await asyncio.gather(*(gun.opened() for _ in range(SILENT // 10)), return_exceptions=True)
        for one in opened:
            if isinstance(one, BaseException):
                assert isinstance(one, WebSocketException | OSError), repr(one)
                gun.turned_away += 1
            else:
                gun.held.append(one)


async def sockets_that_babble(gun: Gun) -> None:
    """Messages that are none: the socket is closed with a code, and nothing else happens."""
    for message in ("x" * 1_000_001, "[" * 100_000, '{"type": "subscribe"}', b"\xff", '{"type": 5}', "null"):
        with suppress(ConnectionClosed, InvalidStatus):
            async with gun.socket() as opened:
                await opened.send(message)
                async with asyncio.timeout(20):
                    async for _ in opened:
                        raise AssertionError("it was answered")


async def slow_readers(gun: Gun) -> None:
    """They ask for much, again and again on one connection, and read nothing of it."""
    body = json.dumps({"query": document("Procedures"), "variables": {"first": 200}}).encode()
    one = (
        f"POST /graphql HTTP/1.1\r\nHost: {gun.target.host}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body
    for _ in range(20):
        _, writer = await gun.bytes(b"")
        raw: socket.socket = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        writer.write(one * 20)
        gun.held.append(_Held(writer))


async def slow_bodies(gun: Gun) -> None:
    """They announce a body, and send one byte of it."""
    for _ in range(20):
        _, writer = await gun.bytes(
            f"POST /graphql HTTP/1.1\r\nHost: {gun.target.host}\r\nContent-Type: application/json\r\n"
            "Content-Length: 900000\r\n\r\n{".encode()
        )
        gun.held.append(_Held(writer))


class _Held:
    """A connection that is left open; closing it waits for nobody."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    async def close(self) -> None:
        self._writer.transport.abort()


VOLLEYS: tuple[Volley, ...] = (
    fragment_bomb, fragment_of_itself, duplicate_fields, directives, aliases, batches, ten_megabytes, deep_json,
    deep_document, pages_of_pages, questions_about_the_schema, nul_and_surrogates, tokens, cross_site_posts,
    sockets_of_another_origin, forged_hosts, nodes_of_others, sql_in_texts, evasion_by_alias, evasion_by_address,
    sockets_that_babble,
)  # fmt: skip
"""What is fired again and again."""
LASTING: tuple[Volley, ...] = (silent_sockets, slow_readers, slow_bodies)
"""What is begun once and goes on by itself."""
