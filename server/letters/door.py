"""GET /letters.pdf: a batch of letters, set each time it is asked for, to whoever has a ticket for it."""

from __future__ import annotations

import asyncio
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from api.reading import Reading
from domain.refusals import Code, Refusal
from server.files.answering import refused, unavailable
from server.letters.printed import printed
from server.letters.tickets import LetterTickets
from store.clock import instant
from store.faults import StoreFault
from store.letters import Batch, Letter, batches, keep_codes, letters_in
from store.pool import Connection, Pool

_AT_ONCE = 1
"""So many batches are set at the same time: one of 500 letters takes a processor for seconds."""


class LetterDoor:
    """Answers requests for letters."""

    def __init__(
        self, pool: Pool, tickets: LetterTickets, key: bytes, within: float, site: str | None
    ) -> None:
        """Read through this pool, waiting at most `within` seconds; codes of invitations are made with `key`."""
        self._pool = pool
        self._tickets = tickets
        self._key = key
        self._within = within
        self._site = site
        self._setting = asyncio.Semaphore(_AT_ONCE)

    async def __call__(self, request: Request) -> Response:
        """Give the letters as one PDF."""
        ticket = self._tickets.read(request.query_params.get("ticket", ""))
        if ticket is None:
            return refused(request, Refusal(Code.TICKET_INVALID))
        reading = Reading(self._pool, within=self._within)
        try:
            if await reading.ask(instant) >= ticket.until:
                return refused(request, Refusal(Code.TICKET_EXPIRED, {"expired": ticket.until.isoformat()}))
            at = await reading.snapshot(ticket.concertation)
            found = await reading.ask(partial(_read, self._key, ticket.concertation, ticket.batch))
        except StoreFault:
            return unavailable(request)
        if at is None or found is None:
            return refused(request, Refusal(Code.TICKET_INVALID))
        batch, letters, codes = found
        async with self._setting:
            page = await asyncio.to_thread(printed, at.process, batch, letters, codes, self._site)
        return Response(
            page,
            media_type="application/pdf",
            headers={
                "cache-control": "private, no-store",
                "content-disposition": f'inline; filename="{at.process.slug}-{batch.made_at:%Y-%m-%d}.pdf"',
                "referrer-policy": "no-referrer",
            },
        )


async def _read(
    key: bytes, concertation: str, id: str, connection: Connection
) -> tuple[Batch, list[Letter], dict[str, str]] | None:
    found = {batch.id: batch for batch in await batches(connection, concertation)}.get(id)
    if found is None:
        return None
    letters = await letters_in(connection, concertation, id)
    return found, letters, await keep_codes(connection, key, concertation, id, letters)
