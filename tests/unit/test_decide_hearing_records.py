"""Records of hearings: drafted, handed in, corrected before the deadline, or approved by silence."""

from __future__ import annotations

from typing import Any

from domain import acts
from domain.process import BallotOutcome, HearingState
from domain.refusals import Code
from tests.unit.play import Play, body
from tests.unit.procedures import hearings, review
from tests.unit.scenes import DAY, HOUR, opened

STAGE = "auditions"


def held(**more: Any) -> Play:
    """Give a hearing of two that took place yesterday."""
    play = opened(hearings(**more), review(refer_back=None))
    act = acts.ScheduleHearing(
        hearing="h1", starts_at=play.now, ends_at=play.now + HOUR, witnesses=("citizen", "prefect", "ada")
    )
    play.do(act, stage=STAGE)
    play.do(acts.HoldHearing(hearing="h1", heard=("citizen", "prefect")), stage=STAGE)
    play.pass_time(DAY)
    return play


def correct(text: str = "plutôt ceci", seen: str = "cr") -> acts.CorrectRecord:
    return acts.CorrectRecord(hearing="h1", seen=body(seen).digest, text=body(text))


def record(text: str = "cr") -> acts.RecordHearing:
    return acts.RecordHearing(hearing="h1", record=body(text))


def test_a_record_is_drafted_until_it_is_handed_in():
    play = held()
    draft = acts.DraftRecord(hearing="h1", record=body("projet"))
    assert play.refused(draft, "citizen", STAGE) is Code.NOT_ALLOWED
    play.do(draft, "writer", STAGE)
    assert play.process.hearings["h1"].draft == body("projet")
    play.do(record(), stage=STAGE)
    assert play.process.hearings["h1"].draft is None
    assert play.refused(draft, "writer", STAGE) is Code.HEARING_WRONG_STATE
    assert play.refused(acts.DraftRecord(hearing="x", record=body("x")), stage=STAGE) is Code.UNKNOWN_HEARING


def test_a_correction_is_a_vote_against_that_says_what_is_to_be_written():
    play = held()
    assert play.refused(correct(), "citizen", STAGE) is Code.HEARING_WRONG_STATE
    play.do(record(), stage=STAGE)
    assert play.refused(correct(), "ada", STAGE) is Code.NOT_A_WITNESS  # called, and not heard
    assert play.refused(correct(seen="autre"), "citizen", STAGE) is Code.SUBJECT_CHANGED
    assert play.refused(correct(), "citizen", STAGE, on_behalf_of="prefect") is Code.NOT_ALLOWED
    events = play.do(correct(), "citizen", STAGE)
    assert play.kinds(events) == ["record_corrected", "vote_cast"]
    assert play.process.hearings["h1"].corrections == {"citizen": body("plutôt ceci")}
    play.vote("prefect", "favourable")
    hearing = play.process.hearings["h1"]
    assert play.process.ballots[hearing.ballot or ""].outcome is BallotOutcome.REFUSED
    play.do(record("cr corrigé"), stage=STAGE)
    assert play.process.hearings["h1"].corrections == {}
    for member in ("citizen", "prefect"):
        play.vote(member, "favourable")
    assert play.process.hearings["h1"].state is HearingState.APPROVED
    play.check_fold()


def test_a_record_is_not_corrected_after_the_deadline():
    play = held()
    play.do(record(), stage=STAGE)
    play.now += 8 * DAY  # no tick: late commands meet the state that time has made
    assert play.refused(correct(), "citizen", STAGE) is Code.RECORD_DEADLINE_PASSED
    play.tick()
    assert play.process.hearings["h1"].approval is BallotOutcome.DEEMED_GIVEN
    assert play.refused(correct(), "citizen", STAGE) is Code.RECORD_DEADLINE_PASSED


def test_a_record_that_was_refused_takes_no_more_corrections():
    play = held()
    play.do(record(), stage=STAGE)
    play.do(correct(), "citizen", STAGE)
    play.do(correct(), "prefect", STAGE)
    assert play.refused(correct("encore"), "citizen", STAGE) is Code.RECORD_DEADLINE_PASSED
