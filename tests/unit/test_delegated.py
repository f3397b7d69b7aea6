"""« Par délégation de »: every act that was done by one says so, in both languages, and names nobody."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain import acts
from domain.acts import Position
from domain.delegated import delegations_of
from domain.events import Event, VoteCast
from domain.noticing.wording import of_event
from domain.procedure import Appointment, Role
from domain.process import Delegation, OfficeHeld, Process, Term
from domain.refusals import Code
from domain.rights import TABLE, mandate, roles_for
from domain.summaries import summary
from tests.unit.play import Play
from tests.unit.procedures import call_for_input
from tests.unit.scenes import DAY, drafted, opened


def delegation(office: str, to: str, play: Play) -> acts.GiveDelegation:
    return acts.GiveDelegation(office=office, to=to, since=play.now, until=play.now + 10 * DAY)


def test_a_summary_says_by_delegation_of_which_office():
    play = drafted()
    play.do(delegation("etat", "prefect", play), "state")
    events = play.do(acts.Launch(opens_at=play.now + 15 * DAY), "prefect")
    label = play.process.offices["etat"].label["fr"]
    told = [event for event in events if event.actor == "prefect"]
    assert told
    for event in told:
        assert summary(event, play.process, ["fr"]).endswith(f" Par délégation de : {label}.")
        assert summary(event, play.process, ["en"]).endswith(f" By delegation of: {label}.")
        assert summary(event, None, ["fr"]).endswith(" Par délégation.")
        for language in ("fr", "en"):
            sentence = summary(event, play.process, [language])
            assert "prefect" not in sentence
            assert "state" not in sentence
    for event in play.events:
        if event.actor != "prefect":
            assert "délégation de" not in summary(event, play.process, ["fr"])


def test_it_is_told_for_ever_though_the_delegation_is_over():
    play = opened(call_for_input())
    play.do(delegation("etat", "prefect", play), "state")
    (event,) = play.do(acts.Suspend(reason="panne"), "prefect")
    (given,) = play.process.delegations.values()
    play.do(acts.RevokeDelegation(delegation=given.id), "state")
    play.now += 20 * DAY
    assert [found.id for found in delegations_of(play.process, event)] == [given.id]
    assert "Par délégation de : " in summary(event, play.process, ["fr"])


@pytest.mark.parametrize("late", [timedelta(0), timedelta(microseconds=1)])
def test_a_delegation_that_has_ended_entitles_no_more_from_that_instant_on(late):
    play = opened(call_for_input())
    until = play.now + 2 * DAY
    play.do(acts.GiveDelegation(office="etat", to="prefect", since=play.now, until=until), "state")
    play.now = until - timedelta(microseconds=1)
    play.do(acts.Suspend(reason="panne"), "prefect")
    play.do(acts.Resume(reason="réparée"), "coordinator")
    play.now = until + late
    assert play.refused(acts.Suspend(reason="panne"), "prefect") is Code.NOT_ALLOWED


def test_a_delegation_that_is_revoked_entitles_no_more_at_that_instant():
    play = opened(call_for_input())
    play.do(delegation("etat", "prefect", play), "state")
    (given,) = play.process.delegations
    play.do(acts.RevokeDelegation(delegation=given), "state")
    assert play.refused(acts.Suspend(reason="panne"), "prefect") is Code.NOT_ALLOWED


def delegated(role: Role, play: Play) -> Process:
    """The process with an office of a role, whose holder lets somebody act for a day."""
    office = OfficeHeld(
        id="x", role=role, label={"fr": "X"}, seats=1, required=0, college=None, lane=None, territory=None,
        appointment=Appointment.BY_FUNCTION, terms=(Term(seat=1, member="holder", since=play.now - DAY),),
    )  # fmt: skip
    given = Delegation(
        id="d", office="x", seat=1, giver="holder", to="delegate", since=play.now, until=play.now + DAY
    )
    return replace(play.process, offices={"x": office}, delegations={"d": given})


@pytest.mark.parametrize("action", sorted(action for action, right in TABLE.items() if right.roles))
def test_whatever_an_office_entitles_to_its_delegate_does_on_behalf_of_the_holder(action: str) -> None:
    play = opened(call_for_input())
    for role in sorted(roles_for(action)):
        process = delegated(role, play)
        found = mandate(process, "delegate", roles_for(action), play.now)
        assert found is not None, role
        assert (found.on_behalf_of, found.office) == ("holder", "x")
        for outside in (play.now - timedelta(microseconds=1), play.now + DAY):
            assert mandate(process, "delegate", roles_for(action), outside) is None


def test_a_vote_is_by_delegation_of_its_seat_and_a_mandate_is_none():
    play = opened(call_for_input())
    play.do(delegation("etat", "prefect", play), "state")
    play.do(delegation("etat", "citizen", play), "state")
    ballot = play.process.offices["etat"]
    cast = VoteCast(ballot="b", seat="etat/1", position=Position.FAVOURABLE, subject="0" * 64)
    vote = Event(at=play.now, actor="prefect", on_behalf_of="state", fact=cast)
    said = f"Par délégation de : {ballot.label['fr']}."
    assert summary(vote, play.process, ["fr"]).endswith(said)
    other = replace(vote, fact=replace(cast, seat="locale/1"))
    assert summary(other, play.process, ["fr"]).endswith(" Par délégation.")
    proxy = replace(vote, fact=replace(cast, by_proxy=True))
    assert "délégation" not in summary(proxy, play.process, ["fr"])
    assert delegations_of(play.process, proxy) == ()


def test_notices_and_webhooks_say_by_delegation_but_not_whose_vote_it_was():
    play = opened(call_for_input())
    play.do(delegation("etat", "prefect", play), "state")
    (event,) = play.do(acts.Suspend(reason="panne"), "prefect")
    assert "Par délégation de : " in str(of_event(event, play.process))
    vote = replace(
        event, fact=VoteCast(ballot="b", seat="etat/1", position=None, subject="0" * 64, commitment="c")
    )
    assert "délégation" not in str(of_event(vote, play.process))
