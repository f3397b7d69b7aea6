"""A real receiver of webhooks: signed calls, tried again where it can heal, never to an address inside the house."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from standardwebhooks.webhooks import Webhook

from domain import acts
from domain.noticing.hooks import is_address, may_call, shown
from store import webhooks
from store.pool import Pool
from tests.delivery.conftest import Post

pytestmark = pytest.mark.postgres


class Hook:
    """What was called, and what is answered."""

    def __init__(self) -> None:
        self.calls: list[tuple[dict[str, str], bytes]] = []
        self.answers = 200
        self.url = ""


@pytest.fixture
def hook() -> Iterator[Hook]:
    """A server on this machine."""
    found = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            found.calls.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(found.answers)
            self.send_header("location", "/elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *said: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    found.url = f"http://localhost:{server.server_address[1]}/hooks"
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


async def register(app: Pool, post: Post, hook: Hook, *kinds: str) -> bytes:
    async with app.acquire() as connection:
        secret = await webhooks.register(
            connection,
            id=str(uuid4()),
            concertation=post.play.id,
            url=hook.url,
            kinds=kinds,
            by="coordinator",
        )
    assert isinstance(secret, bytes)
    return secret


async def test_what_happens_from_then_on_is_told_once_and_signed(post: Post, app: Pool, hook: Hook) -> None:
    await post.worker.execute("UPDATE delivery SET after_outbox = 0")
    secret = await register(app, post, hook)
    await post.play.do(acts.EnrolMember(member="p0", college="locales"))
    await post.send(development=True)
    await post.send(development=True)
    ((headers, body),) = hook.calls
    said = Webhook(shown(secret)).verify(body, headers)
    assert said["type"] == "concertation.member_enrolled"
    assert said["data"]["slug"] == "essai"
    assert said["data"]["summary"]["fr"]
    assert "p0" not in body.decode()
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(shown(secret)).verify(body + b" ", headers)


async def test_only_the_kinds_that_are_wanted_are_told(post: Post, app: Pool, hook: Hook) -> None:
    await register(app, post, hook, "draft_amended")
    await post.play.do(acts.EnrolMember(member="p0", college="locales"))
    await post.send(development=True)
    assert hook.calls == []


@pytest.mark.parametrize("answer", [500, 302, 404])
async def test_a_receiver_that_fails_for_a_day_is_told_in_the_end_with_the_same_id(
    post: Post, app: Pool, hook: Hook, answer: int
) -> None:
    await register(app, post, hook)
    await post.play.do(acts.EnrolMember(member="p0", college="locales"))
    hook.answers = answer
    for _ in range(7):
        await post.send(development=True)
        await post.clock.advance(timedelta(hours=4))
    row = await post.worker.fetchrow("SELECT state, attempts, last_fault FROM notice")
    assert row is not None
    assert (row["state"], row["last_fault"]) == ("waiting", str(answer))
    assert await post.worker.fetchval("SELECT failing_since IS NOT NULL FROM webhook")
    hook.answers = 204
    await post.clock.advance(timedelta(days=1))
    await post.send(development=True)
    assert await post.states() == {"sent": 1}
    assert len(hook.calls) == row["attempts"] + 1
    assert len({headers["webhook-id"] for headers, _ in hook.calls}) == 1
    assert await post.worker.fetchval("SELECT failing_since IS NULL FROM webhook")


async def test_one_that_has_failed_for_five_days_is_disabled(post: Post, app: Pool, hook: Hook) -> None:
    await register(app, post, hook)
    await post.play.do(acts.EnrolMember(member="p0", college="locales"))
    hook.answers = 500
    for _ in range(12):
        await post.send(development=True)
        await post.clock.advance(timedelta(days=1))
    assert await post.states() == {"failed": 1}
    assert await post.worker.fetchval("SELECT disabled_at IS NOT NULL FROM webhook")
    await post.play.do(acts.EnrolMember(member="p1", college="locales"))
    await post.send(development=True)
    assert len(hook.calls) == 12


async def test_outside_development_no_address_of_this_house_is_called(
    post: Post, app: Pool, hook: Hook
) -> None:
    await register(app, post, hook)
    await post.play.do(acts.EnrolMember(member="p0", college="locales"))
    await post.send()
    assert hook.calls == []
    assert await post.worker.fetchval("SELECT last_fault FROM notice") == "address refused"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "::1",
        "fe80::1",
        "::ffff:10.0.0.1",
        "0.0.0.0",
        "224.0.0.1",
    ],
)
def test_addresses_inside_are_not_called(address: str) -> None:
    assert not may_call(address, development=False)


def test_addresses_outside_are_and_this_machine_in_development() -> None:
    assert may_call("93.184.216.34", development=False)
    assert may_call("127.0.0.1", development=True)
    assert not may_call("10.0.0.1", development=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://exemple.fr/",
        "ftp://exemple.fr",
        "https://a:b@exemple.fr/",
        "https://",
        "https://exemple.fr:x/",
        "https://exemple.fr/\r\nX: y",
        "file:///etc/passwd",
        "",
    ],
)
def test_what_is_no_public_https_address_is_not_kept(url: str) -> None:
    assert not is_address(url)
    assert is_address("https://exemple.fr:8443/crochet?de=x")
