"""Refusals: expected answers of `decide` that change nothing. Values, not exceptions.

The texts that people read are in the gettext catalogues under `refusal.<CODE>`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from domain.enumeration import direct


@direct
class Code(StrEnum):
    """The published list of refusal codes. A code never changes its meaning."""

    # who
    NOT_ALLOWED = "NOT_ALLOWED"
    UNKNOWN_MEMBER = "UNKNOWN_MEMBER"
    UNKNOWN_OFFICE = "UNKNOWN_OFFICE"
    UNKNOWN_COLLEGE = "UNKNOWN_COLLEGE"
    OFFICE_FULL = "OFFICE_FULL"
    TERM_NOT_RUNNING = "TERM_NOT_RUNNING"
    TERM_INVALID = "TERM_INVALID"
    SUBSTITUTION_FORBIDDEN = "SUBSTITUTION_FORBIDDEN"
    SUBSTITUTE_NOT_PEER = "SUBSTITUTE_NOT_PEER"
    ALREADY_ENROLLED = "ALREADY_ENROLLED"
    ALREADY_EXISTS = "ALREADY_EXISTS"
    # when and where
    UNKNOWN_CONCERTATION = "UNKNOWN_CONCERTATION"
    UNKNOWN_STAGE = "UNKNOWN_STAGE"
    UNKNOWN_LANE = "UNKNOWN_LANE"
    UNKNOWN_THEME = "UNKNOWN_THEME"
    ROUND_CHANGED = "ROUND_CHANGED"
    STAGE_CHANGED = "STAGE_CHANGED"
    STAGE_NOT_OPEN = "STAGE_NOT_OPEN"
    STAGE_WRONG_STATE = "STAGE_WRONG_STATE"
    STAGE_WRONG_KIND = "STAGE_WRONG_KIND"
    NOT_DRAFT = "NOT_DRAFT"
    ALREADY_LAUNCHED = "ALREADY_LAUNCHED"
    NOT_LAUNCHED = "NOT_LAUNCHED"
    LAUNCH_NOT_READY = "LAUNCH_NOT_READY"
    CONCERTATION_OVER = "CONCERTATION_OVER"
    SUSPENDED = "SUSPENDED"
    NOT_SUSPENDED = "NOT_SUSPENDED"
    NOTICE_TOO_SHORT = "NOTICE_TOO_SHORT"
    DATE_IN_PAST = "DATE_IN_PAST"
    DATE_NOT_LATER = "DATE_NOT_LATER"
    DATE_NOT_EARLIER = "DATE_NOT_EARLIER"
    BELOW_MINIMUM = "BELOW_MINIMUM"
    BEYOND_MAXIMUM = "BEYOND_MAXIMUM"
    REASON_REQUIRED = "REASON_REQUIRED"
    DECISION_OUT = "DECISION_OUT"
    PROPOSAL_PENDING = "PROPOSAL_PENDING"
    # ballots
    UNKNOWN_BALLOT = "UNKNOWN_BALLOT"
    BALLOT_CLOSED = "BALLOT_CLOSED"
    NOT_IN_ELECTORATE = "NOT_IN_ELECTORATE"
    SUBJECT_CHANGED = "SUBJECT_CHANGED"
    MEMBER_WITHDRAWN = "MEMBER_WITHDRAWN"
    MEMBER_RECUSED = "MEMBER_RECUSED"
    VOTE_NOT_REVISABLE = "VOTE_NOT_REVISABLE"
    SEAT_ALREADY_VOTED = "SEAT_ALREADY_VOTED"
    PROXY_NOT_ALLOWED = "PROXY_NOT_ALLOWED"
    PROXY_ALREADY_HELD = "PROXY_ALREADY_HELD"
    PROXY_ALREADY_GIVEN = "PROXY_ALREADY_GIVEN"
    PROXY_TO_SELF = "PROXY_TO_SELF"
    BALLOT_RUNNING = "BALLOT_RUNNING"
    # work
    UNKNOWN_DOCUMENT = "UNKNOWN_DOCUMENT"
    UNKNOWN_HEARING = "UNKNOWN_HEARING"
    HEARING_OUTSIDE_WINDOW = "HEARING_OUTSIDE_WINDOW"
    HEARING_NOT_STARTED = "HEARING_NOT_STARTED"
    HEARING_WRONG_STATE = "HEARING_WRONG_STATE"
    UNKNOWN_OPINION = "UNKNOWN_OPINION"
    OPINION_MISSING = "OPINION_MISSING"
    OPINION_ALREADY_ADOPTED = "OPINION_ALREADY_ADOPTED"
    UNKNOWN_RECOMMENDATION = "UNKNOWN_RECOMMENDATION"
    UNKNOWN_ADDRESSEE = "UNKNOWN_ADDRESSEE"
    CHAPTER_MISSING = "CHAPTER_MISSING"
    SYNTHESIS_ASSEMBLED = "SYNTHESIS_ASSEMBLED"
    SYNTHESIS_MISSING = "SYNTHESIS_MISSING"
    RESPONSE_MISSING = "RESPONSE_MISSING"
    ALREADY_RESPONDED = "ALREADY_RESPONDED"
    DECISION_MISSING = "DECISION_MISSING"
    UNKNOWN_COMMITMENT = "UNKNOWN_COMMITMENT"
    REPORT_ALREADY_PUBLISHED = "REPORT_ALREADY_PUBLISHED"
    # contributions and commands, refused outside `decide`
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    ALREADY_CONTRIBUTED = "ALREADY_CONTRIBUTED"
    NOT_ADMITTED = "NOT_ADMITTED"
    CHANNEL_NOT_OFFERED = "CHANNEL_NOT_OFFERED"
    TEXT_EMPTY = "TEXT_EMPTY"
    TEXT_TOO_LONG = "TEXT_TOO_LONG"
    TEXT_INVALID = "TEXT_INVALID"
    INPUT_INVALID = "INPUT_INVALID"
    PROCEDURE_INVALID = "PROCEDURE_INVALID"
    PROCEDURE_VERSION_EXISTS = "PROCEDURE_VERSION_EXISTS"
    UNKNOWN_PROCEDURE = "UNKNOWN_PROCEDURE"
    SLUG_TAKEN = "SLUG_TAKEN"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A command refused: nothing was changed.

    `args` fill the text of the catalogue (ISO instants, identifiers, numbers; never personal data).
    `path` names the field at fault in the command. `findings` lists everything found, where one
    refusal covers many.
    """

    code: Code
    args: dict[str, str | int] = field(default_factory=dict)
    path: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding of a check, with the path into what was checked. Text: `finding.<code>`."""

    code: str
    path: tuple[str | int, ...] = ()
    args: dict[str, str | int] = field(default_factory=dict)
    severity: str = "error"
    """`error` holds back; `overruled` is an error set aside with a reason; `advice` is neither."""
    source: str = ""
    """The law article, decree or practice that the rule comes from."""
