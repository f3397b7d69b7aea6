"""Time to answer and what is late, deferrals with a date, indicators, the guarantor's report and its answer."""

from __future__ import annotations

from typing import Any

import pytest

from domain import acts
from domain.acts import Answer
from domain.awaited import awaited
from domain.decide import next_deadline
from domain.events import ResponseLate
from domain.process import State
from domain.refusals import Code
from tests.unit.play import Play, body
from tests.unit.procedures import call_for_input, decision, follow_up, synthesis
from tests.unit.scenes import DAY, assemble, opened, respond
from tests.unit.test_decide_decision import following_up


def asked(**more: Any) -> Play:
    """Give an open stage of decision with two addressees, who have ten days to answer."""
    play = opened(
        call_for_input(),
        synthesis(),
        decision(**{"answers_within": "P10D", **more}),
        follow_up(),
        stage="synthese",
    )
    assemble(play)
    play.until("decision", State.OPEN)
    return play


def late(play: Play) -> list[tuple[str, str]]:
    return [
        (e.fact.recommendation, e.fact.addressee) for e in play.events if isinstance(e.fact, ResponseLate)
    ]


def deferred(play: Play, days: float | None) -> acts.Respond:
    until = None if days is None else play.now + days * DAY
    return acts.Respond(
        recommendation="r1", addressee="dinum", answer=Answer.DEFERRED, reasons=body("m"), until=until
    )


def test_a_response_that_has_not_come_in_time_is_late_once_and_in_public():
    play = asked()
    opens_at = play.run("decision").opens_at
    assert opens_at is not None
    respond(play, "dinum", "dinum")
    assert next_deadline(play.process) == opens_at + 10 * DAY
    (waiting,) = awaited(play.process, play.now)
    assert (waiting.what, waiting.seats, waiting.until) == ("response", ("asso",), opens_at + 10 * DAY)
    play.pass_time(20 * DAY)
    assert late(play) == [("r1", "asso")]
    assert play.process.late_responses == {"r1/asso": opens_at + 10 * DAY}
    respond(play, "asso", "mayor")
    play.do(acts.IssueDecision(text=body("decision")), "minister", "decision")
    assert late(play) == [("r1", "asso")]
    play.check_fold()


def test_nothing_is_late_once_all_have_answered():
    play = asked()
    respond(play, "dinum", "dinum")
    respond(play, "asso", "mayor")
    closes_at = play.run("decision").closes_at
    assert next_deadline(play.process) == closes_at
    play.pass_time(20 * DAY)
    assert late(play) == []


def test_time_to_answer_does_not_run_while_the_clock_stands_still():
    play = asked()
    play.pass_time(5 * DAY)
    play.do(acts.Suspend(reason="recours"))
    play.pass_time(15 * DAY)
    assert late(play) == []
    play.do(acts.Resume(reason="fin"))
    play.pass_time(4 * DAY)
    assert late(play) == []
    play.pass_time(DAY)
    assert late(play) == [("r1", "dinum"), ("r1", "asso")]


def test_time_to_answer_may_be_longer_than_the_stage():
    play = asked(duration={"planned": "P5D"})
    play.pass_time(7 * DAY)
    assert play.run("decision").overdue_since is not None
    assert late(play) == []
    play.pass_time(3 * DAY)
    assert len(late(play)) == 2


def test_what_is_deferred_has_a_date_to_come_and_nothing_else_has_one():
    play = asked()
    assert play.refused(deferred(play, None), "dinum", "decision") is Code.DATE_REQUIRED
    assert play.refused(deferred(play, 0), "dinum", "decision") is Code.DATE_IN_PAST
    play.do(deferred(play, 200), "dinum", "decision")
    assert play.process.responses["r1/dinum"].until == play.now + 200 * DAY
    dated = acts.Respond(
        recommendation="r1", addressee="dinum", answer=Answer.FOLLOWED, reasons=body("m"), until=play.now
    )
    assert play.refused(dated, "dinum", "decision") is Code.INPUT_INVALID


def followed() -> Play:
    """Give an open follow-up in which the response of `dinum` was deferred for two hundred days."""
    play = asked(concludes="when_delivered")
    play.do(deferred(play, 200), "dinum", "decision")
    respond(play, "asso", "mayor")
    play.do(acts.IssueDecision(text=body("decision")), "minister", "decision")
    play.until("suivi", State.OPEN)
    return play


def test_what_was_deferred_is_answered_in_the_follow_up_and_nothing_else():
    play = followed()
    other = acts.Respond(
        recommendation="r1", addressee="asso", answer=Answer.NOT_FOLLOWED, reasons=body("autre")
    )
    assert play.refused(other, "mayor", "suivi") is Code.DECISION_OUT
    play.pass_time(210 * DAY)
    (waiting,) = [item for item in awaited(play.process, play.now) if item.what == "response"]
    response = play.process.responses["r1/dinum"]
    assert (waiting.seats, waiting.since) == (("dinum",), response.until)
    kept = acts.Respond(recommendation="r1", addressee="dinum", answer=Answer.FOLLOWED, reasons=body("enfin"))
    play.do(kept, "dinum", "suivi")
    assert play.process.responses["r1/dinum"].version == 2
    assert "response" not in {item.what for item in awaited(play.process, play.now)}
    assert play.refused(kept, "dinum", "suivi") is Code.DECISION_OUT


def test_what_was_deferred_may_be_deferred_again_to_another_date():
    play = followed()
    play.do(deferred(play, 300), "dinum", "suivi")
    assert play.process.responses["r1/dinum"].until == play.now + 300 * DAY


def test_a_commitment_keeps_its_indicator():
    play = asked()
    play.do(
        acts.MakeCommitment(
            commitment="e",
            recommendation="r1",
            owner="dinum",
            due_at=play.now + DAY,
            text=body("e"),
            indicator=body("i"),
        ),
        "dinum",
        "decision",
    )
    assert play.process.commitments["e"].indicator == body("i")


REPORT = acts.PublishGuarantorReport(text=body("rapport"))
ANSWER = acts.AnswerGuarantorReport(text=body("réponse"))


def test_the_guarantor_reports_once_it_is_awaited_and_the_answer_is_awaited_then():
    play = following_up()
    waiting = {item.what: item for item in awaited(play.process, play.now)}
    assert "guarantor_report" in waiting
    play.do(REPORT, "warden")
    waiting = {item.what: item for item in awaited(play.process, play.now)}
    assert "guarantor_report" not in waiting
    assert waiting["answer_to_guarantor"].since == play.now
    play.do(ANSWER, "minister")
    report = play.process.guarantor_reports[-1]
    assert (report.version, report.answer, report.answered_by) == (1, body("réponse"), "minister")
    assert "answer_to_guarantor" not in {item.what for item in awaited(play.process, play.now)}
    play.check_fold()


def test_a_report_is_answered_once_and_a_new_version_again():
    play = following_up()
    assert play.refused(ANSWER, "state") is Code.GUARANTOR_REPORT_MISSING
    play.do(REPORT, "warden")
    play.do(ANSWER, "state")
    assert play.refused(ANSWER, "local") is Code.ALREADY_ANSWERED
    play.do(acts.PublishGuarantorReport(text=body("rapport 2")), "warden")
    play.do(ANSWER, "local")
    assert [(r.version, r.answered_by) for r in play.process.guarantor_reports] == [
        (1, "state"),
        (2, "local"),
    ]


@pytest.mark.parametrize(("act", "by"), [(REPORT, "minister"), (REPORT, "coordinator"), (ANSWER, "warden")])
def test_the_guarantor_reports_and_others_answer(act: acts.Act, by: str):
    play = following_up()
    play.do(REPORT, "warden")
    assert play.refused(act, by) is Code.NOT_ALLOWED


def test_the_guarantors_report_does_not_hold_the_end_up():
    play = following_up()
    play.do(acts.PublishImplementationReport(text=body("bilan")), "minister", "suivi")
    assert play.process.over
    assert play.refused(REPORT, "warden") is Code.CONCERTATION_OVER
