"""A procedure as data: stages, colleges, offices, ballots and rules that a concertation follows.

Only shapes live here. What makes a procedure sound is in `check`, its dates are in `calendar`,
its graph is in `graph`.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
"""A name inside a procedure: lower-case ASCII, safe in URLs, ledgers and file names."""


def parse_share(value: object) -> Fraction:
    """Read `1/2`, `80 %`, `0.8` or `1` as an exact fraction.

    Raises:
        ValueError: the value is not a share between 0 and 1.
    """
    if isinstance(value, Fraction):
        share = value
    elif isinstance(value, str) and value.rstrip().endswith("%"):
        share = Fraction(value.rstrip().removesuffix("%").strip()) / 100
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        share = Fraction(str(value))
    else:
        raise ValueError("a share is written 1/2, 80 % or 0.8")
    if not 0 <= share <= 1:
        raise ValueError("a share lies between 0 and 1")
    return share


def _parse_share_or_fault(value: object) -> Fraction:
    try:
        return parse_share(value)
    except ZeroDivisionError as fault:
        raise ValueError("a share cannot be divided by zero") from fault


Share = Annotated[
    Fraction,
    BeforeValidator(_parse_share_or_fault),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": ["string", "number"], "description": "A share: 1/2, 80 % or 0.8"}),
]


def _require_french(value: object) -> object:
    if isinstance(value, str):
        return {"fr": value}
    if isinstance(value, dict) and "fr" not in value:
        raise ValueError("a label needs its French text (fr)")
    return value


Label = Annotated[dict[str, str], BeforeValidator(_require_french)]
"""A text for people: a map from BCP-47 language tag to text, French mandatory."""


class Part(BaseModel):
    """What every part of a procedure shares: frozen, no unknown field."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Role(StrEnum):
    """What an office entitles to; see DOMAIN.md, Words."""

    SPONSOR = "sponsor"
    CO_PRESIDENT_STATE = "co_president_state"
    CO_PRESIDENT_LOCAL = "co_president_local"
    COORDINATOR = "coordinator"
    COUNCIL_CHAIR = "council_chair"
    COUNCIL_MEMBER = "council_member"
    RAPPORTEUR = "rapporteur"
    GENERAL_RAPPORTEUR = "general_rapporteur"
    DECIDING_AUTHORITY = "deciding_authority"
    ADDRESSEE = "addressee"
    CLERK = "clerk"
    GUARANTOR = "guarantor"
    PANELLIST = "panellist"


class Channel(StrEnum):
    """How a contribution arrived. All channels weigh the same (D5)."""

    ONLINE = "online"
    PAPER = "paper"
    COUNTER = "counter"
    PHONE = "phone"
    HEARING = "hearing"


class Kind(StrEnum):
    """The kind of a stage."""

    CALL_FOR_INPUT = "call_for_input"
    HEARINGS = "hearings"
    SCIENTIFIC_REVIEW = "scientific_review"
    SYNTHESIS = "synthesis"
    DECISION = "decision"
    FOLLOW_UP = "follow_up"


class Appointment(StrEnum):
    """How the holder of an office came to it; decides who may stand in (CRPA R133-3)."""

    BY_FUNCTION = "by_function"
    IN_PERSON = "in_person"
    ELECTED = "elected"


class College(Part):
    """A college: a body of participants whose quorum is counted apart (D1)."""

    id: Identifier
    label: Label


class Lane(Part):
    """An axis: a line of work that runs beside the others."""

    id: Identifier
    label: Label


class Theme(Part):
    """A theme that contributions and recommendations carry (D4)."""

    id: Identifier
    label: Label


class Office(Part):
    """An office: a role with a scope and a number of seats. People hold it for a term."""

    id: Identifier
    role: Role
    label: Label
    seats: Annotated[int, Field(ge=1, le=1000)] = 1
    required: Annotated[int, Field(ge=0, le=1000)] = 1
    """Seats that must be held before the launch."""
    college: Identifier | None = None
    lane: Identifier | None = None
    territory: str | None = None
    appointment: Appointment = Appointment.BY_FUNCTION


class Duration(Part):
    """How long a stage lasts. The minimum cannot be shortened, the maximum cannot be passed (D2)."""

    planned: timedelta
    minimum: timedelta = timedelta(0)
    maximum: timedelta | None = None


class Majority(StrEnum):
    """How favourable votes are weighed.

    `simple`: more favourable than unfavourable. `present`: more than half of those present or
    represented, abstentions counted (CRPA R133-12). `absolute`: more than half of those entitled.
    `two_thirds`: two thirds of the favourable and unfavourable. `unanimous`: every entitled seat favourable.
    """

    SIMPLE = "simple"
    PRESENT = "present"
    ABSOLUTE = "absolute"
    TWO_THIRDS = "two_thirds"
    UNANIMOUS = "unanimous"


class Silence(StrEnum):
    """What silence means when the window of a ballot ends without enough votes."""

    GIVEN = "given"
    FAVOURABLE = "favourable"
    HOLD = "hold"
    ESCALATE = "escalate"
    LAPSE = "lapse"


class ReferBack(Part):
    """A refusal that opens the next round at the named stage."""

    refer_back: Identifier


Refused = Literal["return_to_draft", "reopen", "go_on_published"] | ReferBack
"""What a refusal does."""


class BallotRule(Part):
    """The rule of a ballot. One mechanism serves gates, opinions, signatures and record approvals."""

    by: Annotated[tuple[str, ...], BeforeValidator(lambda v: (v,) if isinstance(v, str) else v)] = ()
    """Electorate: ids of offices, roles, or `scientific_council` for members and chair."""
    quorum: Share = Fraction(1, 2)
    majority: Majority = Majority.SIMPLE
    threshold: Share | None = None
    """Least share of favourable among favourable and unfavourable; overrides `majority` (Delphi: 80 %)."""
    within: timedelta
    casting_vote: bool = False
    secret: bool = False
    revisable: bool = True
    proxies: bool = False
    early_end: bool = True
    second_within: timedelta | None = None
    """Window of a second convening, where no quorum is needed (CRPA R133-10)."""
    if_silent: Silence = Silence.HOLD
    escalate_to: Annotated[tuple[str, ...], BeforeValidator(lambda v: (v,) if isinstance(v, str) else v)] = ()
    if_refused: Refused = "return_to_draft"


class Gate(StrEnum):
    """Where a ballot holds a stage back."""

    OPENING = "opening"
    CONCLUSION = "conclusion"


class Approval(BallotRule):
    """A gate: the ballot that must pass before a stage opens or concludes."""

    gate: Gate
    subject: Annotated[
        tuple[Literal["questionnaire", "information_file", "seal", "synthesis", "opinion", "decision"], ...],
        BeforeValidator(lambda v: (v,) if isinstance(v, str) else v),
    ]


class Signoff(Part):
    """Signatures that an act needs. Until all are given it is a proposal; after `within` it lapses."""

    all_of: Annotated[tuple[str, ...], Field(min_length=1)]
    within: timedelta


class QuorumFailure(Part):
    """What happens when a college misses its quorum, or hearings their number.

    `extend` adds `by`, at most `times` times and never past the maximum; then `then` applies.
    """

    action: Literal["extend", "go_on_published", "stop"] = "go_on_published"
    by: timedelta | None = None
    times: Annotated[int, Field(ge=0, le=10)] = 1
    then: Literal["go_on_published", "stop"] = "go_on_published"


class Visibility(StrEnum):
    """From when an object may be read by everyone."""

    LIVE = "live"
    AT_CLOSE = "at_close"
    AT_CONCLUSION = "at_conclusion"
    AT_ROUND_END = "at_round_end"
    NEVER = "never"


class Stage(Part):
    """A stage of the graph. `after` unset means: after the one before it in the file."""

    id: Identifier
    kind: Kind
    label: Label
    lane: str | None = None
    """An axis, `each` for one stage per axis, or nothing for the whole concertation."""
    after: tuple[str, ...] | None = None
    duration: Duration
    entry_window: timedelta = timedelta(0)
    """After the closing, paper posted in time may still be typed in (CRPA L112-1)."""
    admission: Literal["invited", "registered", "open"] = "registered"
    channels: tuple[Channel, ...] | None = None
    questionnaire: str | None = None
    information_file: bool = False
    quorum: dict[Identifier, int | Share] = {}
    """Per college: a number of contributions, or a share of the members entitled."""
    minimum_hearings: Annotated[int, Field(ge=0)] = 0
    if_no_quorum: QuorumFailure = QuorumFailure()
    approvals: tuple[Approval, ...] = ()
    opinion: BallotRule | None = None
    """Scientific review: the ballot that adopts the collective opinion."""
    refer_back: Identifier | None = None
    """Scientific review: where an opinion that refers back opens the next round."""
    record_approval: BallotRule | None = None
    """Hearings: the ballot by which those heard approve their record."""
    concludes: Literal["at_term", "when_delivered"] = "at_term"
    """`when_delivered`: ends once its work is delivered, never before its minimum."""
    visibility: dict[str, Visibility] = {}

    def approval(self, gate: Gate) -> Approval | None:
        """Give the approval declared for a gate, if there is one."""
        return next((a for a in self.approvals if a.gate is gate), None)


class Rounds(Part):
    """How often the work may be taken up again, and what happens when no round is left."""

    maximum: Annotated[int, Field(ge=1, le=10)] = 1
    last_resort: Literal["go_on_published", "stop"] = "go_on_published"
    carry_over: Literal["keep", "ask", "none"] = "keep"


class Overrule(Part):
    """A rule set aside by the operator, with the recorded reason."""

    rule: str
    reason: Annotated[str, Field(min_length=10)]


SIGNABLE = (
    "launch", "extension", "postponement", "early_closing", "suspension", "resumption",
    "reopening", "rectification", "abandonment", "decision",
)  # fmt: skip
"""Acts that a procedure may put behind signatures."""


class Procedure(Part):
    """A versioned procedure. A running concertation keeps the version that it started with."""

    id: Identifier
    version: Annotated[int, Field(ge=1)] = 1
    label: Label
    summary: Label | None = None
    legal_profile: Literal["free", "open_consultation", "environment", "public_debate"] = "free"
    sandbox: bool = False
    """Seconds instead of weeks: for demonstrations and tests; never for a real concertation."""
    timezone: str = "Europe/Paris"
    territories: tuple[str, ...] = ("FR",)
    notice: timedelta = timedelta(days=15)
    """Announcement before the first opening."""
    channels: tuple[Channel, ...] = (Channel.ONLINE,)
    colleges: Annotated[tuple[College, ...], Field(min_length=1)]
    lanes: tuple[Lane, ...] = ()
    themes: tuple[Theme, ...] = ()
    offices: tuple[Office, ...] = ()
    stages: Annotated[tuple[Stage, ...], Field(min_length=1)]
    signoffs: dict[str, Signoff] = {}
    rounds: Rounds = Rounds()
    set_aside_reasons: tuple[str, ...] = ()
    overrules: tuple[Overrule, ...] = ()

    @model_validator(mode="after")
    def _known_acts_only(self) -> Self:
        for act in self.signoffs:
            if act not in SIGNABLE:
                raise ValueError(
                    f"signoffs.{act}: not an act that can be signed; known: {', '.join(SIGNABLE)}"
                )
        return self
