"""Interests that meet an organisation concerned: the engine proposes, the member decides, the chair recuses."""

from __future__ import annotations

from domain import acts
from domain.acts import Conclusion
from domain.awaited import awaited
from domain.decide import next_deadline
from domain.events import WithdrawalProposed
from domain.process import State
from domain.refusals import Code
from tests.unit.play import Play, body
from tests.unit.procedures import call_for_input, hearings, review
from tests.unit.scenes import HOUR, launched, opened, put_to_vote

AVIS = "avis"


def council() -> Play:
    """Give hearings before a review, with a witness from the organisation `o1`."""
    play = launched(call_for_input(), hearings(after=[]), review(after=["appel", "auditions"]))
    play.do(acts.EnrolMember(member="vendor", college="locales", organisation="o1"))
    play.until("auditions", State.OPEN)
    return play


def call(play: Play, name: str = "h1", *witnesses: str) -> None:
    starts_at = play.now + (1 + len(play.process.hearings)) * HOUR
    hearing = acts.ScheduleHearing(
        hearing=name, starts_at=starts_at, ends_at=starts_at + HOUR, witnesses=witnesses or ("vendor",)
    )
    play.do(hearing, stage="auditions")


def declare(play: Play, by: str = "ada", *organisations: str) -> None:
    play.do(acts.DeclareInterest(organisation_ids=organisations or ("o1",)), by)


def proposed(play: Play) -> list[tuple[str, str]]:
    facts = [event.fact for event in play.events]
    return [(fact.member, fact.organisation) for fact in facts if isinstance(fact, WithdrawalProposed)]


def test_an_interest_declared_before_the_witness_is_called_proposes_a_withdrawal_when_they_are():
    play = council()
    declare(play)
    assert proposed(play) == []
    call(play)
    assert proposed(play) == [("ada", "o1")]


def test_an_interest_declared_after_it_proposes_one_at_once_and_once():
    play = council()
    call(play)
    declare(play)
    declare(play)
    call(play, "h2")
    assert proposed(play) == [("ada", "o1")]


def test_an_interest_in_another_organisation_proposes_nothing():
    play = council()
    call(play)
    declare(play, "ada", "o2")
    play.do(acts.DeclareInterest(organisations=("o1",)), "bob")
    assert proposed(play) == []


def test_a_witness_whose_hearing_was_cancelled_concerns_nobody():
    play = council()
    call(play)
    play.do(acts.CancelHearing(hearing="h1", reason="grève"), stage="auditions")
    declare(play)
    assert proposed(play) == []


def test_a_witness_who_comes_to_speak_for_the_organisation_later_concerns_it_then():
    play = council()
    call(play, "h1", "citizen")
    declare(play, "ada")
    assert proposed(play) == []
    play.do(acts.AssignOrganisation(member="citizen", organisation="o1"))
    assert proposed(play) == [("ada", "o1")]


def test_who_declared_an_interest_and_joins_the_council_later_is_asked_then():
    play = council()
    call(play)
    declare(play, "writer")
    assert proposed(play) == []
    play.do(acts.AppointMember(office="conseil", member="writer"))
    assert proposed(play) == [("writer", "o1")]


def test_an_organisation_that_holds_an_office_of_addressee_is_concerned():
    play = council()
    play.do(acts.AssignOrganisation(member="dinum", organisation="o9"))
    declare(play, "ada", "o9")
    assert proposed(play) == [("ada", "o9")]


def test_a_member_who_stands_aside_already_is_not_asked_again():
    play = council()
    call(play)
    play.do(acts.WithdrawFromReview(reason="lien"), "ada")
    declare(play)
    assert proposed(play) == []


def test_the_member_follows_the_proposal_or_declines_it_with_a_reason_and_the_chair_recuses():
    play = council()
    call(play)
    declare(play, "ada")
    declare(play, "bob")
    decline = acts.DeclineWithdrawal(reason="Je n’y travaille plus depuis dix ans.")
    assert play.refused(acts.DeclineWithdrawal(reason=" "), "ada", AVIS) is Code.REASON_REQUIRED
    assert play.refused(decline, "cleo", AVIS) is Code.NO_WITHDRAWAL_PROPOSED
    play.do(decline, "ada", AVIS)
    assert play.refused(decline, "ada", AVIS) is Code.NO_WITHDRAWAL_PROPOSED
    kept = play.process.proposed_withdrawals[0]
    assert (kept.member, kept.declined_at, kept.reason) == ("ada", play.now, decline.reason)
    play.do(acts.RecuseMember(member="ada", reason="Un contrat court encore."), "chair", AVIS)
    play.do(acts.WithdrawFromReview(reason="lien"), "bob", AVIS)
    assert play.refused(decline, "bob", AVIS) is Code.NO_WITHDRAWAL_PROPOSED


def test_nobody_declines_for_another():
    play = council()
    call(play)
    declare(play)
    until = play.now + 90 * 24 * HOUR
    play.do(acts.GiveDelegation(office="conseil", to="citizen", since=play.now, until=until), "ada")
    decline = acts.DeclineWithdrawal(reason="x")
    assert play.refused(decline, "citizen", AVIS, on_behalf_of="ada") is Code.NOT_ALLOWED


def test_whom_a_withdrawal_is_proposed_to_is_awaited_until_they_answer():
    play = council()
    call(play)
    declare(play)
    items = [item for item in awaited(play.process, play.now) if item.what == "withdrawal"]
    assert [(item.stage, item.seats, item.about) for item in items] == [(AVIS, ("ada",), "o1")]
    play.do(acts.DeclineWithdrawal(reason="sans lien"), "ada", AVIS)
    assert "withdrawal" not in [item.what for item in awaited(play.process, play.now)]


def test_a_proposal_keeps_nobody_from_voting_and_holds_nothing_up():
    play = opened(call_for_input(), review(), stage=AVIS)
    play.do(acts.AssignOrganisation(member="dinum", organisation="o9"))
    declare(play, "ada", "o9")
    put_to_vote(play)
    play.vote("ada", "favourable")
    assert next_deadline(play.process) is not None


def test_a_new_round_asks_again_of_whoever_has_not_stood_aside():
    play = opened(call_for_input(), review(), stage=AVIS)
    play.do(acts.AssignOrganisation(member="dinum", organisation="o9"))
    declare(play, "ada", "o9")
    play.do(acts.DeclineWithdrawal(reason="sans lien"), "ada", AVIS)
    play.do(acts.DraftOpinion(text=body("renvoi"), conclusion=Conclusion.REFER_BACK), "ada", AVIS)
    play.do(acts.PutOpinionToVote(text=body("renvoi").digest), "chair", AVIS)
    for voter in ("chair", "ada", "bob", "cleo"):
        play.vote(voter, "favourable")
    play.until("appel", State.OPEN)
    assert proposed(play) == [("ada", "o9"), ("ada", "o9")]
    assert play.process.proposed_withdrawals[-1].round == 2
