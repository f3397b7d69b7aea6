"""Who is reminded of what, at which instants, each once; and nobody of what is done."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from domain import acts
from domain.noticing.table import NOTICES
from domain.process import Process, State
from domain.reminding import Reminder, due, next_reminder
from domain.texts import LANGUAGES, has_text
from tests.unit.play import Play, body
from tests.unit.procedures import GATE_CONCLUSION, call_for_input
from tests.unit.scenes import COUNCIL, DAY, HOUR, opened, respond
from tests.unit.test_decide_decision import commitment, following_up, progress
from tests.unit.test_decide_following import asked, followed


def told(play: Play, days: float) -> list[Reminder]:
    """Give what is told when time passes, looking at each instant that was announced, and every day."""
    found: dict[str, Reminder] = {}
    end = play.now + timedelta(days=days)
    while play.now < end:
        since, announced = play.now, next_reminder(play.process, play.now)
        step = min(play.now + DAY, end)
        if announced is not None and announced < step:
            step = announced
        play.pass_time(step - play.now)
        for reminder in due(play.process, since, play.now):
            assert reminder.key not in found
            found[reminder.key] = reminder
    return list(found.values())


def instants(reminders: list[Reminder], since: datetime) -> list[tuple[str, float]]:
    return [(one.which, (one.at - since) / DAY) for one in reminders]


def voting() -> Play:
    """Give a gate of five days, at which the council votes; it is held where nobody does."""
    play = opened(call_for_input(approvals=[GATE_CONCLUSION]))
    play.until("appel", State.AWAITING_CONCLUSION)
    return play


def test_those_who_have_not_voted_are_reminded_at_half_three_quarters_and_on_the_last_day():
    play = voting()
    ballot = play.ballot()
    assert ballot.closes_at is not None
    length = (ballot.closes_at - ballot.opens_at) / DAY
    play.vote("ada", "favourable")
    found = told(play, length)
    last = ("last_day", length - 1)
    expected = [("half", length / 2), ("three_quarters", length * 3 / 4), last]
    assert instants(found, ballot.opens_at) == sorted(expected, key=lambda one: one[1])
    assert {one.members for one in found} == {tuple(sorted(set(COUNCIL) - {"ada"}))}
    assert {one.kind for one in found} == {"ballot_reminder"}


def test_nobody_is_reminded_of_a_vote_that_is_cast_or_of_a_ballot_that_is_over():
    play = voting()
    for voter in COUNCIL:
        play.vote(voter, "favourable")
    assert told(play, 10) == []


def test_a_ballot_that_is_held_reminds_each_week():
    play = voting()
    opens_at = play.ballot().opens_at
    held = [one for one in told(play, 30) if one.which.startswith("held")]
    assert instants(held, opens_at) == [("held 1", 7), ("held 2", 14), ("held 3", 21), ("held 4", 28)]


def test_who_looks_late_tells_the_latest_instant_and_not_all_of_them():
    play = voting()
    since = play.now
    play.pass_time(4 * DAY + HOUR)
    (found,) = due(play.process, since, play.now)
    assert found.which == "last_day"
    assert due(play.process, play.now, play.now) == []


def test_what_lasts_less_than_a_day_reminds_nobody():
    gate = {**GATE_CONCLUSION, "within": "PT8S", "if_silent": "given"}
    play = opened(call_for_input(approvals=[gate]))
    play.until("appel", State.AWAITING_CONCLUSION)
    assert next_reminder(play.process, play.now) is None


def test_addressees_are_reminded_of_what_they_owe_at_half_and_a_week_before_the_end():
    play = asked(answers_within="P20D", duration={"planned": "P40D"})
    opens_at = play.run("decision").opens_at
    assert opens_at is not None
    respond(play, "dinum", "dinum")
    found = told(play, 39)
    assert [(one.kind, one.members, one.at) for one in found] == [
        ("answer_reminder", ("mayor",), opens_at + 10 * DAY),
        ("answer_reminder", ("mayor",), opens_at + 13 * DAY),
    ]
    assert found[0].says["count"] == 1


def test_owners_are_reminded_before_the_date_and_each_quarter_while_it_is_late():
    play = following_up()
    play.do(commitment(play, days=100), "dinum", "suivi")
    made_at = play.now
    found = told(play, 400)
    assert instants(found, made_at) == [
        ("month_before", 70), ("week_before", 93), ("late 1", 191), ("late 2", 282), ("late 3", 373),
    ]  # fmt: skip
    assert {one.members for one in found} == {("dinum",)}
    assert [one.says["since"] is not None for one in found] == [False, False, True, True, True]


def test_a_commitment_of_ten_days_reminds_in_its_last_week_alone():
    play = following_up()
    play.do(commitment(play, days=10), "dinum", "suivi")
    assert [one.which for one in told(play, 9)] == ["week_before"]


def test_what_was_deferred_is_reminded_before_its_date_and_each_quarter_after_it():
    play = followed()
    response = play.process.responses["r1/dinum"]
    found = told(play, 400)
    assert response.until is not None
    assert instants(found, response.until) == [
        ("month_before", -30), ("week_before", -7), ("late 1", 91), ("late 2", 182),
    ]  # fmt: skip
    assert {one.members for one in found} == {("dinum",)}


@pytest.mark.parametrize("status", ["kept", "given_up"])
def test_nobody_is_reminded_of_a_commitment_that_is_settled(status: str):
    play = following_up()
    play.do(commitment(play, days=100), "dinum", "suivi")
    play.do(progress(status), "dinum", "suivi")
    assert told(play, 300) == []


def test_a_report_of_the_guarantor_that_is_not_answered_reminds_each_month():
    play = following_up()
    play.do(acts.PublishGuarantorReport(text=body("rapport")), "warden")
    found = told(play, 65)
    assert [one.which for one in found] == ["unanswered 1", "unanswered 2"]
    assert found[0].members == ("local", "minister", "state")
    play.do(acts.AnswerGuarantorReport(text=body("réponse")), "minister")
    assert told(play, 65) == []


def test_who_left_is_not_reminded():
    play = voting()
    play.do(acts.RemoveMember(member="ada", reason="x"))
    play.pass_time(3 * DAY)
    (found,) = due(play.process, play.now - 3 * DAY, play.now)
    assert "ada" not in found.members


def test_nothing_is_planned_before_the_beginning_and_after_the_end():
    assert next_reminder(Process(id="x"), datetime.fromisoformat("2026-01-01T00:00:00Z")) is None
    play = following_up()
    play.do(commitment(play, days=100), "dinum", "suivi")
    play.do(acts.PublishImplementationReport(text=body("bilan")), "minister", "suivi")
    assert play.process.over
    assert next_reminder(play.process, play.now) is None


def test_every_reminder_has_its_row_and_its_sentence():
    kinds = [kind for kind in NOTICES if kind.endswith("_reminder") and kind != "invitation_reminder"]
    assert len(kinds) == 7
    for kind in kinds:
        assert all(has_text(f"notice.{kind}") for _ in LANGUAGES)
