"""The decision with its reasoned responses, then the follow-up: commitments, reports, the end."""

from __future__ import annotations

from typing import Any

import pytest

from domain import acts
from domain.acts import Answer
from domain.awaited import awaited
from domain.decide import next_deadline
from domain.events import CommitmentLate
from domain.process import Outcome, State
from domain.refusals import Code
from tests.unit.play import Play, body
from tests.unit.procedures import OFFICES, call_for_input, decision, follow_up, hearings, synthesis
from tests.unit.scenes import COUNCIL, DAY, assemble, issue, opened, recommend, respond

LATER = {"concludes": "when_delivered"}


def deciding(**more: Any) -> Play:
    """Give an open decision on one recommendation with two addressees."""
    play = opened(call_for_input(), synthesis(), decision(**more), follow_up(**LATER), stage="synthese")
    assemble(play)
    play.until("decision", State.OPEN)
    return play


def following_up() -> Play:
    """Give an open follow-up."""
    play = deciding(**LATER)
    issue(play)
    play.until("suivi", State.OPEN)
    return play


def answer(addressee: str, name: str = "r1", reasons: str = "motifs") -> acts.Respond:
    return acts.Respond(
        recommendation=name, addressee=addressee, answer=Answer.FOLLOWED_IN_PART, reasons=body(reasons)
    )


def commitment(play: Play, owner: str = "dinum", name: str = "e1", days: int = 100, about: str = "r1"):
    return acts.MakeCommitment(
        commitment=name, recommendation=about, owner=owner, due_at=play.now + days * DAY, text=body(name)
    )


def progress(status: Any = "under_way", name: str = "e1") -> acts.ReportProgress:
    return acts.ReportProgress(commitment=name, status=status, report=body("bilan"))


OUT = acts.IssueDecision(text=body("decision"))


# Responses


def test_every_addressee_answers_for_themself():
    play = deciding()
    assert play.refused(answer("asso"), "dinum", "decision") is Code.NOT_ALLOWED
    assert play.refused(answer("dinum"), "minister", "decision") is Code.NOT_ALLOWED
    play.do(answer("dinum"), "dinum", "decision")


def test_a_response_is_to_a_recommendation_and_from_one_of_its_addressees():
    play = deciding()
    assert play.refused(answer("dinum", "r9"), "dinum", "decision") is Code.UNKNOWN_RECOMMENDATION
    assert play.refused(answer("ministre"), "dinum", "decision") is Code.UNKNOWN_ADDRESSEE
    assert play.refused(answer("nobody"), "dinum", "decision") is Code.UNKNOWN_ADDRESSEE


def test_a_response_is_revised_until_the_decision_is_out():
    play = deciding()
    respond(play, "dinum", "dinum", answer="not_followed")
    respond(play, "dinum", "dinum", answer="followed_in_part")
    found = play.process.responses["r1/dinum"]
    assert (found.answer, found.version) == (Answer.FOLLOWED_IN_PART, 2)
    issue(play)
    assert play.refused(answer("dinum"), "dinum", "decision") is Code.DECISION_OUT


def test_a_response_missing_for_one_addressee_holds_the_decision_back():
    play = deciding()
    play.do(answer("dinum"), "dinum", "decision")
    refusal = play.ask(play.command(OUT, "minister", "decision"))
    assert not isinstance(refusal, list)
    assert refusal.code is Code.RESPONSE_MISSING
    assert refusal.args == {"recommendation": "r1", "addressee": "asso", "count": 1}
    play.do(answer("asso"), "mayor", "decision")
    play.do(OUT, "minister", "decision")


def test_unanswered_recommendations_are_awaited_by_name_and_then_the_decision():
    play = deciding()
    waiting = [(i.what, i.about, i.seats) for i in awaited(play.process, play.now)]
    assert waiting == [("response", "r1", ("dinum",)), ("response", "r1", ("asso",))]
    play.do(answer("dinum"), "dinum", "decision")
    play.do(answer("asso"), "mayor", "decision")
    assert [item.what for item in awaited(play.process, play.now)] == ["decision"]


def test_a_delegate_answers_on_behalf_of_the_addressee():
    play = deciding()
    until = play.now + 20 * DAY
    play.do(acts.GiveDelegation(office="dinum", to="prefect", since=play.now, until=until), "dinum")
    events = play.do(answer("dinum"), "prefect", "decision")
    assert (events[0].actor, events[0].on_behalf_of) == ("prefect", "dinum")


# The decision


def test_the_decision_is_issued_once_by_the_deciding_authority():
    play = deciding()
    issue(play)
    assert play.refused(OUT, "minister", "decision") is Code.DECISION_OUT
    assert play.refused(OUT, "coordinator", "decision") is Code.NOT_ALLOWED
    assert len(play.process.decisions) == 1


def test_a_decision_needs_an_open_stage_of_its_kind():
    play = opened(call_for_input(), synthesis(), decision())
    assert play.refused(OUT, "minister", "decision") is Code.STAGE_NOT_OPEN
    assert play.refused(OUT, "minister", "synthese") is Code.STAGE_WRONG_KIND


def test_a_decision_without_any_recommendation_owes_no_response():
    play = opened(call_for_input(), decision(), stage="decision")
    play.do(OUT, "minister", "decision")
    play.until("decision", State.CONCLUDED)


def test_a_rectified_decision_keeps_its_old_version():
    play = deciding()
    rectified = acts.RectifyDecision(text=body("decision 2"), reason="erreur matérielle")
    assert play.refused(rectified, "minister", "decision") is Code.DECISION_MISSING
    issue(play)
    without = acts.RectifyDecision(text=body("decision 2"), reason="")
    assert play.refused(without, "minister", "decision") is Code.REASON_REQUIRED
    assert play.refused(rectified, "coordinator", "decision") is Code.NOT_ALLOWED
    assert play.refused(rectified, "minister", "appel") is Code.STAGE_WRONG_KIND
    play.do(rectified, "minister", "decision")
    assert [(d.version, d.text, d.reason) for d in play.process.decisions] == [
        (1, body("decision"), None),
        (2, body("decision 2"), "erreur matérielle"),
    ]


def test_a_decision_is_rectified_even_after_its_stage():
    play = following_up()
    play.do(acts.RectifyDecision(text=body("decision 2"), reason="erreur"), "minister", "decision")


def test_a_decision_sent_back_by_its_gate_is_out_no_more():
    gate = {
        "gate": "conclusion", "subject": "decision", "by": "scientific_council", "within": "P5D",
        "if_silent": "given", "if_refused": {"refer_back": "appel"},
    }  # fmt: skip
    play = opened(call_for_input(entry_window="P9D"), decision(approvals=[gate]), stage="decision")
    play.do(OUT, "minister", "decision")
    play.until("decision", State.AWAITING_CONCLUSION)
    ballot = play.ballot()
    for voter in COUNCIL:
        play.vote(voter, "unfavourable", ballot)
    assert play.process.round == 2
    play.until("appel", State.CLOSED)
    play.do(acts.ReopenStage(closes_at=play.now + DAY, reason="panne"), stage="appel")
    play.until("decision", State.OPEN)
    play.do(OUT, "minister", "decision")
    assert [d.round for d in play.process.decisions] == [1, 2]


# Commitments


@pytest.mark.parametrize("stage", ["decision", "suivi"])
def test_commitments_are_made_during_the_decision_and_the_follow_up(stage):
    play = deciding() if stage == "decision" else following_up()
    play.do(commitment(play), "dinum", stage)
    assert play.process.commitments["e1"].owner == "dinum"


def test_a_commitment_answers_a_recommendation_has_an_owner_and_a_date_to_come():
    play = deciding()
    assert play.refused(commitment(play, about="r9"), "dinum", "decision") is Code.UNKNOWN_RECOMMENDATION
    assert play.refused(commitment(play, owner="nobody"), "dinum", "decision") is Code.UNKNOWN_OFFICE
    assert play.refused(commitment(play, days=0), "dinum", "decision") is Code.DATE_IN_PAST
    play.do(commitment(play), "dinum", "decision")
    assert play.refused(commitment(play), "dinum", "decision") is Code.ALREADY_EXISTS


def test_nobody_commits_another():
    play = deciding()
    assert play.refused(commitment(play, owner="asso"), "dinum", "decision") is Code.NOT_ALLOWED
    assert play.refused(commitment(play, owner="asso"), "minister", "decision") is Code.NOT_ALLOWED
    assert play.refused(commitment(play, owner="ministre"), "dinum", "decision") is Code.NOT_ALLOWED
    assert play.refused(commitment(play, owner="etat"), "dinum", "decision") is Code.NOT_ALLOWED
    play.do(commitment(play, owner="ministre"), "minister", "decision")


def test_progress_is_reported_by_the_owner_the_deciding_authority_or_a_coordinator():
    play = following_up()
    play.do(commitment(play), "dinum", "suivi")
    assert play.refused(progress(), "mayor", "suivi") is Code.NOT_ALLOWED
    for by in ("dinum", "minister", "coordinator"):
        play.do(progress(), by, "suivi")
    assert play.refused(progress(name="e9"), "dinum", "suivi") is Code.UNKNOWN_COMMITMENT
    assert len(play.process.commitments["e1"].progress) == 3


def test_a_commitment_that_is_late_is_told_in_public_once():
    play = following_up()
    play.do(commitment(play), "dinum", "suivi")
    due_at = play.process.commitments["e1"].due_at
    assert next_deadline(play.process) == due_at
    play.pass_time(150 * DAY)
    told = [event for event in play.events if isinstance(event.fact, CommitmentLate)]
    assert [event.at for event in told] == [due_at]
    assert play.process.commitments["e1"].late_since == due_at


@pytest.mark.parametrize(("status", "late"), [("kept", False), ("given_up", False), ("under_way", True)])
def test_a_commitment_that_is_kept_or_given_up_is_never_late(status, late):
    play = following_up()
    play.do(commitment(play), "dinum", "suivi")
    play.do(progress(status), "dinum", "suivi")
    play.pass_time(150 * DAY)
    assert (play.process.commitments["e1"].late_since is not None) is late


# The end


def test_the_follow_up_ends_with_its_report_and_the_concertation_with_it():
    play = following_up()
    report = acts.PublishImplementationReport(text=body("bilan"))
    waiting = [item.what for item in awaited(play.process, play.now)]
    assert waiting == ["implementation_report", "guarantor_report"]
    assert play.refused(report, "dinum", "suivi") is Code.NOT_ALLOWED
    assert play.refused(report, "minister", "decision") is Code.STAGE_WRONG_KIND
    play.do(report, "minister", "suivi")
    assert play.process.outcome is Outcome.COMPLETED


def test_the_implementation_report_is_published_once():
    play = opened(call_for_input(), decision(**LATER), follow_up(), stage="decision")
    play.do(OUT, "minister", "decision")
    play.until("suivi", State.OPEN)
    report = acts.PublishImplementationReport(text=body("bilan"))
    play.do(report, "coordinator", "suivi")
    assert play.refused(report, "minister", "suivi") is Code.REPORT_ALREADY_PUBLISHED
    play.until("suivi", State.CONCLUDED)
    assert play.process.outcome is Outcome.COMPLETED


def test_a_follow_up_without_its_report_is_overdue_in_public():
    play = following_up()
    play.pass_time(800 * DAY)
    assert play.run("suivi").overdue_since is not None


def test_the_guarantor_publishes_observations_at_any_time_and_decides_nothing():
    play = following_up()
    play.do(acts.PublishObservation(text=body("constat")), "warden")
    assert play.process.observations[-1].text == body("constat")
    assert play.refused(acts.PublishObservation(text=body("x")), "minister") is Code.NOT_ALLOWED


def test_a_whole_concertation_folds_to_the_state():
    play = opened(
        call_for_input(), hearings(after=[]), synthesis(after=["appel", "auditions"]), decision(), follow_up()
    )
    play.until("synthese", State.OPEN)
    assemble(play)
    play.until("decision", State.OPEN)
    recommendations = list(play.process.syntheses["1/synthese"].recommendations)
    assert recommendations == ["r1"]
    issue(play)
    play.check_fold()


def test_several_recommendations_owe_a_response_each():
    play = opened(call_for_input(), synthesis(), decision(), stage="synthese")
    play.do(acts.SubmitChapter(lane=None, text=body("chapitre")), "writer", "synthese")
    recommend(play, "r1", addressees=("dinum",))
    recommend(play, "r2", addressees=("dinum", "asso"))
    play.do(acts.AssembleSynthesis(text=body("synthese")), "editor", "synthese")
    play.until("decision", State.OPEN)
    for name, addressee, by in (("r1", "dinum", "dinum"), ("r2", "dinum", "dinum")):
        respond(play, addressee, by, name)
    assert play.refused(OUT, "minister", "decision") is Code.RESPONSE_MISSING
    respond(play, "asso", "mayor", "r2")
    play.do(OUT, "minister", "decision")


def test_an_addressee_of_one_axis_answers_and_commits():
    offices = [
        *(office for office in OFFICES if office["id"] != "dinum"),
        {"id": "dinum", "role": "addressee", "label": "D", "lane": "a", "required": 0},
    ]
    lanes = [{"id": "a", "label": "A"}]
    play = opened(call_for_input(), synthesis(), decision(), stage="synthese", offices=offices, lanes=lanes)
    play.do(acts.SubmitChapter(lane="a", text=body("c")), "writer", "synthese")
    recommend(play)
    play.do(acts.AssembleSynthesis(text=body("s")), "editor", "synthese")
    play.until("decision", State.OPEN)
    play.do(answer("dinum"), "dinum", "decision")
    play.do(commitment(play), "dinum", "decision")
    play.do(progress(), "dinum", "decision")
