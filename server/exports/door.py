"""GET /exports/contributions: an export, streamed as it is read; and the Table Schema of each variant.

How many lines it has is said beforehand (`concertation-rows`). An export that breaks off never ends: no last chunk is
sent, so that clients tell it from a whole one.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from domain.interchange.columns import Form, Variant
from domain.interchange.table_schema import table_schema
from domain.refusals import Code, Refusal
from server.exports.tickets import ExportTickets, Ticket
from server.files.answering import refused, unavailable
from server.files.fetching import disposition
from store.clock import instant
from store.exporting import Export, export
from store.faults import StoreFault
from store.pool import Pool, acquire

LONGEST = 3600.0
"""Seconds after which an export that is still read is broken off: what it sees is kept for it as long."""
_MEDIA = {Form.CSV: "text/csv; charset=utf-8; header=present", Form.JSONL: "application/jsonl"}


class ExportDoor:
    """Answers requests for exports, as many at once as the pool has connections."""

    def __init__(self, pool: Pool, tickets: ExportTickets, within: float) -> None:
        """Read through a pool of its own, waiting at most `within` seconds for a place in it."""
        self._pool = pool
        self._tickets = tickets
        self._within = within

    async def __call__(self, request: Request) -> Response:
        """Answer a request."""
        ticket = self._tickets.read(request.query_params.get("ticket", ""))
        if ticket is None:
            return refused(request, Refusal(Code.TICKET_INVALID))
        stack = AsyncExitStack()
        try:
            found = await self._open(ticket, stack)
        except StoreFault:
            await stack.aclose()
            return unavailable(request)
        except BaseException:
            await stack.aclose()
            raise
        if isinstance(found, Refusal):
            await stack.aclose()
            return refused(request, found)
        return _Stream(found, ticket, stack)

    async def _open(self, ticket: Ticket, stack: AsyncExitStack) -> Export | Refusal:
        connection = await stack.enter_async_context(acquire(self._pool, self._within))
        if await instant(connection) >= ticket.until:
            return Refusal(Code.TICKET_EXPIRED, {"expired": ticket.until.isoformat()})
        found = await stack.enter_async_context(export(connection, ticket.asked))
        return found if found.parts else Refusal(Code.UNKNOWN_STAGE, {}, ("stage",))


class _Stream(Response):
    """Sends an export, and gives the connection back whatever becomes of it."""

    def __init__(self, found: Export, ticket: Ticket, stack: AsyncExitStack) -> None:
        super().__init__(
            headers={
                "cache-control": "private, no-store",
                "concertation-rows": str(found.size),
                "content-disposition": disposition(ticket.name),
                "content-type": _MEDIA[ticket.asked.form],
                "referrer-policy": "no-referrer",
                "x-content-type-options": "nosniff",
            }
        )
        del self.headers["content-length"]
        self._found = found
        self._stack = stack

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._stack:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            if scope["method"] == "HEAD":
                await send({"type": "http.response.body", "body": b""})
                return
            gone = asyncio.ensure_future(_gone(receive))
            try:
                async with asyncio.timeout(LONGEST):
                    async for piece, _ in self._found.pieces:
                        if gone.done():
                            return
                        await send({"type": "http.response.body", "body": piece, "more_body": True})
            finally:
                gone.cancel()
            await send({"type": "http.response.body", "body": b""})


async def _gone(receive: Receive) -> None:
    """Wait until whoever asked has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def schema(request: Request) -> Response:
    """Give the Table Schema of a variant."""
    try:
        variant = Variant(request.path_params["variant"])
    except ValueError:
        return PlainTextResponse("", 404)
    return JSONResponse(table_schema(variant), headers={"cache-control": "public, max-age=3600"})
