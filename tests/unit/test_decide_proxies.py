"""Proxies: at most one each, given and taken back, and dead with the office of who gave them (CRPA R133-9)."""

from __future__ import annotations

from typing import Any

from domain import acts
from domain.acts import TermEnd
from domain.events import VoteCast
from domain.process import BallotOutcome
from domain.refusals import Code
from tests.unit.play import Play
from tests.unit.procedures import OPINION, call_for_input, review
from tests.unit.scenes import DAY, opened, put_to_vote


def voting(**more: Any) -> Play:
    play = opened(call_for_input(), review(opinion={**OPINION, **more}), stage="avis")
    put_to_vote(play)
    return play


def give(play: Play, to: str) -> acts.GiveProxy:
    return acts.GiveProxy(ballot=play.ballot().id, to=to)


def take_back(play: Play) -> acts.RevokeProxy:
    return acts.RevokeProxy(ballot=play.ballot().id)


def test_a_proxy_votes_for_the_seat_on_behalf_of_its_holder():
    play = voting()
    play.do(give(play, "bob"), "ada")
    events = play.vote("bob", "favourable", seat="conseil/1")
    fact = events[0].fact
    assert isinstance(fact, VoteCast)
    assert (fact.seat, fact.by_proxy, events[0].actor, events[0].on_behalf_of) == (
        "conseil/1",
        True,
        "bob",
        "ada",
    )
    play.vote("bob", "unfavourable")
    assert {seat: vote.position for seat, vote in play.ballot().votes.items()} == {
        "conseil/1": "favourable",
        "conseil/2": "unfavourable",
    }


def test_a_mandate_counts_for_quorum_and_majority():
    play = voting()
    ballot = play.ballot().id
    play.do(give(play, "bob"), "ada")
    play.vote("bob", "favourable", seat="conseil/1")
    play.vote("bob", "favourable")
    play.pass_time(5 * DAY)
    assert play.process.ballots[ballot].outcome is BallotOutcome.PASSED


def test_a_second_proxy_is_refused():
    play = voting()
    play.do(give(play, "bob"), "ada")
    assert play.refused(give(play, "bob"), "cleo") is Code.PROXY_ALREADY_HELD
    assert play.refused(give(play, "cleo"), "ada") is Code.PROXY_ALREADY_GIVEN


def test_a_proxy_goes_to_another_voter_of_the_same_ballot():
    play = voting()
    assert play.refused(give(play, "ada"), "ada") is Code.PROXY_TO_SELF
    assert play.refused(give(play, "minister"), "ada") is Code.NOT_IN_ELECTORATE
    assert play.refused(give(play, "bob"), "minister") is Code.NOT_IN_ELECTORATE


def test_a_proxy_does_not_go_to_ones_own_delegate():
    play = voting()
    play.do(
        acts.GiveDelegation(office="conseil", to="citizen", since=play.now, until=play.now + 9 * DAY), "ada"
    )
    assert play.refused(give(play, "citizen"), "ada") is Code.PROXY_TO_SELF


def test_proxies_are_refused_where_the_rule_has_none():
    play = voting(proxies=False)
    assert play.refused(give(play, "bob"), "ada") is Code.PROXY_NOT_ALLOWED


def test_withdrawn_members_neither_give_nor_take_a_proxy():
    play = voting()
    play.do(acts.WithdrawFromReview(reason="lien"), "ada", "avis")
    assert play.refused(give(play, "bob"), "ada") is Code.MEMBER_WITHDRAWN
    assert play.refused(give(play, "ada"), "bob") is Code.NOT_IN_ELECTORATE


def test_the_proxy_of_a_member_who_withdraws_votes_no_more():
    play = voting()
    play.do(give(play, "bob"), "ada")
    play.do(acts.WithdrawFromReview(reason="lien"), "ada", "avis")
    assert play.refused(play.cast(seat="conseil/1"), "bob") is Code.NOT_IN_ELECTORATE


def test_a_member_who_withdraws_votes_no_more_by_the_proxy_they_hold_and_what_they_voted_falls():
    play = voting()
    play.do(give(play, "bob"), "ada")
    play.vote("bob", "unfavourable", seat="conseil/1")
    play.do(acts.WithdrawFromReview(reason="lien"), "bob", "avis")
    assert play.refused(play.cast(seat="conseil/1"), "bob") is Code.MEMBER_WITHDRAWN
    play.vote("ada", "favourable")
    assert play.ballot().votes["conseil/1"].position == "favourable"


def test_a_vote_that_falls_with_its_proxy_may_be_cast_anew_even_where_votes_are_final():
    play = voting(revisable=False)
    play.do(give(play, "bob"), "ada")
    play.vote("bob", "unfavourable", seat="conseil/1")
    assert play.refused(play.cast(), "ada") is Code.VOTE_NOT_REVISABLE
    play.do(acts.WithdrawFromReview(reason="lien"), "bob", "avis")
    play.vote("ada", "favourable")


def test_a_proxy_is_taken_back_as_long_as_it_has_not_voted():
    play = voting()
    assert play.refused(take_back(play), "ada") is Code.PROXY_NOT_ALLOWED
    assert play.refused(take_back(play), "minister") is Code.NOT_IN_ELECTORATE
    play.do(give(play, "bob"), "ada")
    play.do(take_back(play), "ada")
    assert play.refused(play.cast(seat="conseil/1"), "bob") is Code.NOT_IN_ELECTORATE
    play.do(give(play, "cleo"), "ada")
    play.vote("cleo", "favourable", seat="conseil/1")
    assert play.refused(take_back(play), "ada") is Code.SEAT_ALREADY_VOTED


def test_who_has_voted_gives_no_proxy():
    play = voting()
    play.vote("ada", "favourable")
    assert play.refused(give(play, "bob"), "ada") is Code.SEAT_ALREADY_VOTED


def test_who_gave_a_proxy_may_still_vote_and_then_the_proxy_may_not():
    play = voting()
    play.do(give(play, "bob"), "ada")
    play.vote("bob", "unfavourable", seat="conseil/1")
    play.vote("ada", "favourable")
    vote = play.ballot().votes["conseil/1"]
    assert (vote.member, vote.position, vote.by_proxy) == ("ada", "favourable", False)
    assert play.refused(play.cast(seat="conseil/1"), "bob") is Code.SEAT_ALREADY_VOTED


def test_a_proxy_dies_with_the_term_of_who_gave_it():
    play = voting()
    play.do(give(play, "bob"), "ada")
    play.do(acts.EndTerm(office="conseil", seat=1, cause=TermEnd.DEATH, successor="citizen"))
    assert play.refused(play.cast(seat="conseil/1"), "bob") is Code.NOT_IN_ELECTORATE
    assert play.ballot().proxies == {}
    play.do(give(play, "bob"), "cleo")


def test_a_vote_by_proxy_stands_when_its_seat_changes_hands():
    play = voting()
    play.do(give(play, "bob"), "ada")
    play.vote("bob", "favourable", seat="conseil/1")
    play.do(acts.EndTerm(office="conseil", seat=1, cause=TermEnd.DEATH, successor="citizen"))
    assert play.refused(play.cast(), "citizen") is Code.SEAT_ALREADY_VOTED
    assert play.refused(play.cast(seat="conseil/1"), "bob") is Code.NOT_IN_ELECTORATE


def test_who_has_lost_their_seat_votes_no_more_by_proxy():
    play = voting()
    play.do(give(play, "bob"), "ada")
    play.do(acts.EndTerm(office="conseil", seat=2, cause=TermEnd.RESIGNATION), "bob")
    assert play.refused(play.cast(seat="conseil/1"), "bob") is Code.NOT_IN_ELECTORATE
    play.do(take_back(play), "ada")


def test_one_votes_by_proxy_for_the_seat_whose_mandate_one_holds_and_no_other():
    play = voting()
    play.do(give(play, "bob"), "ada")
    assert play.refused(play.cast(seat="conseil/3"), "bob") is Code.NOT_IN_ELECTORATE
    assert play.refused(play.cast(seat="conseil/1"), "cleo") is Code.NOT_IN_ELECTORATE
    assert play.refused(play.cast(seat="conseil/1"), "bob", on_behalf_of="cleo") is Code.NOT_IN_ELECTORATE
    play.vote("bob", "favourable", seat="conseil/1")
