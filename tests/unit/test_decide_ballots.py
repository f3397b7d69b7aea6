"""The one ballot mechanism: electorate, subject, quorum, majorities, window, silence, second convening."""

from __future__ import annotations

from typing import Any

import pytest

from domain import acts
from domain.awaited import awaited
from domain.decide import next_deadline
from domain.events import BallotClosed
from domain.process import Ballot, BallotOutcome, BallotState, State
from domain.refusals import Code
from tests.unit.play import Play, body
from tests.unit.procedures import GATE_OPENING, call_for_input, review
from tests.unit.scenes import DAY, HOUR, launched, opened, put_to_vote

RULE: dict[str, Any] = {
    "by": "scientific_council", "quorum": "1/2", "majority": "simple", "within": "P5D", "if_silent": "hold",
}  # fmt: skip

VOTERS = ("chair", "ada", "bob", "cleo", "dan")
WORDS = {"f": "favourable", "u": "unfavourable", "a": "abstain"}


def voting(**more: Any) -> Play:
    """Give a review whose opinion is put to the vote of five: chair, ada, bob, cleo, dan."""
    play = opened(
        call_for_input(), review(opinion={**RULE, **more}, duration={"planned": "P300D"}), stage="avis"
    )
    play.appoint("conseil", "dan")
    put_to_vote(play)
    return play


def the_ballot(play: Play) -> Ballot:
    return next(iter(play.process.ballots.values()))


def cast(play: Play, votes: str) -> None:
    """Let chair, ada, bob, cleo and dan vote: f, u, a, or - for not at all."""
    ballot = the_ballot(play)
    for voter, letter in zip(VOTERS, votes, strict=True):
        if letter != "-":
            play.vote(voter, WORDS[letter], ballot)


def outcome_of(play: Play, votes: str) -> BallotOutcome | None:
    """Give the outcome after these votes and the whole window."""
    cast(play, votes)
    play.pass_time(5 * DAY)
    return the_ballot(play).outcome


PASSED, REFUSED = BallotOutcome.PASSED, BallotOutcome.REFUSED


@pytest.mark.parametrize(
    ("majority", "votes", "outcome"),
    [
        ("simple", "ffuaa", PASSED),
        ("simple", "fuaaa", REFUSED),
        ("simple", "aaaaa", REFUSED),
        ("simple", "fuuff", PASSED),
        ("present", "ffuaa", REFUSED),
        ("present", "fffaa", PASSED),
        ("present", "ff-a-", PASSED),
        ("present", "fu-a-", REFUSED),
        ("absolute", "ff-u-", REFUSED),
        ("absolute", "fff--", PASSED),
        ("two_thirds", "fffua", PASSED),
        ("two_thirds", "ffuua", REFUSED),
        ("two_thirds", "ffuaa", PASSED),
        ("two_thirds", "aaaaa", REFUSED),
        ("unanimous", "fffff", PASSED),
        ("unanimous", "ffff-", REFUSED),
        ("unanimous", "ffffa", REFUSED),
    ],
)
def test_each_majority_weighs_the_votes_in_its_own_way(majority, votes, outcome):
    assert outcome_of(voting(majority=majority), votes) is outcome


@pytest.mark.parametrize(
    ("votes", "outcome"), [("ffffu", PASSED), ("fffuu", REFUSED), ("ffffa", PASSED), ("aaaaa", REFUSED)]
)
def test_a_threshold_overrules_the_majority(votes, outcome):
    assert outcome_of(voting(threshold="80 %", majority="simple"), votes) is outcome


# Quorum


def test_the_quorum_is_of_those_entitled_present_or_represented():
    play = voting(quorum="3/5")
    cast(play, "ff---")
    play.pass_time(5 * DAY)
    ballot = the_ballot(play)
    assert ballot.state is BallotState.HELD
    assert ballot.count is not None
    assert (ballot.count.entitled, ballot.count.present, ballot.count.quorum) == (5, 2, 3)


def test_a_share_of_seats_is_rounded_up():
    play = voting(quorum="1/2")
    cast(play, "ff---")
    play.pass_time(5 * DAY)
    assert the_ballot(play).state is BallotState.HELD
    play.vote("bob", "unfavourable", the_ballot(play))
    assert the_ballot(play).outcome is PASSED


@pytest.mark.parametrize("stage", ["avis", None])
def test_withdrawn_members_do_not_count(stage):
    play = voting(quorum="3/5")
    play.do(acts.WithdrawFromReview(reason="lien"), "dan", stage)
    play.do(acts.WithdrawFromReview(reason="lien"), "cleo", stage)
    cast(play, "fff--")
    ballot = the_ballot(play)
    assert ballot.outcome is PASSED
    assert ballot.count is not None
    assert (ballot.count.entitled, ballot.count.quorum) == (3, 2)


def test_recused_members_do_not_count_and_their_vote_does_not_either():
    play = voting()
    play.vote("dan", "unfavourable")
    play.do(acts.RecuseMember(member="dan", reason="lien"), "chair", "avis")
    assert play.refused(play.cast(), "dan") is Code.MEMBER_RECUSED
    cast(play, "ffff-")
    count = the_ballot(play).count
    assert count is not None
    assert (count.entitled, count.favourable, count.unfavourable) == (4, 4, 0)


def test_a_withdrawn_members_vote_is_refused():
    play = voting()
    play.do(acts.WithdrawFromReview(reason="lien"), "dan", "avis")
    assert play.refused(play.cast(), "dan") is Code.MEMBER_WITHDRAWN


def test_a_withdrawal_from_one_stage_leaves_the_others_alone():
    play = opened(call_for_input(approvals=[{**GATE_OPENING, "if_silent": "given"}]), review(), stage="avis")
    put_to_vote(play)
    play.do(acts.WithdrawFromReview(reason="lien"), "ada", "appel")
    play.vote("ada", "favourable")


def test_a_ballot_in_which_nobody_is_left_to_vote_never_passes_by_votes():
    play = voting(quorum="0")
    for voter in VOTERS:
        play.do(acts.WithdrawFromReview(reason="lien"), voter, "avis")
    play.pass_time(5 * DAY)
    assert the_ballot(play).state is BallotState.HELD
    assert "appointment" in {item.what for item in awaited(play.process, play.now)}


# The casting vote


@pytest.mark.parametrize(
    ("votes", "outcome", "cast_by_chair"),
    [("ffuu-", PASSED, True), ("uuff-", REFUSED, False), ("affuu", REFUSED, False), ("fffu-", PASSED, False)],
)
def test_the_chairs_vote_decides_in_a_tie(votes, outcome, cast_by_chair):
    play = voting(casting_vote=True, early_end=False)
    assert outcome_of(play, votes) is outcome
    closed = [event.fact for event in play.events if isinstance(event.fact, BallotClosed)][-1]
    assert closed.casting_vote is cast_by_chair


@pytest.mark.parametrize(("votes", "cast_by_chair"), [("fua--", True), ("ffua-", False)])
def test_the_casting_vote_is_named_when_it_decided_and_only_then(votes, cast_by_chair):
    play = voting(casting_vote=True, majority="simple")
    assert outcome_of(play, votes) is PASSED
    closed = [event.fact for event in play.events if isinstance(event.fact, BallotClosed)][-1]
    assert closed.casting_vote is cast_by_chair


def test_without_a_casting_vote_a_tie_is_a_refusal():
    assert outcome_of(voting(casting_vote=False), "ffuu-") is REFUSED


def test_half_of_those_present_is_a_tie_too():
    assert outcome_of(voting(casting_vote=True, majority="present"), "ffaa-") is PASSED
    assert outcome_of(voting(casting_vote=True, majority="present"), "uffa-") is REFUSED


# The window, early end, revision, subject


def test_a_ballot_ends_early_once_all_have_voted():
    play = voting()
    cast(play, "fffff")
    assert the_ballot(play).outcome is PASSED
    assert play.now < the_ballot(play).opens_at + 5 * DAY


def test_a_ballot_without_early_end_keeps_its_window():
    play = voting(early_end=False)
    cast(play, "fffff")
    assert the_ballot(play).state is BallotState.OPEN
    play.vote("ada", "unfavourable")
    play.pass_time(5 * DAY)
    count = the_ballot(play).count
    assert count is not None
    assert (count.favourable, count.unfavourable) == (4, 1)


def test_a_vote_is_revisable_until_the_end_of_the_window():
    play = voting()
    play.vote("ada", "unfavourable")
    play.vote("ada", "favourable")
    assert the_ballot(play).votes["conseil/1"].position == "favourable"


def test_a_vote_is_not_revised_where_the_rule_says_so():
    play = voting(revisable=False)
    play.vote("ada", "unfavourable")
    assert play.refused(play.cast(), "ada") is Code.VOTE_NOT_REVISABLE


def test_a_vote_binds_the_digest_of_its_subject():
    play = voting()
    assert play.refused(play.cast(subject="0" * 64), "ada") is Code.SUBJECT_CHANGED


def test_a_vote_outside_the_electorate_or_in_no_ballot_is_refused():
    play = voting()
    assert play.refused(play.cast(), "minister") is Code.NOT_IN_ELECTORATE
    assert play.refused(play.cast(seat="conseil/2"), "ada") is Code.NOT_IN_ELECTORATE
    nowhere = acts.CastVote(ballot="none", subject="0" * 64, position=acts.Position.ABSTAIN)
    assert play.refused(nowhere, "ada") is Code.UNKNOWN_BALLOT


def test_a_vote_after_the_end_of_the_window_is_refused():
    play = voting()
    ballot = play.ballot()
    cast(play, "fff--")
    play.now += 5 * DAY
    assert play.refused(play.cast(ballot=ballot), "dan") is Code.BALLOT_CLOSED


def test_an_open_vote_shows_its_position():
    play = voting()
    ballot = play.ballot()
    without = acts.CastVote(ballot=ballot.id, subject=ballot.subject, position=None)
    assert play.refused(without, "ada") is Code.INPUT_INVALID
    assert play.refused(play.cast(commitment="0" * 64), "ada") is Code.INPUT_INVALID


def test_a_new_version_of_the_text_ends_the_ballot_on_the_earlier_one():
    play = voting()
    first = play.ballot()
    play.do(acts.DraftOpinion(text=body("v2"), conclusion=acts.Conclusion.FAVOURABLE), "bob", "avis")
    assert play.process.ballots[first.id].outcome is BallotOutcome.SUPERSEDED
    assert play.refused(play.cast(ballot=first), "ada") is Code.BALLOT_CLOSED


# Silence, in its five ways, and the second convening


@pytest.mark.parametrize(
    ("silent", "outcome"),
    [
        ("given", BallotOutcome.DEEMED_GIVEN),
        ("favourable", BallotOutcome.DEEMED_FAVOURABLE),
        ("hold", None),
        ("escalate", None),
    ],
)
@pytest.mark.parametrize("votes", ["-----", "u----"])
def test_silence_means_what_the_procedure_says(silent, outcome, votes):
    more = {"escalate_to": ["garant"]} if silent == "escalate" else {}
    assert outcome_of(voting(if_silent=silent, **more), votes) is outcome


def test_a_held_ballot_waits_in_public_without_a_date_and_takes_votes():
    play = voting()
    play.pass_time(6 * DAY)
    ballot = the_ballot(play)
    assert (ballot.state, ballot.closes_at) == (BallotState.HELD, None)
    item = next(item for item in awaited(play.process, play.now) if item.what == "vote")
    assert (item.since, item.until, len(item.seats)) == (ballot.opens_at, None, 5)
    cast(play, "uuu--")
    assert the_ballot(play).outcome is REFUSED


def test_an_escalation_asks_others_within_a_window_of_its_own():
    play = voting(if_silent="escalate", escalate_to=["garant"])
    play.pass_time(5 * DAY)
    ballot = the_ballot(play)
    assert (ballot.escalated, ballot.seats) == (True, ("garant/1",))
    assert ballot.closes_at == play.now + 5 * DAY
    play.vote("warden", "favourable")
    assert the_ballot(play).outcome is PASSED


def test_an_escalation_to_nobody_who_is_there_is_held():
    play = voting(if_silent="escalate", escalate_to=["clerk", "garant"])
    play.do(acts.EndTerm(office="garant", seat=1, cause=acts.TermEnd.DEATH))
    play.pass_time(11 * DAY)
    assert the_ballot(play).state is BallotState.HELD


def test_a_second_convening_needs_no_quorum():
    play = voting(quorum="1", second_within="P3D")
    play.vote("ada", "favourable")
    play.pass_time(5 * DAY)
    ballot = the_ballot(play)
    assert (ballot.state, ballot.convening) == (BallotState.OPEN, 2)
    assert ballot.closes_at == play.now + 3 * DAY
    assert next_deadline(play.process) == ballot.closes_at
    assert "conseil/1" in ballot.votes
    play.pass_time(3 * DAY)
    closed = the_ballot(play)
    assert closed.outcome is PASSED
    assert closed.count is not None
    assert (closed.count.present, closed.count.quorum) == (1, 0)


def test_a_second_convening_in_which_nobody_votes_is_silence():
    play = voting(second_within="P3D", if_silent="given")
    play.pass_time(8 * DAY)
    assert the_ballot(play).outcome is BallotOutcome.DEEMED_GIVEN


def test_a_held_ballot_of_a_second_convening_ends_with_the_first_vote():
    play = voting(second_within="P3D", quorum="1")
    play.pass_time(8 * DAY)
    assert the_ballot(play).state is BallotState.HELD
    play.vote("ada", "favourable")
    assert the_ballot(play).outcome is PASSED


def test_a_window_that_a_late_tick_finds_over_is_judged_by_the_votes_in_time():
    play = launched(call_for_input(approvals=[GATE_OPENING]))
    play.until("appel", State.AWAITING_OPENING)
    ballot = play.ballot()
    play.vote("chair", "unfavourable")
    play.vote("ada", "unfavourable")
    play.now += 20 * DAY
    play.tick()
    assert play.process.ballots[ballot.id].outcome is REFUSED
    assert play.run("appel").state is State.AWAITING_OPENING


def test_the_ids_of_ballots_depend_on_nothing_but_the_ledger():
    assert the_ballot(voting()).id == the_ballot(voting()).id


def test_an_opinion_refused_may_be_drafted_and_voted_again():
    play = voting()
    assert outcome_of(play, "uuuuu") is REFUSED
    assert play.process.opinions["1/avis"].ballot is None
    put_to_vote(play, text="v2")
    for voter in VOTERS:
        play.vote(voter, "favourable", list(play.process.ballots.values())[1])
    assert play.process.opinions["1/avis"].adopted_at == play.now


def test_nothing_happens_to_a_ballot_between_its_votes_and_its_window():
    play = voting()
    cast(play, "fff--")
    play.pass_time(5 * DAY - HOUR)
    assert the_ballot(play).state is BallotState.OPEN


def test_one_person_with_two_seats_counts_once():
    play = opened(call_for_input(), review(opinion={**RULE, "quorum": "1"}), stage="avis")
    play.do(acts.AppointMember(office="conseil", member="chair"))
    put_to_vote(play)
    ballot = play.ballot()
    for voter in ("ada", "bob", "cleo"):
        play.vote(voter, "favourable")
    assert next(item for item in awaited(play.process, play.now) if item.what == "vote").seats == (
        "presidence/1",
    )
    assert play.refused(play.cast(seat="conseil/4"), "chair") is Code.NOT_IN_ELECTORATE
    play.vote("chair", "favourable")
    count = play.process.ballots[ballot.id].count
    assert count is not None
    assert (count.entitled, count.present) == (4, 4)


def test_the_second_seat_of_one_person_is_not_voted_by_a_delegate_either():
    play = opened(call_for_input(), review(opinion={**RULE, "quorum": "1"}), stage="avis")
    play.do(acts.AppointMember(office="conseil", member="chair"))
    lent = acts.GiveDelegation(office="conseil", to="citizen", since=play.now, until=play.now + 20 * DAY)
    play.do(lent, "chair")
    put_to_vote(play)
    play.vote("chair", "favourable")
    assert play.refused(play.cast(), "citizen") is Code.SEAT_ALREADY_VOTED


def test_a_successor_votes_where_the_vote_of_the_member_who_stood_aside_has_fallen():
    play = voting(quorum="1", revisable=False)
    cast(play, "-f---")
    play.do(acts.RecuseMember(member="ada", reason="lien"), "chair", "avis")
    play.pass_time(5 * DAY)
    play.do(acts.EndTerm(office="conseil", seat=1, cause=acts.TermEnd.REVOCATION, successor="citizen"))
    item = next(item for item in awaited(play.process, play.now) if item.what == "vote")
    assert "conseil/1" in item.seats
    play.vote("citizen", "unfavourable", the_ballot(play))
    cast(play, "f-fff")
    count = the_ballot(play).count
    assert count is not None
    assert (count.entitled, count.favourable, count.unfavourable) == (5, 4, 1)


def test_the_seat_of_a_fallen_vote_gives_its_mandate_anew():
    play = voting(proxies=True)
    play.do(acts.GiveProxy(ballot=play.ballot().id, to="bob"), "ada")
    play.vote("bob", "favourable", seat="conseil/1")
    play.do(acts.WithdrawFromReview(reason="lien"), "bob", "avis")
    play.do(acts.RevokeProxy(ballot=play.ballot().id), "ada")
    play.do(acts.GiveProxy(ballot=play.ballot().id, to="cleo"), "ada")
    play.vote("cleo", "unfavourable", seat="conseil/1")
    assert play.ballot().votes["conseil/1"].member == "cleo"


def test_who_inherits_a_seat_that_has_voted_still_votes_for_their_own():
    play = voting()
    play.vote("chair", "unfavourable")
    play.do(acts.EndTerm(office="presidence", seat=1, cause=acts.TermEnd.DEATH, successor="bob"))
    item = next(item for item in awaited(play.process, play.now) if item.what == "vote")
    assert "conseil/2" in item.seats
    play.vote("bob", "favourable")
    assert play.ballot().votes["conseil/2"].member == "bob"
    assert play.ballot().votes["presidence/1"].member == "chair"
