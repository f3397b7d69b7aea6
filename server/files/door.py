"""The address of a file: PUT sends its content, GET and HEAD fetch it. The ticket says which of the two it is for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from api.asking import ask
from domain.refusals import Code, Refusal
from server.files.answering import refused, unavailable
from server.files.fetching import answer
from server.files.scanning import Scanner, ScannerAway
from server.files.sending import Sending
from server.files.shelf import Shelf, ShelfFault
from server.files.tickets import Purpose, Tickets
from server.settings import Settings
from store import files
from store.faults import StoreFault
from store.files import File
from store.pool import Connection, Pool

T = TypeVar("T")


class FileDoor:
    """Answers requests for `/files/{id}`."""

    def __init__(
        self, pool: Pool, tickets: Tickets, shelf: Shelf, scanner: Scanner, settings: Settings
    ) -> None:
        """Let in what `tickets` wrote, keep contents on `shelf` once `scanner` has let them pass."""
        self._pool = pool
        self._tickets = tickets
        self._shelf = shelf
        self._within = settings.database_timeout
        self._sending = Sending(self._ask, shelf, scanner, settings)

    async def __call__(self, request: Request) -> Response:
        """Answer a request."""
        try:
            found = await self._ticketed(request)
            if isinstance(found, Refusal):
                return refused(request, found)
            if request.method == "PUT":
                return await self._sending.take(request, found)
            return await answer(request, found, self._shelf)
        except (StoreFault, ShelfFault, ScannerAway):
            return unavailable(request)

    async def _ticketed(self, request: Request) -> File | Refusal:
        id, purpose = request.path_params["id"], _purpose(request)
        until = self._tickets.read(request.query_params.get("ticket", ""), purpose, id)
        if until is None:
            return Refusal(Code.TICKET_INVALID)
        file, now = await self._ask(lambda connection: files.ticketed(connection, id))
        if now >= until:
            return Refusal(Code.TICKET_EXPIRED, {"expired": until.isoformat()})
        return file or Refusal(Code.UNKNOWN_FILE)

    async def _ask(self, question: Callable[[Connection], Awaitable[T]]) -> T:
        return await ask(self._pool, self._within, question)


def _purpose(request: Request) -> Purpose:
    return "send" if request.method == "PUT" else "fetch"
