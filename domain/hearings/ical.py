"""Hearings as entries of calendars (RFC 5545): an invitation to one, and feeds of many. Pure: the same bytes each time.

An entry keeps its UID for ever. SEQUENCE and DTSTAMP are the hearing's own `version` and `changed_at`, so that a
calendar that has an older entry replaces it (RFC 5546, 2.1.5). What was cancelled stays, as CANCELLED. Times are in
UTC: each calendar shows them on its reader's clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from icalendar import Calendar, Event, vCalAddress, vText

from domain.process import Hearing, HearingState, Process
from domain.summaries import Names
from domain.texts import label, localised, text

Method = Literal["REQUEST", "CANCEL"]

_PRODUCT = "-//Concertation//Hearings//FR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What an entry says beyond the process: texts that are kept elsewhere, and the page of the concertation."""

    place: str | None = None
    link: str | None = None
    """For who is called to it, and who conducts it."""
    url: str | None = None


NOTHING_MORE = Shown()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A hearing in a feed; `member` is whose calendar it is, unset for everybody's."""

    process: Process
    hearing: Hearing
    member: str | None = None
    shown: Shown = NOTHING_MORE


def invitation(
    process: Process,
    hearing: Hearing,
    member: str,
    method: Method,
    *,
    languages: Sequence[str] = ("fr",),
    shown: Shown = NOTHING_MORE,
    organizer: str | None = None,
    attendee: str | None = None,
) -> bytes:
    """Give what a mail to who is called carries as `text/calendar; method=…` (RFC 6047), in UTF-8, lines ended by CRLF.

    `CANCEL` also takes a hearing out of the calendar of who was replaced. `organizer` and `attendee` are mail
    addresses, the latter the reader's own: an answer by the calendar program goes nowhere, people answer on the page.
    """
    event = _event(Entry(process=process, hearing=hearing, member=member, shown=shown), languages)
    if method == "CANCEL":
        event["status"] = vText("CANCELLED")
    if organizer is not None:
        event.add("organizer", vCalAddress(f"mailto:{organizer}"))
    if attendee is not None:
        whom = vCalAddress(f"mailto:{attendee}")
        whom.params["PARTSTAT"] = vText(_answer(hearing, member))
        whom.params["ROLE"] = vText("REQ-PARTICIPANT")
        event.add("attendee", whom)
    calendar = _calendar(languages)
    calendar.add("method", method)
    calendar.add_component(event)
    return _written(calendar)


def method_for(hearing: Hearing, member: str) -> Method:
    """Say what a calendar is told: to have the hearing, or no more."""
    gone = hearing.state is HearingState.CANCELLED or member not in hearing.witnesses
    return "CANCEL" if gone else "REQUEST"


def feed(entries: Iterable[Entry], name: str, *, languages: Sequence[str] = ("fr",)) -> bytes:
    """Give a calendar of hearings that programs fetch again and again, called `name`."""
    calendar = _calendar(languages)
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", vText("PT1H"), parameters={"VALUE": "DURATION"})
    for entry in entries:
        calendar.add_component(_event(entry, languages))
    return _written(calendar)


def _calendar(languages: Sequence[str]) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    return calendar


def _event(entry: Entry, languages: Sequence[str]) -> Event:
    process, hearing, shown = entry.process, entry.hearing, entry.shown
    stage = Names(process, languages).stage(hearing.stage)
    event = Event()
    event.add("uid", f"{hearing.id}@{process.id}")
    event.add("dtstamp", hearing.changed_at or hearing.starts_at)
    event.add("sequence", hearing.version)
    event.add("dtstart", hearing.starts_at)
    event.add("dtend", hearing.ends_at)
    event.add("summary", text("ical.summary", languages, title=localised(process.title, languages)))
    said = [text("ical.stage", languages, stage=stage, state=label(hearing.state, languages))]
    if entry.member is not None and shown.link:
        said.append(text("ical.link", languages, link=shown.link))
    if shown.url:
        said.append(shown.url)
        event.add("url", shown.url)
    event.add("description", "\n".join(said))
    where = ", ".join(part for part in (hearing.room, shown.place) if part)
    if where:
        event.add("location", where)
    event.add("status", "CANCELLED" if _is_off(entry) else "CONFIRMED")
    return event


def _is_off(entry: Entry) -> bool:
    """Say whether the hearing does not take place, or not with whom the calendar belongs to."""
    hearing = entry.hearing
    call = hearing.calls.get(entry.member or "")
    return hearing.state is HearingState.CANCELLED or (call is not None and call.replaced_by is not None)


def _answer(hearing: Hearing, member: str) -> str:
    call = hearing.calls.get(member)
    answers = {True: "ACCEPTED", False: "DECLINED", None: "NEEDS-ACTION"}
    return answers[call.comes if call else None]


def _written(calendar: Calendar) -> bytes:
    written: Any = calendar.to_ical(sorted=True)
    return bytes(written)
