"""The schedule: extension, postponement, early closing, suspension, reopening, rectification, abandonment."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from domain import acts
from domain.awaited import awaited
from domain.decide import next_deadline
from domain.events import SealingBegun, StageExtended, StageSealed
from domain.process import BallotOutcome, BallotState, Outcome, Phase, State
from domain.refusals import Code
from tests.unit.play import Play
from tests.unit.procedures import (
    GATE_CONCLUSION,
    call_for_input,
    days,
    decision,
    follow_up,
    hearings,
    review,
    synthesis,
)
from tests.unit.scenes import DAY, HOUR, assemble, issue, launched, opened, put_to_vote

SECOND = timedelta(seconds=1)
TWO_LANES = [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]


def closing_of(play: Play, stage: str = "appel") -> datetime:
    closes_at = play.run(stage).closes_at
    assert closes_at is not None
    return closes_at


def opening_of(play: Play, stage: str = "appel") -> datetime:
    opens_at = play.run(stage).opens_at
    assert opens_at is not None
    return opens_at


def extension(play: Play, to: datetime, *, seen: datetime | None = None, reason: str = "demande"):
    return acts.ExtendStage(closes_at=to, seen_closes_at=seen or closing_of(play), reason=reason)


def early(play: Play, to: datetime, *, seen: datetime | None = None, reason: str = "assez"):
    return acts.CloseStageEarly(closes_at=to, seen_closes_at=seen or closing_of(play), reason=reason)


# Every one of them needs a reason


@pytest.mark.parametrize(
    ("act", "state"),
    [
        (lambda play: extension(play, closing_of(play) + DAY, reason="  "), State.OPEN),
        (lambda play: early(play, closing_of(play) - DAY, reason=""), State.OPEN),
        (lambda play: acts.Suspend(reason=""), State.OPEN),
        (lambda play: acts.Resume(reason=""), State.OPEN),
        (lambda play: acts.Abandon(reason="\n"), State.OPEN),
        (
            lambda play: acts.PostponeStage(opens_at=play.now, seen_opens_at=play.now, reason=""),
            State.PENDING,
        ),
        (lambda play: acts.ReopenStage(closes_at=play.now + DAY, reason=""), State.CLOSED),
        (lambda play: acts.RectifyStage(until=play.now + DAY, reason=""), State.CONCLUDED),
    ],
)
def test_an_act_on_the_schedule_needs_a_reason(act, state):
    play = launched(call_for_input(entry_window="P5D"), review())
    if state is not State.PENDING:
        play.until("appel", state)
    assert play.refused(act(play), stage="appel") is Code.REASON_REQUIRED


# Extension


def test_an_extension_moves_the_closing_to_a_later_instant_and_says_what_it_was():
    play = opened(call_for_input(entry_window="P5D"))
    before = closing_of(play)
    fact = play.do(extension(play, before + 10 * DAY), stage="appel")[0].fact
    assert isinstance(fact, StageExtended)
    assert fact.before == before
    run = play.run("appel")
    assert (run.closes_at, run.entry_closes_at) == (before + 10 * DAY, before + 15 * DAY)
    assert next_deadline(play.process) == before + 10 * DAY


def test_an_extension_is_refused_at_or_before_the_announced_closing():
    play = opened(call_for_input())
    assert play.refused(extension(play, closing_of(play)), stage="appel") is Code.DATE_NOT_LATER
    assert play.refused(extension(play, closing_of(play) - DAY), stage="appel") is Code.DATE_NOT_LATER


def test_an_extension_stops_at_the_maximum():
    play = opened(call_for_input())
    latest = opening_of(play) + 75 * DAY
    assert play.refused(extension(play, latest + SECOND), stage="appel") is Code.BEYOND_MAXIMUM
    play.do(extension(play, latest), stage="appel")


def test_an_extension_without_a_maximum_has_no_other_bound_than_reason():
    play = opened(call_for_input(duration=days(45, 30)))
    play.do(extension(play, closing_of(play) + 3000 * DAY), stage="appel")
    assert play.refused(extension(play, play.now + 40000 * DAY), stage="appel") is Code.INPUT_INVALID


def test_of_two_coordinators_at_once_one_wins_and_the_other_is_told():
    play = opened(call_for_input())
    seen = closing_of(play)
    play.appoint("coordination", "second")
    play.do(extension(play, seen + 2 * DAY), stage="appel")
    assert play.refused(extension(play, seen + 5 * DAY, seen=seen), "second", "appel") is Code.STAGE_CHANGED
    assert play.refused(early(play, seen - DAY, seen=seen), "second", "appel") is Code.STAGE_CHANGED


def test_only_an_open_stage_is_extended():
    play = launched(call_for_input(entry_window="P5D"))
    act = acts.ExtendStage(closes_at=play.now + 90 * DAY, seen_closes_at=play.now, reason="x")
    assert play.refused(act, stage="appel") is Code.STAGE_NOT_OPEN
    play.until("appel", State.CLOSED)
    assert play.refused(act, stage="appel") is Code.STAGE_NOT_OPEN


def test_an_extension_gives_overdue_work_a_new_term():
    play = opened(call_for_input(), review(), stage="avis")
    play.pass_time(25 * DAY)
    assert play.run("avis").overdue_since is not None
    play.do(extension(play, play.now + 10 * DAY, seen=closing_of(play, "avis")), stage="avis")
    assert play.run("avis").overdue_since is None
    assert next_deadline(play.process) == closing_of(play, "avis")


# Postponement


def postponement(play: Play, to: datetime, *, seen: datetime | None = None, stage: str = "appel"):
    return acts.PostponeStage(
        opens_at=to, seen_opens_at=seen or play.run(stage).planned_opens_at, reason="dossier en retard"
    )


def test_a_postponement_moves_opening_and_closing_as_much():
    play = launched(call_for_input())
    before = play.run("appel")
    play.do(postponement(play, before.planned_opens_at + 7 * DAY), stage="appel")
    after = play.run("appel")
    assert after.planned_opens_at == before.planned_opens_at + 7 * DAY
    assert after.planned_closes_at == before.planned_closes_at + 7 * DAY
    assert next_deadline(play.process) == after.planned_opens_at


def test_a_postponement_is_refused_towards_the_past_or_by_who_saw_another_date():
    play = launched(call_for_input())
    planned = play.run("appel").planned_opens_at
    assert play.refused(postponement(play, planned), stage="appel") is Code.DATE_NOT_LATER
    assert play.refused(postponement(play, planned - DAY), stage="appel") is Code.DATE_NOT_LATER
    play.do(postponement(play, planned + DAY), stage="appel")
    assert (
        play.refused(postponement(play, planned + 2 * DAY, seen=planned), stage="appel") is Code.STAGE_CHANGED
    )


def test_a_stage_that_has_opened_is_not_postponed():
    play = opened(call_for_input())
    act = postponement(play, play.now + 9 * DAY)
    assert play.refused(act, stage="appel") is Code.STAGE_WRONG_STATE


# Early closing


def test_an_early_closing_never_shortens_the_minimum():
    play = opened(call_for_input())
    earliest = opening_of(play) + 30 * DAY
    assert play.refused(early(play, earliest - SECOND), stage="appel") is Code.BELOW_MINIMUM
    play.do(early(play, earliest), stage="appel")
    assert next_deadline(play.process) == earliest


def test_an_early_closing_is_neither_in_the_past_nor_late():
    play = opened(call_for_input())
    play.now += 35 * DAY
    assert play.refused(early(play, play.now - DAY), stage="appel") is Code.DATE_IN_PAST
    assert play.refused(early(play, closing_of(play)), stage="appel") is Code.DATE_NOT_EARLIER


def test_an_early_closing_may_be_at_once():
    play = opened(call_for_input(entry_window="P5D"))
    play.now += 35 * DAY
    events = play.do(early(play, play.now), stage="appel")
    assert play.kinds(events) == ["stage_closing_advanced", "stage_closed"]


def test_the_minimum_does_not_count_suspended_time():
    play = opened(call_for_input())
    play.pass_time(10 * DAY)
    play.do(acts.Suspend(reason="panne"), stage="appel")
    play.pass_time(10 * DAY)
    play.do(acts.Resume(reason="réparé"), stage="appel")
    act = early(play, opening_of(play) + 35 * DAY)
    assert play.refused(act, stage="appel") is Code.BELOW_MINIMUM
    play.do(early(play, opening_of(play) + 40 * DAY), stage="appel")


def test_the_maximum_does_not_count_suspended_time():
    play = opened(call_for_input())
    play.do(acts.Suspend(reason="panne"), stage="appel")
    play.pass_time(10 * DAY)
    play.do(acts.Resume(reason="réparé"), stage="appel")
    play.do(extension(play, opening_of(play) + 85 * DAY), stage="appel")


# Suspension


def test_a_suspended_stage_does_not_close_and_resumes_with_what_was_left():
    play = opened(call_for_input(entry_window="P5D"))
    closes_at = closing_of(play)
    play.pass_time(closes_at - play.now - DAY)
    play.do(acts.Suspend(reason="panne"), stage="appel")
    assert next_deadline(play.process) is None
    assert [item.what for item in awaited(play.process, play.now)] == ["resumption"]
    play.pass_time(20 * DAY)
    assert play.run("appel").state is State.OPEN
    play.do(acts.Resume(reason="réparé"), stage="appel")
    assert closing_of(play) == play.now + DAY
    assert play.run("appel").entry_closes_at == play.now + 6 * DAY


def test_a_suspension_of_everything_stops_every_clock():
    play = opened(call_for_input(lane="each"), hearings(after=[]), review(after=["appel"]), lanes=TWO_LANES)
    before = {key: run.closes_at or run.planned_opens_at for key, run in play.process.runs.items()}
    play.do(acts.Suspend(reason="élections"))
    play.pass_time(100 * DAY)
    assert {run.state for run in play.process.runs.values()} == {State.OPEN, State.PENDING}
    play.do(acts.Resume(reason="reprise"))
    after = {key: run.closes_at or run.planned_opens_at for key, run in play.process.runs.items()}
    assert after == {key: instant + 100 * DAY for key, instant in before.items()}


def test_a_suspended_stage_is_refused_all_that_needs_its_clock():
    play = opened(call_for_input())
    play.do(acts.Suspend(reason="panne"), stage="appel")
    for act in (extension(play, closing_of(play) + DAY), early(play, closing_of(play) - DAY)):
        assert play.refused(act, stage="appel") is Code.SUSPENDED
    assert play.refused(acts.Suspend(reason="encore"), stage="appel") is Code.SUSPENDED


def test_what_is_not_suspended_is_not_resumed():
    play = opened(call_for_input())
    assert play.refused(acts.Resume(reason="x"), stage="appel") is Code.NOT_SUSPENDED
    assert play.refused(acts.Resume(reason="x")) is Code.NOT_SUSPENDED


def test_overlapping_suspensions_shift_a_stage_once():
    play = opened(call_for_input(), hearings(after=[]))
    closes_at = closing_of(play)
    play.do(acts.Suspend(reason="panne"), stage="appel")
    play.pass_time(3 * DAY)
    play.do(acts.Suspend(reason="élections"))
    play.pass_time(4 * DAY)
    assert play.refused(acts.Resume(reason="réparé"), stage="appel") is Code.SUSPENDED
    assert play.refused(acts.Suspend(reason="encore"), stage="auditions") is Code.SUSPENDED
    play.do(acts.Resume(reason="reprise"))
    assert closing_of(play) == closes_at
    play.pass_time(2 * DAY)
    play.do(acts.Resume(reason="réparé"), stage="appel")
    assert closing_of(play) == closes_at + 9 * DAY
    assert play.run("appel").suspended_for == 9 * DAY


def test_a_stage_that_is_over_or_being_sealed_is_not_suspended():
    play = opened(call_for_input(), review())
    play.until("appel", State.CONCLUDED)
    assert play.refused(acts.Suspend(reason="x"), stage="appel") is Code.STAGE_WRONG_STATE


def test_dates_that_had_passed_when_the_clock_stopped_do_not_move():
    play = opened(call_for_input(), review(), stage="avis")
    closes_at = closing_of(play, "avis")
    play.pass_time(40 * DAY)
    play.do(acts.Suspend(reason="panne"), stage="avis")
    play.pass_time(10 * DAY)
    play.do(acts.Resume(reason="réparé"), stage="avis")
    assert closing_of(play, "avis") == closes_at


def test_the_window_of_a_ballot_stands_still_with_its_stage():
    play = opened(call_for_input(), review(), stage="avis")
    put_to_vote(play)
    closes_at = play.ballot().closes_at
    assert closes_at is not None
    play.do(acts.Suspend(reason="panne"), stage="avis")
    assert play.refused(play.cast(), "ada") is Code.SUSPENDED
    play.pass_time(30 * DAY)
    assert play.ballot().state is BallotState.OPEN
    play.do(acts.Resume(reason="réparé"), stage="avis")
    assert play.ballot().closes_at == closes_at + 30 * DAY


def test_what_became_due_during_a_suspension_is_done_at_the_resumption():
    play = opened(call_for_input(lane="each"), hearings(lane="each", after=["appel"]), lanes=TWO_LANES)
    play.until("appel.a", State.CONCLUDED)
    play.do(acts.Suspend(reason="panne"), stage="auditions.a")
    events = play.do(acts.Resume(reason="réparé"), stage="auditions.a")
    assert play.kinds(events)[0] == "resumed"


# Reopening


def test_a_closed_stage_is_reopened_after_an_incident():
    play = opened(call_for_input(entry_window="P5D"))
    play.until("appel", State.CLOSED)
    until = play.now + 3 * DAY
    play.do(acts.ReopenStage(closes_at=until, reason="panne le dernier jour"), stage="appel")
    run = play.run("appel")
    assert (run.state, run.closes_at, run.entry_closes_at) == (State.OPEN, until, until + 5 * DAY)
    assert run.closed_at is None
    play.until("appel", State.CONCLUDED)
    assert len(play.run("appel").seals) == 1


def test_a_sealed_stage_that_waits_at_its_gate_may_be_reopened_and_is_sealed_anew():
    play = opened(call_for_input(approvals=[GATE_CONCLUSION]))
    play.until("appel", State.AWAITING_CONCLUSION)
    ballot = play.ballot()
    play.do(acts.ReopenStage(closes_at=play.now + 3 * DAY, reason="panne"), stage="appel")
    assert play.process.ballots[ballot.id].outcome is BallotOutcome.SUPERSEDED
    play.until("appel", State.AWAITING_CONCLUSION)
    assert [seal.supplementary for seal in play.run("appel").seals] == [False, False]


def test_a_reopening_is_refused_when_the_stage_is_open_or_concluded():
    play = opened(call_for_input(), review())
    act = acts.ReopenStage(closes_at=play.now + 3 * DAY, reason="panne")
    assert play.refused(act, stage="appel") is Code.STAGE_WRONG_STATE
    play.until("appel", State.CONCLUDED)
    act = acts.ReopenStage(closes_at=play.now + 3 * DAY, reason="panne")
    assert play.refused(act, stage="appel") is Code.STAGE_WRONG_STATE


def test_a_reopening_keeps_the_maximum_and_the_future():
    play = opened(call_for_input(entry_window="P40D"))
    play.until("appel", State.CLOSED)
    past = acts.ReopenStage(closes_at=play.now, reason="panne")
    assert play.refused(past, stage="appel") is Code.DATE_IN_PAST
    beyond = acts.ReopenStage(closes_at=opening_of(play) + 75 * DAY + SECOND, reason="panne")
    assert play.refused(beyond, stage="appel") is Code.BEYOND_MAXIMUM


def test_other_work_than_input_and_hearings_is_not_reopened_by_hand():
    play = opened(call_for_input(), review(), stage="avis")
    act = acts.ReopenStage(closes_at=play.now + 3 * DAY, reason="panne")
    assert play.refused(act, stage="avis") is Code.STAGE_WRONG_KIND


def test_a_suspended_stage_is_not_reopened_nor_rectified():
    play = opened(call_for_input(entry_window="P5D"), review())
    play.until("appel", State.CLOSED)
    play.do(acts.Suspend(reason="panne"), stage="appel")
    assert (
        play.refused(acts.ReopenStage(closes_at=play.now + DAY, reason="x"), stage="appel") is Code.SUSPENDED
    )
    assert play.refused(acts.RectifyStage(until=play.now + DAY, reason="x"), stage="appel") is Code.SUSPENDED


# Rectification


def test_a_rectification_adds_a_supplementary_seal_and_keeps_both_roots():
    play = opened(call_for_input(), review())
    play.contributions[1, "appel"] = {"etat": 2}
    play.until("appel", State.CONCLUDED)
    first = play.run("appel").root
    play.do(acts.RectifyStage(until=play.now + 5 * DAY, reason="registre retrouvé"), stage="appel")
    assert next_deadline(play.process) == play.now + 5 * DAY
    play.contributions[1, "appel"] = {"etat": 3}
    play.pass_time(5 * DAY)
    run = play.run("appel")
    assert [seal.supplementary for seal in run.seals] == [False, True]
    assert run.seals[0].figures.root == first != run.seals[1].figures.root
    assert (run.state, run.rectifying_until) == (State.CONCLUDED, None)
    begun = [event.fact for event in play.events if isinstance(event.fact, SealingBegun)]
    assert [fact.supplementary for fact in begun] == [False, True]


def test_a_rectified_set_that_waits_at_its_gate_needs_a_new_vote():
    play = opened(call_for_input(approvals=[GATE_CONCLUSION]), review())
    play.until("appel", State.AWAITING_CONCLUSION)
    first = play.ballot()
    play.do(acts.RectifyStage(until=play.now + 2 * DAY, reason="registre retrouvé"), stage="appel")
    assert play.process.ballots[first.id].outcome is BallotOutcome.SUPERSEDED
    play.contributions[1, "appel"] = {"etat": 1}
    play.pass_time(2 * DAY)
    assert play.ballot().subject == play.run("appel").root != first.subject
    for voter in ("chair", "ada", "bob", "cleo"):
        play.vote(voter, "favourable")
    assert play.run("appel").state is State.CONCLUDED


def test_a_rectification_does_not_count_the_quorum_again():
    play = opened(call_for_input(quorum={"etat": 1}, if_no_quorum={"action": "stop"}), review())
    play.contributions[1, "appel"] = {"etat": 1}
    play.until("appel", State.CONCLUDED)
    play.do(acts.RectifyStage(until=play.now + DAY, reason="registre"), stage="appel")
    play.contributions[1, "appel"] = {"etat": 0}
    play.pass_time(DAY)
    assert play.process.phase is Phase.LAUNCHED


def test_a_set_is_rectified_once_sealed_and_once_at_a_time():
    play = opened(call_for_input(), review())
    act = acts.RectifyStage(until=play.now + 90 * DAY, reason="registre")
    assert play.refused(act, stage="appel") is Code.STAGE_WRONG_STATE
    play.until("appel", State.CONCLUDED)
    assert play.refused(acts.RectifyStage(until=play.now, reason="x"), stage="appel") is Code.DATE_IN_PAST
    assert play.refused(acts.RectifyStage(until=play.now, reason="x"), stage="avis") is Code.STAGE_WRONG_KIND
    play.do(act, stage="appel")
    assert play.refused(act, stage="appel") is Code.STAGE_WRONG_STATE


def test_a_suspension_of_everything_shifts_a_rectification():
    play = opened(call_for_input(), review())
    play.until("appel", State.CONCLUDED)
    play.do(acts.RectifyStage(until=play.now + 5 * DAY, reason="registre"), stage="appel")
    play.do(acts.Suspend(reason="panne"))
    play.pass_time(10 * DAY)
    play.do(acts.Resume(reason="réparé"))
    assert play.run("appel").rectifying_until == play.now + 5 * DAY


def test_a_concertation_does_not_end_before_its_supplementary_seal():
    play = opened(call_for_input(), hearings())
    play.until("auditions", State.OPEN)
    play.do(acts.RectifyStage(until=play.now + 60 * DAY, reason="registre"), stage="appel")
    play.until("auditions", State.CONCLUDED)
    assert play.process.phase is Phase.LAUNCHED
    play.pass_time(60 * DAY)
    assert len([event for event in play.events if isinstance(event.fact, StageSealed)]) == 3
    assert play.process.outcome is Outcome.COMPLETED


def test_nothing_is_reopened_or_rectified_once_the_decision_is_out():
    play = opened(call_for_input(), synthesis(), decision(), hearings(after=["appel"]), follow_up())
    play.until("synthese", State.OPEN)
    assemble(play)
    play.until("decision", State.OPEN)
    issue(play)
    assert (
        play.refused(acts.RectifyStage(until=play.now + DAY, reason="x"), stage="appel") is Code.DECISION_OUT
    )
    assert (
        play.refused(acts.ReopenStage(closes_at=play.now + DAY, reason="x"), stage="appel")
        is Code.DECISION_OUT
    )


# Abandonment


def test_an_abandonment_ends_everything_with_its_reason():
    play = opened(call_for_input(), review())
    play.do(acts.Abandon(reason="dissolution"))
    assert (play.process.phase, play.process.outcome) == (Phase.ABANDONED, Outcome.ABANDONED)
    assert next_deadline(play.process) is None
    play.now += 100 * DAY
    assert play.tick() == []
    assert play.refused(acts.Resume(reason="x")) is Code.CONCERTATION_OVER


def test_a_draft_may_be_abandoned():
    play = launched(call_for_input())
    play.do(acts.Abandon(reason="erreur"))
    assert play.process.phase is Phase.ABANDONED


def test_an_announced_closing_never_moves_by_itself():
    play = opened(call_for_input())
    announced = closing_of(play)
    while play.now < announced - HOUR:
        play.pass_time(12 * HOUR)
        if play.run("appel").state is State.OPEN:
            assert play.run("appel").closes_at == announced
