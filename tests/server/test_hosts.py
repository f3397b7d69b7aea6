"""The names that the API answers to."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message

from server.hosts import AllowedHosts, allowed_hosts
from server.settings import SettingInvalid, read_settings

OWN = {"localhost", "127.0.0.1", "[::1]"}


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({}, OWN),
        ({"host": "127.9.9.9"}, OWN | {"127.9.9.9"}),
        ({"host": "::1"}, OWN),
        ({"public_url": "https://Concertation.Exemple.fr:8443/x"}, OWN | {"concertation.exemple.fr"}),
        ({"host": "0.0.0.0", "public_url": "https://exemple.fr"}, {"exemple.fr"}),
        ({"host": "0.0.0.0", "hosts": "a.fr, *.b.fr"}, {"a.fr", "*.b.fr"}),
        ({"host": "0.0.0.0", "hosts": "*"}, {"*"}),
        ({"host": "0.0.0.0", "public_url": "https://[2001:db8::1]:8000"}, {"[2001:db8::1]"}),
    ],
)
def test_the_names_are_those_of_the_settings_and_on_loopback_of_this_machine(
    given: dict[str, str], names: set[str]
) -> None:
    assert allowed_hosts(read_settings(**given)) == names


@pytest.mark.parametrize("given", [{}, {"public_url": "/only/a/path"}])
def test_outside_loopback_there_must_be_a_name(given: dict[str, str]) -> None:
    with pytest.raises(SettingInvalid, match="CONCERTATION_PUBLIC_URL or CONCERTATION_HOSTS"):
        allowed_hosts(read_settings(host="0.0.0.0", **given))


@pytest.mark.parametrize("hosts", ["https://a.fr", "a.fr:80", "a.*.fr", "a b"])
def test_what_is_no_name_is_named(hosts: str) -> None:
    with pytest.raises(SettingInvalid, match="CONCERTATION_HOSTS names hosts"):
        allowed_hosts(read_settings(hosts=hosts))


async def ask(hosts: set[str], *given: str, path: str = "/graphql", kind: str = "http") -> Message:
    """The first message that comes back."""
    sent: list[Message] = []

    async def inside(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept"}) if kind == "websocket" else await PlainTextResponse("in")(
            scope, receive, send
        )

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        raise AssertionError("nobody reads what was sent")

    headers = [(b"host", value.encode("latin-1")) for value in given]
    scope = {"type": kind, "method": "GET", "path": path, "headers": headers}
    await AllowedHosts(inside, hosts=hosts)(scope, receive, send)
    return sent[0]


@pytest.mark.parametrize("name", ["a.fr", "A.FR", "a.fr:8000", "x.b.fr", "y.x.b.fr", "[2001:DB8::1]:80"])
async def test_its_own_names_are_let_in_with_any_port(name: str) -> None:
    assert (await ask({"a.fr", "*.b.fr", "[2001:db8::1]"}, name))["status"] == 200


@pytest.mark.parametrize(
    "name", ["b.fr", "xb.fr", "a.fr.evil.example", "evil.example", "a.fr.", "127.0.0.1", "[::1]"]
)
async def test_another_name_is_misdirected(name: str) -> None:
    assert (await ask({"a.fr", "*.b.fr"}, name))["status"] == 421
    assert (await ask({"*"}, name))["status"] == 200


@pytest.mark.parametrize(
    "given",
    [(), ("a.fr", "a.fr"), ("a.fr", "b.fr"), ("",), ("a.fr, b.fr",), ("user@a.fr",), ("a.fr:x",), ("a.fr/x",),
     ("a.fr\r\nx: y",), ("a.fr:800000",), ("é.fr",)],
)  # fmt: skip
async def test_what_names_no_one_host_is_malformed(given: tuple[str, ...]) -> None:
    assert (await ask({"a.fr", "*"}, *given))["status"] == 400


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_probes_ask_by_any_name(path: str) -> None:
    assert (await ask({"a.fr"}, "10.0.0.7:8000", path=path))["status"] == 200
    assert (await ask({"a.fr"}, path=path))["status"] == 200


async def test_a_socket_by_another_name_is_not_opened() -> None:
    assert (await ask({"a.fr"}, "a.fr", kind="websocket"))["type"] == "websocket.accept"
    assert (await ask({"a.fr"}, "evil.example", kind="websocket"))["type"] == "websocket.close"
