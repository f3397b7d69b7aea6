"""Reminders around a hearing: whom, when, and never of what is over."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from domain import acts
from domain.events import BallotReconvened
from domain.hearings.attending import touched, unfinished
from domain.hearings.duties import Duty, duties, next_duty
from domain.process import HearingState
from tests.unit.play import Play, body
from tests.unit.procedures import hearings, review
from tests.unit.scenes import DAY, HOUR, opened

STAGE = "auditions"


def set_for(in_: timedelta, *witnesses: str, **more: Any) -> Play:
    play = opened(hearings(**more), review(refer_back=None))
    at = play.now + in_
    act = acts.ScheduleHearing(
        hearing="h1", starts_at=at, ends_at=at + HOUR, witnesses=witnesses or ("citizen", "prefect")
    )
    play.do(act, stage=STAGE)
    return play


def all_of(play: Play) -> tuple[Duty, ...]:
    return duties(play.process, play.process.hearings["h1"], play.now)


def due(play: Play) -> list[tuple[str, tuple[str, ...]]]:
    return [(duty.kind, duty.members) for duty in all_of(play) if duty.holds(play.now)]


def coming(play: Play) -> datetime | None:
    return next_duty(play.process, play.process.hearings["h1"], play.now)


def hold(play: Play) -> None:
    play.now = play.process.hearings["h1"].ends_at
    play.tick()
    play.do(acts.HoldHearing(hearing="h1", heard=("citizen", "prefect")), stage=STAGE)


def test_those_called_are_reminded_seven_days_and_one_day_before() -> None:
    play = set_for(9 * DAY)
    starts_at = play.process.hearings["h1"].starts_at
    assert due(play) == []
    assert coming(play) == starts_at - 7 * DAY
    play.now = starts_at - 7 * DAY
    assert due(play) == [("hearing_reminder", ("citizen", "prefect"))]
    assert coming(play) == starts_at - DAY
    play.now = starts_at - DAY
    assert due(play) == [("hearing_reminder", ("citizen", "prefect"))]
    play.now = starts_at
    assert due(play) == []
    assert coming(play) == starts_at + HOUR + DAY


def test_who_was_called_afterwards_and_who_does_not_come_is_not_reminded() -> None:
    play = set_for(9 * DAY)
    play.now += 4 * DAY
    play.do(acts.CallWitness(hearing="h1", witness="ada"), stage=STAGE)
    assert due(play) == [("hearing_reminder", ("citizen", "prefect"))]
    play.do(acts.AnswerCall(hearing="h1", comes=False), "prefect", STAGE)
    play.now = play.process.hearings["h1"].starts_at - DAY
    assert due(play) == [("hearing_reminder", ("citizen", "ada"))]


def test_another_date_is_another_reminder() -> None:
    play = set_for(8 * DAY)
    before = {duty.key for duty in all_of(play)}
    seen = play.process.hearings["h1"].starts_at
    moved = acts.MoveHearing(
        hearing="h1", starts_at=seen + HOUR, ends_at=seen + 2 * HOUR, seen_starts_at=seen, reason="x"
    )
    play.do(moved, stage=STAGE)
    assert before.isdisjoint(duty.key for duty in all_of(play))


def test_whoever_conducts_it_is_asked_what_became_of_it_and_for_its_record() -> None:
    play = set_for(DAY)
    ends_at = play.process.hearings["h1"].ends_at
    play.now = ends_at + DAY
    ((kind, members),) = due(play)
    assert (kind, set(members)) == ("hearing_unsettled", {"coordinator", "writer", "editor"})
    assert coming(play) is None
    hold(play)
    play.now = ends_at + 14 * DAY
    assert [kind for kind, _ in due(play)] == ["record_awaited"]


def test_those_heard_who_say_nothing_are_reminded_when_half_of_the_time_is_over_and_on_the_last_day() -> None:
    play = set_for(DAY)
    hold(play)
    play.do(acts.RecordHearing(hearing="h1", record=body("cr")), stage=STAGE)
    closes_at = play.ballot().closes_at
    assert closes_at is not None
    assert coming(play) == closes_at - 4 * DAY
    play.vote("citizen", "favourable")
    play.now = closes_at - 4 * DAY
    assert due(play) == [("record_reminder", ("prefect",))]
    assert coming(play) == closes_at - DAY
    play.now = closes_at - DAY
    assert due(play) == [("record_reminder", ("prefect",))]
    assert coming(play) is None
    play.now = closes_at
    play.tick()
    assert play.process.hearings["h1"].state is HearingState.APPROVED
    assert (due(play), coming(play)) == ([], None)


def test_a_record_that_was_refused_is_awaited_again() -> None:
    play = set_for(DAY)
    hold(play)
    play.do(acts.RecordHearing(hearing="h1", record=body("cr")), stage=STAGE)
    for member in ("citizen", "prefect"):
        play.vote(member, "unfavourable")
    assert coming(play) == play.now + 14 * DAY


def test_while_everything_stands_still_nobody_is_reminded_and_it_is_looked_at_again() -> None:
    play = set_for(9 * DAY)
    play.do(acts.Suspend(reason="panne"))
    play.now += 3 * DAY
    assert due(play) == []
    assert coming(play) == play.now + 7 * DAY
    play.do(acts.Resume(reason="fini"))
    assert due(play) == [("hearing_reminder", ("citizen", "prefect"))]


def test_a_cancelled_hearing_has_nothing_due() -> None:
    play = set_for(9 * DAY)
    play.do(acts.CancelHearing(hearing="h1", reason="x"), stage=STAGE)
    assert (all_of(play), coming(play)) == ((), None)


def test_what_happens_to_a_hearing_touches_it_and_a_vote_does_not() -> None:
    rule = {
        "majority": "unanimous", "quorum": 1, "within": "P8D", "second_within": "P2D", "if_silent": "given",
    }  # fmt: skip
    play = set_for(DAY, record_approval=rule)
    assert unfinished(play.process) == ("h1",)
    hold(play)
    recorded = play.do(acts.RecordHearing(hearing="h1", record=body("cr")), stage=STAGE)
    assert touched(play.process, recorded) == ("h1",)
    assert touched(play.process, play.vote("citizen", "favourable")) == ()
    again = play.pass_time(8 * DAY)
    assert any(isinstance(event.fact, BallotReconvened) for event in again)
    assert touched(play.process, again) == ("h1",)
    play.vote("prefect", "favourable")
    assert unfinished(play.process) == ()
