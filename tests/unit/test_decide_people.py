"""People change: enrolment, terms, successors, delegations. Who may stand in for whom."""

from __future__ import annotations

import pytest

from domain import acts
from domain.acts import SYSTEM, TermEnd
from domain.awaited import awaited
from domain.decide import next_deadline
from domain.events import TermEnded, VoteCast
from domain.process import BallotOutcome, BallotState, State
from domain.refusals import Code
from domain.rights import mandate, roles_for
from tests.unit.play import Play
from tests.unit.procedures import OFFICES, OPINION, call_for_input, procedure, review
from tests.unit.scenes import DAY, HOUR, drafted, launched, opened, put_to_vote

ELECTED = [
    *(office for office in OFFICES if office["id"] != "locale"),
    {
        "id": "locale", "role": "co_president_local", "label": "Coprésidence locale", "college": "locales",
        "appointment": "elected", "required": 0,
    },
]  # fmt: skip


def delegation(office: str, to: str, play: Play, days: int = 10) -> acts.GiveDelegation:
    return acts.GiveDelegation(office=office, to=to, since=play.now, until=play.now + days * DAY)


def elected() -> Play:
    play = Play(procedure(offices=ELECTED))
    play.enrol("mayor", "peer", college="locales", elected=True)
    play.enrol("stranger", college="etat", elected=True)
    play.enrol("clerk", college="locales")
    play.do(acts.AppointMember(office="locale", member="mayor"))
    return play


# Enrolment


def test_a_person_is_enrolled_once_in_a_college_that_exists():
    play = Play(procedure())
    play.enrol("x", college="etat")
    assert play.refused(acts.EnrolMember(member="x")) is Code.ALREADY_ENROLLED
    assert play.refused(acts.EnrolMember(member="y", college="nobles")) is Code.UNKNOWN_COLLEGE


def test_nobody_is_enrolled_under_the_name_of_the_engine_or_under_none():
    play = Play(procedure())
    for name in ("system", ""):
        assert play.refused(acts.EnrolMember(member=name)) is Code.INPUT_INVALID


def test_several_are_enrolled_at_once_or_none():
    play = Play(procedure())
    two = acts.EnrolMember(member="a", college="etat"), acts.EnrolMember(member="b", college="locales")
    events = play.do(acts.EnrolMembers(members=two))
    assert play.kinds(events) == ["member_enrolled", "member_enrolled"]
    play.enrol("c", college="etat")
    known = acts.EnrolMembers(members=(acts.EnrolMember(member="d"), acts.EnrolMember(member="c")))
    assert play.refused(known) is Code.ALREADY_ENROLLED
    assert "d" not in play.process.members
    twice = acts.EnrolMembers(members=(acts.EnrolMember(member="d"), acts.EnrolMember(member="d")))
    assert play.refused(twice) is Code.ALREADY_ENROLLED


@pytest.mark.parametrize("number", [0, acts.MOST_AT_ONCE + 1])
def test_a_list_that_is_empty_or_too_long_is_refused(number):
    play = Play(procedure())
    many = tuple(acts.EnrolMember(member=f"m{n}") for n in range(number))
    assert play.refused(acts.EnrolMembers(members=many)) is Code.INPUT_INVALID


def test_a_member_speaks_for_an_organisation_and_then_for_themself_again():
    play = Play(procedure())
    play.enrol("x", college="etat")
    play.do(acts.AssignOrganisation(member="x", organisation="o"))
    assert play.process.members["x"].organisation == "o"
    assert play.do(acts.AssignOrganisation(member="x", organisation="o")) == []
    play.do(acts.AssignOrganisation(member="x"))
    assert play.process.members["x"].organisation is None
    assert play.refused(acts.AssignOrganisation(member="nobody", organisation="o")) is Code.UNKNOWN_MEMBER


def test_a_clerk_says_for_whom_the_members_of_their_territory_speak():
    clerk = {"id": "saisie", "role": "clerk", "label": "Saisie", "required": 0, "territory": "971"}
    play = Play(procedure(offices=[*OFFICES, clerk]))
    play.enrol("clerk")
    play.do(acts.AppointMember(office="saisie", member="clerk"))
    for name, territory in (("here", "97105"), ("there", "97411"), ("anywhere", None)):
        play.do(acts.EnrolMember(member=name, college="etat", territory=territory))
    play.do(acts.AssignOrganisation(member="here", organisation="o"), "clerk")
    assert (
        play.refused(acts.AssignOrganisation(member="there", organisation="o"), "clerk") is Code.NOT_ALLOWED
    )


def test_whoever_takes_up_an_invitation_is_admitted_by_the_engine_alone():
    play = Play(procedure())
    play.enrol("known", college="etat")
    play.enrol("other", college="locales")
    invited = acts.AdmitInvited(member="new", college="etat", organisation="o", territory="75056")
    play.do(invited, by=SYSTEM)
    assert play.process.members["new"].organisation == "o"
    assert play.do(invited, by=SYSTEM) == []
    play.do(acts.AdmitInvited(member="known", college="etat", organisation="o"), by=SYSTEM)
    assert play.process.members["known"].organisation == "o"
    for member, organisation in (("other", "o"), ("known", "p")):
        again = acts.AdmitInvited(member=member, college="etat", organisation=organisation)
        assert play.refused(again, by=SYSTEM) is Code.ALREADY_ENROLLED
    assert play.refused(invited) is Code.NOT_ALLOWED


def test_who_left_may_be_enrolled_again():
    play = Play(procedure())
    play.enrol("x", college="etat")
    play.do(acts.RemoveMember(member="x", reason="déménagement"))
    assert play.refused(acts.RemoveMember(member="x", reason="encore")) is Code.UNKNOWN_MEMBER
    play.enrol("x", college="locales")
    assert play.process.members["x"].college == "locales"
    assert play.process.members["x"].left_at is None


def test_who_leaves_loses_their_offices_and_what_was_delegated_to_them():
    play = drafted()
    play.do(delegation("dinum", "prefect", play), "dinum")
    events = play.do(acts.RemoveMember(member="dinum", reason="mutation"))
    assert play.kinds(events) == ["term_ended", "member_left"]
    play.do(delegation("etat", "prefect", play), "state")
    events = play.do(acts.RemoveMember(member="prefect", reason="mutation"))
    assert play.kinds(events) == ["delegation_revoked", "delegation_revoked", "member_left"]
    assert mandate(play.process, "prefect", roles_for("launch"), play.now) is None


def test_who_leaves_loses_a_term_that_has_not_begun():
    play = drafted()
    play.do(acts.AppointMember(office="conseil", member="citizen", since=play.now + 5 * DAY))
    play.do(acts.RemoveMember(member="citizen", reason="départ"))
    assert all(term.member != "citizen" or term.cause for term in play.process.offices["conseil"].terms)
    play.now += 6 * DAY
    assert "citizen" not in {play.process.offices["conseil"].holder(seat, play.now) for seat in range(1, 5)}


# Offices and terms


def test_members_take_the_first_free_seat():
    play = Play(procedure())
    play.appoint("conseil", "ada", "bob")
    assert [term.seat for term in play.process.offices["conseil"].terms] == [1, 2]
    play.enrol("cleo")
    play.do(acts.AppointMember(office="conseil", member="cleo", seat=4))
    assert play.process.offices["conseil"].holder(4, play.now) == "cleo"


def test_a_seat_is_not_given_twice_nor_two_seats_to_one_person():
    play = Play(procedure())
    play.appoint("presidence", "chair")
    play.enrol("x")
    assert play.refused(acts.AppointMember(office="presidence", member="x")) is Code.OFFICE_FULL
    play.appoint("conseil", "x")
    assert play.refused(acts.AppointMember(office="conseil", member="x")) is Code.OFFICE_FULL
    for seat in (0, 1, 5):
        play.enrol(f"y{seat}")
        assert (
            play.refused(acts.AppointMember(office="conseil", member=f"y{seat}", seat=seat))
            is Code.OFFICE_FULL
        )


def test_offices_and_members_must_exist():
    play = Play(procedure())
    assert play.refused(acts.AppointMember(office="x", member="coordinator")) is Code.UNKNOWN_OFFICE
    assert play.refused(acts.AppointMember(office="conseil", member="x")) is Code.UNKNOWN_MEMBER
    assert play.refused(acts.EndTerm(office="x", seat=1, cause=TermEnd.DEATH)) is Code.UNKNOWN_OFFICE
    assert play.refused(acts.EndTerm(office="conseil", seat=1, cause=TermEnd.DEATH)) is Code.TERM_NOT_RUNNING


def test_a_term_ends_after_it_begins():
    play = Play(procedure())
    play.enrol("x")
    until = acts.AppointMember(office="conseil", member="x", until=play.now)
    assert play.refused(until) is Code.TERM_INVALID


def test_a_term_in_the_past_begins_now():
    play = Play(procedure())
    play.enrol("x")
    play.do(acts.AppointMember(office="conseil", member="x", since=play.now - DAY))
    assert play.process.offices["conseil"].terms[0].since == play.now


def test_the_end_of_a_term_is_an_event_that_time_brings():
    play = Play(procedure())
    play.enrol("x")
    end = play.now + 5 * DAY
    play.do(acts.AppointMember(office="conseil", member="x", until=end))
    assert next_deadline(play.process) == end
    play.now = end + HOUR
    events = play.tick()
    fact = events[0].fact
    assert isinstance(fact, TermEnded)
    assert (fact.member, fact.cause) == ("x", TermEnd.END_OF_TERM)
    assert play.process.offices["conseil"].terms[0].until == end
    assert next_deadline(play.process) is None


def test_terms_that_follow_each_other_end_one_by_one():
    play = Play(procedure())
    play.enrol("x")
    middle = play.now + 5 * DAY
    play.do(acts.AppointMember(office="conseil", member="x", until=middle))
    play.do(acts.AppointMember(office="conseil", member="x", since=middle, until=middle + 5 * DAY))
    play.do(acts.EndTerm(office="conseil", seat=1, cause=TermEnd.REVOCATION))
    first, second = play.process.offices["conseil"].terms
    assert first.cause is TermEnd.REVOCATION
    assert second.cause is None
    play.now = middle
    assert play.process.offices["conseil"].holder(1, play.now) == "x"


def test_a_holder_may_resign_and_nobody_else_may_say_so():
    play = drafted()
    resignation = acts.EndTerm(office="conseil", seat=1, cause=TermEnd.RESIGNATION)
    assert play.refused(resignation, "bob") is Code.NOT_ALLOWED
    assert (
        play.refused(acts.EndTerm(office="conseil", seat=1, cause=TermEnd.DEATH), "ada") is Code.NOT_ALLOWED
    )
    play.do(resignation, "ada")
    assert play.process.offices["conseil"].holder(1, play.now) is None


def test_a_holder_does_not_choose_their_successor():
    play = drafted()
    act = acts.EndTerm(office="conseil", seat=1, cause=TermEnd.RESIGNATION, successor="citizen")
    assert play.refused(act, "ada") is Code.NOT_ALLOWED


def test_a_successor_takes_the_rest_of_the_term():
    play = Play(procedure())
    play.enrol("x", "y")
    end = play.now + 100 * DAY
    play.do(acts.AppointMember(office="conseil", member="x", until=end))
    play.now += 10 * DAY
    play.do(acts.EndTerm(office="conseil", seat=1, cause=TermEnd.DEATH, successor="y"))
    before, after = play.process.offices["conseil"].terms
    assert (before.until, before.cause) == (play.now, TermEnd.DEATH)
    assert (after.member, after.seat, after.since, after.until) == ("y", 1, play.now, end)


def test_a_successor_is_a_member_without_a_seat_of_the_office():
    play = drafted()
    unknown = acts.EndTerm(office="conseil", seat=1, cause=TermEnd.DEATH, successor="nobody")
    assert play.refused(unknown) is Code.UNKNOWN_MEMBER
    seated = acts.EndTerm(office="conseil", seat=1, cause=TermEnd.DEATH, successor="bob")
    assert play.refused(seated) is Code.OFFICE_FULL


def test_a_successor_to_come_is_kept_out_of_a_seat_that_is_promised():
    play = Play(procedure())
    play.enrol("x", "y", "z")
    middle = play.now + 5 * DAY
    play.do(acts.AppointMember(office="presidence", member="x", until=middle))
    play.do(acts.AppointMember(office="presidence", member="y", since=middle))
    play.do(acts.EndTerm(office="presidence", seat=1, cause=TermEnd.DEATH, successor="z"))
    assert play.process.offices["presidence"].holder(1, play.now) == "z"
    assert play.process.offices["presidence"].holder(1, middle) == "y"


def test_an_elected_member_is_succeeded_by_a_peer_only():
    play = elected()
    for other in ("stranger", "clerk"):
        act = acts.EndTerm(office="locale", seat=1, cause=TermEnd.END_OF_TERM, successor=other)
        assert play.refused(act) is Code.SUBSTITUTE_NOT_PEER
    play.do(acts.EndTerm(office="locale", seat=1, cause=TermEnd.END_OF_TERM, successor="peer"))


def test_an_elected_office_goes_to_the_elected_even_by_appointment():
    play = elected()
    play.do(acts.EndTerm(office="locale", seat=1, cause=TermEnd.RESIGNATION))
    assert play.refused(acts.AppointMember(office="locale", member="clerk")) is Code.SUBSTITUTE_NOT_PEER
    play.do(acts.AppointMember(office="locale", member="peer"))


def test_without_a_coordinator_the_presidency_finds_one():
    play = drafted()
    appointment = acts.AppointMember(office="coordination", member="prefect")
    assert play.refused(appointment, "state") is Code.NOT_ALLOWED
    play.do(acts.EndTerm(office="coordination", seat=1, cause=TermEnd.DEATH))
    assert "appointment" in {item.what for item in awaited(play.process, play.now)}
    assert play.refused(appointment, "writer") is Code.NOT_ALLOWED
    assert play.refused(acts.AppointMember(office="conseil", member="prefect"), "state") is Code.NOT_ALLOWED
    play.do(acts.EnrolMember(member="newcomer"), "local")
    play.do(acts.AppointMember(office="coordination", member="newcomer"), "state")
    assert play.refused(appointment, "state") is Code.NOT_ALLOWED
    play.do(appointment, "newcomer")


def test_without_a_coordinator_a_coordinator_of_the_platform_finds_one():
    play = drafted()
    play.do(acts.RemoveMember(member="coordinator", reason="départ"))
    appointment = acts.AppointMember(office="coordination", member="prefect")
    assert play.refused(appointment, "stranger") is Code.NOT_ALLOWED
    play.do(appointment, "stranger", roles=("coordinator",))


# Delegations


def test_a_delegate_acts_on_behalf_of_the_holder():
    play = drafted()
    play.do(delegation("etat", "prefect", play), "state")
    events = play.do(acts.Launch(opens_at=play.now + 15 * DAY), "prefect")
    assert (events[0].actor, events[0].on_behalf_of) == ("prefect", "state")


def test_a_delegation_runs_for_its_period_only():
    play = opened(call_for_input())
    act = acts.GiveDelegation(office="etat", to="prefect", since=play.now + DAY, until=play.now + 2 * DAY)
    play.do(act, "state")
    suspend = acts.Suspend(reason="panne")
    assert play.refused(suspend, "prefect") is Code.NOT_ALLOWED
    play.now += 2 * DAY
    assert play.refused(suspend, "prefect") is Code.NOT_ALLOWED
    play.now -= HOUR
    play.do(suspend, "prefect")


def test_a_delegation_ends_with_the_term_of_who_gave_it():
    play = opened(call_for_input())
    play.do(delegation("etat", "prefect", play), "state")
    play.do(acts.EndTerm(office="etat", seat=1, cause=TermEnd.END_OF_TERM))
    assert play.refused(acts.Suspend(reason="panne"), "prefect") is Code.NOT_ALLOWED


def test_a_delegation_is_revoked_by_its_giver_or_a_coordinator():
    play = drafted()
    play.do(delegation("etat", "prefect", play), "state")
    play.do(delegation("etat", "citizen", play), "state")
    first, second = play.process.delegations
    assert play.refused(acts.RevokeDelegation(delegation=first), "prefect") is Code.NOT_ALLOWED
    play.do(acts.RevokeDelegation(delegation=first), "state")
    assert play.refused(acts.RevokeDelegation(delegation=first), "state") is Code.TERM_NOT_RUNNING
    play.do(acts.RevokeDelegation(delegation=second), "coordinator")
    assert play.refused(acts.RevokeDelegation(delegation="none")) is Code.TERM_NOT_RUNNING


def test_who_was_appointed_in_person_cannot_be_substituted():
    play = drafted()
    assert play.refused(delegation("presidence", "citizen", play), "chair") is Code.SUBSTITUTION_FORBIDDEN


def test_an_elected_member_delegates_to_a_peer_only():
    play = elected()
    for other in ("stranger", "clerk"):
        assert play.refused(delegation("locale", other, play), "mayor") is Code.SUBSTITUTE_NOT_PEER
    play.do(delegation("locale", "peer", play), "mayor")


def test_only_the_holder_delegates_and_not_to_themself_nor_to_nobody():
    play = drafted()
    assert play.refused(delegation("etat", "prefect", play), "local") is Code.NOT_ALLOWED
    assert play.refused(delegation("etat", "prefect", play), "citizen") is Code.NOT_ALLOWED
    assert play.refused(delegation("nulle", "prefect", play), "state") is Code.UNKNOWN_OFFICE
    assert play.refused(delegation("etat", "state", play), "state") is Code.UNKNOWN_MEMBER
    assert play.refused(delegation("etat", "nobody", play), "state") is Code.UNKNOWN_MEMBER
    assert play.refused(delegation("etat", "prefect", play, days=0), "state") is Code.TERM_INVALID


def test_a_delegate_does_not_delegate_further():
    play = drafted()
    play.do(delegation("etat", "prefect", play), "state")
    act = delegation("etat", "citizen", play)
    assert play.refused(act, "prefect") is Code.NOT_ALLOWED
    assert play.refused(act, "prefect", on_behalf_of="state") is Code.NOT_ALLOWED


def test_a_seat_is_not_delegated_to_who_holds_one_of_the_same_office():
    play = drafted()
    assert play.refused(delegation("conseil", "bob", play), "ada") is Code.OFFICE_FULL


@pytest.mark.parametrize(
    "act",
    [
        acts.EndTerm(office="conseil", seat=1, cause=TermEnd.RESIGNATION),
        acts.DeclareInterest(),
        acts.WithdrawFromReview(reason="lien"),
    ],
)
def test_nobody_claims_to_act_on_behalf_of_who_gave_them_nothing(act):
    assert drafted().refused(act, "ada", on_behalf_of="bob") is Code.NOT_ALLOWED


def test_who_acts_on_behalf_of_one_of_two_givers_says_which():
    play = opened(call_for_input())
    play.do(delegation("etat", "prefect", play), "state")
    play.do(delegation("locale", "prefect", play), "local")
    events = play.do(acts.Suspend(reason="panne"), "prefect", on_behalf_of="local")
    assert events[0].on_behalf_of == "local"
    assert play.refused(acts.Resume(reason="réparé"), "prefect", on_behalf_of="bob") is Code.NOT_ALLOWED


# Votes and quorum bases


def test_a_vote_cast_stands_when_its_seat_changes_hands():
    play = opened(call_for_input(), review(), stage="avis")
    put_to_vote(play)
    ballot = play.ballot()
    play.vote("ada", "unfavourable")
    play.do(acts.EndTerm(office="conseil", seat=1, cause=TermEnd.DEATH, successor="citizen"))
    assert play.refused(play.cast(ballot=ballot), "citizen") is Code.SEAT_ALREADY_VOTED
    assert play.refused(play.cast(ballot=ballot), "ada") is Code.NOT_IN_ELECTORATE
    assert play.process.ballots[ballot.id].votes["conseil/1"].member == "ada"


def test_a_vacant_seat_leaves_the_base_of_the_quorum():
    play = opened(call_for_input(), review(), stage="avis")
    put_to_vote(play)
    ballot = play.ballot()
    play.vote("chair", "favourable")
    play.vote("bob", "favourable")
    play.vote("cleo", "favourable")
    assert play.ballot().id == ballot.id
    play.do(acts.EndTerm(office="conseil", seat=1, cause=TermEnd.RESIGNATION), "ada")
    closed = play.process.ballots[ballot.id]
    assert closed.outcome is BallotOutcome.PASSED
    assert closed.count is not None
    assert (closed.count.entitled, closed.count.present) == (3, 3)


def test_a_held_ballot_ends_when_a_term_that_runs_out_brings_its_quorum_down():
    rule = {**OPINION, "second_within": None, "quorum": "3/4"}
    play = launched(call_for_input(), review(opinion=rule))
    play.until("avis", State.OPEN)
    end = play.now + 40 * DAY
    play.do(acts.AppointMember(office="conseil", member="citizen", until=end))
    put_to_vote(play)
    ballot = play.ballot()
    for voter in ("ada", "bob", "cleo"):
        play.vote(voter, "favourable")
    play.pass_time(30 * DAY)
    assert play.process.ballots[ballot.id].state is BallotState.HELD
    play.now = end
    assert next_deadline(play.process) == end
    play.tick()
    assert play.process.ballots[ballot.id].outcome is BallotOutcome.PASSED


def test_a_delegate_votes_for_the_seat_on_behalf_of_its_holder():
    play = opened(call_for_input(), review(), stage="avis")
    put_to_vote(play)
    play.do(delegation("conseil", "citizen", play), "ada")
    events = play.vote("citizen", "favourable")
    fact = events[0].fact
    assert isinstance(fact, VoteCast)
    assert (fact.seat, events[0].actor, events[0].on_behalf_of) == ("conseil/1", "citizen", "ada")


def test_a_delegate_who_substitutes_one_after_the_other_votes_once():
    play = opened(call_for_input(), review(), stage="avis")
    put_to_vote(play)
    play.do(delegation("conseil", "citizen", play), "ada")
    play.vote("citizen", "favourable")
    play.do(acts.RevokeDelegation(delegation=next(iter(play.process.delegations))), "ada")
    play.do(delegation("conseil", "citizen", play), "bob")
    assert play.refused(play.cast(), "citizen") is Code.SEAT_ALREADY_VOTED


def test_the_seat_of_a_withdrawn_holder_does_not_count_even_where_a_delegate_has_voted():
    play = opened(call_for_input(), review(), stage="avis")
    put_to_vote(play)
    ballot = play.ballot()
    play.do(delegation("conseil", "citizen", play), "ada")
    play.vote("citizen", "unfavourable")
    play.do(acts.WithdrawFromReview(reason="lien d'intérêt"), "ada", "avis")
    for voter in ("chair", "bob", "cleo"):
        play.vote(voter, "favourable", ballot)
    count = play.process.ballots[ballot.id].count
    assert count is not None
    assert (count.entitled, count.favourable, count.unfavourable) == (3, 3, 0)
