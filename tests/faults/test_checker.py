"""The checker, on made-up histories: what it must find, and what it must not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.settings import Settings
from tests.faults.answers import Answer, Said, read
from tests.faults.checker import Found, Written, checked, command_of
from tests.faults.history import History, Operation
from tests.faults.play import Play

HERE, ALICE = "c", "alice"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def done(one: Operation, **data: Any) -> Operation:
    """Acknowledge it."""
    one.answer = Answer(said=Said.DONE, data=data)
    return one


def refused(one: Operation, code: str) -> Operation:
    """Refuse it."""
    one.answer = Answer(said=Said.REFUSED, data={"code": code}, code=code)
    return one


def receipt(number: int) -> dict[str, Any]:
    """A receipt, as the API writes it."""
    return {"code": f"R{number}", "digest": f"d{number}", "version": number}


def written(key: str, number: int) -> Written:
    """A row under this key, with the receipt of this number."""
    return Written(
        command=command_of(HERE, ALICE, key),
        concertation=HERE,
        member=ALICE,
        version=number,
        receipt=f"R{number}",
        digest=f"d{number}",
        submitted_at=NOON,
        withdrawn=False,
        opens_at=NOON,
        closes_at=NOON + timedelta(minutes=1),
    )


def told() -> tuple[History, Found]:
    """A draft, a submission and a revision, as they should be."""
    history = History("k")
    drafted = done(history.begin("DraftConcertation", "coordinator", HERE))
    enrolled = done(history.begin("EnrolMember", "coordinator", HERE))
    first = done(history.begin("SubmitContribution", ALICE, HERE), receipt=receipt(1))
    second = done(history.begin("ReviseContribution", ALICE, HERE), receipt=receipt(2))
    refused(history.begin("ReviseContribution", ALICE, HERE), "STAGE_NOT_OPEN")
    found = Found(
        concertations=(HERE,),
        contributions=(written(first.key, 1), written(second.key, 2)),
        commands=((HERE, "coordinator", drafted.key), (HERE, "coordinator", enrolled.key)),
        events={(HERE, "concertation_drafted"): 1, (HERE, "member_enrolled"): 2},
    )
    return history, found


def test_what_is_as_it_was_told_is_counted_and_nothing_is_said() -> None:
    tally = checked(*told())

    assert tally.holds, tally.broken
    assert (tally.operations, tally.acknowledged, tally.refused) == (5, 4, 1)


def test_a_receipt_whose_row_is_gone_is_lost() -> None:
    history, found = told()

    assert checked(history, replace(found, contributions=found.contributions[:1])).lost == 1


@pytest.mark.parametrize("changed", [{"receipt": "X"}, {"digest": "x"}, {"version": 7}])
def test_a_row_that_says_otherwise_than_its_receipt_is_lost(changed: dict[str, Any]) -> None:
    history, found = told()
    first, second = found.contributions

    assert checked(history, replace(found, contributions=(first, replace(second, **changed)))).lost == 1


def test_a_row_that_nobody_was_told_of_is_doubled() -> None:
    history, found = told()
    more = (*found.contributions, written("another key", 3))

    assert checked(history, replace(found, contributions=more)).doubled == 1


def test_two_rows_under_one_key_are_doubled() -> None:
    history, found = told()
    twice = (*found.contributions, replace(found.contributions[0], version=3, receipt="R3"))

    assert checked(history, replace(found, contributions=twice)).doubled == 1


def test_a_refused_operation_that_is_there_all_the_same_is_doubled() -> None:
    history, found = told()
    key = history.operations[-1].key

    assert checked(history, replace(found, contributions=(*found.contributions, written(key, 3)))).doubled


def test_one_receipt_given_for_two_keys_is_doubled() -> None:
    history, found = told()
    done(history.operations[-1], receipt=receipt(2))

    assert checked(history, found).doubled


def test_a_withdrawal_that_left_the_contribution_alive_is_lost() -> None:
    history, found = told()
    done(history.begin("WithdrawContribution", ALICE, HERE))
    gone = tuple(replace(one, withdrawn=True) for one in found.contributions)

    assert checked(history, found).lost == 1
    assert checked(history, replace(found, contributions=gone)).holds


def test_a_command_without_a_line_in_the_log_is_lost() -> None:
    history, found = told()

    assert checked(history, replace(found, commands=found.commands[:1])).lost == 1


def test_a_command_that_left_two_events_is_doubled() -> None:
    history, found = told()
    events = found.events | {(HERE, "member_enrolled"): 3}

    assert checked(history, replace(found, events=events)).doubled == 1


def test_a_concertation_that_nobody_was_told_of_is_doubled() -> None:
    history, found = told()

    assert checked(history, replace(found, concertations=(HERE, "other"))).doubled == 1


def test_a_draft_is_the_one_that_was_saved_last_until_it_is_sent() -> None:
    history, found = told()
    done(history.begin("SaveDraft", "bob", HERE, body="one"))
    done(history.begin("SaveDraft", "bob", HERE, body="two"))

    assert checked(history, replace(found, drafts={(HERE, "bob"): "two"})).holds
    assert checked(history, replace(found, drafts={(HERE, "bob"): "one"})).lost == 1
    done(history.begin("SubmitContribution", "bob", HERE), receipt=receipt(9))
    mine = replace(written("", 9), command=command_of(HERE, "bob", history.operations[-1].key), member="bob")
    assert checked(history, replace(found, contributions=(*found.contributions, mine))).holds


@pytest.mark.parametrize(
    ("moment", "holds"),
    [(timedelta(microseconds=-1), False), (timedelta(0), True), (timedelta(minutes=1), False)],
)
def test_what_was_taken_before_the_opening_or_at_the_closing_is_said(moment: timedelta, holds: bool) -> None:
    history, found = told()
    first, second = found.contributions
    late = replace(found, contributions=(replace(first, submitted_at=NOON + moment), second))

    assert checked(history, late).holds is holds


def test_an_operation_that_was_never_answered_is_said() -> None:
    history, found = told()
    history.begin("SubmitContribution", "bob", HERE)

    assert not checked(history, found).holds


def test_a_refusal_that_being_late_does_not_explain_is_said() -> None:
    history, found = told()
    refused(history.begin("SubmitContribution", "bob", HERE), "IDEMPOTENCY_KEY_REUSED")

    assert not checked(history, found).holds


def test_an_answer_that_no_client_can_act_on_is_said() -> None:
    history, found = told()
    history.untyped["502 Bad gateway"] = 1

    assert not checked(history, found).holds


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"data": {"launch": {"__typename": "Accepted"}}}', Said.DONE),
        (b'{"data": {"launch": {"code": "NOT_DRAFT", "message": "Non."}}}', Said.REFUSED),
        (b'{"data": {"launch": {"code": "SIGN_OFF_PENDING", "message": "Reste."}}}', Said.DONE),
        (b'{"data": null, "errors": [{"extensions": {"code": "UNAVAILABLE"}}]}', Said.UNSETTLED),
        (b'{"errors": [{"extensions": {"code": "OUTCOME_UNKNOWN"}}]}', Said.UNSETTLED),
        (b'{"errors": [{"message": "Non.", "extensions": {"code": "BAD_USER_INPUT"}}]}', Said.FAULTY),
        (b'{"errors": [{"extensions": {"code": "INTERNAL"}}]}', Said.UNTYPED),
        (b'{"errors": [{"message": "Oops"}]}', Said.UNTYPED),
        (b"<html>Bad gateway</html>", Said.UNTYPED),
        (b"", Said.UNTYPED),
    ],
)
def test_an_answer_is_read_as_a_client_may_rely_on_it(body: bytes, said: Said) -> None:
    assert read(200, body).said is said


def test_two_runs_with_one_seed_have_keys_of_their_own() -> None:
    one, other = (Play(7, lambda: "http://127.0.0.1/graphql", Settings()) for _ in range(2))

    assert one.history.begin("Launch", ALICE).key != other.history.begin("Launch", ALICE).key
