"""The scientific council: interests, withdrawal, recusal, positions, the collective opinion, reservations, dissents."""

from __future__ import annotations

from typing import Any

import pytest

from domain import acts
from domain.acts import Conclusion, TermEnd
from domain.events import OpinionAdopted
from domain.process import BallotOutcome, State
from domain.refusals import Code
from tests.unit.play import Play, body
from tests.unit.procedures import OPINION, call_for_input, review
from tests.unit.scenes import COUNCIL, DAY, adopt, launched, opened, put_to_vote

AVIS = "avis"


def reviewing(**more: Any) -> Play:
    return opened(call_for_input(), review(**more), stage=AVIS)


def position(conclusion: str = "favourable") -> acts.StatePosition:
    return acts.StatePosition(position=Conclusion(conclusion), statement=body("position"))


def draft(text: str = "avis") -> acts.DraftOpinion:
    return acts.DraftOpinion(text=body(text), conclusion=Conclusion.FAVOURABLE)


def reservation(name: str = "v1") -> acts.MakeReservation:
    return acts.MakeReservation(reservation=name, text=body(name))


def dissent() -> acts.RecordDissent:
    return acts.RecordDissent(text=body("divergence"))


# Interests, withdrawal, recusal


def test_members_declare_their_interests_by_theme_and_organisation_or_that_they_have_none():
    play = reviewing()
    play.do(acts.DeclareInterest(themes=("sante",), organisations=("o1",), statement=body("x")), "ada")
    play.do(acts.DeclareInterest(), "bob")
    assert play.process.interests["ada"].themes == ("sante",)
    assert play.process.interests["bob"].themes == ()
    assert play.refused(acts.DeclareInterest(themes=("chasse",)), "ada") is Code.UNKNOWN_THEME


def test_a_withdrawal_is_ones_own_act_with_a_reason_and_once():
    play = reviewing()
    withdrawal = acts.WithdrawFromReview(reason="lien")
    assert play.refused(acts.WithdrawFromReview(reason=""), "ada", AVIS) is Code.REASON_REQUIRED
    play.do(withdrawal, "ada", AVIS)
    assert play.refused(withdrawal, "ada", AVIS) is Code.MEMBER_WITHDRAWN
    assert play.refused(withdrawal, "minister", AVIS) is Code.NOT_ALLOWED
    assert play.refused(withdrawal, "bob", "nulle-part") is Code.UNKNOWN_STAGE


@pytest.mark.parametrize("stage", [AVIS, None])
def test_a_withdrawn_member_takes_no_part_in_the_review(stage):
    play = reviewing()
    play.do(acts.WithdrawFromReview(reason="lien"), "ada", stage)
    for act in (position(), draft(), reservation()):
        assert play.refused(act, "ada", AVIS) is Code.MEMBER_WITHDRAWN
    adopt_without_ada(play)
    assert play.refused(dissent(), "ada", AVIS) is Code.MEMBER_WITHDRAWN


def adopt_without_ada(play: Play) -> None:
    play.do(draft(), "bob", AVIS)
    play.do(acts.PutOpinionToVote(text=body("avis").digest), "chair", AVIS)
    for voter in ("chair", "bob", "cleo"):
        play.vote(voter, "favourable", list(play.process.ballots.values())[-1])


def test_the_delegate_of_a_withdrawn_member_takes_no_part_either():
    play = reviewing()
    delegation = acts.GiveDelegation(
        office="conseil", to="citizen", since=play.now, until=play.now + 90 * DAY
    )
    play.do(delegation, "ada")
    play.do(position(), "citizen", AVIS)
    put_to_vote(play)
    play.do(acts.WithdrawFromReview(reason="lien"), "ada", AVIS)
    assert play.refused(play.cast(), "citizen") is Code.MEMBER_WITHDRAWN
    assert play.refused(position(), "citizen", AVIS) is Code.MEMBER_WITHDRAWN


def test_a_delegate_neither_declares_nor_withdraws_for_the_holder():
    play = reviewing()
    delegation = acts.GiveDelegation(
        office="conseil", to="citizen", since=play.now, until=play.now + 90 * DAY
    )
    play.do(delegation, "ada")
    for act in (acts.DeclareInterest(), acts.WithdrawFromReview(reason="lien")):
        assert play.refused(act, "citizen", on_behalf_of="ada") is Code.NOT_ALLOWED
    play.do(acts.WithdrawFromReview(reason="lien"), "citizen", AVIS)
    put_to_vote(play)
    assert play.refused(play.cast(), "citizen") is Code.MEMBER_WITHDRAWN
    play.vote("ada", "favourable")


def test_the_chair_recuses_a_member_with_a_reason():
    play = reviewing()
    recusal = acts.RecuseMember(member="ada", reason="lien")
    assert play.refused(recusal, "bob", AVIS) is Code.NOT_ALLOWED
    assert play.refused(acts.RecuseMember(member="ada", reason=" "), "chair", AVIS) is Code.REASON_REQUIRED
    assert (
        play.refused(acts.RecuseMember(member="minister", reason="x"), "chair", AVIS) is Code.UNKNOWN_MEMBER
    )
    play.do(recusal, "chair", AVIS)
    assert play.refused(recusal, "chair", AVIS) is Code.MEMBER_RECUSED
    for act in (position(), draft(), reservation()):
        assert play.refused(act, "ada", AVIS) is Code.MEMBER_RECUSED


def test_nobody_recuses_themself():
    assert (
        reviewing().refused(acts.RecuseMember(member="chair", reason="lien"), "chair", AVIS)
        is Code.NOT_ALLOWED
    )


def test_a_chair_who_stands_aside_does_not_recuse_others():
    play = reviewing()
    play.do(acts.WithdrawFromReview(reason="lien"), "chair", AVIS)
    assert (
        play.refused(acts.RecuseMember(member="ada", reason="lien"), "chair", AVIS) is Code.MEMBER_WITHDRAWN
    )


def test_a_recusal_from_everything_holds_in_every_stage():
    play = reviewing()
    play.do(acts.RecuseMember(member="ada", reason="lien"), "chair")
    assert play.refused(draft(), "ada", AVIS) is Code.MEMBER_RECUSED


# Positions and drafts


def test_members_state_their_position_and_may_change_it_before_the_adoption():
    play = reviewing()
    play.do(position("unfavourable"), "ada", AVIS)
    play.do(position("favourable"), "ada", AVIS)
    assert play.process.opinions["1/avis"].positions["ada"].position is Conclusion.FAVOURABLE


def test_positions_drafts_and_reservations_belong_to_an_open_review():
    play = opened(call_for_input(), review())
    for act in (position(), draft(), reservation()):
        assert play.refused(act, "ada", AVIS) is Code.STAGE_NOT_OPEN
        assert play.refused(act, "ada", "appel") is Code.STAGE_WRONG_KIND
    assert play.refused(dissent(), "ada", "appel") is Code.STAGE_WRONG_KIND


def test_each_version_of_the_draft_has_its_number():
    play = reviewing()
    play.do(draft("v1"), "ada", AVIS)
    play.do(draft("v2"), "bob", AVIS)
    opinion = play.process.opinions["1/avis"]
    assert (opinion.version, opinion.text) == (2, body("v2"))


def test_only_the_chair_puts_the_text_that_they_saw_to_the_vote_and_once():
    play = reviewing()
    put = acts.PutOpinionToVote(text=body("avis").digest)
    assert play.refused(put, "chair", AVIS) is Code.OPINION_MISSING
    play.do(draft(), "ada", AVIS)
    assert play.refused(put, "ada", AVIS) is Code.NOT_ALLOWED
    assert play.refused(acts.PutOpinionToVote(text="0" * 64), "chair", AVIS) is Code.SUBJECT_CHANGED
    play.do(put, "chair", AVIS)
    assert play.refused(put, "chair", AVIS) is Code.BALLOT_RUNNING


def test_where_the_chair_stands_aside_or_is_vacant_a_member_puts_the_text_to_the_vote():
    put = acts.PutOpinionToVote(text=body("avis").digest)
    play = reviewing()
    play.do(draft(), "ada", AVIS)
    play.do(acts.WithdrawFromReview(reason="lien"), "chair", AVIS)
    assert play.refused(put, "chair", AVIS) is Code.MEMBER_WITHDRAWN
    play.do(put, "bob", AVIS)
    play = reviewing()
    play.do(draft(), "ada", AVIS)
    play.do(acts.EndTerm(office="presidence", seat=1, cause=TermEnd.DEATH))
    play.do(put, "bob", AVIS)


def test_a_redraft_ends_the_ballot_on_the_earlier_text():
    play = reviewing()
    put_to_vote(play)
    first = play.ballot()
    play.do(draft("v2"), "bob", AVIS)
    assert play.process.ballots[first.id].outcome is BallotOutcome.SUPERSEDED
    assert play.process.opinions["1/avis"].ballot is None


def test_a_reservation_joins_the_draft_once_under_its_id():
    play = reviewing()
    play.do(reservation("v1"), "ada", AVIS)
    assert play.refused(reservation("v1"), "bob", AVIS) is Code.ALREADY_EXISTS
    assert play.process.opinions["1/avis"].reservations["v1"].member == "ada"


# Adoption


def test_the_council_adopts_its_opinion_as_a_whole():
    play = reviewing()
    adopt(play, Conclusion.FAVOURABLE_WITH_RESERVATIONS)
    fact = next(event.fact for event in play.events if isinstance(event.fact, OpinionAdopted))
    assert (fact.conclusion, fact.tacit) == (Conclusion.FAVOURABLE_WITH_RESERVATIONS, False)
    assert play.process.opinions["1/avis"].adopted_at == play.now


def test_an_adopted_opinion_is_fixed():
    play = reviewing()
    adopt(play)
    put = acts.PutOpinionToVote(text=body("avis").digest)
    for act, by in ((position(), "ada"), (draft(), "ada"), (reservation(), "ada"), (put, "chair")):
        assert play.refused(act, by, AVIS) is Code.OPINION_ALREADY_ADOPTED


def test_a_dissent_is_recorded_from_an_adopted_opinion_only():
    play = reviewing()
    assert play.refused(dissent(), "ada", AVIS) is Code.OPINION_MISSING
    adopt(play)
    play.do(dissent(), "ada", AVIS)
    assert play.process.opinions["1/avis"].dissents == {"ada": body("divergence")}
    assert play.refused(dissent(), "minister", AVIS) is Code.NOT_ALLOWED


def test_an_opinion_whose_ballot_meets_silence_is_adopted_tacitly_where_the_rule_says_so():
    play = reviewing(opinion={**OPINION, "second_within": None, "if_silent": "favourable"})
    put_to_vote(play)
    play.pass_time(5 * DAY)
    opinion = play.process.opinions["1/avis"]
    assert opinion.tacit
    assert opinion.conclusion is Conclusion.FAVOURABLE


@pytest.mark.parametrize("silent", ["given", "favourable"])
def test_a_council_that_never_wrote_anything_has_spoken_by_silence_at_its_term(silent):
    play = reviewing(opinion={**OPINION, "if_silent": silent})
    play.until(AVIS, State.CONCLUDED)
    opinion = play.process.opinions["1/avis"]
    assert (opinion.tacit, opinion.text, opinion.conclusion) == (True, None, Conclusion.FAVOURABLE)
    assert play.now == play.run(AVIS).closes_at


def test_a_council_that_wrote_a_draft_has_not_been_silent():
    play = reviewing(opinion={**OPINION, "if_silent": "given"})
    play.do(draft(), "ada", AVIS)
    play.pass_time(30 * DAY)
    assert play.run(AVIS).overdue_since is not None


def test_a_council_of_one_lane_writes_for_its_lane():
    lanes = [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]
    offices = [
        {"id": "coordination", "role": "coordinator", "label": "C"},
        {"id": "presidence", "role": "council_chair", "label": "P"},
        {"id": "conseil-a", "role": "council_member", "label": "A", "lane": "a", "required": 0},
        {"id": "conseil-b", "role": "council_member", "label": "B", "lane": "b", "required": 0},
    ]
    play = launched(call_for_input(lane="each"), review(lane="each"), lanes=lanes, offices=offices)
    play.appoint("conseil-a", "anna")
    play.until("avis.a", State.OPEN)
    for act in (position(), draft(), reservation()):
        assert play.refused(act, "anna", "avis.b") is Code.NOT_ALLOWED
        play.do(act, "anna", "avis.a")
    play.do(acts.PutOpinionToVote(text=body("avis").digest), "chair", "avis.a")
    assert play.ballot().seats == ("presidence/1", "conseil-a/1")


def test_everybody_who_voted_stays_known_by_seat():
    play = reviewing()
    adopt(play)
    ballot = next(iter(play.process.ballots.values()))
    assert {vote.member for vote in ballot.votes.values()} == set(COUNCIL)
