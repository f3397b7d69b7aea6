"""Sending: from the bytes of a request to a content in its place. Whatever is refused leaves nothing behind."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from domain.files.kinds import KINDS
from domain.files.sniffing import fault_of_content
from domain.refusals import Code, Refusal
from server.files.answering import refused, unavailable
from server.files.scanning import Scanner, ScannerAway
from server.files.shelf import Shelf, ShelfFault
from server.files.staging import Staged, staged
from server.settings import Settings
from store import files
from store.faults import StoreFault
from store.files import File
from store.pool import Connection

T = TypeVar("T")

_EXAMINED_AT_ONCE = 2
"""Checks of contents: each takes a processor, for a second at worst."""

log = logging.getLogger(__name__)


class Ask(Protocol):
    """Puts a question to PostgreSQL."""

    async def __call__(self, question: Callable[[Connection], Awaitable[T]]) -> T:
        """Give the answer; `StoreFault` where there is none."""
        ...


class Sending:
    """Takes contents in."""

    def __init__(self, ask: Ask, shelf: Shelf, scanner: Scanner, settings: Settings) -> None:
        """Let them arrive in a folder beside those that are kept, on the same file system."""
        self._ask = ask
        self._shelf = shelf
        self._scanner = scanner
        self._incoming = settings.files_folder / "incoming"
        self._idle = settings.upload_idle_timeout
        self._within = settings.upload_ttl.total_seconds()
        self._most = settings.max_file_bytes
        self._examining = asyncio.Semaphore(_EXAMINED_AT_ONCE)

    async def take(self, request: Request, file: File) -> Response:
        """Take the content of a file that was announced."""
        fault = self._fault_of_request(request, file)
        if fault is not None:
            return refused(request, fault)
        try:
            async with staged(
                self._incoming, request.stream(), file.size, self._idle, self._within
            ) as arrived:
                found = arrived if isinstance(arrived, Refusal) else await self._kept(file, arrived)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        except OSError as fault_of_disk:
            log.error("files cannot be taken in: %s", fault_of_disk)
            return unavailable(request)
        except (StoreFault, ShelfFault, ScannerAway) as fault_of_service:
            log.error("file %s was not taken: %s", file.id, fault_of_service)
            return unavailable(request)
        if isinstance(found, Refusal):
            return refused(request, found)
        said: dict[str, Any] = {"fileKey": found.id, "digest": found.digest, "size": found.size}
        return JSONResponse({**said, "mediaType": found.media_type}, 201, {"cache-control": "no-store"})

    def _fault_of_request(self, request: Request, file: File) -> Refusal | None:
        """Refuse by the headers alone what need not be read."""
        if "content-range" in request.headers:
            return Refusal(Code.UPLOAD_NOT_RESUMABLE)
        length = request.headers.get("content-length", "")
        if file.size > self._most or (length.isdecimal() and int(length) > file.size):
            return Refusal(Code.FILE_TOO_LARGE, {"largest": min(file.size, self._most)})
        return None

    async def _kept(self, file: File, arrived: Staged) -> File | Refusal:
        """Examine what arrived, then keep it."""
        if file.digest is not None:  # sent before: the same content is answered as then
            return file if file.digest == arrived.digest else Refusal(Code.FILE_ALREADY_SENT)
        async with self._examining:
            fault = await asyncio.to_thread(_fault_of, file, arrived)
        if fault is not None:
            return fault
        signature = await self._scanner.found(arrived.file)
        if signature is not None:
            log.warning(
                "file %s was refused: it matches %r", file.id, signature, extra={"signature": signature}
            )
            return Refusal(Code.FILE_INFECTED)
        await self._ask(lambda connection: files.keep(connection, arrived.digest, arrived.size))
        await self._shelf.put(arrived.digest, arrived.file)
        return await self._ask(lambda connection: files.receive(connection, file.id, arrived.digest))


def _fault_of(file: File, arrived: Staged) -> Refusal | None:
    with arrived.file.open("rb") as opened:
        return fault_of_content(opened, arrived.size, KINDS[file.media_type])
