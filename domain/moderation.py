"""Moderation: a contribution is hidden for a reason, restored, redacted; its author appeals. Nothing is deleted.

A measure is one hiding and what became of it. `moderate` decides alone what may become of it next; who holds which
office is asked of domain/rights.py before. What must not be undone takes two persons and, but for urgency, the time
that the author has to appeal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.enumeration import direct
from domain.refusals import Code, Refusal
from domain.working_days import working_day_from

LONGEST_NOTE = 2_000
"""Characters of what a moderator, an author or a reader says."""
REPORTS = 10
"""So many reports one reader may send to a concertation `WITHIN`."""
WITHIN = timedelta(hours=1)

_PARIS = ZoneInfo("Europe/Paris")
_DAY = timedelta(days=1)


@direct
class ModerationReason(StrEnum):
    """Why a contribution is reported, hidden or redacted: a fixed list."""

    UNLAWFUL = "unlawful"
    PERSONAL_DATA = "personal_data"
    INSULT = "insult"
    COMMERCIAL = "commercial"
    OFF_TOPIC = "off_topic"
    DUPLICATE = "duplicate"


GROUNDS: Mapping[ModerationReason, str] = {
    ModerationReason.UNLAWFUL: "loi n° 2004-575 (LCEN), art. 6",
    ModerationReason.PERSONAL_DATA: "règlement (UE) 2016/679 (RGPD), art. 5 et 6 ; CRPA, art. L312-1-2",
    ModerationReason.INSULT: "loi du 29 juillet 1881, art. 29 et 33",
}
"""The law that a reason rests on, as it is cited in French. The others rest on the rules of the concertation."""

REDACTABLE = frozenset({ModerationReason.UNLAWFUL, ModerationReason.PERSONAL_DATA})
"""For what a text may be destroyed. What is impolite or beside the point stays in the archives, hidden."""


@direct
class MeasureState(StrEnum):
    """Where a measure stands."""

    HIDDEN = "hidden"
    RESTORED = "restored"
    REDACTED = "redacted"


@direct
class AppealOutcome(StrEnum):
    """How an appeal was decided."""

    UPHELD = "upheld"
    """The measure stays."""
    GRANTED = "granted"
    """The measure is lifted."""


@dataclass(frozen=True, slots=True)
class Hand:
    """Who does it: a member and, by delegation, the one whose office they use. Both count as having done it."""

    member: str
    on_behalf_of: str | None = None

    def persons(self) -> frozenset[str]:
        """Give both."""
        return frozenset(filter(None, (self.member, self.on_behalf_of)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One hiding of a contribution, in all its versions, and what became of it."""

    id: str
    reason: ModerationReason
    hidden_at: datetime
    hidden_by: Hand
    #: The end of the time to appeal, not included.
    appeal_until: datetime
    #: How many readers had reported it.
    reports: int = 0
    restored_at: datetime | None = None
    redacted_at: datetime | None = None
    redacted_by: Hand | None = None
    #: Whether the text was destroyed before the time to appeal was over.
    urgent: bool = False
    appealed_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by: Hand | None = None
    outcome: AppealOutcome | None = None

    @property
    def state(self) -> MeasureState:
        """Say where it stands."""
        if self.redacted_at is not None:
            return MeasureState.REDACTED
        return MeasureState.HIDDEN if self.restored_at is None else MeasureState.RESTORED

    @property
    def awaits_decision(self) -> bool:
        """Say whether an appeal was made and not decided."""
        return self.appealed_at is not None and self.decided_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is known of a contribution when somebody wants to moderate it."""

    author: str
    #: The version that replaced the one that is looked at.
    replaced_by: str | None = None
    #: Whether the text of this version was destroyed.
    redacted: bool = False
    #: The measure that is spoken of, or the latest.
    measure: Measure | None = None
    #: Open reports.
    reports: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hide:
    """Take a contribution out of sight. `text` tells its author the facts."""

    reason: ModerationReason
    text: str
    kind: str = "hide"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    """Show it again."""

    text: str
    kind: str = "restore"


@dataclass(frozen=True, slots=True, kw_only=True)
class Redact:
    """Destroy the text of this version and of those before it. `urgency`: why it cannot wait for an appeal."""

    reason: ModerationReason
    text: str
    urgency: str | None = None
    kind: str = "redact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """Contest a measure: its author alone."""

    text: str
    kind: str = "appeal"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideAppeal:
    """Decide an appeal, with reasons."""

    outcome: AppealOutcome
    text: str
    kind: str = "decide_appeal"


@dataclass(frozen=True, slots=True, kw_only=True)
class DismissReports:
    """Close the reports of a contribution that stays as it is."""

    text: str
    kind: str = "dismiss_reports"


Act = Hide | Restore | Redact | Appeal | DecideAppeal | DismissReports


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """When, and with what at hand: a name for a new measure, the territories whose holidays count, what the procedure
    says of the time to appeal.
    """

    now: datetime
    fresh: str
    territories: tuple[str, ...] = ()
    time_to_appeal: timedelta | None = None


def moderate(case: Case, act: Act, by: Hand, occasion: Occasion) -> Measure | Refusal | None:
    """Give the measure as it stands after the act, or why the act is refused; `None` where none is concerned."""
    now, measure = occasion.now, case.measure
    if not isinstance(act, Appeal) and case.author in by.persons():
        return Refusal(Code.OWN_CONTRIBUTION)
    match act:
        case Hide():
            return _hide(case, act, by, occasion)
        case DismissReports():
            return None if case.reports else Refusal(Code.NO_REPORT, {}, ("contribution_id",))
    if measure is None:
        return Refusal(Code.CONTRIBUTION_NOT_HIDDEN, {}, ("contribution_id",))
    match act:
        case DecideAppeal():
            return _decide(measure, act, by, now)
        case Appeal():
            return _appeal(case, measure, by, now)
    if case.redacted:
        return Refusal(Code.CONTRIBUTION_REDACTED, {}, ("contribution_id",))
    if measure.restored_at is not None:
        return Refusal(Code.CONTRIBUTION_NOT_HIDDEN, {}, ("contribution_id",))
    return _redact(case, measure, act, by, now) if isinstance(act, Redact) else _restore(measure, by, now)


def appeal_until(
    hidden_at: datetime, territories: tuple[str, ...] = (), time: timedelta | None = None
) -> datetime:
    """Give the end of the time to appeal, not included: two clear months of Paris, to the end of a working day.

    Code of administrative justice, R421-1; CRPA, L411-2. Neither the day of the measure nor that of the term counts.
    `time` says another number of days, counted in the same way; what is no number of days (a sandbox) is counted to
    the second.
    """
    told = hidden_at.astimezone(_PARIS).date()
    if time is None:
        term = _two_months_after(told)
    elif time % _DAY:
        return hidden_at + time
    else:
        term = told + time
    after = working_day_from(term + _DAY, territories) + _DAY
    return datetime(after.year, after.month, after.day, tzinfo=_PARIS).astimezone(hidden_at.tzinfo)


def _two_months_after(told: date) -> date:
    year, month = divmod(told.year * 12 + told.month - 1 + 2, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(told.day, (following - _DAY).day))


def _hide(case: Case, act: Hide, by: Hand, occasion: Occasion) -> Measure | Refusal:
    if case.replaced_by is not None:
        return Refusal(Code.CONTRIBUTION_REPLACED, {"contribution": case.replaced_by}, ("contribution_id",))
    if case.measure is not None and case.measure.state is MeasureState.HIDDEN:
        return Refusal(Code.CONTRIBUTION_HIDDEN, {}, ("contribution_id",))
    if (
        case.measure is not None
        and case.measure.state is MeasureState.REDACTED
        and not case.measure.restored_at
    ):
        return Refusal(Code.CONTRIBUTION_REDACTED, {}, ("contribution_id",))
    return Measure(
        id=occasion.fresh,
        reason=act.reason,
        hidden_at=occasion.now,
        hidden_by=by,
        appeal_until=appeal_until(occasion.now, occasion.territories, occasion.time_to_appeal),
        reports=case.reports,
    )


def _restore(measure: Measure, by: Hand, now: datetime) -> Measure:
    restored = replace(measure, restored_at=now)
    if not measure.awaits_decision:
        return restored
    return replace(restored, decided_at=now, decided_by=by, outcome=AppealOutcome.GRANTED)


def _redact(case: Case, measure: Measure, act: Redact, by: Hand, now: datetime) -> Measure | Refusal:
    if act.reason not in REDACTABLE:
        return Refusal(Code.REDACTION_UNGROUNDED, {"moderation_reason": act.reason.value}, ("reason",))
    if by.persons() & measure.hidden_by.persons():
        return Refusal(Code.SECOND_PERSON_NEEDED)
    if act.urgency is None:
        if measure.awaits_decision:
            return Refusal(Code.APPEAL_PENDING)
        if measure.outcome is None and now < measure.appeal_until:
            return Refusal(
                Code.REDACTION_TOO_EARLY, {"until": measure.appeal_until.isoformat()}, ("urgency",)
            )
    if case.replaced_by is not None:  # a version of the past: the one that replaced it stays hidden, for now
        return measure
    return replace(measure, redacted_at=now, redacted_by=by, urgent=act.urgency is not None)


def _appeal(case: Case, measure: Measure, by: Hand, now: datetime) -> Measure | Refusal:
    if by.member != case.author:
        return Refusal(Code.NOT_ALLOWED, {"act": "appeal"})
    if measure.restored_at is not None:
        return Refusal(Code.CONTRIBUTION_NOT_HIDDEN, {}, ("contribution_id",))
    if measure.appealed_at is not None:
        return Refusal(Code.ALREADY_APPEALED)
    if now >= measure.appeal_until:
        return Refusal(Code.APPEAL_TOO_LATE, {"until": measure.appeal_until.isoformat()})
    return replace(measure, appealed_at=now)


def _decide(measure: Measure, act: DecideAppeal, by: Hand, now: datetime) -> Measure | Refusal:
    if measure.appealed_at is None:
        return Refusal(Code.NO_APPEAL, {}, ("measure_id",))
    if measure.outcome is not None:
        return Refusal(Code.APPEAL_DECIDED, {"appeal_outcome": measure.outcome.value}, ("measure_id",))
    deciding = by.persons()
    if deciding & measure.hidden_by.persons() or (
        measure.redacted_by is not None and deciding & measure.redacted_by.persons()
    ):
        return Refusal(Code.SECOND_PERSON_NEEDED)
    decided = replace(measure, decided_at=now, decided_by=by, outcome=act.outcome)
    return replace(decided, restored_at=now) if act.outcome is AppealOutcome.GRANTED else decided
