"""Hearings: in the window of their stage, held or cancelled, recorded, approved by those heard."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domain import acts
from domain.awaited import awaited
from domain.events import BallotOpened, QuorumMissed
from domain.process import BallotOutcome, BallotState, HearingState, Outcome, State
from domain.refusals import Code
from tests.unit.play import Play, body
from tests.unit.procedures import call_for_input, hearings, review
from tests.unit.scenes import DAY, HOUR, launched, opened

STAGE = "auditions"


def hearing_days(**more: Any) -> Play:
    return opened(hearings(**more), review(refer_back=None))


def schedule(
    name: str, starts_at: datetime, witnesses: tuple[str, ...] = ("citizen", "prefect"), hours: int = 2
):
    return acts.ScheduleHearing(
        hearing=name,
        starts_at=starts_at,
        ends_at=starts_at + hours * HOUR,
        witnesses=witnesses,
        place=body("salle"),
    )


def hold(play: Play, name: str = "h1", heard: tuple[str, ...] = ("citizen", "prefect")) -> None:
    """Schedule a hearing for tomorrow, and hold it then."""
    play.do(schedule(name, play.now + DAY), stage=STAGE)
    play.pass_time(DAY)
    play.do(acts.HoldHearing(hearing=name, heard=heard), stage=STAGE)


def record(name: str = "h1", text: str = "cr") -> acts.RecordHearing:
    return acts.RecordHearing(hearing=name, record=body(text))


def state_of(play: Play, name: str = "h1") -> HearingState:
    return play.process.hearings[name].state


def test_a_hearing_is_set_inside_the_window_of_its_stage():
    play = hearing_days()
    run = play.run(STAGE)
    assert run.opens_at is not None
    assert run.closes_at is not None
    outside = (
        schedule("h", run.closes_at - HOUR),
        schedule("h", run.opens_at - DAY),
        schedule("h", play.now, hours=0),
    )
    for act in outside:
        assert play.refused(act, stage=STAGE) is Code.HEARING_OUTSIDE_WINDOW
    play.do(schedule("h1", run.closes_at - 2 * HOUR), stage=STAGE)
    assert state_of(play) is HearingState.SCHEDULED


def test_a_hearing_may_be_set_before_its_stage_opens_within_the_planned_window():
    play = launched(hearings())
    opens_at = play.run(STAGE).planned_opens_at
    assert play.refused(schedule("h1", opens_at - HOUR), stage=STAGE) is Code.HEARING_OUTSIDE_WINDOW
    play.do(schedule("h1", opens_at), "writer", STAGE)


def test_a_hearing_is_not_set_in_the_past_nor_twice_nor_after_the_closing():
    play = hearing_days()
    play.pass_time(DAY)
    assert play.refused(schedule("h1", play.now - HOUR), stage=STAGE) is Code.DATE_IN_PAST
    play.do(schedule("h1", play.now), stage=STAGE)
    assert play.refused(schedule("h1", play.now), stage=STAGE) is Code.ALREADY_EXISTS
    play.until(STAGE, State.CLOSED)
    assert play.refused(schedule("h2", play.now), stage=STAGE) is Code.STAGE_WRONG_STATE


def test_witnesses_are_members():
    play = hearing_days()
    assert play.refused(schedule("h1", play.now, ("nobody",)), stage=STAGE) is Code.UNKNOWN_MEMBER


def test_a_hearing_takes_place_once_it_has_begun_and_with_those_who_were_called():
    play = hearing_days()
    play.do(schedule("h1", play.now + DAY), stage=STAGE)
    held = acts.HoldHearing(hearing="h1", heard=("citizen",))
    assert play.refused(held, stage=STAGE) is Code.HEARING_NOT_STARTED
    assert play.refused(acts.HoldHearing(hearing="x", heard=()), stage=STAGE) is Code.UNKNOWN_HEARING
    play.pass_time(DAY)
    strangers = acts.HoldHearing(hearing="h1", heard=("citizen", "warden"))
    assert play.refused(strangers, stage=STAGE) is Code.UNKNOWN_MEMBER
    play.do(held, stage=STAGE)
    assert play.process.hearings["h1"].heard == ("citizen",)
    assert play.refused(held, stage=STAGE) is Code.HEARING_WRONG_STATE


def test_a_hearing_is_not_held_before_its_stage_is_open():
    play = launched(hearings())
    opens_at = play.run(STAGE).planned_opens_at
    play.do(schedule("h1", opens_at), stage=STAGE)
    postponed = acts.PostponeStage(opens_at=opens_at + 9 * DAY, seen_opens_at=opens_at, reason="grève")
    play.do(postponed, stage=STAGE)
    play.pass_time(opens_at - play.now + HOUR)
    assert play.refused(acts.HoldHearing(hearing="h1", heard=()), stage=STAGE) is Code.STAGE_NOT_OPEN
    play.do(acts.CancelHearing(hearing="h1", reason="report"), stage=STAGE)


def test_those_heard_twice_by_mistake_count_once():
    play = hearing_days()
    hold(play, heard=("citizen", "citizen"))
    assert play.process.hearings["h1"].heard == ("citizen",)


def test_a_hearing_is_cancelled_with_a_reason_as_long_as_it_was_not_held():
    play = hearing_days()
    play.do(schedule("h1", play.now + DAY), stage=STAGE)
    assert play.refused(acts.CancelHearing(hearing="h1", reason=" "), stage=STAGE) is Code.REASON_REQUIRED
    play.do(acts.CancelHearing(hearing="h1", reason="grève"), stage=STAGE)
    assert state_of(play) is HearingState.CANCELLED
    assert play.refused(acts.CancelHearing(hearing="h1", reason="x"), stage=STAGE) is Code.HEARING_WRONG_STATE
    assert play.refused(acts.CancelHearing(hearing="x", reason="x"), stage=STAGE) is Code.UNKNOWN_HEARING


def test_a_record_is_put_to_those_heard():
    play = hearing_days()
    hold(play)
    events = play.do(record(), stage=STAGE)
    fact = events[1].fact
    assert isinstance(fact, BallotOpened)
    assert (fact.purpose, fact.seats, fact.about, fact.subject) == (
        "record", ("citizen", "prefect"), "h1", body("cr").digest,
    )  # fmt: skip
    assert play.refused(play.cast(), "warden") is Code.NOT_IN_ELECTORATE
    play.vote("citizen", "favourable")
    play.vote("prefect", "favourable")
    assert (state_of(play), play.process.hearings["h1"].approval) == (
        HearingState.APPROVED,
        BallotOutcome.PASSED,
    )


def test_a_record_is_approved_by_silence():
    play = hearing_days()
    hold(play)
    play.do(record(), stage=STAGE)
    play.vote("citizen", "favourable")
    play.pass_time(8 * DAY)
    assert play.process.hearings["h1"].approval is BallotOutcome.DEEMED_GIVEN


def test_a_record_that_one_of_those_heard_refuses_is_written_again():
    play = hearing_days()
    hold(play)
    play.do(record(), stage=STAGE)
    assert play.refused(record(text="cr2"), stage=STAGE) is Code.HEARING_WRONG_STATE
    play.vote("citizen", "favourable")
    play.vote("prefect", "unfavourable")
    assert state_of(play) is HearingState.RECORDED
    play.until(STAGE, State.CLOSED)
    assert [item.what for item in awaited(play.process, play.now)] == ["record"]
    play.do(record(text="cr2"), stage=STAGE)
    play.vote("citizen", "favourable")
    play.vote("prefect", "favourable")
    assert play.process.hearings["h1"].record == body("cr2")
    assert play.run(STAGE).state is State.CONCLUDED


def test_a_record_refused_may_be_gone_on_from_in_public():
    rule = {"majority": "simple", "quorum": 1, "within": "P8D", "if_refused": "go_on_published"}
    play = hearing_days(record_approval=rule)
    hold(play)
    play.do(record(), stage=STAGE)
    play.vote("citizen", "unfavourable")
    play.vote("prefect", "unfavourable")
    assert (state_of(play), play.process.hearings["h1"].approval) == (
        HearingState.APPROVED,
        BallotOutcome.REFUSED,
    )


def test_a_record_without_a_rule_or_of_nobody_stands_at_once():
    play = hearing_days(record_approval=None)
    hold(play)
    play.do(record(), stage=STAGE)
    assert state_of(play) is HearingState.APPROVED
    play = hearing_days()
    hold(play, heard=())
    play.do(record(), stage=STAGE)
    assert state_of(play) is HearingState.APPROVED


def test_a_witness_whose_id_is_the_name_of_an_office_votes_for_themself_only():
    play = hearing_days()
    play.enrol("garant")
    play.do(schedule("h1", play.now, ("garant",)), stage=STAGE)
    play.do(acts.HoldHearing(hearing="h1", heard=("garant",)), stage=STAGE)
    play.do(record(), stage=STAGE)
    assert play.refused(play.cast(), "warden") is Code.NOT_IN_ELECTORATE
    play.vote("garant", "favourable")


def test_a_record_that_meets_silence_may_be_escalated_to_an_office():
    rule = {
        "majority": "simple", "quorum": 1, "within": "P8D", "if_silent": "escalate", "escalate_to": ["garant"],
    }  # fmt: skip
    play = hearing_days(record_approval=rule)
    hold(play)
    play.do(record(), stage=STAGE)
    play.pass_time(8 * DAY)
    assert play.ballot().seats == ("garant/1",)
    assert play.refused(play.cast(), "citizen") is Code.NOT_IN_ELECTORATE
    play.vote("warden", "favourable")
    assert state_of(play) is HearingState.APPROVED


def test_only_a_hearing_that_was_held_is_recorded():
    play = hearing_days()
    play.do(schedule("h1", play.now + DAY), stage=STAGE)
    assert play.refused(record(), stage=STAGE) is Code.HEARING_WRONG_STATE
    assert play.refused(record("x"), stage=STAGE) is Code.UNKNOWN_HEARING


def test_a_closed_stage_waits_for_its_hearings_and_records():
    play = hearing_days()
    play.do(schedule("h1", play.now), stage=STAGE)
    play.do(schedule("h2", play.now, ("ada",)), stage=STAGE)
    play.do(acts.HoldHearing(hearing="h2", heard=("ada",)), stage=STAGE)
    play.until(STAGE, State.CLOSED)
    play.pass_time(30 * DAY)
    assert play.run(STAGE).state is State.CLOSED
    assert [(i.what, i.about) for i in awaited(play.process, play.now)] == [
        ("hearing", "h1"),
        ("record", "h2"),
    ]
    play.do(acts.CancelHearing(hearing="h1", reason="absent"), stage=STAGE)
    play.do(record("h2"), stage=STAGE)
    assert [item.what for item in awaited(play.process, play.now)] == ["vote"]
    play.vote("ada", "favourable")
    assert play.run(STAGE).state is State.CONCLUDED


def test_too_few_hearings_is_a_finding_and_the_procedure_says_what_follows():
    play = hearing_days(minimum_hearings=2, if_no_quorum={"action": "extend", "by": "P5D", "then": "stop"})
    hold(play)
    play.do(record(), stage=STAGE)
    play.pass_time(12 * DAY)
    fact = next(event.fact for event in play.events if isinstance(event.fact, QuorumMissed))
    assert (fact.reached, fact.asked, fact.consequence) == ({"hearings": 1}, {"hearings": 2}, "extend")
    assert play.run(STAGE).state is State.OPEN
    play.pass_time(20 * DAY)
    assert play.process.outcome is Outcome.STOPPED_NO_QUORUM


def test_enough_hearings_go_on():
    play = hearing_days(minimum_hearings=1, if_no_quorum={"action": "stop"})
    hold(play)
    play.do(record(), stage=STAGE)
    play.pass_time(20 * DAY)
    assert play.run(STAGE).state is State.CONCLUDED


def test_a_cancelled_hearing_does_not_count():
    play = hearing_days(minimum_hearings=1, if_no_quorum={"action": "stop"})
    play.do(schedule("h1", play.now), stage=STAGE)
    play.do(acts.CancelHearing(hearing="h1", reason="grève"), stage=STAGE)
    play.pass_time(20 * DAY)
    assert play.process.outcome is Outcome.STOPPED_NO_QUORUM


def test_a_suspended_stage_takes_no_hearing():
    play = hearing_days()
    play.do(schedule("h1", play.now), stage=STAGE)
    play.do(acts.Suspend(reason="panne"), stage=STAGE)
    for act in (schedule("h2", play.now), acts.HoldHearing(hearing="h1", heard=()), record()):
        assert play.refused(act, stage=STAGE) is Code.SUSPENDED


def test_hearings_belong_to_a_stage_of_hearings():
    play = opened(call_for_input(), hearings(after=[]))
    assert play.refused(schedule("h1", play.now), stage="appel") is Code.STAGE_WRONG_KIND


def test_the_rapporteur_of_another_axis_sets_and_records_nothing():
    lanes = [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]
    offices = [
        {"id": "coordination", "role": "coordinator", "label": "C"},
        {"id": "rapporteur-a", "role": "rapporteur", "label": "A", "lane": "a", "required": 0},
        {"id": "rapporteur-b", "role": "rapporteur", "label": "B", "lane": "b", "required": 0},
    ]
    play = opened(hearings(lane="each"), stage="auditions.a", lanes=lanes, offices=offices)
    play.appoint("rapporteur-a", "anna")
    play.appoint("rapporteur-b", "bert")
    act = schedule("h1", play.now, ())
    assert play.refused(act, "bert", "auditions.a") is Code.NOT_ALLOWED
    play.do(act, "anna", "auditions.a")
    for other in (
        acts.HoldHearing(hearing="h1", heard=()),
        acts.CancelHearing(hearing="h1", reason="x"),
        record(),
    ):
        assert play.refused(other, "bert", "auditions.a") is Code.NOT_ALLOWED
        assert play.refused(other, "bert", "auditions.b") is Code.UNKNOWN_HEARING
    play.do(acts.HoldHearing(hearing="h1", heard=()), "anna", "auditions.a")


def test_a_ballot_on_a_record_ends_when_its_round_does():
    stage = hearings(after=[], record_approval={"majority": "simple", "quorum": 1, "within": "P300D"})
    play = opened(call_for_input(), stage, review(after=["appel"], refer_back="appel"))
    hold(play)
    play.do(record(), stage=STAGE)
    assert play.ballot().state is BallotState.OPEN
    play.do(acts.Abandon(reason="fin"))
    assert next(iter(play.process.ballots.values())).outcome is BallotOutcome.SUPERSEDED


def test_who_withdrew_from_everything_still_approves_the_record_of_their_own_words():
    play = hearing_days()
    play.do(schedule("h1", play.now, ("ada",)), stage=STAGE)
    play.do(acts.HoldHearing(hearing="h1", heard=("ada",)), stage=STAGE)
    play.do(acts.WithdrawFromReview(reason="lien"), "ada")
    play.do(record(), stage=STAGE)
    play.vote("ada", "favourable")
    assert state_of(play) is HearingState.APPROVED
