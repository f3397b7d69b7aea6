"""Gates: the ballots that must pass before a stage opens or concludes, and what silence and refusal do."""

from __future__ import annotations

from typing import Any

import pytest

from domain import acts
from domain.awaited import awaited
from domain.decide import next_deadline
from domain.events import BallotOpened, GatePassed, StageReopened
from domain.process import BallotOutcome, BallotState, Outcome, State
from domain.refusals import Code
from tests.unit.play import Play, body
from tests.unit.procedures import (
    GATE_CONCLUSION,
    GATE_OPENING,
    call_for_input,
    days,
    procedure,
    review,
    synthesis,
)
from tests.unit.scenes import DAY, HOUR, adopt, assemble, launched, opened, pass_gate


def gate(base: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    return [{**base, **more}]


def at_opening(**more: Any) -> Play:
    """Give a call for input that waits at the gate before its opening."""
    play = launched(call_for_input(approvals=gate(GATE_OPENING, **more)), review())
    play.until("appel", State.AWAITING_OPENING)
    return play


def at_conclusion(stage: dict[str, Any] | None = None, **more: Any) -> Play:
    """Give a call for input that waits at the gate before its conclusion."""
    found = opened(
        {**call_for_input(), **(stage or {}), "approvals": gate(GATE_CONCLUSION, **more)}, review()
    )
    found.until("appel", State.AWAITING_CONCLUSION)
    return found


def refuse(play: Play) -> None:
    pass_gate(play, position="unfavourable")


def silence(play: Play) -> None:
    play.pass_time(GATE_DAYS * DAY)


GATE_DAYS = 5


# Before the opening


def test_the_gate_is_held_before_the_announced_opening():
    play = at_opening()
    assert play.run("appel").planned_opens_at - play.now == GATE_DAYS * DAY
    ballot = play.ballot()
    assert ballot.closes_at == play.run("appel").planned_opens_at


def test_a_gate_that_passes_early_does_not_open_the_stage_early():
    play = at_opening()
    pass_gate(play)
    assert play.run("appel").opening_passed
    assert play.run("appel").state is State.AWAITING_OPENING
    assert next_deadline(play.process) == play.run("appel").planned_opens_at
    play.until("appel", State.OPEN)
    assert play.now == play.run("appel").planned_opens_at


def test_a_stage_does_not_open_past_a_gate_that_is_held():
    play = at_opening(if_silent="hold")
    play.pass_time(100 * DAY)
    assert play.run("appel").state is State.AWAITING_OPENING
    assert play.ballot().state is BallotState.HELD
    assert {item.what for item in awaited(play.process, play.now)} == {"vote"}
    for voter in ("chair", "ada"):
        play.vote(voter, "favourable")
    assert play.run("appel").state is State.OPEN


@pytest.mark.parametrize(
    ("silent", "outcome"),
    [("given", BallotOutcome.DEEMED_GIVEN), ("favourable", BallotOutcome.DEEMED_FAVOURABLE)],
)
def test_silence_at_the_opening_passes_where_the_procedure_says_so(silent, outcome):
    play = at_opening(if_silent=silent)
    ballot = play.ballot()
    silence(play)
    assert play.process.ballots[ballot.id].outcome is outcome
    assert play.run("appel").state is State.OPEN


def test_silence_escalates_to_others_and_then_holds():
    play = at_opening(if_silent="escalate", escalate_to=["etat", "locale"])
    ballot = play.ballot()
    play.vote("chair", "favourable")
    silence(play)
    escalated = play.process.ballots[ballot.id]
    assert (escalated.escalated, escalated.seats, escalated.votes) == (True, ("etat/1", "locale/1"), {})
    assert play.refused(play.cast(), "chair") is Code.NOT_IN_ELECTORATE
    silence(play)
    assert play.process.ballots[ballot.id].state is BallotState.HELD
    play.vote("state", "favourable")
    assert play.run("appel").opening_passed


def test_a_refusal_returns_the_subject_to_its_authors():
    play = at_opening()
    refuse(play)
    run = play.run("appel")
    assert (run.state, run.gate_returned) == (State.AWAITING_OPENING, True)
    assert [item.what for item in awaited(play.process, play.now)] == ["subject"]
    play.pass_time(50 * DAY)
    assert play.run("appel").state is State.AWAITING_OPENING


def test_a_returned_subject_is_voted_on_anew_once_it_has_changed():
    play = at_opening()
    first = play.ballot()
    refuse(play)
    play.do(acts.AttachDocument(document=body("dossier 2"), title={"fr": "Dossier"}, stage="appel"))
    assert play.ballot().subject != first.subject
    pass_gate(play)
    play.until("appel", State.OPEN)


def test_a_subject_that_changes_during_the_vote_needs_a_new_one():
    play = at_opening()
    first = play.ballot()
    play.vote("chair", "favourable")
    play.do(acts.AttachDocument(document=body("dossier 2"), title={"fr": "Dossier"}))
    assert play.process.ballots[first.id].outcome is BallotOutcome.SUPERSEDED
    assert play.refused(play.cast(subject=first.subject), "chair") is Code.SUBJECT_CHANGED
    assert play.ballot().votes == {}


def test_a_subject_that_changes_after_the_gate_passed_needs_a_new_vote():
    play = at_opening()
    pass_gate(play)
    play.do(acts.AttachDocument(document=body("dossier 2"), title={"fr": "Dossier"}))
    assert not play.run("appel").opening_passed
    assert play.ballot().purpose == "opening"


def test_a_document_that_is_attached_again_unchanged_leaves_the_vote_alone():
    play = at_opening()
    first = play.ballot()
    play.do(acts.AttachDocument(document=body("dossier"), title={"fr": "Dossier"}))
    assert play.ballot().id == first.id


def test_a_proposal_that_waits_for_signatures_does_not_disturb_the_gate():
    signoffs = {"postponement": {"all_of": ["etat", "locale"], "within": "P2D"}}
    play = launched(call_for_input(approvals=gate(GATE_OPENING)), signoffs=signoffs)
    play.until("appel", State.AWAITING_OPENING)
    first = play.ballot()
    run = play.run("appel")
    act = acts.PostponeStage(
        opens_at=run.planned_opens_at + DAY, seen_opens_at=run.planned_opens_at, reason="dossier en retard"
    )
    play.do(act, "state", "appel")
    play.do(acts.AttachDocument(document=body("dossier"), title={"fr": "Dossier"}))
    assert play.process.ballots[first.id].state is BallotState.OPEN


def test_a_document_of_another_stage_leaves_the_vote_alone():
    play = at_opening()
    first = play.ballot()
    play.do(acts.AttachDocument(document=body("autre"), title={"fr": "Autre"}, stage="avis"))
    assert play.ballot().id == first.id


def test_a_refusal_at_the_opening_may_be_gone_on_from_in_public():
    play = at_opening(if_refused="go_on_published")
    refuse(play)
    fact = next(event.fact for event in play.events if isinstance(event.fact, GatePassed))
    assert fact.in_spite_of_refusal
    play.until("appel", State.OPEN)


def test_a_gate_refused_late_does_not_shorten_the_stage():
    play = at_opening()
    play.pass_time(4 * DAY)
    refuse(play)
    play.pass_time(30 * DAY)
    play.do(acts.AttachDocument(document=body("dossier 2"), title={"fr": "Dossier"}, stage="appel"))
    pass_gate(play)
    run = play.run("appel")
    assert run.state is State.OPEN
    assert run.opens_at == play.now
    assert run.closes_at is not None
    assert run.closes_at - play.now >= 30 * DAY


# Before the conclusion


def test_the_gate_before_the_conclusion_is_about_the_seal():
    play = at_conclusion()
    assert play.ballot().subject == play.run("appel").root
    pass_gate(play)
    assert play.run("appel").state is State.CONCLUDED


def test_a_stage_is_not_concluded_past_a_gate_that_is_held():
    play = at_conclusion()
    play.pass_time(100 * DAY)
    assert play.run("appel").state is State.AWAITING_CONCLUSION
    assert play.run("avis").state is State.PENDING
    play.vote("chair", "favourable")
    play.vote("bob", "favourable")
    assert play.run("appel").state is State.CONCLUDED
    assert play.run("avis").state is State.OPEN


@pytest.mark.parametrize("refused", ["reopen", "return_to_draft"])
def test_a_refusal_before_the_conclusion_opens_the_stage_again(refused):
    play = at_conclusion(stage={"duration": days(30, 10, 90)}, if_refused=refused)
    refuse(play)
    run = play.run("appel")
    assert (run.state, run.reopenings) == (State.OPEN, 1)
    assert run.closes_at is not None
    assert run.closes_at - play.now >= 10 * DAY
    fact = play.events[-1].fact
    assert isinstance(fact, StageReopened)
    assert fact.reason == "gate_refused"
    play.until("appel", State.AWAITING_CONCLUSION)
    pass_gate(play)
    assert play.run("appel").state is State.CONCLUDED


def test_a_reopening_by_the_gate_never_passes_the_maximum_and_the_last_resort_applies():
    play = at_conclusion()
    assert play.run("appel").closes_at is not None
    refuse(play)
    assert play.run("appel").state is State.CONCLUDED
    assert play.process.last_resorts == ("1/appel",)
    fact = next(event.fact for event in play.events if isinstance(event.fact, GatePassed))
    assert fact.in_spite_of_refusal


def test_reopenings_by_the_gate_are_bounded():
    play = at_conclusion(stage={"duration": days(10, 5)})
    for _ in range(2):
        refuse(play)
        assert play.run("appel").state is State.OPEN
        play.until("appel", State.AWAITING_CONCLUSION)
    refuse(play)
    assert play.run("appel").state is State.CONCLUDED


def test_the_last_resort_may_stop_the_concertation():
    play = opened(
        call_for_input(approvals=gate(GATE_CONCLUSION)), rounds={"maximum": 1, "last_resort": "stop"}
    )
    play.until("appel", State.AWAITING_CONCLUSION)
    refuse(play)
    assert play.process.outcome is Outcome.STOPPED_NO_ROUND_LEFT


def test_a_refusal_before_the_conclusion_may_be_gone_on_from_in_public():
    play = at_conclusion(if_refused="go_on_published")
    refuse(play)
    assert play.run("appel").state is State.CONCLUDED


def test_a_refusal_may_open_the_next_round():
    stage = synthesis(
        approvals=gate(GATE_CONCLUSION, subject="synthesis", if_refused={"refer_back": "appel"})
    )
    play = opened(call_for_input(), stage)
    play.until("synthese", State.OPEN)
    assemble(play)
    play.until("synthese", State.AWAITING_CONCLUSION)
    refuse(play)
    assert play.process.round == 2
    assert play.run("appel").round == 2
    assert play.run("synthese").state is State.PENDING


def test_a_synthesis_that_its_gate_sends_back_is_assembled_anew():
    stage = synthesis(
        duration=days(30, 5),
        approvals=gate(GATE_CONCLUSION, subject="synthesis", if_refused="return_to_draft"),
    )
    play = opened(call_for_input(), stage)
    play.until("synthese", State.OPEN)
    assemble(play)
    play.until("synthese", State.AWAITING_CONCLUSION)
    refuse(play)
    assert play.process.syntheses["1/synthese"].assembled_at is None
    play.do(acts.AssembleSynthesis(text=body("synthese 2")), "editor", "synthese")
    play.until("synthese", State.AWAITING_CONCLUSION)
    pass_gate(play)


def test_an_opinion_that_its_gate_sends_back_is_voted_anew():
    stage = review(approvals=gate(GATE_CONCLUSION, subject="opinion", if_refused="return_to_draft"))
    play = opened(call_for_input(), stage)
    play.until("avis", State.OPEN)
    adopt(play)
    play.until("avis", State.AWAITING_CONCLUSION)
    refuse(play)
    opinion = play.process.opinions["1/avis"]
    assert (opinion.adopted_at, opinion.ballot) == (None, None)
    adopt(play)
    play.until("avis", State.AWAITING_CONCLUSION)
    pass_gate(play)
    assert play.run("avis").state is State.CONCLUDED


def test_a_gate_keeps_the_rule_as_it_was_when_the_ballot_opened():
    play = at_opening()
    fact = next(event.fact for event in play.events if isinstance(event.fact, BallotOpened))
    assert fact.rule.within == GATE_DAYS * DAY
    assert not hasattr(fact.rule, "gate")


def test_a_gate_stands_still_during_a_suspension():
    play = at_opening(if_silent="hold")
    closes_at = play.ballot().closes_at
    assert closes_at is not None
    play.pass_time(DAY)
    play.do(acts.Suspend(reason="panne"), stage="appel")
    assert play.refused(play.cast(), "chair") is Code.SUSPENDED
    play.pass_time(10 * DAY)
    assert play.ballot().state is BallotState.OPEN
    play.do(acts.Resume(reason="réparé"), stage="appel")
    assert play.ballot().closes_at == closes_at + 10 * DAY
    play.vote("chair", "favourable")


def test_a_gate_of_one_lane_asks_the_council_of_that_lane():
    lanes = [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]
    offices = [
        {"id": "coordination", "role": "coordinator", "label": "C"},
        {"id": "presidence", "role": "council_chair", "label": "P"},
        {"id": "conseil-a", "role": "council_member", "label": "A", "lane": "a"},
        {"id": "conseil-b", "role": "council_member", "label": "B", "lane": "b", "required": 0},
    ]
    play = Play(
        procedure(call_for_input(lane="each", approvals=gate(GATE_OPENING)), lanes=lanes, offices=offices)
    )
    play.appoint("presidence", "chair")
    play.appoint("conseil-a", "ada")
    play.appoint("conseil-b", "bob")
    play.attach_all()
    play.do(acts.Launch(opens_at=play.now + 15 * DAY))
    play.until("appel.a", State.AWAITING_OPENING)
    by_stage = {ballot.stage: ballot for ballot in play.process.ballots.values()}
    assert by_stage["appel.a"].seats == ("presidence/1", "conseil-a/1")
    assert by_stage["appel.b"].seats == ("presidence/1", "conseil-b/1")
    assert play.refused(play.cast(ballot=by_stage["appel.b"]), "ada") is Code.NOT_IN_ELECTORATE


def test_a_stage_waits_a_little_longer_where_its_gate_ends_after_the_announced_opening():
    play = at_opening(if_silent="given", second_within="P3D")
    planned = play.run("appel").planned_opens_at
    play.pass_time(GATE_DAYS * DAY + HOUR)
    assert play.ballot().convening == 2
    play.pass_time(3 * DAY)
    assert play.run("appel").opens_at == planned + 3 * DAY


def test_a_questionnaire_does_not_change_under_those_who_answer_it():
    """The council approved it before the opening; what it approved is what people answer."""
    play = at_opening()
    pass_gate(play)
    play.until("appel", State.OPEN)
    other = acts.AttachDocument(document=body("questions 2"), title={"fr": "Q"}, questionnaire=True)
    assert play.refused(other) is Code.STAGE_WRONG_STATE
    known = body("questions")
    swapped = acts.Body(id=known.id, digest=body("autre").digest)
    for questionnaire in (True, False):
        act = acts.AttachDocument(
            document=swapped, title={"fr": "Q"}, stage="avis", questionnaire=questionnaire
        )
        assert play.refused(act) is Code.STAGE_WRONG_STATE
    moved = acts.AttachDocument(document=known, title={"fr": "Q"}, stage="avis", questionnaire=True)
    assert play.refused(moved) is Code.STAGE_WRONG_STATE
    play.do(acts.AttachDocument(document=known, title={"fr": "Titre"}, questionnaire=True))
    play.do(acts.AttachDocument(document=body("complément"), title={"fr": "Complément"}, stage="appel"))
    play.until("appel", State.CONCLUDED)
    play.do(other)
