"""Acts behind signatures: a proposal, visible as such, that is signed, refused, withdrawn, or lapses."""

from __future__ import annotations

from typing import Any

import pytest

from domain import acts
from domain.acts import TermEnd
from domain.awaited import awaited
from domain.decide import next_deadline
from domain.events import BallotClosed, BallotOpened, VoteCast
from domain.process import BallotOutcome, BallotState, Phase, State
from domain.refusals import Code
from tests.unit.play import Play, body
from tests.unit.procedures import OFFICES, call_for_input, days, decision, hearings, review, synthesis
from tests.unit.scenes import DAY, assemble, drafted, launched, opened, respond

BOTH: dict[str, Any] = {"all_of": ["co_president_state", "co_president_local"], "within": "P2D"}


def signed(*names: str) -> dict[str, dict[str, Any]]:
    return dict.fromkeys(names, BOTH)


def extend(play: Play, by: int = 5) -> acts.ExtendStage:
    closes_at = play.run("appel").closes_at
    assert closes_at is not None
    return acts.ExtendStage(closes_at=closes_at + by * DAY, seen_closes_at=closes_at, reason="demande")


def proposed(by: str = "state") -> Play:
    """Give an open call for input whose extension `by` somebody waits for signatures."""
    play = opened(call_for_input(), review(), signoffs=signed("extension"))
    play.do(extend(play), by, "appel")
    return play


def test_an_act_that_needs_signatures_is_a_proposal_until_all_are_given():
    play = opened(call_for_input(), signoffs=signed("extension"))
    before = play.run("appel").closes_at
    events = play.do(extend(play), "coordinator", "appel")
    assert play.kinds(events) == ["ballot_opened"]
    fact = events[0].fact
    assert isinstance(fact, BallotOpened)
    assert (fact.purpose, fact.seats, fact.act_stage, fact.act_round) == (
        "signatures",
        ("etat", "locale"),
        "appel",
        1,
    )
    assert fact.act is not None
    assert fact.act.kind == "extend_stage"
    assert play.run("appel").closes_at == before


def test_a_proposal_says_who_is_awaited_since_when_and_until_when():
    play = proposed()
    item = next(item for item in awaited(play.process, play.now) if item.what == "vote")
    assert (item.seats, item.since, item.until) == (("locale",), play.now, play.now + 2 * DAY)


def test_the_author_who_holds_one_of_the_offices_signs_with_the_proposal():
    assert set(proposed("state").ballot().votes) == {"etat"}
    assert set(proposed("coordinator").ballot().votes) == set()


def test_the_last_signature_does_the_act_in_the_name_of_its_author():
    play = proposed()
    before = play.run("appel").closes_at
    events = play.vote("local", "favourable")
    assert play.kinds(events) == ["vote_cast", "ballot_closed", "stage_extended"]
    assert events[-1].actor == "state"
    assert before is not None
    assert play.run("appel").closes_at == before + 5 * DAY


def test_one_side_alone_signs_once_only():
    play = opened(call_for_input(), signoffs=signed("extension"))
    play.do(extend(play), "coordinator", "appel")
    play.vote("state", "favourable")
    play.vote("state", "favourable")
    assert set(play.ballot().votes) == {"etat"}
    assert play.refused(play.cast(seat="locale"), "state") is Code.NOT_IN_ELECTORATE


def test_one_person_does_not_sign_for_both_sides_by_delegation():
    play = opened(call_for_input(), signoffs=signed("extension"))
    until = play.now + 20 * DAY
    play.do(acts.GiveDelegation(office="etat", to="citizen", since=play.now, until=until), "state")
    play.do(acts.GiveDelegation(office="locale", to="citizen", since=play.now, until=until), "local")
    play.do(extend(play), "coordinator", "appel")
    play.vote("citizen", "favourable")
    assert play.refused(play.cast(), "citizen", on_behalf_of="local") is Code.NOT_IN_ELECTORATE
    play.do(acts.RevokeDelegation(delegation=next(iter(play.process.delegations))), "state")
    assert play.refused(play.cast(), "citizen", on_behalf_of="local") is Code.SEAT_ALREADY_VOTED
    play.vote("local", "favourable")


def test_one_person_who_holds_both_offices_signs_for_one():
    play = opened(call_for_input(), signoffs=signed("extension"))
    play.do(acts.EndTerm(office="locale", seat=1, cause=TermEnd.DEATH))
    play.do(acts.AppointMember(office="locale", member="state"))
    play.do(extend(play), "state", "appel")
    assert set(play.ballot().votes) == {"etat"}
    for seat in (None, "locale"):
        play.ask(play.command(play.cast(seat=seat), "state"))
    assert set(play.ballot().votes) == {"etat"}


def test_a_refusal_to_sign_ends_the_proposal():
    play = proposed()
    before = play.run("appel").closes_at
    play.vote("local", "unfavourable")
    ballot = next(iter(play.process.ballots.values()))
    assert (ballot.state, ballot.outcome) == (BallotState.CLOSED, BallotOutcome.REFUSED)
    assert play.run("appel").closes_at == before


def test_an_abstention_is_no_signature():
    play = proposed()
    play.vote("local", "abstain")
    assert next(iter(play.process.ballots.values())).outcome is BallotOutcome.REFUSED


def test_a_proposal_that_is_not_signed_in_time_lapses():
    play = proposed()
    ballot = play.ballot()
    assert next_deadline(play.process) == play.now + 2 * DAY
    play.pass_time(2 * DAY)
    assert play.process.ballots[ballot.id].outcome is BallotOutcome.LAPSED
    assert play.refused(play.cast(ballot=ballot), "local") is Code.BALLOT_CLOSED


def test_a_vacant_office_signs_nothing():
    play = opened(call_for_input(), signoffs=signed("extension"))
    play.do(acts.EndTerm(office="locale", seat=1, cause=TermEnd.RESIGNATION), "local")
    play.do(extend(play), "state", "appel")
    play.pass_time(2 * DAY)
    assert next(iter(play.process.ballots.values())).outcome is BallotOutcome.LAPSED


def test_a_successor_signs_and_the_signature_of_a_predecessor_stands():
    play = proposed()
    play.do(acts.EndTerm(office="etat", seat=1, cause=TermEnd.END_OF_TERM, successor="prefect"))
    play.do(acts.EndTerm(office="locale", seat=1, cause=TermEnd.END_OF_TERM, successor="citizen"))
    assert play.refused(play.cast("unfavourable"), "prefect") is Code.SEAT_ALREADY_VOTED
    assert play.refused(play.cast(), "local") is Code.NOT_IN_ELECTORATE
    play.vote("citizen", "favourable")
    assert next(iter(play.process.ballots.values())).outcome is BallotOutcome.PASSED


def test_a_proposal_is_withdrawn_by_its_author_or_a_coordinator_only():
    play = proposed()
    withdrawal = acts.WithdrawProposal(ballot=play.ballot().id)
    for stranger in ("local", "ada", "citizen"):
        assert play.refused(withdrawal, stranger) is Code.NOT_ALLOWED
    play.do(withdrawal, "state")
    assert next(iter(play.process.ballots.values())).outcome is BallotOutcome.WITHDRAWN
    assert play.refused(withdrawal, "state") is Code.BALLOT_CLOSED
    play.do(extend(play), "state", "appel")
    play.do(acts.WithdrawProposal(ballot=play.ballot().id), "coordinator")


def test_only_a_proposal_is_withdrawn():
    play = proposed()
    assert play.refused(acts.WithdrawProposal(ballot="none"), "state") is Code.UNKNOWN_BALLOT
    play.do(acts.WithdrawProposal(ballot=play.ballot().id), "state")
    play.until("avis", State.OPEN)
    play.do(acts.DraftOpinion(text=body("a"), conclusion=acts.Conclusion.FAVOURABLE), "ada", "avis")
    play.do(acts.PutOpinionToVote(text=body("a").digest), "chair", "avis")
    assert play.refused(acts.WithdrawProposal(ballot=play.ballot().id)) is Code.UNKNOWN_BALLOT


def test_a_second_proposal_of_the_same_act_on_the_same_stage_waits_for_the_first():
    play = proposed()
    assert play.refused(extend(play, 6), "local", "appel") is Code.PROPOSAL_PENDING


def test_what_would_be_refused_is_not_even_proposed():
    play = opened(call_for_input(), signoffs=signed("extension"))
    assert play.refused(extend(play, 500), "state", "appel") is Code.BEYOND_MAXIMUM
    assert play.refused(extend(play), "ada", "appel") is Code.NOT_ALLOWED
    assert not play.process.ballots


def test_an_act_that_was_signed_but_cannot_be_done_any_more_lapses_with_the_reason():
    play = opened(call_for_input(duration=days(45, 30)), signoffs={"extension": {**BOTH, "within": "P90D"}})
    play.do(extend(play), "state", "appel")
    ballot = play.ballot()
    play.do(acts.Suspend(reason="panne"), stage="appel")
    events = play.vote("local", "favourable")
    assert play.kinds(events) == ["vote_cast", "ballot_closed"]
    closed = events[-1].fact
    assert isinstance(closed, BallotClosed)
    assert (closed.outcome, closed.lapse_reason) == (BallotOutcome.LAPSED, "SUSPENDED")
    assert play.process.ballots[ballot.id].lapse_reason == "SUSPENDED"


def test_an_act_signed_after_a_new_round_began_lapses():
    play = opened(
        call_for_input(), review(), stage="avis", signoffs={"suspension": {**BOTH, "within": "P90D"}}
    )
    play.do(acts.Suspend(reason="panne"), "state", "avis")
    ballot = play.ballot()
    play.do(acts.DraftOpinion(text=body("a"), conclusion=acts.Conclusion.REFER_BACK), "ada", "avis")
    play.do(acts.PutOpinionToVote(text=body("a").digest), "chair", "avis")
    for voter in ("chair", "ada", "bob", "cleo"):
        play.vote(voter, "favourable")
    play.until("appel", State.OPEN)
    assert play.process.round == 2
    play.vote("local", "favourable", play.process.ballots[ballot.id])
    assert play.process.ballots[ballot.id].lapse_reason == "ROUND_CHANGED"


@pytest.mark.parametrize("stage", [None, "appel"])
def test_a_resumption_is_signed_during_the_suspension(stage):
    play = opened(call_for_input(), signoffs=signed("suspension", "resumption"))
    play.do(acts.Suspend(reason="panne"), "state", stage)
    assert play.run("appel").suspended_at is None
    play.vote("local", "favourable")
    assert (play.process.suspended_at or play.run("appel").suspended_at) == play.now
    play.pass_time(DAY)
    play.do(acts.Resume(reason="réparé"), "local", stage)
    assert next_deadline(play.process) == play.now + 2 * DAY
    play.vote("state", "favourable")
    assert (play.process.suspended_at, play.run("appel").suspended_at) == (None, None)


def test_a_proposal_to_resume_lapses_even_while_everything_stands_still():
    play = opened(call_for_input(), signoffs=signed("resumption"))
    play.do(acts.Suspend(reason="panne"), "state")
    play.do(acts.Resume(reason="réparé"), "local")
    play.pass_time(3 * DAY)
    assert next(iter(play.process.ballots.values())).outcome is BallotOutcome.LAPSED
    assert play.process.suspended_at is not None


def test_a_launch_is_signed():
    play = drafted(signoffs=signed("launch"))
    play.do(acts.Launch(opens_at=play.now + 20 * DAY), "coordinator")
    assert not play.process.runs
    play.vote("state", "favourable")
    play.vote("local", "favourable")
    assert play.process.phase is Phase.LAUNCHED


def test_a_launch_that_is_signed_too_late_for_its_notice_lapses():
    play = drafted(signoffs=signed("launch"))
    play.do(acts.Launch(opens_at=play.now + 15 * DAY), "state")
    play.now += DAY
    play.vote("local", "favourable")
    assert play.process.phase is Phase.DRAFT
    assert next(iter(play.process.ballots.values())).lapse_reason == "NOTICE_TOO_SHORT"


def test_an_abandonment_is_signed_and_ends_with_no_ballot_left_running():
    play = opened(call_for_input(), signoffs=signed("abandonment", "extension"))
    play.do(extend(play), "state", "appel")
    pending = play.ballot().id
    play.do(acts.Abandon(reason="dissolution"), "state")
    assert not play.process.over
    play.vote("local", "favourable")
    assert play.process.phase is Phase.ABANDONED
    assert play.process.ballots[pending].outcome is BallotOutcome.SUPERSEDED
    assert play.events[-1].fact.kind == "concertation_abandoned"


def test_a_decision_is_signed():
    play = opened(call_for_input(), synthesis(), decision(), signoffs=signed("decision"))
    play.until("synthese", State.OPEN)
    assemble(play)
    play.until("decision", State.OPEN)
    act = acts.IssueDecision(text=body("decision"))
    assert play.refused(act, "minister", "decision") is Code.RESPONSE_MISSING
    respond(play, "dinum", "dinum")
    respond(play, "asso", "mayor")
    play.do(act, "minister", "decision")
    assert not play.process.decisions
    play.vote("state", "favourable")
    play.vote("local", "favourable")
    assert [d.text for d in play.process.decisions] == [body("decision")]


@pytest.mark.parametrize(
    ("name", "stage", "state", "act"),
    [
        ("postponement", "appel", State.PENDING, lambda p: acts.PostponeStage(
            opens_at=p.run("appel").planned_opens_at + DAY, seen_opens_at=p.run("appel").planned_opens_at, reason="x")),
        ("early_closing", "appel", State.OPEN, lambda p: acts.CloseStageEarly(
            closes_at=p.run("appel").closes_at - DAY, seen_closes_at=p.run("appel").closes_at, reason="x")),
        ("reopening", "appel", State.CLOSED, lambda p: acts.ReopenStage(closes_at=p.now + 9 * DAY, reason="x")),
        ("rectification", "appel", State.CONCLUDED, lambda p: acts.RectifyStage(until=p.now + 9 * DAY, reason="x")),
    ],
)  # fmt: skip
def test_every_act_on_the_schedule_may_be_put_behind_signatures(name, stage, state, act):
    play = launched(call_for_input(entry_window="P9D"), hearings(), signoffs=signed(name))
    if state is not State.PENDING:
        play.until(stage, state)
    before = play.run(stage)
    assert play.kinds(play.do(act(play), "coordinator", stage)) == ["ballot_opened"]
    assert play.run(stage) == before
    play.vote("local", "favourable")
    play.vote("state", "favourable")
    assert play.run(stage) != before


def test_the_signature_of_a_delegate_who_proposes_is_the_holders():
    play = opened(call_for_input(), signoffs=signed("extension"))
    play.do(
        acts.GiveDelegation(office="etat", to="coordinator", since=play.now, until=play.now + 20 * DAY),
        "state",
    )
    events = play.do(extend(play), "coordinator", "appel")
    assert [(event.fact.kind, event.on_behalf_of) for event in events] == [
        ("ballot_opened", None),
        ("vote_cast", "state"),
    ]
    fact = events[1].fact
    assert isinstance(fact, VoteCast)
    assert fact.seat == "etat"


def test_any_holder_of_an_office_of_several_seats_signs_for_it():
    offices = [*OFFICES, {"id": "elus", "role": "sponsor", "label": "Élus", "seats": 3}]
    play = drafted(offices=offices, signoffs={"extension": {"all_of": ["elus", "etat"], "within": "P2D"}})
    play.appoint("elus", "citizen", "prefect")
    play.do(acts.Launch(opens_at=play.now + 15 * DAY))
    play.until("appel", State.OPEN)
    play.do(extend(play), "state", "appel")
    play.vote("prefect", "favourable")
    assert next(iter(play.process.ballots.values())).outcome is BallotOutcome.PASSED


def test_who_withdrew_from_the_council_still_signs_for_their_office():
    play = opened(call_for_input(), signoffs=signed("extension"))
    play.do(acts.AppointMember(office="conseil", member="local"))
    play.do(acts.WithdrawFromReview(reason="lien"), "local")
    play.do(extend(play), "state", "appel")
    play.vote("local", "favourable")
    assert next(iter(play.process.ballots.values())).outcome is BallotOutcome.PASSED


def test_a_proposal_that_waits_at_the_end_ends_with_it():
    play = opened(call_for_input(), signoffs={"suspension": {**BOTH, "within": "P90D"}})
    play.do(acts.Suspend(reason="panne"), "state", "appel")
    play.pass_time(60 * DAY)
    assert play.process.phase is Phase.ENDED
    assert next(iter(play.process.ballots.values())).outcome is BallotOutcome.SUPERSEDED
