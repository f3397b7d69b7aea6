"""A procedure as data: stages, colleges, offices, ballots and rules that a concertation follows.

Only shapes live here. What makes a procedure sound is in `check`, its dates are in `calendar`,
its graph is in `graph`.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from domain.enumeration import direct
from domain.notation import UNSET, Asked, Names, Share, Span, Text, one_or_many
from domain.notation import Identifier as Identifier
from domain.notation import Label as Label


class Part(BaseModel):
    """What every part of a procedure shares: frozen, no unknown field."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


@direct
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


ROLES = frozenset(Role)


@direct
class Channel(StrEnum):
    """How a contribution arrived. All channels weigh the same (D5)."""

    ONLINE = "online"
    PAPER = "paper"
    COUNTER = "counter"
    PHONE = "phone"
    HEARING = "hearing"


@direct
class Kind(StrEnum):
    """The kind of a stage."""

    CALL_FOR_INPUT = "call_for_input"
    HEARINGS = "hearings"
    SCIENTIFIC_REVIEW = "scientific_review"
    SYNTHESIS = "synthesis"
    DECISION = "decision"
    FOLLOW_UP = "follow_up"


@direct
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
    territory: Text | None = None
    appointment: Appointment = Appointment.BY_FUNCTION


class Duration(Part):
    """How long a stage lasts. The minimum cannot be shortened, the maximum cannot be passed (D2)."""

    planned: Span
    minimum: Span = timedelta(0)
    maximum: Span | None = None


@direct
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


@direct
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

    by: Names = ()
    """Electorate: ids of offices, roles, or `scientific_council` for members and chair."""
    quorum: Share = Fraction(1, 2)
    majority: Majority = Majority.SIMPLE
    threshold: Share | None = None
    """Least share of favourable among favourable and unfavourable; overrides `majority` (Delphi: 80 %)."""
    within: Span
    casting_vote: bool = False
    secret: bool = False
    revisable: bool = True
    proxies: bool = False
    early_end: bool = True
    second_within: Span | None = None
    """Window of a second convening, where no quorum is needed (CRPA R133-10)."""
    if_silent: Silence = Silence.HOLD
    escalate_to: Names = ()
    if_refused: Refused = "return_to_draft"

    def plain(self) -> BallotRule:
        """Give the rule alone, without what a gate adds to it: what a ballot keeps."""
        if type(self) is BallotRule:
            return self
        return BallotRule.model_construct(**{name: getattr(self, name) for name in BallotRule.model_fields})


@direct
class Gate(StrEnum):
    """Where a ballot holds a stage back."""

    OPENING = "opening"
    CONCLUSION = "conclusion"


class Approval(BallotRule):
    """A gate: the ballot that must pass before a stage opens or concludes."""

    gate: Gate
    subject: Annotated[
        tuple[Literal["questionnaire", "information_file", "seal", "synthesis", "opinion", "decision"], ...],
        BeforeValidator(one_or_many),
        Field(min_length=1, max_length=6),
    ]


class Signoff(Part):
    """Signatures that an act needs. Until all are given it is a proposal; after `within` it lapses."""

    all_of: Annotated[tuple[Text, ...], Field(min_length=1, max_length=20)]
    """Offices by id, or roles; each must sign."""
    within: Span


class QuorumFailure(Part):
    """What happens when a college misses its quorum, or hearings their number.

    `extend` adds `by`, at most `times` times and never past the maximum; then `then` applies.
    """

    action: Literal["extend", "go_on_published", "stop"] = "go_on_published"
    by: Span | None = None
    times: Annotated[int, Field(ge=0, le=10)] = 1
    then: Literal["go_on_published", "stop"] = "go_on_published"


@direct
class Visibility(StrEnum):
    """From when an object may be read by everyone."""

    LIVE = "live"
    AT_CLOSE = "at_close"
    AT_CONCLUSION = "at_conclusion"
    AT_ROUND_END = "at_round_end"
    NEVER = "never"


VISIBLE = (
    "contributions", "figures", "hearings", "records", "positions", "opinion", "votes",
    "chapters", "recommendations", "synthesis", "responses", "decision", "documents",
)  # fmt: skip
"""Kinds of objects whose visibility a stage may set."""


class Stage(Part):
    """A stage of the graph. `after` unset means: after the one before it in the file."""

    id: Identifier
    kind: Kind
    label: Label
    lane: Text | None = None
    """An axis, `each` for one stage per axis, or nothing for the whole concertation."""
    after: Names | None = None
    duration: Duration
    entry_window: Span = timedelta(0)
    """After the closing, paper posted in time may still be typed in (CRPA L112-1)."""
    admission: Literal["invited", "registered", "open"] = "registered"
    channels: Annotated[tuple[Channel, ...], Field(max_length=len(Channel))] | None = None
    """Channels of this stage; unset: those of the procedure."""
    questionnaire: Text | None = None
    """Name of the questionnaire, a document of the information file; unset: the stage asks no questions."""
    information_file: bool = False
    quorum: dict[Identifier, Asked] = {}
    """Per college: a number of contributions, or a share of the members entitled."""
    minimum_hearings: Annotated[int, Field(ge=0)] = 0
    if_no_quorum: QuorumFailure = QuorumFailure()
    approvals: Annotated[tuple[Approval, ...], Field(max_length=10)] = ()
    opinion: BallotRule | None = None
    """Scientific review: the ballot that adopts the collective opinion."""
    refer_back: Identifier | None = None
    """Scientific review: where an opinion that refers back opens the next round."""
    record_approval: BallotRule | None = None
    """Hearings: the ballot by which those heard approve their record."""
    concludes: Literal["at_term", "when_delivered"] = "at_term"
    """`when_delivered`: ends once its work is delivered, never before its minimum."""
    visibility: Annotated[dict[Text, Visibility], Field(max_length=20)] = {}
    """Per kind of object (`VISIBLE`); unset: contributions at the closing, all else once it is out."""

    def approval(self, gate: Gate) -> Approval | None:
        """Give the approval declared for a gate, if there is one."""
        for approval in self.approvals:
            if approval.gate is gate:
                return approval
        return None


class Rounds(Part):
    """How often the work may be taken up again, and what happens when no round is left."""

    maximum: Annotated[int, Field(ge=1, le=10)] = 1
    last_resort: Literal["go_on_published", "stop"] = "go_on_published"
    carry_over: Literal["keep", "ask", "none"] = "keep"


class Overrule(Part):
    """A rule set aside by the operator, with the recorded reason."""

    rule: Text
    """Id of the rule, as findings name it (`legal.RULES`)."""
    reason: Annotated[str, Field(min_length=10, max_length=2000)]


SIGNABLE = (
    "launch", "extension", "postponement", "early_closing", "suspension", "resumption",
    "reopening", "rectification", "abandonment", "decision",
)  # fmt: skip
"""Acts that a procedure may put behind signatures."""


def _signable(act: str) -> str:
    if act not in SIGNABLE:
        raise PydanticCustomError(
            "signoff_unknown_act",
            "not an act that can be signed; known: {known}",
            {"known": ", ".join(SIGNABLE)},
        )
    return act


Signable = Annotated[
    str, AfterValidator(_signable), WithJsonSchema({"type": "string", "enum": list(SIGNABLE)})
]


class Procedure(Part):
    """A versioned procedure. A running concertation keeps the version that it started with."""

    id: Identifier
    version: Annotated[int, Field(ge=1)] = 1
    label: Label
    summary: Label | None = None
    legal_profile: Literal["free", "open_consultation", "environment", "public_debate"] = "free"
    sandbox: bool = False
    """Seconds instead of weeks: for demonstrations and tests; never for a real concertation."""
    timezone: Text = "Europe/Paris"
    territories: Annotated[tuple[Text, ...], Field(max_length=200)] = ("FR",)
    notice: Span = timedelta(days=15)
    """Announcement before the first opening."""
    channels: Annotated[tuple[Channel, ...], Field(max_length=len(Channel))] = (Channel.ONLINE,)
    colleges: Annotated[tuple[College, ...], Field(min_length=1, max_length=50)]
    lanes: Annotated[tuple[Lane, ...], Field(max_length=30)] = ()
    themes: Annotated[tuple[Theme, ...], Field(max_length=200)] = ()
    offices: Annotated[tuple[Office, ...], Field(max_length=500)] = ()
    stages: Annotated[tuple[Stage, ...], Field(min_length=1, max_length=60)]
    signoffs: dict[Signable, Signoff] = {}
    rounds: Rounds = Rounds()
    time_to_appeal: Annotated[Span | None, UNSET] = None
    """How long the author of a hidden contribution may appeal; unset, and then not written: two clear months."""
    set_aside_reasons: Annotated[tuple[Text, ...], Field(max_length=50)] = ()
    """Why a contribution may be left without a recommendation; published with the treatment rate."""
    overrules: Annotated[tuple[Overrule, ...], Field(max_length=50)] = ()
