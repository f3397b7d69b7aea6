"""Rounds: a referral back opens the next one; with none left the last resort applies and is recorded."""

from __future__ import annotations

import pytest

from domain import acts
from domain.acts import Conclusion
from domain.events import LastResortApplied, RoundOpened
from domain.process import BallotOutcome, Outcome, State
from domain.refusals import Code
from tests.unit.play import Play, body
from tests.unit.procedures import OPINION, call_for_input, decision, hearings, review, synthesis
from tests.unit.scenes import DAY, adopt, assemble, issue, opened, pass_gate, put_to_vote

REFER = Conclusion.REFER_BACK


def refer_back(play: Play, stage: str = "avis") -> None:
    """Go on to the conclusion of an opinion that refers back."""
    before = play.process.runs[stage].round
    play.until(stage, State.OPEN)
    adopt(play, REFER, stage)
    while play.process.runs[stage].round == before and not play.process.over:
        run = play.process.runs[stage]
        if run.state is State.CONCLUDED:
            return
        play.pass_time(DAY)


def test_an_opinion_that_refers_back_opens_the_next_round_at_the_named_stage():
    play = opened(call_for_input(), review(), synthesis())
    refer_back(play)
    assert play.process.round == 2
    assert {key: (run.round, run.state) for key, run in play.process.runs.items()} == {
        "appel": (2, State.OPEN),
        "avis": (2, State.PENDING),
        "synthese": (2, State.PENDING),
    }
    assert [(run.key, run.round, run.state) for run in play.process.past_runs] == [
        ("appel", 1, State.CONCLUDED),
        ("avis", 1, State.CONCLUDED),
        ("synthese", 1, State.SUPERSEDED),
    ]


def test_a_new_round_carries_its_calendar():
    play = opened(call_for_input(), review())
    refer_back(play)
    fact = next(event.fact for event in play.events if isinstance(event.fact, RoundOpened))
    assert (fact.number, fact.from_stage) == (2, "appel")
    assert set(fact.calendar) == {"appel", "avis"}
    assert play.run("appel").planned_closes_at == fact.calendar["appel"].closes_at


def test_a_new_round_keeps_the_minimum_of_each_stage():
    play = opened(call_for_input(), review())
    refer_back(play)
    run = play.run("appel")
    assert run.opens_at is not None
    assert run.closes_at is not None
    assert run.closes_at - run.opens_at >= 30 * DAY


def test_what_does_not_follow_the_named_stage_stays_as_it_is():
    play = opened(call_for_input(), hearings(after=[]), review(after=["appel", "auditions"]))
    refer_back(play)
    assert (play.run("auditions").round, play.run("auditions").state) == (1, State.CONCLUDED)


def test_a_second_opinion_is_written_in_the_second_round():
    play = opened(call_for_input(), review(), synthesis())
    refer_back(play)
    play.until("avis", State.OPEN)
    adopt(play)
    play.until("synthese", State.OPEN)
    assert play.process.opinions["1/avis"].conclusion is REFER
    assert play.process.opinions["2/avis"].conclusion is Conclusion.FAVOURABLE


def test_a_command_that_names_the_round_before_is_refused():
    play = opened(call_for_input(), review())
    refer_back(play)
    play.until("avis", State.OPEN)
    late = acts.DraftOpinion(text=body("avis"), conclusion=REFER)
    assert play.refused(late, "ada", "avis", round_=1) is Code.ROUND_CHANGED
    assert play.refused(acts.Suspend(reason="x"), stage="appel", round_=1) is Code.ROUND_CHANGED


def test_with_no_round_left_the_concertation_goes_on_and_says_so():
    play = opened(call_for_input(), review(), synthesis(), rounds={"maximum": 1})
    refer_back(play)
    fact = next(event.fact for event in play.events if isinstance(event.fact, LastResortApplied))
    assert fact.consequence == "go_on_published"
    assert play.process.last_resorts == ("1/avis",)
    assert play.process.round == 1
    play.until("synthese", State.OPEN)


def test_with_no_round_left_the_concertation_may_stop():
    play = opened(call_for_input(), review(), rounds={"maximum": 1, "last_resort": "stop"})
    refer_back(play)
    assert play.process.outcome is Outcome.STOPPED_NO_ROUND_LEFT


def test_there_are_never_more_rounds_than_the_maximum():
    play = opened(call_for_input(), review(), synthesis(), rounds={"maximum": 3})
    for _ in range(3):
        refer_back(play)
    assert play.process.round == 3
    play.until("synthese", State.OPEN)


def test_an_opinion_that_refers_back_without_a_named_stage_just_concludes():
    play = opened(call_for_input(), review(refer_back=None), synthesis())
    refer_back(play)
    play.until("synthese", State.OPEN)
    assert play.process.round == 1


def test_a_text_that_the_council_refuses_may_open_the_next_round():
    play = opened(
        call_for_input(), review(opinion={**OPINION, "if_refused": {"refer_back": "appel"}}), stage="avis"
    )
    put_to_vote(play)
    pass_gate(play, position="unfavourable")
    assert (play.process.round, play.run("appel").state) == (2, State.OPEN)
    assert play.process.past_runs[-1].state is State.SUPERSEDED


def test_a_text_refused_with_no_round_left_lets_the_stage_go_on_without_an_opinion():
    rule = {**OPINION, "if_refused": {"refer_back": "appel"}}
    play = opened(call_for_input(), review(opinion=rule), synthesis(), stage="avis", rounds={"maximum": 1})
    put_to_vote(play, REFER)
    pass_gate(play, position="unfavourable")
    assert play.process.last_resorts == ("1/avis",)
    play.until("synthese", State.OPEN)
    assert play.process.opinions["1/avis"].adopted_at is None
    assert play.process.round == 1


def test_a_text_refused_with_no_round_left_may_stop_the_concertation():
    rule = {**OPINION, "if_refused": {"refer_back": "appel"}}
    rounds = {"maximum": 1, "last_resort": "stop"}
    play = opened(call_for_input(), review(opinion=rule), synthesis(), stage="avis", rounds=rounds)
    put_to_vote(play)
    pass_gate(play, position="unfavourable")
    assert play.process.outcome is Outcome.STOPPED_NO_ROUND_LEFT


def test_a_lane_that_is_referred_back_leaves_the_other_lane_alone():
    lanes = [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]
    play = opened(call_for_input(lane="each"), review(lane="each"), synthesis(), stage="avis.a", lanes=lanes)
    adopt(play, REFER, "avis.a")
    play.until("avis.a", State.CONCLUDED, State.PENDING)
    assert {key: run.round for key, run in play.process.runs.items()} == {
        "appel.a": 2, "appel.b": 1, "avis.a": 2, "avis.b": 1, "synthese": 2,
    }  # fmt: skip


def test_the_synthesis_and_the_decision_of_a_later_round_are_its_own():
    stage = decision(
        approvals=[{
            "gate": "conclusion", "subject": "decision", "by": "scientific_council", "within": "P5D",
            "if_silent": "given", "if_refused": {"refer_back": "synthese"},
        }]
    )  # fmt: skip
    play = opened(call_for_input(), synthesis(), stage)
    play.until("synthese", State.OPEN)
    assemble(play)
    play.until("decision", State.OPEN)
    issue(play)
    play.until("decision", State.AWAITING_CONCLUSION)
    pass_gate(play, position="unfavourable")
    play.until("synthese", State.OPEN)
    play.do(acts.SubmitChapter(lane=None, text=body("chapitre 2")), "writer", "synthese")
    again = acts.MakeRecommendation(
        recommendation="r1", lane=None, themes=(), addressees=("dinum",), sources=(), text=body("r1")
    )
    assert play.refused(again, "writer", "synthese") is Code.ALREADY_EXISTS
    assert [d.round for d in play.process.decisions] == [1]


@pytest.mark.parametrize("rounds", [1, 2])
def test_a_ledger_of_several_rounds_folds_to_the_state(rounds):
    play = opened(call_for_input(), review(), synthesis(), rounds={"maximum": rounds})
    refer_back(play)
    play.until("avis", State.OPEN, State.CONCLUDED)
    play.check_fold()


def test_each_axis_has_its_own_rounds_up_to_the_maximum():
    lanes = [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]
    play = opened(call_for_input(lane="each"), review(lane="each"), synthesis(), stage="avis.a", lanes=lanes)
    adopt(play, REFER, "avis.a")
    adopt(play, REFER, "avis.b")
    play.until("appel.b", State.OPEN)
    assert {key: run.round for key, run in play.process.runs.items()} == dict.fromkeys(play.process.runs, 2)
    assert play.process.round == 2
    runs = [(run.key, run.round) for run in (*play.process.past_runs, *play.process.runs.values())]
    assert len(runs) == len(set(runs)) == 10
    for stage in ("avis.a", "avis.b"):
        play.until(stage, State.OPEN)
        adopt(play, REFER, stage)
    play.until("synthese", State.OPEN)
    assert sorted(play.process.last_resorts) == ["2/avis.a", "2/avis.b"]


def test_a_new_round_ends_the_ballots_of_what_it_takes_up_again():
    slow = {"majority": "simple", "quorum": 1, "within": "P300D"}
    play = opened(
        call_for_input(),
        hearings(after=["appel"], record_approval=slow),
        review(after=["appel"]),
        stage="auditions",
    )
    start = play.now
    meeting = acts.ScheduleHearing(
        hearing="h1", starts_at=start, ends_at=start + DAY / 12, witnesses=("citizen",)
    )
    play.do(meeting, stage="auditions")
    play.do(acts.HoldHearing(hearing="h1", heard=("citizen",)), stage="auditions")
    play.do(acts.RecordHearing(hearing="h1", record=body("cr")), stage="auditions")
    ballot = play.ballot()
    play.until("avis", State.OPEN)
    adopt(play, REFER)
    play.until("avis", State.PENDING)
    assert play.process.ballots[ballot.id].outcome is BallotOutcome.SUPERSEDED
    assert play.refused(play.cast(ballot=ballot), "citizen") is Code.BALLOT_CLOSED


def test_what_is_common_to_all_axes_never_goes_back_to_a_round_that_it_has_left():
    lanes = [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]
    play = opened(
        call_for_input(lane="each"),
        review(lane="each"),
        synthesis(),
        stage="avis.a",
        lanes=lanes,
        rounds={"maximum": 3},
    )
    for _ in range(2):
        play.until("avis.a", State.OPEN)
        adopt(play, REFER, "avis.a")
        play.until("avis.a", State.PENDING)
    assert play.run("synthese").round == 3
    adopt(play, REFER, "avis.b")
    assert {key: run.round for key, run in play.process.runs.items() if key.endswith("b")} == {
        "appel.b": 3,
        "avis.b": 3,
    }
    assert play.run("synthese").round == 3
    runs = [(run.key, run.round) for run in (*play.process.past_runs, *play.process.runs.values())]
    assert len(runs) == len(set(runs))
