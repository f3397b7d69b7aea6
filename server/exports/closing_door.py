"""GET /exports/closing-archive: a closing archive that is kept, whole or in part."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from domain.refusals import Code, Refusal
from server.exports.tickets import ClosingTicket, ExportTickets
from server.files.answering import refused, unavailable
from server.files.fetching import answer
from server.files.shelf import Shelf, ShelfFault
from store.clock import instant
from store.faults import StoreFault
from store.files import File
from store.pool import Pool, acquire


class ClosingDoor:
    """Answers requests for closing archives."""

    def __init__(self, pool: Pool, tickets: ExportTickets, shelf: Shelf, within: float) -> None:
        """Ask the clock through a pool, waiting at most `within` seconds for a place in it."""
        self._pool = pool
        self._tickets = tickets
        self._shelf = shelf
        self._within = within

    async def __call__(self, request: Request) -> Response:
        """Answer a request."""
        ticket = self._tickets.read_closing(request.query_params.get("ticket", ""))
        if ticket is None:
            return refused(request, Refusal(Code.TICKET_INVALID))
        try:
            async with acquire(self._pool, self._within) as connection:
                now = await instant(connection)
            if now >= ticket.until:
                return refused(request, Refusal(Code.TICKET_EXPIRED, {"expired": ticket.until.isoformat()}))
            return await answer(request, _file(ticket), self._shelf)
        except (StoreFault, ShelfFault):
            return unavailable(request)


def _file(ticket: ClosingTicket) -> File:
    return File(
        id=ticket.sha256,
        concertation=ticket.concertation,
        stage=None,
        owner="",
        name=ticket.name,
        media_type="application/zip",
        size=ticket.size,
        requested_at=ticket.until,
        digest=ticket.sha256,
    )
