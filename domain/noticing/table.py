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
    GUARANTOR = "guarantor"
    ELECTORATE = "electorate"
    WITNESSES = "witnesses"
    HEARD = "heard"
    ADDRESSEES = "addressees"
    OWNER = "owner"
    CONCERNED = "concerned"
    AUTHOR = "author"
    INVITED = "invited"


class Theme(StrEnum):
    """What a reader switches on or off at once."""

    CALENDAR = "calendar"
    INVITATION = "invitation"
    RECEIPT = "receipt"
    MODERATION = "moderation"
    CONVOCATION = "convocation"
    RECORD = "record"
    BALLOT = "ballot"
    COUNCIL = "council"
    PROGRESS = "progress"
    OUTCOME = "outcome"
    ANSWER = "answer"
    FOLLOW_UP = "follow_up"
    OFFICE = "office"


FIXED = frozenset({
    Theme.INVITATION, Theme.RECEIPT, Theme.MODERATION, Theme.CONVOCATION, Theme.RECORD, Theme.BALLOT, Theme.COUNCIL,
    Theme.ANSWER, Theme.OFFICE,
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
        "stage_reopened", "suspended", "resumed",
    )
}  # fmt: skip
_PARTICIPATION = {
    "invitation": Rule(Theme.INVITATION, (_A.INVITED,)),
    "invitation_reminder": Rule(Theme.INVITATION, (_A.INVITED,)),
    "contribution_received": Rule(Theme.RECEIPT, (_A.AUTHOR,)),
    "contribution_withdrawn": Rule(Theme.RECEIPT, (_A.AUTHOR,)),
    "contribution_moderated": Rule(Theme.MODERATION, (_A.AUTHOR,)),
}
_HEARINGS = {
    "hearing_scheduled": Rule(Theme.CONVOCATION, (_A.WITNESSES, _A.RAPPORTEURS)),
    "hearing_cancelled": Rule(Theme.CONVOCATION, (_A.WITNESSES, _A.RAPPORTEURS)),
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
    "member_recused": Rule(Theme.COUNCIL, (_A.CONCERNED, _A.CHAIR)),
    "member_withdrew": Rule(Theme.COUNCIL, (_A.CONCERNED, _A.CHAIR)),
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
    "decision_issued": Rule(Theme.OUTCOME, (_A.EVERYBODY,)),
    "decision_rectified": Rule(Theme.OUTCOME, (_A.EVERYBODY,)),
    "concertation_ended": Rule(Theme.OUTCOME, (_A.EVERYBODY,)),
    "concertation_abandoned": Rule(Theme.OUTCOME, (_A.EVERYBODY,)),
    "implementation_reported": Rule(Theme.OUTCOME, (_A.EVERYBODY,)),
}
_FOLLOW_UP = {
    "commitment_made": Rule(Theme.FOLLOW_UP, (_A.OWNER,)),
    "commitment_late": Rule(Theme.FOLLOW_UP, (_A.OWNER, _A.DECIDING_AUTHORITY, _A.GUARANTOR)),
    "observation_published": Rule(Theme.FOLLOW_UP, (_A.COORDINATION, _A.PRESIDENCY, _A.DECIDING_AUTHORITY)),
}
_OFFICES = {
    "member_appointed": Rule(Theme.OFFICE, (_A.CONCERNED, _A.COORDINATION)),
    "term_ended": Rule(Theme.OFFICE, (_A.CONCERNED, _A.COORDINATION)),
    "delegation_given": Rule(Theme.OFFICE, (_A.CONCERNED, _A.COORDINATION)),
}

NOTICES: Mapping[str, Rule] = {
    **_CALENDAR, **_PARTICIPATION, **_HEARINGS, **_BALLOTS, **_COUNCIL, **_PROGRESS, **_OUTCOME, **_FOLLOW_UP,
    **_OFFICES,
}  # fmt: skip
"""By kind of event, or of what else the outbox holds. What is not here is told to nobody."""

OUTSIDE_THE_LEDGER = frozenset(_PARTICIPATION)
"""Kinds of the outbox that are no events."""
