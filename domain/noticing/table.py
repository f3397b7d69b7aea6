"""The table of notices: for each occasion who is told, and under which theme they may ask not to be.

docs/notices.md is written from it (`python -m tools.write_notices`); a test compares. Each part of the process has its
own block of rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class Audience(StrEnum):
    """Who is told, as the occasion and the process say; `audiences` finds the members."""

    EVERYBODY = "everybody"
    COORDINATION = "coordination"
    PRESIDENCY = "presidency"
    COUNCIL = "council"
    CHAIR = "chair"
    RAPPORTEURS = "rapporteurs"
    DECIDING_AUTHORITY = "deciding_authority"
    READERS = "readers"
    GUARANTOR = "guarantor"
    ELECTORATE = "electorate"
    WITNESSES = "witnesses"
    HEARD = "heard"
    ADDRESSEES = "addressees"
    OWNER = "owner"
    CONCERNED = "concerned"
    CONTRIBUTORS = "contributors"
    AUTHOR = "author"
    INVITED = "invited"


class Theme(StrEnum):
    """What a reader switches on or off at once."""

    CALENDAR = "calendar"
    INVITATION = "invitation"
    RECEIPT = "receipt"
    MODERATION = "moderation"
    GROUPING = "grouping"
    CONVOCATION = "convocation"
    RECORD = "record"
    BALLOT = "ballot"
    COUNCIL = "council"
    PROGRESS = "progress"
    OUTCOME = "outcome"
    ANSWER = "answer"
    FOLLOW_UP = "follow_up"
    OFFICE = "office"


NOTICE_THEME = "notice_theme"
"""What the catalogues call a theme of notices: `theme` is one of a concertation."""

BULLETIN = "bulletin"
"""The theme of mails that bundle notices of several: switched off, all those it bundles are."""

FIXED = frozenset({
    Theme.INVITATION, Theme.RECEIPT, Theme.MODERATION, Theme.GROUPING, Theme.CONVOCATION, Theme.RECORD, Theme.BALLOT,
    Theme.COUNCIL, Theme.ANSWER, Theme.OFFICE,
})  # fmt: skip
"""What nobody switches off: they are asked something, or their rights hang on it."""


class Rule(NamedTuple):
    """Who is told, and under which theme."""

    theme: Theme
    to: tuple[Audience, ...]


_A = Audience

_CALENDAR = {
    kind: Rule(Theme.CALENDAR, (_A.EVERYBODY,))
    for kind in (
        "concertation_launched", "stage_opened", "stage_extended", "stage_postponed", "stage_closing_advanced",
        "stage_reopened", "suspended", "resumed", "procedure_migrated",
    )
}  # fmt: skip
_PARTICIPATION = {
    "invitation": Rule(Theme.INVITATION, (_A.INVITED,)),
    "invitation_reminder": Rule(Theme.INVITATION, (_A.INVITED,)),
    "invitation_closed": Rule(Theme.INVITATION, (_A.INVITED,)),
    "contribution_received": Rule(Theme.RECEIPT, (_A.AUTHOR,)),
    "contribution_withdrawn": Rule(Theme.RECEIPT, (_A.AUTHOR,)),
    "contribution_moderated": Rule(Theme.MODERATION, (_A.AUTHOR,)),
    "contributions_grouped": Rule(Theme.GROUPING, (_A.AUTHOR,)),
}
_HEARINGS = {
    "hearing_scheduled": Rule(Theme.CONVOCATION, (_A.WITNESSES, _A.RAPPORTEURS)),
    "hearing_moved": Rule(Theme.CONVOCATION, (_A.WITNESSES, _A.RAPPORTEURS)),
    "hearing_cancelled": Rule(Theme.CONVOCATION, (_A.WITNESSES, _A.RAPPORTEURS)),
    "witness_called": Rule(Theme.CONVOCATION, (_A.CONCERNED,)),
    "witness_replaced": Rule(Theme.CONVOCATION, (_A.CONCERNED,)),
    "call_answered": Rule(Theme.PROGRESS, (_A.RAPPORTEURS, _A.COORDINATION)),
    "hearing_requested": Rule(Theme.PROGRESS, (_A.COORDINATION, _A.RAPPORTEURS)),
    "request_declined": Rule(Theme.CONVOCATION, (_A.CONCERNED,)),
    "record_corrected": Rule(Theme.RECORD, (_A.RAPPORTEURS, _A.COORDINATION)),
    "hearing_recorded": Rule(Theme.RECORD, (_A.HEARD,)),
    "hearing_record_approved": Rule(Theme.PROGRESS, (_A.HEARD, _A.RAPPORTEURS)),
}
_BALLOTS = {
    "ballot_opened": Rule(Theme.BALLOT, (_A.ELECTORATE,)),
    "ballot_reconvened": Rule(Theme.BALLOT, (_A.ELECTORATE,)),
    "ballot_escalated": Rule(Theme.BALLOT, (_A.ELECTORATE,)),
    "ballot_held": Rule(Theme.BALLOT, (_A.ELECTORATE, _A.COORDINATION)),
    "ballot_closed": Rule(Theme.PROGRESS, (_A.ELECTORATE, _A.COORDINATION)),
}
_COUNCIL = {
    "meeting_convened": Rule(Theme.CONVOCATION, (_A.COUNCIL,)),
    "meeting_cancelled": Rule(Theme.CONVOCATION, (_A.COUNCIL,)),
    "minutes_recorded": Rule(Theme.PROGRESS, (_A.COUNCIL, _A.COORDINATION)),
    "withdrawal_proposed": Rule(Theme.COUNCIL, (_A.CONCERNED, _A.CHAIR)),
    "withdrawal_declined": Rule(Theme.COUNCIL, (_A.CHAIR,)),
    "member_recused": Rule(Theme.COUNCIL, (_A.CONCERNED, _A.CHAIR)),
    "member_withdrew": Rule(Theme.COUNCIL, (_A.CONCERNED, _A.CHAIR)),
    "amendment_proposed": Rule(Theme.COUNCIL, (_A.COUNCIL,)),
    "article_adopted": Rule(Theme.PROGRESS, (_A.COUNCIL,)),
    "article_refused": Rule(Theme.PROGRESS, (_A.COUNCIL,)),
    "opinion_adopted": Rule(Theme.PROGRESS, (_A.COUNCIL, _A.COORDINATION)),
    "opinion_rejected": Rule(Theme.PROGRESS, (_A.COUNCIL, _A.COORDINATION)),
}
_PROGRESS = {
    "round_opened": Rule(Theme.PROGRESS, (_A.EVERYBODY,)),
    "quorum_missed": Rule(Theme.PROGRESS, (_A.COORDINATION, _A.PRESIDENCY)),
    "gate_returned": Rule(Theme.PROGRESS, (_A.COORDINATION, _A.PRESIDENCY)),
    "stage_overdue": Rule(Theme.PROGRESS, (_A.COORDINATION, _A.PRESIDENCY)),
}
_OUTCOME = {
    "synthesis_assembled": Rule(Theme.ANSWER, (_A.ADDRESSEES, _A.RAPPORTEURS, _A.COORDINATION)),
    "synthesis_published": Rule(Theme.OUTCOME, (_A.EVERYBODY, _A.CONTRIBUTORS)),
    "decision_issued": Rule(Theme.OUTCOME, (_A.READERS, _A.CONTRIBUTORS)),
    "decision_published": Rule(Theme.OUTCOME, (_A.EVERYBODY, _A.CONTRIBUTORS)),
    "decision_rectified": Rule(Theme.OUTCOME, (_A.READERS, _A.CONTRIBUTORS)),
    "concertation_ended": Rule(Theme.OUTCOME, (_A.EVERYBODY, _A.CONTRIBUTORS)),
    "concertation_abandoned": Rule(Theme.OUTCOME, (_A.EVERYBODY, _A.CONTRIBUTORS)),
    "implementation_reported": Rule(Theme.OUTCOME, (_A.EVERYBODY, _A.CONTRIBUTORS)),
}
_FOLLOW_UP = {
    "response_late": Rule(Theme.ANSWER, (_A.ADDRESSEES, _A.PRESIDENCY)),
    "commitment_made": Rule(Theme.FOLLOW_UP, (_A.OWNER,)),
    "commitment_late": Rule(Theme.FOLLOW_UP, (_A.OWNER, _A.DECIDING_AUTHORITY, _A.GUARANTOR)),
    "guarantor_reported": Rule(Theme.FOLLOW_UP, (_A.COORDINATION, _A.PRESIDENCY, _A.DECIDING_AUTHORITY)),
    "guarantor_answered": Rule(Theme.FOLLOW_UP, (_A.GUARANTOR, _A.COORDINATION)),
    "observation_published": Rule(Theme.FOLLOW_UP, (_A.COORDINATION, _A.PRESIDENCY, _A.DECIDING_AUTHORITY)),
}
_OFFICES = {
    "member_appointed": Rule(Theme.OFFICE, (_A.CONCERNED, _A.COORDINATION)),
    "term_ended": Rule(Theme.OFFICE, (_A.CONCERNED, _A.COORDINATION)),
    "delegation_given": Rule(Theme.OFFICE, (_A.CONCERNED, _A.COORDINATION)),
}

_REMINDERS = {
    "hearing_reminder": Rule(Theme.CONVOCATION, (_A.WITNESSES,)),
    "hearing_unsettled": Rule(Theme.PROGRESS, (_A.RAPPORTEURS, _A.COORDINATION)),
    "record_awaited": Rule(Theme.PROGRESS, (_A.RAPPORTEURS, _A.COORDINATION)),
    "record_reminder": Rule(Theme.RECORD, (_A.HEARD,)),
    "ballot_reminder": Rule(Theme.BALLOT, (_A.ELECTORATE,)),
    "meeting_reminder": Rule(Theme.CONVOCATION, (_A.COUNCIL,)),
    "answer_reminder": Rule(Theme.ANSWER, (_A.ADDRESSEES,)),
    "commitment_reminder": Rule(Theme.FOLLOW_UP, (_A.OWNER,)),
    "guarantor_reminder": Rule(Theme.ANSWER, (_A.PRESIDENCY, _A.DECIDING_AUTHORITY)),
}
"""What nothing brings about but time (domain/reminding.py, domain/hearings/duties.py): told to who is still awaited."""

NOTICES: Mapping[str, Rule] = {
    **_CALENDAR, **_PARTICIPATION, **_HEARINGS, **_BALLOTS, **_COUNCIL, **_PROGRESS, **_OUTCOME, **_FOLLOW_UP,
    **_OFFICES, **_REMINDERS,
}  # fmt: skip
"""By kind of event, or of what else the outbox holds. What is not here is told to nobody."""

CONVENING = frozenset({
    "hearing_scheduled", "hearing_moved", "hearing_cancelled", "witness_called", "witness_replaced", "hearing_reminder",
    "meeting_convened", "meeting_cancelled", "meeting_reminder",
})  # fmt: skip
"""What brings those called to a hearing or a meeting an entry for their calendar."""

OUTSIDE_THE_LEDGER = frozenset({*_PARTICIPATION, *_REMINDERS, "synthesis_published"})
"""Kinds that are no events: of the outbox, reminders, and what the conclusion of a stage brings about."""
