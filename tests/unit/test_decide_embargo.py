"""A decision under an embargo: issued, read by some, published at its instant; and its reasons, a text of their own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain import acts
from domain.awaited import awaited
from domain.deadlines import next_deadline
from domain.process import BallotOutcome, State
from domain.refusals import Code
from tests.unit.play import Play, body
from tests.unit.procedures import call_for_input, decision, follow_up, synthesis
from tests.unit.scenes import DAY, HOUR, assemble, opened, respond

LATER = {"concludes": "when_delivered"}
SIGNED = {"decision": {"all_of": ["co_president_state", "co_president_local"], "within": "P10D"}}


def answered(*, signoffs: Any = None, **more: Any) -> Play:
    """Give an open stage of decision that has all its responses."""
    whole = {} if signoffs is None else {"signoffs": signoffs}
    play = opened(
        call_for_input(), synthesis(), decision(**more), follow_up(**LATER), stage="synthese", **whole
    )
    assemble(play)
    play.until("decision", State.OPEN)
    respond(play, "dinum", "dinum")
    respond(play, "asso", "mayor")
    return play


def issued(play: Play, days: float = 3, **more: Any) -> acts.IssueDecision:
    return acts.IssueDecision(text=body("decision"), embargo_until=play.now + days * DAY, **more)


def embargoed(**more: Any) -> Play:
    """Give a decision under an embargo of three days."""
    play = answered(**LATER, **more)
    play.do(issued(play, early_readers=("citizen",)), "minister", "decision")
    return play


def test_an_embargo_ends_at_its_instant_and_the_stage_goes_on():
    play = embargoed()
    until = play.process.decisions[-1].embargo_until
    assert not play.process.decisions[-1].is_out
    assert next_deadline(play.process) == until
    assert awaited(play.process, play.now) == ()
    events = play.pass_time(3 * DAY)
    assert play.kinds(events)[0] == "decision_published"
    assert play.process.decisions[-1].published_at == until
    play.until("decision", State.CONCLUDED)
    play.check_fold()


def test_under_an_embargo_the_decision_is_issued_all_the_same():
    play = embargoed()
    assert play.refused(issued(play), "minister", "decision") is Code.DECISION_OUT
    again = acts.Respond(
        recommendation="r1", addressee="dinum", answer=acts.Answer.FOLLOWED, reasons=body("x")
    )
    assert play.refused(again, "dinum", "decision") is Code.DECISION_OUT


def test_a_decision_without_an_embargo_is_out_at_once():
    play = answered()
    play.do(acts.IssueDecision(text=body("decision")), "minister", "decision")
    assert play.process.decisions[-1].is_out
    play.pass_time(2 * DAY)
    assert "decision_published" not in play.kinds(play.events)


@pytest.mark.parametrize(
    ("days", "code"), [(0, Code.DATE_IN_PAST), (-1, Code.DATE_IN_PAST), (4000, Code.EMBARGO_TOO_LONG)]
)
def test_an_embargo_lies_between_now_and_the_closing_of_its_stage(days, code):
    play = answered()
    assert play.refused(issued(play, days), "minister", "decision") is code
    closes_at = play.run("decision").closes_at
    assert closes_at is not None
    late = acts.IssueDecision(text=body("d"), embargo_until=closes_at + timedelta(seconds=1))
    assert play.refused(late, "minister", "decision") is Code.EMBARGO_TOO_LONG
    play.do(acts.IssueDecision(text=body("d"), embargo_until=closes_at), "minister", "decision")


def test_what_is_overdue_is_under_no_embargo():
    play = answered()
    closes_at = play.run("decision").closes_at
    assert closes_at is not None
    play.pass_time(closes_at - play.now + DAY)
    assert play.run("decision").overdue_since is not None
    assert play.refused(issued(play), "minister", "decision") is Code.EMBARGO_TOO_LONG


def test_early_readers_are_members_and_read_before_an_end_that_is_named():
    play = answered()
    stranger = issued(play, early_readers=("nobody",))
    assert play.refused(stranger, "minister", "decision") is Code.UNKNOWN_MEMBER
    endless = acts.IssueDecision(text=body("d"), early_readers=("citizen",))
    assert play.refused(endless, "minister", "decision") is Code.DATE_REQUIRED


def test_a_rectification_under_an_embargo_stays_under_it_and_both_versions_are_published():
    play = embargoed()
    play.do(acts.RectifyDecision(text=body("d2"), reason="coquille"), "minister", "decision")
    first, second = play.process.decisions
    assert (second.embargo_until, second.early_readers) == (first.embargo_until, ("citizen",))
    play.pass_time(4 * DAY)
    assert [d.is_out for d in play.process.decisions] == [True, True]
    play.do(acts.RectifyDecision(text=body("d3"), reason="coquille"), "minister", "decision")
    assert play.process.decisions[-1].embargo_until is None


def test_no_commitment_tells_what_is_under_an_embargo():
    play = embargoed()
    promise = acts.MakeCommitment(
        commitment="e", recommendation="r1", owner="dinum", due_at=play.now + 90 * DAY, text=body("e")
    )
    assert play.refused(promise, "dinum", "decision") is Code.DECISION_EMBARGOED
    play.pass_time(3 * DAY)
    play.do(promise, "dinum", "suivi" if play.run("suivi").state is State.OPEN else "decision")


def test_a_stage_does_not_close_early_under_an_embargo():
    play = answered()
    play.pass_time(6 * DAY)
    play.do(issued(play, 3), "minister", "decision")
    closes_at = play.run("decision").closes_at
    assert closes_at is not None

    def earlier(days: int) -> acts.CloseStageEarly:
        return acts.CloseStageEarly(closes_at=play.now + days * DAY, seen_closes_at=closes_at, reason="x")

    assert play.refused(earlier(2), stage="decision") is Code.DECISION_EMBARGOED
    play.do(earlier(3), stage="decision")
    play.pass_time(3 * DAY)
    assert play.run("decision").overdue_since is None
    assert play.run("decision").state is State.CONCLUDED


def test_an_embargo_ends_even_while_the_clocks_stand_still():
    play = embargoed()
    play.do(acts.Suspend(reason="recours"))
    play.pass_time(5 * DAY)
    assert play.process.decisions[-1].is_out
    assert play.run("decision").state is State.OPEN
    play.do(acts.Resume(reason="fin"))
    play.until("decision", State.CONCLUDED)


def test_a_signed_decision_is_under_an_embargo_from_its_last_signature_on():
    play = answered(signoffs=SIGNED, **LATER)
    play.do(issued(play, 2), "minister", "decision")
    assert not play.process.decisions
    for signatory in ("state", "local"):
        play.vote(signatory, "favourable")
    assert not play.process.decisions[-1].is_out
    play.pass_time(2 * DAY)
    assert play.process.decisions[-1].is_out


def test_signatures_that_come_after_the_embargo_would_have_ended_come_too_late():
    play = answered(signoffs=SIGNED)
    play.do(issued(play, 2), "minister", "decision")
    ballot = play.ballot()
    play.pass_time(2 * DAY + HOUR)
    for signatory in ("state", "local"):
        play.vote(signatory, "favourable", ballot)
    lapsed = play.process.ballots[ballot.id]
    assert (lapsed.outcome, lapsed.lapse_reason) == (BallotOutcome.LAPSED, Code.DATE_IN_PAST.value)


def test_reasons_are_a_document_of_their_own_where_the_procedure_says_so():
    play = answered(reasons_apart=True)
    assert play.refused(acts.IssueDecision(text=body("d")), "minister", "decision") is Code.REASONS_MISSING
    play.do(acts.IssueDecision(text=body("d"), reasons=body("motifs")), "minister", "decision")
    play.do(acts.RectifyDecision(text=body("d2"), reason="coquille"), "minister", "decision")
    play.do(
        acts.RectifyDecision(text=body("d3"), reason="coquille", reasons=body("motifs 2")),
        "minister",
        "decision",
    )
    assert [d.reasons for d in play.process.decisions] == [body("motifs"), body("motifs"), body("motifs 2")]
