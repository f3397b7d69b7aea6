"""Stages: the graph with its lanes, opening and closing by deadline, states, seals, quorum, the end."""

from __future__ import annotations

import pytest

from domain import acts
from domain.acts import SYSTEM, Actor, Command, SealFigures
from domain.awaited import awaited
from domain.decide import decide, next_deadline
from domain.events import QuorumMissed, StageClosed, StageExtended, StageOpened, StageSealed
from domain.merkle import merkle_root
from domain.process import Outcome, Phase, State
from domain.refusals import Code, Refusal
from tests.unit.play import ID, Play, body
from tests.unit.procedures import call_for_input, days, decision, hearings, procedure, review, synthesis
from tests.unit.scenes import DAY, HOUR, adopt, assemble, drafted, launched, opened

LANES = [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]


def states(play: Play) -> dict[str, State]:
    return {key: run.state for key, run in play.process.runs.items()}


# Opening and closing by deadline


def test_a_stage_opens_and_closes_at_its_announced_dates_without_anyones_help():
    play = launched(call_for_input())
    planned = play.run("appel")
    play.now = planned.planned_opens_at
    assert play.kinds(play.tick()) == ["stage_opened"]
    assert next_deadline(play.process) == planned.planned_closes_at
    play.now = planned.planned_closes_at
    assert play.kinds(play.tick())[0] == "stage_closed"
    run = play.run("appel")
    assert (run.opens_at, run.closes_at) == (planned.planned_opens_at, planned.planned_closes_at)


def test_nothing_is_due_before_its_time():
    play = launched(call_for_input())
    play.now = play.run("appel").planned_opens_at - HOUR
    assert play.tick() == []


def test_a_stage_is_open_until_its_closing_and_not_at_it():
    play = opened(hearings())
    closes_at = play.run("auditions").closes_at
    assert closes_at is not None
    extension = acts.ExtendStage(closes_at=closes_at + DAY, seen_closes_at=closes_at, reason="demande")
    play.now = closes_at
    refusal = play.ask(play.command(extension, stage="auditions"))
    assert isinstance(refusal, Refusal)
    assert refusal.code in (Code.STAGE_NOT_OPEN, Code.CONCERTATION_OVER)


def test_a_late_command_meets_the_state_that_time_has_made():
    play = launched(call_for_input(entry_window="P5D"), review())
    play.now = play.run("appel").planned_closes_at + DAY
    assert play.refused(
        acts.ExtendStage(closes_at=play.now + DAY, seen_closes_at=play.now, reason="x"), stage="appel"
    )
    events = play.do(acts.PublishObservation(text=body("retard")), "warden")
    assert play.kinds(events) == ["stage_opened", "observation_published"]


def test_a_late_opening_never_shortens_the_minimum():
    play = launched(call_for_input())
    play.now = play.run("appel").planned_closes_at - 10 * DAY
    fact = play.tick()[0].fact
    assert isinstance(fact, StageOpened)
    assert fact.late
    assert fact.closes_at - fact.opens_at >= 30 * DAY


def test_a_late_opening_keeps_the_announced_closing_where_the_minimum_allows_it():
    play = launched(call_for_input())
    planned = play.run("appel")
    play.now = planned.planned_opens_at + 5 * DAY
    fact = play.tick()[0].fact
    assert isinstance(fact, StageOpened)
    assert fact.closes_at == planned.planned_closes_at
    assert not fact.late


def test_a_stage_without_minimum_that_opens_after_its_announced_closing_lasts_as_planned():
    play = launched(call_for_input(duration=days(20)))
    play.now = play.run("appel").planned_closes_at + HOUR
    fact = play.tick()[0].fact
    assert isinstance(fact, StageOpened)
    assert fact.closes_at - fact.opens_at >= 20 * DAY


def test_a_closing_by_a_late_tick_is_at_the_announced_closing():
    play = opened(call_for_input(entry_window="P5D"))
    closes_at = play.run("appel").closes_at
    assert closes_at is not None
    play.now = closes_at + 2 * DAY
    event = play.tick()[0]
    assert isinstance(event.fact, StageClosed)
    assert event.fact.closes_at == closes_at
    assert event.at == play.now


def test_a_tick_does_nothing_twice():
    play = opened(call_for_input())
    assert play.tick() == []


def test_several_deadlines_that_were_missed_are_made_up_for_in_order():
    play = launched(call_for_input(duration=days(20)), hearings(after=[]))
    play.now = play.run("auditions").planned_closes_at + 400 * DAY
    assert play.kinds(play.tick()) == ["stage_opened", "stage_opened"]
    play.pass_time(100 * DAY)
    assert play.process.outcome is Outcome.COMPLETED


# The graph and its lanes


def test_a_stage_waits_for_all_that_come_before_it():
    play = opened(call_for_input(), hearings(after=[]), review(after=["appel", "auditions"]))
    play.until("auditions", State.CONCLUDED)
    assert states(play) == {"appel": State.OPEN, "auditions": State.CONCLUDED, "avis": State.PENDING}
    play.until("appel", State.CONCLUDED)
    assert play.run("avis").state in (State.PENDING, State.OPEN)
    play.until("avis", State.OPEN)


def test_stages_with_the_same_predecessor_run_side_by_side():
    play = launched(call_for_input(), hearings(lane="each", after=["appel"]), lanes=LANES)
    play.until("auditions.a", State.OPEN)
    assert states(play) == {"appel": State.CONCLUDED, "auditions.a": State.OPEN, "auditions.b": State.OPEN}


def test_a_lane_goes_on_while_the_other_is_suspended():
    play = opened(call_for_input(lane="each"), hearings(lane="each"), lanes=LANES)
    play.do(acts.Suspend(reason="panne"), stage="appel.a")
    play.until("auditions.b", State.OPEN)
    assert play.run("appel.a").state is State.OPEN
    assert play.run("auditions.a").state is State.PENDING


def test_a_stage_common_to_all_lanes_waits_for_each_of_them():
    play = opened(call_for_input(lane="each"), synthesis(), lanes=LANES)
    play.do(acts.Suspend(reason="panne"), stage="appel.a")
    play.until("appel.b", State.CONCLUDED)
    assert play.run("synthese").state is State.PENDING
    play.do(acts.Resume(reason="réparé"), stage="appel.a")
    play.until("synthese", State.OPEN)


def test_the_announced_opening_is_kept_even_when_what_comes_before_ends_sooner():
    play = opened(call_for_input(), review(duration=days(20, 5)), synthesis())
    play.until("avis", State.OPEN)
    adopt(play)
    closes_at = play.run("avis").closes_at
    early = acts.CloseStageEarly(
        closes_at=play.now + 6 * DAY, seen_closes_at=closes_at or play.now, reason="avis rendu"
    )
    play.do(early, stage="avis")
    play.until("avis", State.CONCLUDED)
    assert play.run("synthese").state is State.PENDING
    assert next_deadline(play.process) == play.run("synthese").planned_opens_at


def test_every_command_names_the_stage_and_the_round_that_its_author_saw():
    play = opened(call_for_input())
    act = acts.Suspend(reason="panne")
    assert play.refused(act, stage="nulle-part") is Code.UNKNOWN_STAGE
    assert play.refused(act, stage="appel", round_=2) is Code.ROUND_CHANGED
    extension = acts.ExtendStage(closes_at=play.now, seen_closes_at=play.now, reason="x")
    assert play.refused(extension) is Code.UNKNOWN_STAGE


# Work that is not delivered


def test_a_term_that_passes_without_the_work_is_found_in_public_and_waits():
    play = opened(call_for_input(), review(), stage="avis")
    closes_at = play.run("avis").closes_at
    assert closes_at is not None
    play.pass_time(closes_at - play.now)
    run = play.run("avis")
    assert (run.state, run.overdue_since) == (State.OPEN, closes_at)
    assert next_deadline(play.process) is None
    assert [item.what for item in awaited(play.process, play.now)] == ["opinion"]


def test_work_that_comes_after_its_term_closes_the_stage_at_once():
    play = opened(call_for_input(), review(), stage="avis")
    play.pass_time(30 * DAY)
    adopt(play)
    run = play.run("avis")
    assert run.state is State.CONCLUDED
    assert run.closes_at == play.now


def test_a_stage_that_concludes_when_delivered_keeps_its_minimum():
    play = opened(call_for_input(), review(concludes="when_delivered"), stage="avis")
    opens_at = play.run("avis").opens_at
    assert opens_at is not None
    adopt(play)
    assert play.run("avis").state is State.OPEN
    assert next_deadline(play.process) == opens_at + 5 * DAY
    play.until("avis", State.CONCLUDED)
    assert play.now == opens_at + 5 * DAY


def test_a_stage_at_term_stays_open_after_its_work_is_delivered():
    play = opened(call_for_input(), review(), stage="avis")
    adopt(play)
    assert next_deadline(play.process) == play.run("avis").closes_at


# Closing is not refusing paper; the seal


def test_paper_may_be_entered_between_the_closing_and_the_end_of_the_entry_window():
    play = opened(call_for_input(entry_window="P5D"))
    closes_at = play.run("appel").closes_at
    assert closes_at is not None
    play.until("appel", State.CLOSED)
    assert next_deadline(play.process) == closes_at + 5 * DAY
    play.now = closes_at + 5 * DAY
    command = play.command(acts.Tick(), by=SYSTEM)
    events = play.ask(command)
    assert isinstance(events, list)
    assert play.kinds(events) == ["sealing_begun"]
    assert play.run("appel").state is State.SEALING
    assert next_deadline(play.process) is None
    assert [item.what for item in awaited(play.process, play.now)] == ["seal"]


def test_a_seal_states_root_and_counts_and_is_taken_once():
    play = opened(call_for_input(), review())
    play.contributions[1, "appel"] = {"etat": 2, "locales": 3}
    play.until("appel", State.CONCLUDED)
    fact = next(event.fact for event in play.events if isinstance(event.fact, StageSealed))
    assert fact.figures.count == 5
    assert play.run("appel").root == fact.figures.root
    again = play.command(acts.RecordSeal(figures=play.figures(play.run("appel"))), by=SYSTEM, stage="appel")
    assert play.ask(again) == []


def test_only_the_engine_records_a_seal_or_ticks_and_it_does_nothing_else():
    play = opened(call_for_input())
    figures = SealFigures(root="0" * 64, count=0, by_college={}, by_channel={}, entitled={})
    assert play.refused(acts.RecordSeal(figures=figures), stage="appel") is Code.NOT_ALLOWED
    assert play.refused(acts.Tick()) is Code.NOT_ALLOWED
    assert play.refused(acts.Abandon(reason="x"), by=SYSTEM) is Code.NOT_ALLOWED


def test_the_seal_of_another_round_stage_or_kind_is_refused():
    play = opened(call_for_input(), hearings())
    act = acts.RecordSeal(figures=play.figures(play.run("appel")))
    assert play.refused(act, by=SYSTEM, stage="appel", round_=2) is Code.ROUND_CHANGED
    assert play.refused(act, by=SYSTEM, stage="x") is Code.UNKNOWN_STAGE
    assert play.refused(act, by=SYSTEM, stage="auditions") is Code.STAGE_WRONG_KIND


def test_the_seal_of_other_work_covers_its_digests_in_the_order_of_the_ledger():
    play = opened(call_for_input(), review(), synthesis(), stage="avis")
    adopt(play)
    play.until("synthese", State.OPEN)
    assert play.run("avis").root == merkle_root([bytes.fromhex(body("avis").digest)])
    assemble(play)
    play.until("synthese", State.CONCLUDED)
    texts = [body("synthese"), body("chapitre"), body("r1")]
    assert play.run("synthese").root == merkle_root([bytes.fromhex(text.digest) for text in texts])


# Quorum per college


def quorate(action: dict[str, object], **more: object) -> Play:
    return opened(call_for_input(quorum={"etat": 2, "locales": "1/2"}, if_no_quorum=action, **more), review())


def test_a_quorum_that_is_met_leaves_no_finding():
    play = quorate({"action": "stop"})
    play.contributions[1, "appel"] = {"etat": 2, "locales": 1}
    play.until("appel", State.CONCLUDED)
    assert not [event for event in play.events if isinstance(event.fact, QuorumMissed)]


def test_a_quorum_that_is_missed_stops_the_concertation_where_the_procedure_says_so():
    play = quorate({"action": "stop"})
    play.contributions[1, "appel"] = {"etat": 1, "locales": 1}
    play.pass_time(60 * DAY)
    assert play.process.outcome is Outcome.STOPPED_NO_QUORUM
    assert play.kinds(play.events)[-2:] == ["quorum_missed", "concertation_ended"]


def test_a_quorum_that_is_missed_is_published_and_gone_on_from():
    play = quorate({"action": "go_on_published"})
    play.contributions[1, "appel"] = {"etat": 1}
    play.until("appel", State.CONCLUDED)
    fact = next(event.fact for event in play.events if isinstance(event.fact, QuorumMissed))
    assert (fact.reached, fact.asked, fact.consequence) == (
        {"etat": 1, "locales": 0}, {"etat": 2, "locales": 1}, "go_on_published",
    )  # fmt: skip
    assert play.run("appel").quorum_missed == {"etat": 1, "locales": 0}


@pytest.mark.parametrize(
    ("then", "outcome"), [("go_on_published", None), ("stop", Outcome.STOPPED_NO_QUORUM)]
)
def test_an_automatic_extension_is_bounded_and_then_the_rest_applies(then, outcome):
    play = quorate({"action": "extend", "by": "P5D", "times": 2, "then": then})
    play.pass_time(75 * DAY)
    extensions = [event.fact for event in play.events if isinstance(event.fact, StageExtended)]
    assert [fact.automatic for fact in extensions] == [True, True]
    assert play.process.outcome is outcome


def test_an_automatic_extension_never_passes_the_maximum():
    play = quorate({"action": "extend", "by": "P15D", "times": 2}, entry_window="P10D")
    play.until("appel", State.CONCLUDED)
    extensions = [event.fact for event in play.events if isinstance(event.fact, StageExtended)]
    opens_at = play.run("appel").opens_at
    assert opens_at is not None
    assert [fact.closes_at - opens_at <= 75 * DAY for fact in extensions] == [True]


def test_a_quorum_met_in_the_extension_goes_on_to_the_seal():
    play = quorate({"action": "extend", "by": "P5D", "times": 1, "then": "stop"})
    play.pass_time(50 * DAY)
    assert play.run("appel").automatic_extensions == 1
    play.contributions[1, "appel"] = {"etat": 2, "locales": 1}
    play.until("avis", State.OPEN)


# The end


def test_the_last_conclusion_ends_the_concertation():
    play = opened(call_for_input())
    play.pass_time(60 * DAY)
    assert (play.process.phase, play.process.outcome) == (Phase.ENDED, Outcome.COMPLETED)
    assert play.kinds(play.events)[-1] == "concertation_ended"
    assert next_deadline(play.process) is None
    assert awaited(play.process, play.now) == ()


def test_nothing_happens_after_the_end():
    play = opened(call_for_input())
    play.pass_time(60 * DAY)
    play.now += 1000 * DAY
    assert play.tick() == []
    assert play.refused(acts.PublishObservation(text=body("x")), "warden") is Code.CONCERTATION_OVER
    figures = play.figures(play.run("appel"))
    assert play.ask(play.command(acts.RecordSeal(figures=figures), by=SYSTEM, stage="appel")) == []


def test_a_decision_is_deterministic():
    play = opened(call_for_input())
    command = Command(
        id="c", concertation=ID, actor=Actor(member="coordinator"), act=acts.Suspend(reason="panne"), round=1,
        stage="appel",
    )  # fmt: skip
    assert decide(play.process, command, play.now) == decide(play.process, command, play.now)


def test_two_calls_for_input_of_one_lane_at_once_are_not_even_drafted():
    rules = procedure(call_for_input(), call_for_input(id="autre", after=[]), decision())
    with pytest.raises(AssertionError, match="parallel_same_kind"):
        drafted(call_for_input(), call_for_input(id="autre", after=[]), decision())
    assert len(rules.stages) == 3
