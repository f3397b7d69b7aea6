"""Secret ballots: positions stay with the store, the ledger carries commitments and counts."""

from __future__ import annotations

from typing import Any

from domain import acts
from domain.acts import SYSTEM, SecretTally
from domain.deadlines import is_secret_due
from domain.decide import next_deadline
from domain.events import VoteCast
from domain.process import Ballot, BallotOutcome, BallotState
from domain.refusals import Code
from tests.unit.play import Play, body
from tests.unit.procedures import OPINION, call_for_input, review
from tests.unit.scenes import COUNCIL, DAY, opened, put_to_vote

RULE: dict[str, Any] = {**OPINION, "secret": True, "second_within": None}


def voting(**more: Any) -> Play:
    rule = {**RULE, **more}
    play = opened(call_for_input(), review(opinion=rule, duration={"planned": "P300D"}), stage="avis")
    put_to_vote(play)
    return play


def the_ballot(play: Play) -> Ballot:
    return next(iter(play.process.ballots.values()))


def bare_tick(play: Play) -> list[str]:
    """Tick without tallies, as a caller that is not the store would."""
    return play.kinds(play.do(acts.Tick(), by=SYSTEM))


def test_the_ledger_carries_a_commitment_and_no_position():
    play = voting()
    events = play.vote_in_secret("ada", "favourable")
    fact = events[0].fact
    assert isinstance(fact, VoteCast)
    assert (fact.position, len(fact.commitment or "")) == (None, 64)
    assert the_ballot(play).votes["conseil/1"].position is None


def test_a_vote_with_its_position_or_without_its_commitment_is_refused():
    play = voting()
    assert play.refused(play.cast(), "ada") is Code.INPUT_INVALID
    ballot = the_ballot(play)
    bare = acts.CastVote(ballot=ballot.id, subject=ballot.subject, position=None)
    assert play.refused(bare, "ada") is Code.INPUT_INVALID


def test_the_tally_closes_the_ballot_once_all_have_voted():
    play = voting()
    for voter in COUNCIL:
        play.vote_in_secret(voter, "favourable")
    assert the_ballot(play).state is BallotState.OPEN
    assert next_deadline(play.process) == play.now
    assert is_secret_due(play.process, the_ballot(play), play.now)
    play.tick()
    ballot = the_ballot(play)
    assert ballot.outcome is BallotOutcome.PASSED
    assert ballot.count is not None
    assert (ballot.count.present, ballot.count.favourable) == (4, 4)


def test_the_tally_closes_the_ballot_at_the_end_of_its_window():
    play = voting()
    play.vote_in_secret("ada", "unfavourable")
    play.vote_in_secret("bob", "unfavourable")
    assert not is_secret_due(play.process, the_ballot(play), play.now)
    play.pass_time(5 * DAY)
    assert the_ballot(play).outcome is BallotOutcome.REFUSED


def test_without_its_tally_a_secret_ballot_stays_open_but_takes_no_vote_after_its_window():
    play = voting()
    play.vote_in_secret("ada", "favourable")
    play.vote_in_secret("bob", "favourable")
    ballot = the_ballot(play)
    play.now += 5 * DAY
    assert bare_tick(play) == []
    late = acts.CastVote(ballot=ballot.id, subject=ballot.subject, position=None, commitment="0" * 64)
    assert play.refused(late, "cleo") is Code.BALLOT_CLOSED
    assert play.refused(acts.GiveProxy(ballot=ballot.id, to="ada"), "cleo") is Code.BALLOT_CLOSED
    play.tick()
    assert the_ballot(play).outcome is BallotOutcome.PASSED


def test_a_secret_ballot_without_any_vote_needs_no_tally():
    play = voting(if_silent="given")
    play.now += 5 * DAY
    assert bare_tick(play) == ["ballot_closed", "opinion_adopted"]


def test_a_tie_is_broken_by_the_chairs_position_which_the_store_gives():
    play = voting()
    for voter, position in zip(
        COUNCIL, ("favourable", "favourable", "unfavourable", "unfavourable"), strict=True
    ):
        play.vote_in_secret(voter, position)
    play.tick()
    assert the_ballot(play).outcome is BallotOutcome.PASSED


def test_the_vote_of_a_member_who_withdraws_does_not_count():
    play = voting()
    for voter in COUNCIL:
        play.vote_in_secret(voter, "unfavourable" if voter == "ada" else "favourable")
    play.do(acts.WithdrawFromReview(reason="lien"), "ada", "avis")
    play.tick()
    count = the_ballot(play).count
    assert count is not None
    assert (count.entitled, count.favourable, count.unfavourable) == (3, 3, 0)


def test_a_seat_that_falls_vacant_makes_the_ballot_due_once_all_others_have_voted():
    play = voting()
    for voter in ("chair", "bob", "cleo"):
        play.vote_in_secret(voter, "favourable")
    play.pass_time(DAY)
    play.do(acts.EndTerm(office="conseil", seat=1, cause=acts.TermEnd.RESIGNATION), "ada")
    assert is_secret_due(play.process, the_ballot(play), play.now)
    play.tick()
    assert the_ballot(play).outcome is BallotOutcome.PASSED


def test_a_held_secret_ballot_is_due_when_its_quorum_is_reached():
    play = voting(quorum="1/2")
    play.pass_time(5 * DAY)
    assert the_ballot(play).state is BallotState.HELD
    assert next_deadline(play.process) != play.now
    play.vote_in_secret("ada", "favourable")
    play.vote_in_secret("bob", "favourable")
    assert next_deadline(play.process) == play.now
    play.tick()
    assert the_ballot(play).outcome is BallotOutcome.PASSED


def test_a_held_secret_ballot_that_reached_its_quorum_ends_even_if_its_base_grows_before_the_tick():
    """Else it would be due without end, and every tick would bring nothing about."""
    play = voting(quorum="3/4")
    play.pass_time(5 * DAY)
    play.do(acts.AppointMember(office="conseil", member="citizen", since=play.now + 2 * DAY))
    for voter in ("chair", "ada", "bob"):
        play.vote_in_secret(voter, "favourable")
    play.now += 3 * DAY
    play.tick()
    assert the_ballot(play).outcome is BallotOutcome.PASSED


def test_a_held_secret_ballot_of_a_second_convening_ends_with_the_first_vote():
    play = voting(second_within="P3D", quorum="1")
    play.pass_time(8 * DAY)
    assert the_ballot(play).state is BallotState.HELD
    play.vote_in_secret("ada", "favourable")
    play.tick()
    assert the_ballot(play).outcome is BallotOutcome.PASSED


def test_a_secret_ballot_that_misses_its_quorum_is_convened_again():
    play = voting(second_within="P3D", quorum="1")
    play.vote_in_secret("ada", "favourable")
    play.pass_time(5 * DAY)
    assert the_ballot(play).convening == 2
    play.pass_time(3 * DAY)
    assert the_ballot(play).outcome is BallotOutcome.PASSED


def test_a_tally_for_a_ballot_that_is_not_due_changes_nothing():
    play = voting()
    play.vote_in_secret("ada", "favourable")
    tally = SecretTally(ballot=the_ballot(play).id, favourable=1, unfavourable=0, abstain=0)
    assert play.do(acts.Tick(tallies=(tally,)), by=SYSTEM) == []
    assert (
        play.do(
            acts.Tick(tallies=(SecretTally(ballot="x", favourable=1, unfavourable=0, abstain=0),)), by=SYSTEM
        )
        == []
    )


def test_a_secret_vote_is_revised_until_it_is_counted():
    play = voting()
    play.vote_in_secret("ada", "unfavourable")
    for voter in COUNCIL:
        play.vote_in_secret(voter, "favourable")
    play.tick()
    count = the_ballot(play).count
    assert count is not None
    assert count.favourable == 4


def test_a_secret_ballot_stands_still_with_its_stage():
    play = voting()
    for voter in COUNCIL:
        play.vote_in_secret(voter, "favourable")
    play.do(acts.Suspend(reason="panne"), stage="avis")
    assert not is_secret_due(play.process, the_ballot(play), play.now)
    assert next_deadline(play.process) is None
    play.do(acts.Resume(reason="réparé"), stage="avis")
    play.tick()
    assert the_ballot(play).outcome is BallotOutcome.PASSED


def test_a_new_text_ends_a_secret_ballot():
    play = voting()
    ballot = the_ballot(play)
    play.do(acts.DraftOpinion(text=body("v2"), conclusion=acts.Conclusion.FAVOURABLE), "bob", "avis")
    assert play.process.ballots[ballot.id].outcome is BallotOutcome.SUPERSEDED


def test_a_fallen_secret_vote_is_not_counted_although_its_seat_is():
    play = voting(proxies=True)
    play.do(acts.GiveProxy(ballot=the_ballot(play).id, to="bob"), "ada")
    ballot = the_ballot(play)
    lent = acts.CastVote(
        ballot=ballot.id, subject=ballot.subject, position=None, commitment="0" * 64, seat="conseil/1"
    )
    play.do(lent, "bob")
    play.positions[ballot.id] = {"conseil/1": acts.Position.UNFAVOURABLE}
    play.do(acts.WithdrawFromReview(reason="lien"), "bob", "avis")
    for voter in ("chair", "cleo"):
        play.vote_in_secret(voter, "favourable")
    play.pass_time(5 * DAY)
    count = the_ballot(play).count
    assert count is not None
    assert (count.entitled, count.present, count.favourable, count.unfavourable) == (3, 2, 2, 0)
