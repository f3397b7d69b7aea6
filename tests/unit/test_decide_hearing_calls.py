"""Requests to be heard, convocations, answers, replacements; and what two hearings at once must not share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain import acts
from domain.acts import Actor, Command
from domain.awaited import awaited
from domain.decide import decide
from domain.process import HearingState, RequestState
from domain.refusals import Code, Refusal
from tests.unit.play import ID, Play, body
from tests.unit.procedures import hearings, review
from tests.unit.scenes import DAY, HOUR, launched, opened

STAGE = "auditions"


def hearing_days(**more: Any) -> Play:
    """Open ten days of hearings on a Tuesday, with two representatives of one organisation."""
    play = opened(hearings(**more), review(refer_back=None))
    for member in ("rep", "peer"):
        play.do(acts.EnrolMember(member=member, organisation="o"))
    return play


def schedule(name: str, starts_at: datetime, *witnesses: str, **more: Any) -> acts.ScheduleHearing:
    return acts.ScheduleHearing(
        hearing=name, starts_at=starts_at, ends_at=starts_at + 2 * HOUR, witnesses=witnesses, **more
    )


def call(witness: str, **more: Any) -> acts.CallWitness:
    return acts.CallWitness(hearing="h1", witness=witness, **more)


def request(name: str = "q1", **more: Any) -> acts.RequestHearing:
    return acts.RequestHearing(request=name, text=body("de quoi"), **more)


def test_two_hearings_at_once_share_neither_a_witness_nor_a_room():
    play = hearing_days()
    at = play.now + DAY
    play.do(schedule("h1", at, "citizen", room="Salle A"), stage=STAGE)
    assert play.refused(schedule("h2", at + HOUR, "citizen"), stage=STAGE) is Code.HEARING_CONFLICT
    assert play.refused(schedule("h2", at + HOUR, room=" salle  a"), stage=STAGE) is Code.HEARING_CONFLICT
    play.do(schedule("h2", at + HOUR, "prefect", room="Salle B"), stage=STAGE)
    assert play.refused(call("prefect"), stage=STAGE) is Code.HEARING_CONFLICT


def test_a_hearing_may_begin_where_another_one_ends_and_where_one_was_cancelled():
    play = hearing_days()
    at = play.now + DAY
    play.do(schedule("h1", at, "citizen", room="A"), stage=STAGE)
    play.do(schedule("h2", at + 2 * HOUR, "citizen", room="A"), stage=STAGE)
    play.do(acts.CancelHearing(hearing="h1", reason="grève"), stage=STAGE)
    play.do(schedule("h3", at, "citizen", room="A"), stage=STAGE)


def test_rooms_of_two_territories_may_have_one_name():
    play = hearing_days()
    at = play.now + DAY
    play.do(schedule("h1", at, room="A", territory="75"), stage=STAGE)
    play.do(schedule("h2", at, room="A", territory="13"), stage=STAGE)
    assert play.refused(schedule("h3", at, room="A"), stage=STAGE) is Code.HEARING_CONFLICT


@pytest.mark.parametrize(
    ("territory", "day", "refused"),
    [
        ("75", "2026-05-03", True),  # a Sunday
        (None, "2026-05-03", False),  # from afar, say
        ("75", "2026-05-01", True),
        ("75", "2026-05-02", False),  # Saturdays are allowed
        ("GP", "2026-05-27", True),  # the abolition of slavery
        ("75", "2026-05-27", False),
    ],
)
def test_no_hearing_is_set_on_a_sunday_or_on_a_public_holiday_of_its_territory(territory, day, refused):
    play = launched(hearings(duration={"planned": "P100D", "minimum": "P5D", "maximum": "P120D"}))
    act = schedule("h1", datetime.fromisoformat(f"{day}T14:00:00+00:00"), territory=territory)
    if refused:
        assert play.refused(act, stage=STAGE) is Code.HEARING_ON_HOLIDAY
    else:
        play.do(act, stage=STAGE)


def test_the_day_of_a_hearing_is_that_of_the_clocks_of_its_territory():
    """Saturday evening in Paris is Sunday morning in Nouméa."""
    play = launched(hearings(duration={"planned": "P100D", "minimum": "P5D", "maximum": "P120D"}))
    at = datetime(2026, 5, 2, 18, tzinfo=UTC)
    assert play.refused(schedule("h1", at, territory="NC"), stage=STAGE) is Code.HEARING_ON_HOLIDAY
    play.do(schedule("h1", at, territory="75"), stage=STAGE)
    assert play.refused(schedule("h2", at, territory="XX"), stage=STAGE) is Code.INPUT_INVALID


def test_a_room_takes_as_many_as_there_is_room_for():
    play = hearing_days()
    at = play.now + DAY
    assert play.refused(schedule("h1", at, "citizen", "ada", capacity=1), stage=STAGE) is Code.HEARING_FULL
    assert play.refused(schedule("h1", at, capacity=0), stage=STAGE) is Code.INPUT_INVALID
    play.do(schedule("h1", at, "citizen", capacity=1), stage=STAGE)
    assert play.refused(call("ada"), stage=STAGE) is Code.HEARING_FULL


def test_witnesses_are_called_as_early_as_the_procedure_has_it_or_urgently():
    play = hearing_days(convocation="P3D")
    soon, later = play.now + 2 * DAY, play.now + 3 * DAY
    assert play.refused(schedule("h1", soon, "citizen"), stage=STAGE) is Code.CONVOCATION_TOO_LATE
    assert play.refused(schedule("h1", soon, "ada", urgent=" "), stage=STAGE) is Code.CONVOCATION_TOO_LATE
    play.do(schedule("h1", later, "citizen"), stage=STAGE)
    play.pass_time(HOUR)
    assert play.refused(call("prefect"), stage=STAGE) is Code.CONVOCATION_TOO_LATE
    play.do(call("prefect", urgent="désistement"), stage=STAGE)
    calls = play.process.hearings["h1"].calls
    assert (calls["citizen"].urgent, calls["prefect"].urgent) == (False, True)
    play.do(schedule("h2", play.now + DAY), stage=STAGE)  # nobody is called to it yet
    moved = acts.MoveHearing(
        hearing="h1",
        starts_at=later + HOUR / 2,
        ends_at=later + 3 * HOUR,
        seen_starts_at=later,
        reason="train",
    )
    assert play.refused(moved, stage=STAGE) is Code.CONVOCATION_TOO_LATE


def test_a_hearing_is_moved_as_its_author_saw_it_and_those_called_answer_anew():
    play = hearing_days()
    at = play.now + DAY
    play.do(schedule("h1", at, "citizen", room="A", place=body("ici")), stage=STAGE)
    play.do(acts.AnswerCall(hearing="h1", comes=True), "citizen", STAGE)

    def move(seen: datetime, by: timedelta = DAY, **more: Any) -> acts.MoveHearing:
        asked: dict[str, Any] = {"reason": "salle prise", **more}
        return acts.MoveHearing(
            hearing="h1", starts_at=at + by, ends_at=at + by + HOUR, seen_starts_at=seen, **asked
        )

    assert play.refused(move(at - HOUR), stage=STAGE) is Code.STAGE_CHANGED
    assert play.refused(move(at, reason=" "), stage=STAGE) is Code.REASON_REQUIRED
    assert play.refused(move(at, by=90 * DAY), stage=STAGE) is Code.HEARING_OUTSIDE_WINDOW
    play.do(move(at, by=HOUR, room="B"), stage=STAGE)  # it is not in its own way
    hearing = play.process.hearings["h1"]
    assert (hearing.starts_at, hearing.room, hearing.place) == (at + HOUR, "B", body("ici"))
    assert (hearing.version, hearing.changed_at, hearing.calls["citizen"].comes) == (1, play.now, None)
    play.do(schedule("h2", at + DAY, room="C"), stage=STAGE)
    assert play.refused(move(at + HOUR, room="C"), stage=STAGE) is Code.HEARING_CONFLICT
    play.do(acts.CancelHearing(hearing="h1", reason="x"), stage=STAGE)
    assert play.refused(move(at + HOUR), stage=STAGE) is Code.HEARING_WRONG_STATE
    assert play.process.hearings["h1"].version == 2


def test_a_witness_says_whether_they_come_and_may_think_again_until_it_begins():
    play = hearing_days()
    at = play.now + DAY
    play.do(schedule("h1", at, "citizen"), stage=STAGE)
    yes, no = (acts.AnswerCall(hearing="h1", comes=comes) for comes in (True, False))
    assert play.refused(yes, "prefect", STAGE) is Code.NOT_A_WITNESS
    assert play.refused(yes, "citizen", STAGE, on_behalf_of="prefect") is Code.NOT_ALLOWED
    play.do(yes, "citizen", STAGE)
    assert play.refused(yes, "citizen", STAGE) is Code.CALL_ANSWERED
    play.do(no, "citizen", STAGE)
    assert play.process.hearings["h1"].calls["citizen"].comes is False
    play.pass_time(DAY)
    assert play.refused(yes, "citizen", STAGE) is Code.HEARING_WRONG_STATE


def test_nobody_is_called_twice_nor_to_what_has_begun_nor_who_is_no_member():
    play = hearing_days()
    play.do(schedule("h1", play.now + DAY, "citizen"), stage=STAGE)
    assert play.refused(call("citizen"), stage=STAGE) is Code.ALREADY_EXISTS
    assert play.refused(call("nobody"), stage=STAGE) is Code.UNKNOWN_MEMBER
    assert play.refused(call("prefect"), "citizen", STAGE) is Code.NOT_ALLOWED
    play.do(call("prefect"), "writer", STAGE)
    assert play.process.hearings["h1"].witnesses == ("citizen", "prefect")
    play.pass_time(DAY)
    assert play.refused(call("ada"), stage=STAGE) is Code.HEARING_WRONG_STATE


def test_a_witness_names_somebody_of_their_organisation_in_their_place():
    play = hearing_days()
    play.do(schedule("h1", play.now + DAY, "rep", "citizen"), stage=STAGE)

    def replace(witness: str, by: str, reason: str = "malade") -> acts.ReplaceWitness:
        return acts.ReplaceWitness(hearing="h1", witness=witness, by=by, reason=reason)

    assert play.refused(replace("rep", "prefect"), "rep", STAGE) is Code.NOT_ALLOWED
    assert play.refused(replace("citizen", "prefect"), "citizen", STAGE) is Code.NOT_ALLOWED
    assert play.refused(replace("citizen", "peer"), "rep", STAGE) is Code.NOT_ALLOWED
    assert play.refused(replace("rep", "peer", " "), "rep", STAGE) is Code.REASON_REQUIRED
    assert play.refused(replace("ada", "peer"), stage=STAGE) is Code.NOT_A_WITNESS
    assert play.refused(replace("rep", "citizen"), stage=STAGE) is Code.ALREADY_EXISTS
    play.do(replace("rep", "peer"), "rep", STAGE)
    play.do(replace("citizen", "prefect"), stage=STAGE)
    hearing = play.process.hearings["h1"]
    assert hearing.witnesses == ("peer", "prefect")
    assert hearing.calls["rep"].replaced_by == "peer"
    assert play.refused(acts.AnswerCall(hearing="h1", comes=True), "rep", STAGE) is Code.NOT_A_WITNESS
    play.pass_time(DAY)
    assert play.refused(acts.HoldHearing(hearing="h1", heard=("rep",)), stage=STAGE) is Code.UNKNOWN_MEMBER
    play.do(acts.HoldHearing(hearing="h1", heard=("peer",)), stage=STAGE)


def test_a_member_asks_to_be_heard_once_while_the_window_is_not_over():
    play = hearing_days()
    assert play.refused(request(), "nobody", STAGE) is Code.NOT_ALLOWED
    assert play.refused(request(organisation="o"), "citizen", STAGE) is Code.UNKNOWN_ORGANISATION
    assert play.refused(request(lane="x"), "citizen", STAGE) is Code.UNKNOWN_LANE
    assert play.refused(request(themes=("x",)), "citizen", STAGE) is Code.UNKNOWN_THEME
    play.do(request(themes=("sante",)), "citizen", STAGE)
    assert play.refused(request(), "prefect", STAGE) is Code.ALREADY_EXISTS
    assert play.refused(request("q2"), "citizen", STAGE) is Code.ALREADY_REQUESTED
    play.do(request("q3", organisation="o"), "rep", STAGE)
    assert play.refused(request("q4", organisation="o"), "peer", STAGE) is Code.ALREADY_REQUESTED
    play.do(request("q4"), "peer", STAGE)  # for themself
    play.pass_time(30 * DAY)
    assert play.refused(request("q5"), "prefect", STAGE) is Code.STAGE_WRONG_STATE


def test_a_request_is_served_by_a_call_declined_with_a_reason_or_taken_back():
    play = hearing_days()
    play.do(schedule("h1", play.now + DAY), stage=STAGE)
    for name, member in (("q1", "rep"), ("q2", "citizen"), ("q3", "prefect")):
        play.do(request(name, organisation="o" if member == "rep" else None), member, STAGE)
    waiting = [(item.what, item.about) for item in awaited(play.process, play.now)]
    assert waiting == [("request", "q1"), ("request", "q2"), ("request", "q3")]
    decline = acts.DeclineRequest(request="q2", reason="déjà entendu")
    assert play.refused(acts.DeclineRequest(request="q2", reason=""), stage=STAGE) is Code.REASON_REQUIRED
    assert play.refused(acts.DeclineRequest(request="x", reason="x"), stage=STAGE) is Code.UNKNOWN_REQUEST
    assert play.refused(acts.WithdrawRequest(request="q3"), "citizen", STAGE) is Code.NOT_ALLOWED
    assert play.refused(call("citizen", request="q1"), stage=STAGE) is Code.UNKNOWN_REQUEST
    play.do(call("peer", request="q1"), stage=STAGE)  # another of the organisation
    play.do(decline, stage=STAGE)
    play.do(acts.WithdrawRequest(request="q3"), "prefect", STAGE)
    assert [r.state for r in play.process.requests.values()] == [
        RequestState.SERVED, RequestState.DECLINED, RequestState.WITHDRAWN,
    ]  # fmt: skip
    assert awaited(play.process, play.now) == ()
    assert play.refused(decline, stage=STAGE) is Code.REQUEST_DECIDED
    assert play.refused(call("prefect", request="q3"), stage=STAGE) is Code.REQUEST_DECIDED


def test_a_command_of_the_first_ledgers_is_decided_as_ever():
    """No room, no territory, no capacity, no convocation: nothing of it is asked."""
    play = hearing_days()
    act = schedule("h1", play.now + DAY, "citizen", "prefect")
    run = play.run(STAGE)
    command = Command(
        id="c", concertation=ID, actor=Actor(member="writer"), act=act, round=run.round, stage=STAGE
    )
    events = decide(play.process, command, play.now)
    assert not isinstance(events, Refusal)
    assert [event.fact.kind for event in events] == ["hearing_scheduled"]
    play.ask(command)
    assert play.process.hearings["h1"].state is HearingState.SCHEDULED
    play.check_fold()
