"""Moderation, alone: what may become of a measure, by whom, until when; what its author is told."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.moderation import (
    GROUNDS,
    REDACTABLE,
    Act,
    Appeal,
    AppealOutcome,
    Case,
    DecideAppeal,
    DismissReports,
    Hand,
    Hide,
    Measure,
    MeasureState,
    ModerationReason,
    Occasion,
    Redact,
    Restore,
    appeal_until,
    moderate,
)
from domain.refusals import Code, Refusal
from domain.statement import Said, statement
from domain.texts import LANGUAGES, has_text

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2027, 3, 15, 10, tzinfo=UTC)
DAY = timedelta(days=1)
AUTHOR, FIRST, SECOND = Hand("author"), Hand("first"), Hand("second")
UPHOLD = DecideAppeal(outcome=AppealOutcome.UPHELD, text="Confirmé.")
GRANT = DecideAppeal(outcome=AppealOutcome.GRANTED, text="À tort.")
HIDE = Hide(reason=ModerationReason.PERSONAL_DATA, text="Un numéro de téléphone.")
RESTORE = Restore(text="Corrigé.")
REDACT = Redact(reason=ModerationReason.PERSONAL_DATA, text="Un numéro de téléphone.")
URGENT = replace(REDACT, urgency="Une adresse privée circule.")
APPEAL = Appeal(text="C’est le numéro de la mairie.")


class Matter:
    """One contribution under moderation."""

    def __init__(self, **more: Any) -> None:
        self.case = Case(author="author", **more)
        self.now = NOW

    def ask(self, act: Act, by: Hand = FIRST) -> Measure | Refusal | None:
        return moderate(self.case, act, by, Occasion(now=self.now, fresh="m"))

    def do(self, act: Act, by: Hand = FIRST) -> Measure:
        measure = self.ask(act, by)
        assert isinstance(measure, Measure), measure
        self.case = replace(self.case, measure=measure)
        return measure

    def refused(self, act: Act, by: Hand = FIRST) -> Code:
        refusal = self.ask(act, by)
        assert isinstance(refusal, Refusal), refusal
        return refusal.code


def hidden(**more: Any) -> Matter:
    matter = Matter(**more)
    matter.do(HIDE)
    return matter


def test_hiding_keeps_its_reason_its_author_and_the_time_to_appeal() -> None:
    matter = Matter(reports=3)
    measure = matter.do(HIDE)
    assert (measure.state, measure.reason, measure.hidden_by) == (MeasureState.HIDDEN, HIDE.reason, FIRST)
    assert (measure.hidden_at, measure.appeal_until) == (NOW, appeal_until(NOW))
    assert measure.reports == 3


def test_what_is_hidden_is_not_hidden_again_and_what_is_not_is_not_restored() -> None:
    assert hidden().refused(HIDE, SECOND) is Code.CONTRIBUTION_HIDDEN
    for act in (RESTORE, REDACT, UPHOLD):
        assert Matter().refused(act, SECOND) is Code.CONTRIBUTION_NOT_HIDDEN
    matter = hidden()
    assert matter.do(RESTORE).state is MeasureState.RESTORED
    for act in (RESTORE, REDACT):
        assert matter.refused(act, SECOND) is Code.CONTRIBUTION_NOT_HIDDEN
    assert matter.refused(APPEAL, AUTHOR) is Code.CONTRIBUTION_NOT_HIDDEN
    assert matter.do(HIDE, SECOND).hidden_by == SECOND


def test_a_version_that_was_replaced_is_not_hidden_unread() -> None:
    refusal = Matter(replaced_by="v2").ask(HIDE)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.args) == (Code.CONTRIBUTION_REPLACED, {"contribution": "v2"})


@pytest.mark.parametrize("act", [HIDE, RESTORE, REDACT, UPHOLD, DismissReports(text="")])
@pytest.mark.parametrize("by", [AUTHOR, Hand("deputy", on_behalf_of="author"), Hand("author", "first")])
def test_nobody_moderates_their_own_contribution(act: Act, by: Hand) -> None:
    assert hidden().refused(act, by) is Code.OWN_CONTRIBUTION


# Appeals ------------------------------------------------------------------------------------------


def test_only_the_author_appeals_once_and_in_time() -> None:
    matter = hidden()
    assert matter.refused(APPEAL, SECOND) is Code.NOT_ALLOWED
    matter.now = appeal_until(NOW) - timedelta(microseconds=1)
    assert matter.do(APPEAL, AUTHOR).awaits_decision
    assert matter.refused(APPEAL, AUTHOR) is Code.ALREADY_APPEALED
    late = hidden()
    late.now = appeal_until(NOW)
    assert late.refused(APPEAL, AUTHOR) is Code.APPEAL_TOO_LATE


@pytest.mark.parametrize(
    ("hider", "decider"),
    [
        (FIRST, FIRST),
        (Hand("deputy", "first"), FIRST),
        (FIRST, Hand("deputy", "first")),
        (Hand("deputy", "first"), Hand("deputy", "second")),
    ],
)
def test_who_hid_it_or_had_it_hidden_does_not_decide_the_appeal(hider: Hand, decider: Hand) -> None:
    matter = Matter()
    matter.do(HIDE, hider)
    matter.do(APPEAL, AUTHOR)
    assert matter.refused(GRANT, decider) is Code.SECOND_PERSON_NEEDED
    assert matter.do(GRANT, Hand("third")).state is MeasureState.RESTORED


def test_an_appeal_is_decided_once() -> None:
    matter = hidden()
    assert matter.refused(UPHOLD, SECOND) is Code.NO_APPEAL
    matter.do(APPEAL, AUTHOR)
    assert matter.do(UPHOLD, SECOND).state is MeasureState.HIDDEN
    assert matter.refused(GRANT, SECOND) is Code.APPEAL_DECIDED
    assert matter.refused(APPEAL, AUTHOR) is Code.ALREADY_APPEALED


def test_a_measure_lifted_while_its_appeal_is_open_grants_the_appeal() -> None:
    matter = hidden()
    matter.do(APPEAL, AUTHOR)
    lifted = matter.do(RESTORE)
    assert (lifted.outcome, lifted.decided_by, lifted.awaits_decision) == (
        AppealOutcome.GRANTED,
        FIRST,
        False,
    )


@pytest.mark.parametrize(
    ("told", "last"),
    [
        ("2027-03-15T10:00+01:00", "2027-05-18"),  # 16 May is Pentecost Sunday, the Monday after a holiday
        ("2027-06-01T10:00+02:00", "2027-08-02"),
        ("2026-12-31T23:30+01:00", "2027-03-01"),
        ("2027-12-30T10:00+01:00", "2028-03-01"),
        ("2027-10-31T10:00+01:00", "2028-01-03"),  # 1 January is a holiday, and a Saturday
    ],
)
def test_the_time_to_appeal_is_two_clear_months_to_the_end_of_a_working_day(told: str, last: str) -> None:
    until = appeal_until(datetime.fromisoformat(told))
    day_after = datetime.fromisoformat(last) + DAY
    assert until.astimezone(PARIS).replace(tzinfo=None) == day_after


@given(st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)))
def test_the_time_to_appeal_is_never_shorter_than_two_months(at: datetime) -> None:
    assert timedelta(days=59) < appeal_until(at) - at < timedelta(days=72)


@pytest.mark.parametrize(
    ("days", "last"),
    [(62, "2027-08-09"), (184, "2027-12-09")],
)
def test_a_procedure_may_say_another_number_of_clear_days(days: int, last: str) -> None:
    told = datetime.fromisoformat("2027-06-07T10:00+02:00")
    until = appeal_until(told, (), timedelta(days=days))
    assert until.astimezone(PARIS).replace(tzinfo=None) == datetime.fromisoformat(last) + DAY


def test_a_sandbox_counts_the_time_to_appeal_to_the_second() -> None:
    seconds = timedelta(seconds=8)
    case = Case(author="author")
    measure = moderate(case, HIDE, FIRST, Occasion(now=NOW, fresh="m", time_to_appeal=seconds))
    assert isinstance(measure, Measure)
    assert measure.appeal_until == NOW + seconds


# Redaction ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ModerationReason)
def test_a_text_is_destroyed_for_what_the_law_forbids_and_for_nothing_else(reason: ModerationReason) -> None:
    matter = hidden()
    act = replace(URGENT, reason=reason)
    if reason in REDACTABLE:
        assert matter.do(act, SECOND).state is MeasureState.REDACTED
    else:
        assert matter.refused(act, SECOND) is Code.REDACTION_UNGROUNDED


def test_a_redaction_takes_a_second_person() -> None:
    for by in (FIRST, Hand("deputy", "first"), Hand("first", "second")):
        assert hidden().refused(URGENT, by) is Code.SECOND_PERSON_NEEDED
    assert hidden().do(URGENT, SECOND).redacted_by == SECOND


def test_a_redaction_waits_for_the_appeal_unless_it_is_urgent() -> None:
    matter = hidden()
    assert matter.refused(REDACT, SECOND) is Code.REDACTION_TOO_EARLY
    matter.do(APPEAL, AUTHOR)
    matter.now = appeal_until(NOW)
    assert matter.refused(REDACT, SECOND) is Code.APPEAL_PENDING
    matter.do(UPHOLD, SECOND)
    assert not matter.do(REDACT, SECOND).urgent
    assert hidden().do(URGENT, SECOND).urgent
    unheard = hidden()
    unheard.now = appeal_until(NOW)
    assert unheard.do(REDACT, SECOND).state is MeasureState.REDACTED


def test_a_text_that_was_destroyed_does_not_come_back_and_its_author_may_still_appeal() -> None:
    matter = hidden()
    matter.do(URGENT, SECOND)
    matter.do(APPEAL, AUTHOR)
    assert matter.refused(GRANT, SECOND) is Code.SECOND_PERSON_NEEDED
    granted = matter.do(GRANT, Hand("third"))
    assert (granted.state, granted.outcome) == (MeasureState.REDACTED, AppealOutcome.GRANTED)
    for act in (HIDE, RESTORE, REDACT):
        again = Matter(redacted=True, measure=replace(granted, restored_at=None))
        assert again.refused(act, Hand("third")) is Code.CONTRIBUTION_REDACTED


def test_redacting_a_version_of_the_past_leaves_the_measure_on_the_present_one() -> None:
    matter = hidden()
    matter.case = replace(matter.case, replaced_by="v2")
    assert matter.do(URGENT, SECOND).state is MeasureState.HIDDEN


def test_reports_are_dismissed_where_there_are_any() -> None:
    dismiss = DismissReports(text="Rien à redire.")
    assert Matter().refused(dismiss) is Code.NO_REPORT
    assert Matter(reports=1).ask(dismiss) is None


ACTS = st.sampled_from([HIDE, RESTORE, REDACT, URGENT, APPEAL, UPHOLD, GRANT, DismissReports(text="")])
HANDS = st.sampled_from(
    [AUTHOR, FIRST, SECOND, Hand("third"), Hand("first", "second"), Hand("third", "first")]
)


@given(st.lists(st.tuples(ACTS, HANDS, st.integers(0, 40)), max_size=12))
def test_whatever_is_tried_in_whatever_order_the_promises_hold(tries: list[tuple[Act, Hand, int]]) -> None:
    matter = Matter(reports=1)
    for act, by, days in tries:
        matter.now += days * DAY
        before = matter.case.measure
        after = matter.ask(act, by)
        if not isinstance(after, Measure):
            continue
        fresh = before is None or before.restored_at is not None
        if not fresh or act is not HIDE:
            assert before is not None
            for name in ("id", "reason", "hidden_at", "hidden_by", "appeal_until", "reports"):
                assert getattr(after, name) == getattr(before, name)
            for name in ("redacted_at", "appealed_at", "outcome"):
                assert getattr(before, name) in (None, getattr(after, name)) or name == "redacted_at"
        if after.redacted_at is not None and after.redacted_by is not None:
            assert not after.redacted_by.persons() & after.hidden_by.persons()
        if after.outcome is AppealOutcome.UPHELD and after.decided_by is not None:
            assert not after.decided_by.persons() & after.hidden_by.persons()
        assert (after.decided_at is None) == (after.outcome is None)
        matter.case = replace(matter.case, measure=after)


# What people are told -----------------------------------------------------------------------------


def test_every_reason_state_and_outcome_has_its_word() -> None:
    for enumeration, name in (
        (ModerationReason, "moderation_reason"),
        (MeasureState, "measure_state"),
        (AppealOutcome, "appeal_outcome"),
    ):
        assert [value for value in enumeration if not has_text(f"{name}.{value}")] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", ModerationReason)
def test_the_statement_tells_measure_facts_ground_and_the_ways_to_contest(
    reason: ModerationReason, language: str
) -> None:
    measure = Matter().do(replace(HIDE, reason=reason))
    said = statement(measure, Said(facts="Le {fait} [retenu]."), NOW - DAY, (language,))
    assert "Le {fait} [retenu]." in said
    assert GROUNDS.get(reason, "") in said
    assert "…" not in said
    assert re.search("18 mai 2027|18 May 2027", said), said
    assert "tribunal administratif" in said or "administrative court" in said


def test_the_statement_follows_the_measure() -> None:
    matter = hidden(reports=2)
    matter.do(APPEAL, AUTHOR)
    appealed = statement(matter.do(URGENT, SECOND), Said(facts="F", urgency="U"), NOW, ("fr",))
    assert "nombre : 2" in appealed
    assert "Vous avez formé un recours" in appealed
    assert "fin du délai de recours : U" in appealed
    decided = statement(matter.do(GRANT, Hand("third")), Said(facts="F", reasons="À tort."), NOW, ("fr",))
    assert "mesure levée. Motifs : À tort." in decided
    assert "de nouveau visible" in decided


def test_a_measure_names_no_text() -> None:
    assert not {field.name for field in fields(Measure)} & {"text", "note", "facts", "body"}
