"""A ballot without one of its members: what a conflicted vote would have changed."""

from __future__ import annotations

from typing import Any

import pytest

from domain import acts
from domain.acts import TermEnd
from domain.council.without import Without, is_open_to_recount, outcome_without, tally_of
from domain.deciding.counting import reaches
from domain.process import Ballot, BallotOutcome
from tests.unit.play import Play
from tests.unit.procedures import OPINION, call_for_input, review
from tests.unit.scenes import HOUR, opened, put_to_vote


def voted(positions: dict[str, str], **rule: Any) -> tuple[Play, Ballot]:
    """Let the council vote on its opinion to the end of the window."""
    play = opened(call_for_input(), review(opinion={**OPINION, "second_within": None, **rule}), stage="avis")
    put_to_vote(play)
    ballot = play.ballot()
    for who, position in positions.items():
        (play.vote_in_secret if ballot.rule.secret else play.vote)(who, position, ballot)
    if play.process.ballots[ballot.id].closed_at is None:
        assert ballot.closes_at is not None
        play.pass_time(ballot.closes_at - play.now)
    return play, play.process.ballots[ballot.id]


def without(play: Play, ballot: Ballot, member: str) -> Without | None:
    assert ballot.closed_at is not None
    tally = None
    if ballot.rule.secret and ballot.count is not None:
        broken = ballot.outcome is BallotOutcome.PASSED and not reaches(ballot, ballot.count)
        tally = tally_of(ballot.id, ballot.count, broken=broken)
    return outcome_without(play.process, ballot, member, ballot.closed_at, tally)


def test_a_vote_that_made_the_majority_is_found_and_one_that_did_not_is_not():
    said = {"chair": "favourable", "ada": "favourable", "bob": "favourable", "cleo": "unfavourable"}
    play, ballot = voted(said, threshold="3/4")
    assert ballot.outcome is BallotOutcome.PASSED
    of_ada, of_cleo = without(play, ballot, "ada"), without(play, ballot, "cleo")
    assert of_ada is not None
    assert of_cleo is not None
    assert (of_ada.carries, of_cleo.carries) == (False, True)
    assert (of_ada.count.entitled, of_ada.count.favourable, of_ada.count.unfavourable) == (3, 2, 1)


def test_a_quorum_may_be_lost_with_the_member_who_made_it():
    play, ballot = voted({"chair": "favourable", "ada": "favourable"}, quorum="1/2")
    assert ballot.outcome is BallotOutcome.PASSED
    found = without(play, ballot, "ada")
    assert found is not None
    assert (found.count.entitled, found.count.present, found.count.quorum, found.carries) == (3, 1, 2, False)


def test_whoever_came_or_stood_aside_after_the_end_changes_nothing():
    said = {"chair": "favourable", "ada": "favourable", "bob": "favourable"}
    play, ballot = voted(said)
    before = without(play, ballot, "bob")
    play.pass_time(HOUR)
    play.do(acts.WithdrawFromReview(reason="nouveau poste"), "ada")
    play.do(acts.EndTerm(office="presidence", seat=1, cause=TermEnd.RESIGNATION))
    assert without(play, ballot, "bob") == before


def test_of_a_secret_ballot_it_is_told_of_whoever_took_no_part_and_of_nobody_else():
    said = {"chair": "favourable", "ada": "favourable", "bob": "unfavourable"}
    play, ballot = voted(said, secret=True)
    assert ballot.count is not None
    assert without(play, ballot, "ada") is None
    found = without(play, ballot, "cleo")
    assert found is not None
    assert (found.carries, found.count.favourable, found.count.entitled) == (True, 2, 3)


@pytest.mark.parametrize("outcome", [None, "deemed_given", "superseded", "lapsed"])
def test_what_votes_did_not_decide_is_not_counted_again(outcome):
    _, ballot = voted({"chair": "favourable", "ada": "favourable", "bob": "favourable"})
    assert not is_open_to_recount(ballot, BallotOutcome(outcome) if outcome else None)
    assert is_open_to_recount(ballot, ballot.outcome)
