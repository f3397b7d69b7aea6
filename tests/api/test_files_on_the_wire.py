"""Files over real connections: streamed, broken off, fetched in parts; scanned; kept in a bucket."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette

from server.serving import Server
from tests.api.house import House
from tests.api.stage import Stage
from tests.fixtures.replicas import create_app
from tests.server.bucket import bucket_at, endpoint
from tests.server.clamd import SIGNATURE, clamd, standing

__all__ = ["endpoint"]

pytestmark = pytest.mark.postgres

LARGE = b"Une ligne de texte, ni courte ni longue ; elle se suffit.\n" * 250_000  # 14 MB


class Wire:
    """The application on a port of its own."""

    def __init__(self, server: Server, address: str) -> None:
        self._server = server
        self.host, _, port = address.rpartition(":")
        self.port = int(port)
        self.http = httpx.AsyncClient(base_url=f"http://{address}", timeout=60)

    async def send(self, url: str, content: Any) -> httpx.Response:
        return await self.http.put(url, content=content, headers={"accept-language": "en"})

    async def settled(self) -> None:
        """Wait until no request is in hand."""
        await asyncio.gather(*self._server.server_state.tasks)


@asynccontextmanager
async def on_a_port(app: Starlette) -> AsyncIterator[Wire]:
    serves: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    config = uvicorn.Config(app, host="127.0.0.1", port=0, lifespan="off", log_config=None)
    server = Server(config, serves.set_result)
    serving = asyncio.create_task(server.serve())
    wire = Wire(server, await serves)
    try:
        yield wire
    finally:
        await wire.http.aclose()
        server.should_exit = True
        await serving


@asynccontextmanager
async def with_settings(house: House, **more: Any) -> AsyncIterator[Wire]:
    """Start another application of the same house, with other settings."""
    app = create_app(house.settings.model_copy(update=more), sender=house.sender)
    async with app.router.lifespan_context(app), on_a_port(app) as wire:
        yield wire


async def granted(stage: Stage, content: bytes) -> Any:
    answer = await stage.house.do(
        "RequestUpload", "citizen", concertationId=stage.id, stage="appel", name="a.txt", size=len(content)
    )
    assert answer["__typename"] == "UploadTicket", answer
    return answer


async def address(stage: Stage, given: Any) -> str:
    found = (await stage.house.ask("File", {"id": given["fileId"]}, "citizen"))["file"]
    url: str = found["downloadUrl"]
    return url


def kept(house: House) -> list[Path]:
    return [found for found in house.settings.files_folder.rglob("*") if found.is_file()]


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 100_000):
        yield content[start : start + 100_000]


async def test_a_large_file_is_sent_in_a_stream_and_fetched_whole_and_in_parts(stage: Stage) -> None:
    await stage.open()
    given = await granted(stage, LARGE)
    async with on_a_port(stage.house.app) as wire:
        answer = await wire.send(given["url"], pieces(LARGE))
        assert (answer.status_code, answer.json()["digest"]) == (201, sha256(LARGE).hexdigest())
        url = await address(stage, given)
        fetched, part, end = await asyncio.gather(
            wire.http.get(url),
            wire.http.get(url, headers={"range": "bytes=5000000-5999999"}),
            wire.http.get(url, headers={"range": "bytes=-7"}),
        )
        assert fetched.content == LARGE
        assert (part.status_code, part.content) == (206, LARGE[5_000_000:6_000_000])
        assert (end.status_code, end.content) == (206, LARGE[-7:])
        async with wire.http.stream("GET", url) as left:  # who goes away in the middle leaves the rest alone
            await anext(left.aiter_bytes(1000))
        await wire.settled()
        assert (await wire.http.get(url)).status_code == 200


async def test_a_client_that_breaks_off_leaves_nothing_and_may_send_the_whole_again(stage: Stage) -> None:
    await stage.open()
    given = await granted(stage, LARGE)
    async with on_a_port(stage.house.app) as wire:
        _, writer = await asyncio.open_connection(wire.host, wire.port)
        head = f"PUT {given['url']} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {len(LARGE)}\r\n\r\n"
        writer.write(head.encode() + LARGE[: len(LARGE) // 2])
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        await wire.settled()
        assert kept(stage.house) == []
        assert (await stage.house.ask("File", {"id": given["fileId"]}, "citizen"))["file"]["digest"] is None
        assert (await wire.send(given["url"], LARGE)).status_code == 201
    assert [found.name for found in kept(stage.house)] == [sha256(LARGE).hexdigest()]


async def test_thirty_megabytes_are_refused_by_their_length_alone(stage: Stage) -> None:
    await stage.open()
    given = await granted(stage, b"Court")
    async with on_a_port(stage.house.app) as wire:
        reader, writer = await asyncio.open_connection(wire.host, wire.port)
        writer.write(
            f"PUT {given['url']} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 30000000\r\n\r\n".encode()
        )
        assert (await reader.readline()).split()[1] == b"413"
        writer.close()
        await writer.wait_closed()


async def test_what_the_scanner_finds_is_refused_and_named_in_the_log_alone(
    stage: Stage, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await stage.open()
    infected, clean = b"Un texte avec " + SIGNATURE, b"Un texte sans rien"
    async with (
        standing(clamd, tmp_path, "socket") as scanner,
        with_settings(stage.house, clamd_address=scanner) as wire,
    ):
        given = await granted(stage, infected)
        with caplog.at_level(logging.WARNING, logger="server.files"):
            answer = await wire.send(given["url"], infected)
        assert (answer.status_code, answer.json()["code"]) == (422, "FILE_INFECTED")
        assert "Test.Signature" not in answer.text
        assert "Test.Signature" in caplog.text
        assert kept(stage.house) == []
        assert (await wire.send((await granted(stage, clean))["url"], clean)).status_code == 201


async def test_while_the_scanner_is_away_no_file_is_taken(stage: Stage) -> None:
    await stage.open()
    given = await granted(stage, b"Un texte")
    async with with_settings(stage.house, clamd_address="127.0.0.1:1") as wire:
        answer = await wire.send(given["url"], b"Un texte")
        assert (answer.status_code, answer.json()["code"]) == (503, "UNAVAILABLE")
        assert answer.headers["retry-after"]
        assert kept(stage.house) == []


async def test_files_in_a_bucket_are_files_like_any_other(stage: Stage, endpoint: str) -> None:
    await stage.open()
    given = await granted(stage, LARGE)
    async with with_settings(stage.house, **{**bucket_at(endpoint), "s3_timeout": 30}) as wire:
        assert (await wire.send(given["url"], pieces(LARGE))).status_code == 201
        assert kept(stage.house) == []
        url = await address(stage, given)
        assert (await wire.http.get(url)).content == LARGE
        assert (await wire.http.get(url, headers={"range": "bytes=1-3"})).content == LARGE[1:4]
    async with with_settings(stage.house, **bucket_at("http://127.0.0.1:1")) as wire:
        assert (await wire.http.get(url)).status_code == 503
        lost = await granted(stage, b"Un texte")
        assert (await wire.send(lost["url"], b"Un texte")).status_code == 503
        assert kept(stage.house) == []
