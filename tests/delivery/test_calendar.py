"""Mails to those called to a hearing or a meeting bring an entry, which two parsers take as it was received."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

import icalendar
import pytest
import pytest_asyncio
import vobject

from domain import acts
from store import bodies, hearing_reminders
from store.pool import Pool
from tests.delivery.conftest import Post
from tests.delivery.receiving import OwnController, Receiver
from tests.store.addresses import reached_at
from tests.store.stage import DAY, Play
from tests.unit.procedures import call_for_input, hearings, procedure, review

pytestmark = pytest.mark.postgres
HOUR = timedelta(hours=1)
STAGE = "auditions"


@pytest_asyncio.fixture
async def begun(post: Post, app: Pool) -> Play:
    """Hearings that are open; `p0`, `p1` and the rapporteur can be written to."""
    play = Play(post.play.worker, post.clock)
    await play.launch(procedure(hearings()), slug="autre")
    for name in ("p0", "p1", "rapporteuse"):
        await reached_at(app, name, f"{name}@exemple.fr")
    await post.worker.execute("UPDATE delivery SET after_outbox = (SELECT max(id) FROM outbox)")
    return play


def entry(mail: EmailMessage) -> tuple[Any, str]:
    """Give the entry that a mail brings and its method, as both parsers have them."""
    part = next(part for part in mail.iter_parts() if part.get_content_type() == "text/calendar")
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert content.endswith(b"END:VCALENDAR\r\n")
    one, other = icalendar.Calendar.from_ical(content), vobject.readOne(content.decode())
    method = part.get_param("method")
    assert str(one["method"]) == other.method.value == method
    found: Any = one.walk("VEVENT")[0]
    assert str(found["uid"]) == other.vevent.uid.value
    assert str(found["location"]) == other.vevent.location.value
    assert (found["dtstart"].dt, found["dtend"].dt) == (
        other.vevent.dtstart.value,
        other.vevent.dtend.value,
    )
    return found, str(method)


def mail_to(receiver: Receiver, name: str) -> EmailMessage:
    """Give the last mail to somebody."""
    return next(mail for mail in reversed(receiver.taken) if mail["To"] == f"{name}@exemple.fr")


async def test_who_is_called_gets_an_entry_then_its_change_and_its_cancellation_and_who_conducts_none(
    post: Post, begun: Play, receiver: Receiver, server: OwnController
) -> None:
    place = await bodies.put(
        post.play.worker, id=str(uuid4()), kind="place", author="coordinator", concertation=begun.id,
        content={"fr": "Préfecture, salle « Été »"},
    )  # fmt: skip
    assert isinstance(place, acts.Body)
    at = (await post.clock.now() + 3 * DAY).replace(microsecond=0)
    await begun.do(
        acts.ScheduleHearing(
            hearing="h1", starts_at=at, ends_at=at + HOUR, witnesses=("p0", "p1"), place=place
        ),
        round=1,
        stage=STAGE,
    )
    await post.send()
    found, method = entry(mail_to(receiver, "p0"))
    assert (method, str(found["attendee"]), int(found["sequence"])) == ("REQUEST", "mailto:p0@exemple.fr", 0)
    assert str(found["organizer"]) == "mailto:notifications@concertation.exemple"
    assert str(found["location"]) == "Préfecture, salle « Été »"
    assert str(found["url"]) == "https://concertation.exemple/concertations/autre"
    kinds = [part.get_content_type() for part in mail_to(receiver, "rapporteuse").iter_parts()]
    assert kinds == ["text/plain", "text/html"]
    moved = acts.MoveHearing(
        hearing="h1", starts_at=at + HOUR, ends_at=at + 2 * HOUR, seen_starts_at=at, reason="train"
    )
    await begun.do(moved, round=1, stage=STAGE)
    await post.send()
    again, method = entry(mail_to(receiver, "p1"))
    assert method == "REQUEST"
    assert (str(again["uid"]), int(again["sequence"])) == (str(found["uid"]), 1)
    assert again["dtstart"].dt == at + HOUR
    await begun.do(acts.CancelHearing(hearing="h1", reason="grève"), round=1, stage=STAGE)
    await post.send()
    last, method = entry(mail_to(receiver, "p0"))
    assert (method, str(last["status"]), str(last["uid"])) == ("CANCEL", "CANCELLED", str(found["uid"]))


async def convened(post: Post, app: Pool) -> tuple[Play, datetime]:
    """A meeting of the council in thirty days, of which `ada` was told by mail."""
    play = Play(post.play.worker, post.clock)
    await play.launch(procedure(call_for_input(), review()), slug="conseil")
    await play.do(acts.EnrolMember(member="ada"))
    await play.do(acts.AppointMember(office="conseil", member="ada"))
    await reached_at(app, "ada", "ada@exemple.fr", "en")
    place = await bodies.put(
        post.play.worker, id=str(uuid4()), kind="place", author="coordinator", concertation=play.id,
        content={"fr": "Préfecture, salle « Été »"},
    )  # fmt: skip
    assert isinstance(place, acts.Body)
    await post.worker.execute("UPDATE delivery SET after_outbox = (SELECT max(id) FROM outbox)")
    at = (await post.clock.now() + 30 * DAY).replace(microsecond=0)
    act = acts.ConveneMeeting(meeting="m1", starts_at=at, ends_at=at + HOUR, agenda=place, place=place)
    await play.do(act, round=1, stage="avis")
    await post.send()
    return play, at


async def test_the_council_gets_an_entry_for_its_meeting_and_its_cancellation(
    post: Post, app: Pool, receiver: Receiver, server: OwnController
) -> None:
    play, at = await convened(post, app)
    found, method = entry(mail_to(receiver, "ada"))
    assert (method, str(found["attendee"]), found["dtstart"].dt) == ("REQUEST", "mailto:ada@exemple.fr", at)
    assert str(found["summary"]).startswith("Meeting of the scientific council")
    await play.do(acts.CancelMeeting(meeting="m1", reason="grève"), round=1, stage="avis")
    await post.send()
    last, method = entry(mail_to(receiver, "ada"))
    assert (method, str(last["status"]), int(last["sequence"])) == ("CANCEL", "CANCELLED", 1)
    assert str(last["uid"]) == str(found["uid"])


async def test_the_reminder_of_a_meeting_brings_its_entry_again(
    post: Post, app: Pool, receiver: Receiver, server: OwnController
) -> None:
    _, at = await convened(post, app)
    first, _ = entry(mail_to(receiver, "ada"))
    await post.clock.advance(at - DAY + HOUR - await post.clock.now())
    await post.send()
    assert "Reminder" in str(mail_to(receiver, "ada")["Subject"])
    again, method = entry(mail_to(receiver, "ada"))
    assert (method, str(again["uid"]), again["dtstart"].dt) == ("REQUEST", str(first["uid"]), at)
    assert (int(again["sequence"]), again["dtstamp"].dt > first["dtstamp"].dt) == (0, True)


async def test_the_reminder_of_a_hearing_brings_its_entry_again(
    post: Post, begun: Play, receiver: Receiver, server: OwnController
) -> None:
    place = await bodies.put(
        post.play.worker, id=str(uuid4()), kind="place", author="coordinator", concertation=begun.id,
        content={"fr": "Préfecture, salle « Été »"},
    )  # fmt: skip
    assert isinstance(place, acts.Body)
    at = (await post.clock.now() + 3 * DAY).replace(microsecond=0)
    scheduled = acts.ScheduleHearing(
        hearing="h1", starts_at=at, ends_at=at + HOUR, witnesses=("p0",), place=place
    )
    await begun.do(scheduled, round=1, stage=STAGE)
    await post.send()
    first, _ = entry(mail_to(receiver, "p0"))
    await post.clock.advance(at - DAY + HOUR - await post.clock.now())
    async with post.worker.acquire() as connection:
        await hearing_reminders.attend(connection, begun.id, "h1")
    await post.send()
    again, method = entry(receiver.taken[-1])
    assert len(receiver.taken) > 2
    assert (method, str(again["uid"]), again["dtstart"].dt) == ("REQUEST", str(first["uid"]), at)
