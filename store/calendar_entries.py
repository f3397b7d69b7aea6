"""The calendar entry that a mail about a hearing or a meeting brings to whoever is called, as of when it goes."""

from __future__ import annotations

from domain.acts import Body
from domain.council import ical
from domain.hearings.ical import Shown, invitation, method_for
from domain.noticing.mime import CalendarEntry
from domain.texts import localised
from store import bodies
from store.concertations import processes
from store.known_processes import KnownProcesses
from store.pool import Connection
from store.sending import Claimed


async def entry_for(
    connection: Connection, known: KnownProcesses, claimed: Claimed, *, organizer: str, url: str | None
) -> CalendarEntry | None:
    """Give the entry; nothing for a notice of something else, and for who is not called: they have their agenda."""
    member, id, address = claimed.member, claimed.concertation, claimed.address
    if member is None or id is None or address is None:
        return None
    read = (await processes(connection, [id], known)).get(id)
    if read is None:
        return None
    process, languages = read.process, (claimed.language,)

    async def said(body: Body | None) -> str | None:
        found = await bodies.get(connection, body.id) if body is not None else None
        return localised(found.content, languages) if found else None

    hearing = process.hearings.get(claimed.hearing or "")
    if hearing is not None and (member in hearing.calls or member in hearing.witnesses):
        method = method_for(hearing, member)
        shown = Shown(place=await said(hearing.place), link=await said(hearing.link), url=url)
        content = invitation(
            process, hearing, member, method,
            languages=languages, shown=shown, organizer=organizer, attendee=address,
        )  # fmt: skip
        return CalendarEntry(method=method, content=content)
    meeting = process.meetings.get(claimed.meeting or "")
    if meeting is not None:
        shown = Shown(place=await said(meeting.place), url=url)
        content = ical.convocation(
            process, meeting,
            stamp=claimed.at, languages=languages, shown=shown, organizer=organizer, attendee=address,
        )  # fmt: skip
        return CalendarEntry(method=ical.method_for(meeting), content=content)
    return None
