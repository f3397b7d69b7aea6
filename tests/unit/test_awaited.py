"""Who is awaited, for what, since when: public, so that a stalled concertation never looks like a running one."""

from __future__ import annotations

from domain import acts
from domain.awaited import Awaited, awaited
from domain.decide import next_deadline
from domain.procedure import Role
from domain.process import Process, State
from tests.unit.play import ID, START, Play
from tests.unit.procedures import (
    GATE_CONCLUSION,
    GATE_OPENING,
    OPINION,
    call_for_input,
    decision,
    follow_up,
    hearings,
    review,
)
from tests.unit.scenes import DAY, drafted, launched, opened, pass_gate, put_to_vote


def waiting(play: Play) -> tuple[Awaited, ...]:
    return awaited(play.process, play.now)


def whats(play: Play) -> list[str]:
    return [item.what for item in waiting(play)]


def test_nobody_is_awaited_before_the_beginning_and_after_the_end():
    assert awaited(Process(id=ID), START) == ()
    play = opened(call_for_input())
    play.do(acts.Abandon(reason="fin"))
    assert waiting(play) == ()


def test_a_draft_awaits_its_launch():
    item = waiting(drafted())[0]
    assert (item.what, item.roles) == ("launch", (Role.COORDINATOR,))


def test_while_time_alone_does_the_rest_nobody_is_awaited():
    play = opened(call_for_input())
    assert waiting(play) == ()
    assert next_deadline(play.process) is not None


def test_a_ballot_awaits_the_seats_that_have_not_voted():
    play = opened(call_for_input(), review(), stage="avis")
    put_to_vote(play)
    play.vote("ada", "favourable")
    item = next(item for item in waiting(play) if item.what == "vote")
    assert item.seats == ("presidence/1", "conseil/2", "conseil/3")
    assert (item.about, item.since, item.until) == (play.ballot().id, play.now, play.now + 5 * DAY)
    assert (item.stage, item.round) == ("avis", 1)


def test_a_ballot_in_which_all_have_voted_awaits_nobody():
    play = opened(call_for_input(), review(opinion={**OPINION, "early_end": False}), stage="avis")
    put_to_vote(play)
    pass_gate(play)
    assert "vote" not in whats(play)


def test_a_ballot_without_anybody_to_vote_awaits_an_appointment():
    gate = {**GATE_OPENING, "by": "conseil", "if_silent": "hold"}
    play = launched(call_for_input(approvals=[gate]))
    for seat in (1, 2, 3):
        play.do(acts.EndTerm(office="conseil", seat=seat, cause=acts.TermEnd.DEATH))
    play.until("appel", State.AWAITING_OPENING)
    assert [(item.what, item.roles) for item in waiting(play)] == [("appointment", (Role.COORDINATOR,))]
    play.do(acts.AppointMember(office="conseil", member="citizen"))
    assert [(item.what, item.seats) for item in waiting(play)] == [("vote", ("conseil/1",))]


def test_a_suspension_awaits_its_resumption_and_hides_the_rest():
    play = opened(call_for_input(), review(), stage="avis")
    put_to_vote(play)
    play.do(acts.Suspend(reason="panne"), stage="avis")
    assert [(item.what, item.since) for item in waiting(play)] == [("resumption", play.now)]
    play.do(acts.Resume(reason="réparé"), stage="avis")
    play.do(acts.Suspend(reason="panne"))
    assert [(item.what, item.stage) for item in waiting(play)] == [("resumption", None)]


def test_a_gate_that_refused_awaits_its_subject():
    play = launched(call_for_input(approvals=[GATE_OPENING]))
    play.until("appel", State.AWAITING_OPENING)
    pass_gate(play, position="unfavourable")
    assert whats(play) == ["subject"]


def test_signatures_are_awaited_even_during_a_suspension():
    play = opened(call_for_input(), signoffs={"resumption": {"all_of": ["etat", "locale"], "within": "P2D"}})
    play.do(acts.Suspend(reason="panne"))
    play.do(acts.Resume(reason="réparé"), "state")
    assert [(item.what, item.seats) for item in waiting(play)] == [("resumption", ()), ("vote", ("locale",))]


def test_work_that_is_overdue_stays_awaited():
    play = opened(call_for_input(), decision(), stage="decision")
    play.pass_time(100 * DAY)
    item = waiting(play)[0]
    assert (item.what, item.roles, item.until) == (
        "decision", (Role.DECIDING_AUTHORITY,), play.run("decision").closes_at,
    )  # fmt: skip
    assert next_deadline(play.process) is None


def test_open_hearings_await_nobody_until_they_close():
    play = opened(hearings())
    start = play.now + DAY
    act = acts.ScheduleHearing(hearing="h1", starts_at=start, ends_at=start + DAY / 12, witnesses=())
    play.do(act, stage="auditions")
    assert waiting(play) == ()
    play.until("auditions", State.CLOSED)
    assert [(item.what, item.about, item.since) for item in waiting(play)] == [
        ("hearing", "h1", start + DAY / 12)
    ]


def test_a_follow_up_awaits_its_report():
    play = opened(call_for_input(), decision(), follow_up(), stage="decision")
    play.do(acts.IssueDecision(text=acts.Body(id="d", digest="0" * 64)), "minister", "decision")
    play.until("suivi", State.OPEN)
    assert whats(play) == ["implementation_report", "guarantor_report"]


def test_a_concertation_that_nobody_conducts_says_so_first():
    play = opened(call_for_input(approvals=[GATE_CONCLUSION]))
    play.do(acts.RemoveMember(member="coordinator", reason="départ"))
    item = waiting(play)[0]
    assert (item.what, item.seats) == ("appointment", ("coordination",))
    assert Role.SPONSOR in item.roles
