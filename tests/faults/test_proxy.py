"""The proxy does to a link what its weather says, over TCP and over a Unix socket."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.faults.proxy import LATENCY, SOCKET, Proxy, Streams, Weather

SOON, LONG = 5.0, 0.1


@pytest_asyncio.fixture(params=["tcp", "unix"])
async def link(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Proxy, list[bytes]]]:
    """Somebody who says everything again, behind a proxy; and what they heard."""
    heard: list[bytes] = []

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            heard.append(line)
            writer.write(line)
        writer.close()

    with tempfile.TemporaryDirectory() as folder:
        if request.param == "unix":
            server = await asyncio.start_unix_server(echo, Path(folder) / SOCKET)
            proxy = Proxy(Path(folder), folder=Path(folder) / "way")
        else:
            server = await asyncio.start_server(echo, "127.0.0.1", 0)
            proxy = Proxy(("127.0.0.1", server.sockets[0].getsockname()[1]))
        await proxy.start()
        yield proxy, heard
        await proxy.stop()
        server.close()


async def reach(proxy: Proxy) -> Streams:
    """Connect through it."""
    if proxy._folder is not None:
        return await asyncio.open_unix_connection(proxy._folder / SOCKET)
    return await asyncio.open_connection("127.0.0.1", proxy.port)


async def said(streams: Streams, line: bytes, within: float = SOON) -> bytes:
    """Say a line, and give what comes back; nothing where the connection ended.

    Raises:
        TimeoutError: nothing came.
    """
    async with asyncio.timeout(within):
        streams[1].write(line)
        try:
            return await streams[0].readline()
        except ConnectionError:
            return b""


async def test_in_fair_weather_everything_arrives(link: tuple[Proxy, list[bytes]]) -> None:
    streams = await reach(link[0])

    assert await said(streams, b"one\n") == b"one\n"
    assert await said(streams, b"two\n") == b"two\n"
    streams[1].close()


async def test_a_cut_ends_what_is_there_and_takes_nobody_until_it_is_mended(
    link: tuple[Proxy, list[bytes]],
) -> None:
    proxy, _ = link
    streams = await reach(proxy)
    assert await said(streams, b"one\n") == b"one\n"
    await proxy.turn(Weather.CUT)

    assert await said(streams, b"two\n") == b""
    with pytest.raises((ConnectionError, FileNotFoundError)):
        await reach(proxy)
    await proxy.turn(Weather.FAIR)
    again = await reach(proxy)
    assert await said(again, b"three\n") == b"three\n"
    again[1].close()


async def test_a_hole_takes_everything_and_gives_it_back_later(link: tuple[Proxy, list[bytes]]) -> None:
    proxy, heard = link
    streams = await reach(proxy)
    await proxy.turn(Weather.HOLE)
    with pytest.raises(TimeoutError):
        await said(streams, b"one\n", LONG)
    fresh = await reach(proxy)
    with pytest.raises(TimeoutError):
        await said(fresh, b"two\n", LONG)
    assert heard == []

    await proxy.turn(Weather.FAIR)
    assert await asyncio.wait_for(streams[0].readline(), SOON) == b"one\n"
    assert await asyncio.wait_for(fresh[0].readline(), SOON) == b"two\n"
    for one in (streams, fresh):
        one[1].close()


async def test_half_open_what_is_asked_arrives_and_what_is_answered_never_does(
    link: tuple[Proxy, list[bytes]],
) -> None:
    proxy, heard = link
    streams = await reach(proxy)
    await proxy.turn(Weather.HALF_OPEN)
    with pytest.raises(TimeoutError):
        await said(streams, b"one\n", LONG)
    assert heard == [b"one\n"]

    await proxy.turn(Weather.FAIR)
    assert await said(streams, b"two\n") == b""
    again = await reach(proxy)
    assert await said(again, b"three\n") == b"three\n"
    for one in (streams, again):
        one[1].close()


async def test_slow_is_later_and_whole(link: tuple[Proxy, list[bytes]]) -> None:
    proxy, _ = link
    streams = await reach(proxy)
    await proxy.turn(Weather.SLOW)
    began = asyncio.get_running_loop().time()

    assert await said(streams, b"one\n") == b"one\n"
    assert asyncio.get_running_loop().time() - began >= 2 * LATENCY
    streams[1].close()
