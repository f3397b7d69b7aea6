"""GET /concertations/{slug}/hearings.ics: the hearings of a concertation, for everybody.

GET /agenda/{ticket}.ics: those of one person, for their calendar program, which has no token: the signed address is
all that it needs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from api.agendas import agenda
from api.asking import ask
from api.publication import is_published
from api.reading import Reading
from api.snapshot import Snapshot
from domain.acts import Body
from domain.hearings.ical import Entry, Shown, feed
from domain.process import Hearing
from domain.rights import Viewer
from domain.texts import localised, negotiate, text
from server.agenda_tickets import AgendaTickets
from store.clock import instant
from store.faults import StoreFault
from store.pool import Pool


class CalendarFeed:
    """The two calendars."""

    def __init__(self, pool: Pool, tickets: AgendaTickets, within: float, site: str | None) -> None:
        """Read through this pool, waiting at most `within` seconds. `site` is where people read concertations."""
        self._pool = pool
        self._tickets = tickets
        self._within = within
        self._site = site.rstrip("/") if site else None

    async def of_concertation(self, request: Request) -> Response:
        """Give times, stages and places of the hearings; who is called to them is in no calendar."""
        languages = _languages(request)
        try:
            reading = Reading(self._pool, within=self._within)
            at = await reading.snapshot_by_slug(request.path_params["slug"])
            if at is None:
                return PlainTextResponse("", 404)
            shown = [
                (at, hearing, None)
                for hearing in at.process.hearings.values()
                if is_published(at, hearing.stage, hearing.round, "hearings")
            ]
            entries = await self._entries(reading, shown, languages)
        except StoreFault:
            return PlainTextResponse(text("ical.later", languages), 503)
        name = text("ical.feed", languages, title=localised(at.process.title, languages))
        return _calendar(feed(entries, name, languages=languages), "public, max-age=300")

    async def of_person(self, request: Request) -> Response:
        """Give the hearings to which a person is called, and those that they conduct, with what only they are told."""
        languages = _languages(request)
        ticket = self._tickets.read(request.path_params["ticket"])
        if ticket is None:
            return PlainTextResponse(text("ical.gone", languages), 404)
        reading = Reading(self._pool, Viewer(member=ticket.member), self._within)
        try:
            if await ask(self._pool, self._within, instant) >= ticket.until:
                return PlainTextResponse(text("ical.gone", languages), 404)
            mine = [(at, hearing, ticket.member) for at, hearing in await agenda(reading, ticket.member)]
            entries = await self._entries(reading, mine, languages)
        except StoreFault:
            return PlainTextResponse(text("ical.later", languages), 503)
        return _calendar(
            feed(entries, text("ical.agenda", languages), languages=languages), "private, max-age=300"
        )

    async def _entries(
        self,
        reading: Reading,
        hearings: Iterable[tuple[Snapshot, Hearing, str | None]],
        languages: Sequence[str],
    ) -> list[Entry]:
        async def said(body: Body | None) -> str | None:
            found = await reading.body(body) if body is not None else None
            return localised(found, languages) if found else None

        async def entry(at: Snapshot, hearing: Hearing, member: str | None) -> Entry:
            place, link = await asyncio.gather(
                said(hearing.place), said(hearing.link if member is not None else None)
            )
            url = f"{self._site}/concertations/{at.process.slug}" if self._site else None
            shown = Shown(place=place, link=link, url=url)
            return Entry(process=at.process, hearing=hearing, member=member, shown=shown)

        return list(await asyncio.gather(*(entry(*found) for found in hearings)))


def _languages(request: Request) -> tuple[str, ...]:
    named = request.query_params.get("lang", "")
    return (named, *negotiate(request.headers.get("accept-language")))


def _calendar(content: bytes, cache: str) -> Response:
    return Response(
        content,
        media_type="text/calendar; charset=utf-8",
        headers={"cache-control": cache, "vary": "accept-language"},
    )
