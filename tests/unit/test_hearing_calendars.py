"""Hearings in calendars: two parsers that know nothing of one another read the same."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import icalendar
import vobject

from domain import acts
from domain.hearings.ical import Entry, Shown, feed, invitation, method_for
from domain.process import Hearing
from tests.unit.play import ID, Play, body
from tests.unit.procedures import hearings
from tests.unit.scenes import DAY, HOUR, opened

STAGE = "auditions"
SHOWN = Shown(
    place="Préfecture, 2 rue du Port ; salle « Été »\n97110 Pointe-à-Pitre",
    link="https://visio.example/abc?a=1&b=2",
    url="https://assises.example/concertations/essai",
)


def heard() -> Play:
    """Give a hearing of two, with a room, moved once."""
    play = opened(hearings())
    at = play.now + DAY
    set_ = acts.ScheduleHearing(
        hearing="h1", starts_at=at, ends_at=at + 2 * HOUR, witnesses=("citizen", "prefect"), room="Salle Été",
        link=body("visio"),
    )  # fmt: skip
    play.do(set_, stage=STAGE)
    moved = acts.MoveHearing(
        hearing="h1", starts_at=at + HOUR, ends_at=at + 3 * HOUR, seen_starts_at=at, reason="train"
    )
    play.do(moved, stage=STAGE)
    return play


def hearing_of(play: Play) -> Hearing:
    return play.process.hearings["h1"]


def read_by_both(content: bytes) -> tuple[Any, Any]:
    """Give the first entry as each of two parsers has it, once both agree on what matters."""
    one: Any = icalendar.Calendar.from_ical(content).walk("VEVENT")[0]
    other: Any = vobject.readOne(content.decode()).vevent
    assert str(one["uid"]) == other.uid.value
    assert str(one["summary"]) == other.summary.value
    assert str(one["description"]) == other.description.value
    assert str(one["status"]) == other.status.value
    assert int(one["sequence"]) == int(other.sequence.value)
    assert (one["dtstart"].dt, one["dtend"].dt) == (other.dtstart.value, other.dtend.value)
    assert one["dtstamp"].dt == other.dtstamp.value
    return one, other


def invite(play: Play, member: str = "citizen", **more: Any) -> bytes:
    hearing = hearing_of(play)
    return invitation(play.process, hearing, member, method_for(hearing, member), shown=SHOWN, **more)


def test_an_invitation_is_read_by_two_parsers() -> None:
    play = heard()
    content = invite(play, organizer="concertation@assises.example", attendee="rose@example.org")
    one, other = read_by_both(content)
    hearing = hearing_of(play)
    assert str(one["uid"]) == f"h1@{ID}"
    assert (one["dtstart"].dt, one["dtend"].dt) == (hearing.starts_at, hearing.ends_at)
    assert (int(one["sequence"]), one["dtstamp"].dt) == (1, play.now)
    assert str(one["location"]) == other.location.value == f"Salle Été, {SHOWN.place}"
    assert SHOWN.link is not None
    assert SHOWN.link in str(one["description"])
    assert str(one["status"]) == "CONFIRMED"
    assert str(one["attendee"]) == other.attendee.value == "mailto:rose@example.org"
    assert one["attendee"].params["PARTSTAT"] == "NEEDS-ACTION"
    assert icalendar.Calendar.from_ical(content)["method"] == "REQUEST"
    assert vobject.readOne(content.decode()).method.value == "REQUEST"


def test_every_line_ends_as_the_standard_has_it_and_none_is_longer_than_75_bytes() -> None:
    content = invite(heard())
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(map(len, content.split(b"\r\n"))) <= 75


def test_the_same_hearing_gives_the_same_bytes() -> None:
    assert invite(heard()) == invite(heard())


def test_a_cancelled_hearing_and_one_of_somebody_else_by_now_is_taken_out_of_the_calendar() -> None:
    play = heard()
    replaced = acts.ReplaceWitness(hearing="h1", witness="citizen", by="ada", reason="x")
    play.do(replaced, stage=STAGE)
    one, _ = read_by_both(invite(play))
    assert (str(one["status"]), int(one["sequence"])) == ("CANCELLED", 2)
    assert icalendar.Calendar.from_ical(invite(play))["method"] == "CANCEL"
    assert icalendar.Calendar.from_ical(invite(play, "ada"))["method"] == "REQUEST"
    play.do(acts.CancelHearing(hearing="h1", reason="x"), stage=STAGE)
    one, _ = read_by_both(invite(play, "ada"))
    assert (str(one["status"]), int(one["sequence"])) == ("CANCELLED", 3)


def test_an_answer_is_in_the_invitation() -> None:
    play = heard()
    play.do(acts.AnswerCall(hearing="h1", comes=False), "citizen", STAGE)
    one, _ = read_by_both(invite(play, attendee="rose@example.org"))
    assert one["attendee"].params["PARTSTAT"] == "DECLINED"


def test_a_feed_for_everybody_says_nothing_of_who_is_called_nor_where_it_is_followed_from_afar() -> None:
    play = heard()
    entry = Entry(process=play.process, hearing=hearing_of(play), shown=SHOWN)
    content = feed([entry], "Auditions : Essai")
    one, _ = read_by_both(content)
    assert str(one["summary"]) == "Audition : Essai"
    for word in (b"citizen", b"prefect", b"ATTENDEE", b"visio"):
        assert word not in content
    mine = feed([Entry(process=play.process, hearing=hearing_of(play), member="citizen", shown=SHOWN)], "x")
    assert b"visio" in mine.replace(b"\r\n ", b"")


def test_a_feed_of_nothing_and_one_in_english_are_read_too() -> None:
    play = heard()
    assert icalendar.Calendar.from_ical(feed([], "Rien"))["name"] == "Rien"
    entry = Entry(process=play.process, hearing=hearing_of(play))
    one, _ = read_by_both(feed([entry], "x", languages=("en",)))
    assert str(one["summary"]) == "Hearing: Essai"


def test_a_hearing_of_before_these_fields_has_an_entry() -> None:
    play = heard()
    old = Hearing(
        id="h0", stage=STAGE, round=1, starts_at=play.now, ends_at=play.now + HOUR, witnesses=("citizen",)
    )
    one, _ = read_by_both(invitation(play.process, old, "citizen", "REQUEST"))
    assert isinstance(one["dtstamp"].dt, datetime)
    assert one["dtstamp"].dt == play.now
