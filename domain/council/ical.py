"""Meetings of the council as entries of calendars (RFC 5545). Pure, in UTC, as hearings are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from icalendar import Calendar, Event, vCalAddress, vText

from domain.hearings.ical import NOTHING_MORE, Method, Shown
from domain.process import Meeting, MeetingState, Process
from domain.summaries import Names
from domain.texts import localised, text

_PRODUCT = "-//Concertation//Meetings//FR"


def method_for(meeting: Meeting) -> Method:
    """Say what a calendar is told: to have the meeting, or no more."""
    return "CANCEL" if meeting.state is MeetingState.CANCELLED else "REQUEST"


def convocation(
    process: Process,
    meeting: Meeting,
    *,
    stamp: datetime,
    organizer: str,
    attendee: str,
    languages: Sequence[str] = ("fr",),
    shown: Shown = NOTHING_MORE,
) -> bytes:
    """Give what a mail to a member carries as `text/calendar` (RFC 6047), in UTF-8, lines ended by CRLF.

    `stamp` is when what the mail tells happened. A meeting is convened and may be cancelled: SEQUENCE is 0, then 1.
    """
    event = Event()
    event.add("uid", f"{meeting.id}@{process.id}")
    event.add("dtstamp", stamp)
    event.add("dtstart", meeting.starts_at)
    event.add("dtend", meeting.ends_at)
    event.add("summary", text("ical.meeting", languages, title=localised(process.title, languages)))
    said = [Names(process, languages).stage(meeting.stage)]
    if shown.url:
        said.append(shown.url)
        event.add("url", shown.url)
    event.add("description", "\n".join(said))
    if shown.place:
        event.add("location", shown.place)
    method = method_for(meeting)
    event.add("sequence", 1 if method == "CANCEL" else 0)
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    event.add("organizer", vCalAddress(f"mailto:{organizer}"))
    member = vCalAddress(f"mailto:{attendee}")
    member.params["PARTSTAT"] = vText("NEEDS-ACTION")
    member.params["ROLE"] = vText("REQ-PARTICIPANT")
    event.add("attendee", member)
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event)
    written: bytes = calendar.to_ical(sorted=True)
    return written
