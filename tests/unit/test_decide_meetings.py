"""Meetings of the scientific council: notice, quorum, second convening, minutes; and votes that need one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain import acts
from domain.acts import Attendance, Conclusion
from domain.awaited import awaited
from domain.check import check
from domain.process import BallotOutcome, MeetingState, State
from domain.refusals import Code
from domain.sandbox import sandbox
from tests.unit.play import Play, body
from tests.unit.procedures import OPINION, call_for_input, hearings, procedure, review, synthesis
from tests.unit.scenes import COUNCIL, DAY, HOUR, opened

AVIS = "avis"
RULE = {"notice": "P5D", "quorum": "1/2", "second_notice": "P1D"}
EVERYBODY = ("presidence/1", "conseil/1", "conseil/2", "conseil/3")


def reviewing(**more: Any) -> Play:
    return opened(call_for_input(), review(**{"meeting": RULE, **more}), stage=AVIS)


def convocation(play: Play, name: str = "m1", after: timedelta = 5 * DAY, **more: Any) -> acts.ConveneMeeting:
    starts_at = play.now + after
    asked = {"starts_at": starts_at, "ends_at": starts_at + HOUR, "agenda": body("ordre du jour"), **more}
    return acts.ConveneMeeting(meeting=name, **asked)


def held(name: str = "m1", present: tuple[str, ...] = EVERYBODY, **said: str) -> acts.HoldMeeting:
    there = dict.fromkeys(present, Attendance.PRESENT)
    others = {seat.replace("_", "/"): Attendance(how) for seat, how in said.items()}
    return acts.HoldMeeting(meeting=name, attendance={**there, **others})


def meet(play: Play, name: str = "m1", present: tuple[str, ...] = EVERYBODY, **more: Any) -> None:
    """Let the council be convened, wait for its meeting, and hold it."""
    act = convocation(play, name, **more)
    play.do(act, "chair", AVIS)
    play.pass_time(act.starts_at - play.now)
    play.do(held(name, present), "chair", AVIS)


def draft(play: Play) -> None:
    play.do(acts.DraftOpinion(text=body("avis"), conclusion=Conclusion.FAVOURABLE), "ada", AVIS)


def vote_in(meeting: str | None) -> acts.PutOpinionToVote:
    return acts.PutOpinionToVote(text=body("avis").digest, meeting=meeting)


# Convocation


def test_the_chair_or_the_coordination_convenes_the_council_with_its_notice():
    play = reviewing()
    assert play.refused(convocation(play, after=4 * DAY), "chair", AVIS) is Code.NOTICE_TOO_SHORT
    assert play.refused(convocation(play), "ada", AVIS) is Code.NOT_ALLOWED
    play.do(convocation(play), "chair", AVIS)
    play.do(convocation(play, "m2"), "coordinator", AVIS)
    meeting = play.process.meetings["m1"]
    assert (meeting.state, meeting.stage, meeting.round) == (MeetingState.CONVENED, AVIS, 1)


def test_a_meeting_is_not_convened_into_the_past_nor_twice_nor_to_end_before_it_starts():
    play = reviewing()
    assert play.refused(convocation(play, after=-HOUR), "chair", AVIS) is Code.DATE_IN_PAST
    backwards = convocation(play, ends_at=play.now + 5 * DAY)
    assert play.refused(backwards, "chair", AVIS) is Code.MEETING_ENDS_FIRST
    play.do(convocation(play), "chair", AVIS)
    assert play.refused(convocation(play), "chair", AVIS) is Code.ALREADY_EXISTS


def test_the_council_may_be_convened_before_its_review_opens_and_not_after_it_closed():
    play = opened(call_for_input(), review(meeting=RULE))
    play.do(convocation(play, after=90 * DAY), "chair", AVIS)
    silent = review(meeting=RULE, opinion={**OPINION, "if_silent": "given"})
    play = opened(call_for_input(), silent, synthesis(), stage="synthese")
    assert play.refused(convocation(play), "chair", AVIS) is Code.STAGE_WRONG_STATE


def test_a_suspended_review_holds_no_meetings():
    play = reviewing()
    play.do(acts.Suspend(reason="panne"), stage=AVIS)
    assert play.refused(convocation(play), "chair", AVIS) is Code.SUSPENDED


def test_a_meeting_is_cancelled_with_a_reason_before_it_is_held():
    play = reviewing()
    play.do(convocation(play), "chair", AVIS)
    assert play.refused(acts.CancelMeeting(meeting="m1", reason=" "), "chair", AVIS) is Code.REASON_REQUIRED
    play.do(acts.CancelMeeting(meeting="m1", reason="grève"), "chair", AVIS)
    assert play.refused(held(), "chair", AVIS) is Code.MEETING_WRONG_STATE
    assert play.refused(acts.CancelMeeting(meeting="m9", reason="x"), "chair", AVIS) is Code.UNKNOWN_MEETING


# Attendance and quorum


def test_a_meeting_is_held_once_it_began_in_an_open_review():
    play = reviewing()
    play.do(convocation(play), "chair", AVIS)
    assert play.refused(held(), "chair", AVIS) is Code.MEETING_NOT_STARTED
    early = opened(call_for_input(), review(meeting=RULE))
    early.do(convocation(early), "chair", AVIS)
    early.pass_time(6 * DAY)
    assert early.refused(held(), "chair", AVIS) is Code.STAGE_NOT_OPEN


def test_the_remote_and_the_represented_count_in_the_quorum_and_the_absent_do_not():
    play = reviewing()
    play.do(convocation(play), "chair", AVIS)
    play.pass_time(5 * DAY)
    play.do(held(present=("presidence/1",), conseil_1="remote", conseil_2="represented"), "chair", AVIS)
    counted = play.process.meetings["m1"].count
    assert counted is not None
    assert (counted.entitled, counted.present, counted.quorum, counted.is_quorate) == (4, 3, 2, True)


def test_a_meeting_in_which_half_are_missing_has_no_quorum_and_none_is_needed_the_second_time():
    play = reviewing()
    draft(play)
    meet(play, present=("presidence/1",))
    assert not play.process.meetings["m1"].is_quorate
    assert play.refused(vote_in("m1"), "chair", AVIS) is Code.MEETING_WITHOUT_QUORUM
    soon = convocation(play, "m2", after=HOUR, second_of="m1")
    assert play.refused(soon, "chair", AVIS) is Code.NOTICE_TOO_SHORT
    meet(play, "m2", present=("presidence/1",), after=DAY, second_of="m1")
    play.do(vote_in("m2"), "chair", AVIS)


def test_only_a_missed_quorum_is_a_reason_for_a_second_convening():
    play = reviewing()
    meet(play)
    again = convocation(play, "m2", second_of="m1")
    assert play.refused(again, "chair", AVIS) is Code.MEETING_WRONG_STATE
    nowhere = convocation(play, "m2", second_of="m9")
    assert play.refused(nowhere, "chair", AVIS) is Code.UNKNOWN_MEETING


def test_nobody_at_all_is_never_a_quorum():
    play = reviewing()
    meet(play, present=())
    meet(play, "m2", present=(), second_of="m1")
    assert not play.process.meetings["m2"].is_quorate


@pytest.mark.parametrize("seat", ["conseil/4", "ministre/1", "nulle-part/1", "presidence"])
def test_a_seat_that_is_vacant_or_not_of_the_council_takes_no_part(seat):
    play = reviewing()
    play.do(convocation(play), "chair", AVIS)
    play.pass_time(5 * DAY)
    assert play.refused(held(present=(*EVERYBODY, seat)), "chair", AVIS) is Code.ATTENDANCE_INVALID


def test_who_stands_aside_is_not_of_the_base_of_the_quorum():
    play = reviewing()
    play.do(acts.WithdrawFromReview(reason="lien"), "ada", AVIS)
    play.do(convocation(play), "chair", AVIS)
    play.pass_time(5 * DAY)
    assert play.refused(held(), "chair", AVIS) is Code.ATTENDANCE_INVALID
    play.do(held(present=("presidence/1", "conseil/2"), conseil_1="absent"), "chair", AVIS)
    counted = play.process.meetings["m1"].count
    assert counted is not None
    assert (counted.entitled, counted.present, counted.quorum) == (3, 2, 2)


def test_each_member_holds_one_mandate_at_most_where_the_rule_knows_mandates():
    play = reviewing()
    play.do(convocation(play), "chair", AVIS)
    play.pass_time(5 * DAY)
    too_many = held(present=("presidence/1",), conseil_1="represented", conseil_2="represented")
    assert play.refused(too_many, "chair", AVIS) is Code.ATTENDANCE_INVALID
    play = reviewing(opinion={**OPINION, "proxies": False})
    play.do(convocation(play), "chair", AVIS)
    play.pass_time(5 * DAY)
    by_proxy = held(present=("presidence/1", "conseil/1"), conseil_2="represented")
    assert play.refused(by_proxy, "chair", AVIS) is Code.ATTENDANCE_INVALID


# Votes and minutes


def test_where_the_procedure_asks_for_a_meeting_the_opinion_is_put_to_the_vote_in_one():
    play = reviewing()
    draft(play)
    assert play.refused(vote_in(None), "chair", AVIS) is Code.MEETING_MISSING
    assert play.refused(vote_in("m1"), "chair", AVIS) is Code.UNKNOWN_MEETING
    play.do(convocation(play), "chair", AVIS)
    assert play.refused(vote_in("m1"), "chair", AVIS) is Code.MEETING_WRONG_STATE
    play.pass_time(5 * DAY)
    play.do(held(), "chair", AVIS)
    play.do(vote_in("m1"), "chair", AVIS)
    ballot = play.ballot()
    assert ballot.meeting == "m1"
    for voter in COUNCIL:
        play.vote(voter, "favourable", ballot)
    assert play.process.ballots[ballot.id].outcome is BallotOutcome.PASSED


def test_where_the_procedure_asks_for_none_the_council_votes_without_a_meeting_or_in_one():
    play = opened(call_for_input(), review(), stage=AVIS)
    draft(play)
    play.do(vote_in(None), "chair", AVIS)
    assert play.ballot().meeting is None


def test_a_meeting_of_one_round_is_not_one_of_another():
    play = reviewing()
    draft(play)
    meet(play)
    play.do(acts.DraftOpinion(text=body("renvoi"), conclusion=Conclusion.REFER_BACK), "ada", AVIS)
    play.do(acts.PutOpinionToVote(text=body("renvoi").digest, meeting="m1"), "chair", AVIS)
    for voter in COUNCIL:
        play.vote(voter, "favourable")
    play.until("appel", State.OPEN)
    play.until(AVIS, State.OPEN)
    draft(play)
    assert play.refused(vote_in("m1"), "chair", AVIS) is Code.UNKNOWN_MEETING


def test_minutes_of_a_meeting_that_referred_back_are_taken_in_the_next_round():
    play = reviewing()
    meet(play)
    play.do(acts.DraftOpinion(text=body("renvoi"), conclusion=Conclusion.REFER_BACK), "ada", AVIS)
    play.do(acts.PutOpinionToVote(text=body("renvoi").digest, meeting="m1"), "chair", AVIS)
    for voter in COUNCIL:
        play.vote(voter, "favourable")
    play.until("appel", State.OPEN)
    assert whats(play) == [("minutes", "m1")]
    minutes = acts.RecordMinutes(meeting="m1", minutes=body("pv"))
    assert play.refused(minutes, "chair", AVIS, round_=3) is Code.ROUND_CHANGED
    assert play.refused(minutes, "chair", "appel", round_=1) is Code.STAGE_WRONG_KIND
    play.do(minutes, "chair", AVIS, round_=1)
    assert play.process.meetings["m1"].minutes == body("pv")
    assert play.events[-1].round == 2


def test_minutes_follow_a_meeting_that_was_held_and_may_be_corrected():
    play = reviewing()
    play.do(convocation(play), "chair", AVIS)
    minutes = acts.RecordMinutes(meeting="m1", minutes=body("pv"))
    assert play.refused(minutes, "chair", AVIS) is Code.MEETING_WRONG_STATE
    play.pass_time(5 * DAY)
    play.do(held(), "chair", AVIS)
    play.do(minutes, "chair", AVIS)
    play.do(acts.RecordMinutes(meeting="m1", minutes=body("pv 2")), "coordinator", AVIS)
    meeting = play.process.meetings["m1"]
    assert (meeting.state, meeting.minutes, meeting.version) == (MeetingState.RECORDED, body("pv 2"), 2)


# What is awaited, and what a procedure may ask


def whats(play: Play) -> list[tuple[str, str | None]]:
    found = awaited(play.process, play.now)
    return [(item.what, item.about) for item in found if item.what in ("meeting", "minutes")]


def test_a_meeting_and_its_minutes_are_awaited_in_public():
    play = reviewing()
    assert whats(play) == [("meeting", None)]
    play.do(convocation(play), "chair", AVIS)
    assert whats(play) == [("meeting", "m1")]
    play.pass_time(5 * DAY)
    play.do(held(), "chair", AVIS)
    assert whats(play) == [("minutes", "m1")]
    play.do(acts.RecordMinutes(meeting="m1", minutes=body("pv")), "chair", AVIS)
    assert whats(play) == []


def test_a_rule_of_meetings_belongs_to_a_review():
    codes = {finding.code for finding in check(procedure(call_for_input(), hearings(meeting=RULE)))}
    assert "field_of_other_kind" in codes


def test_a_sandbox_shortens_the_notice_of_meetings_and_lengthens_none():
    short = sandbox(procedure(call_for_input(), review(meeting={"notice": "P5D"})))
    rule = short.stages[1].meeting
    assert rule is not None
    assert (rule.notice, rule.second_notice) == (timedelta(seconds=0.5), timedelta(0))
