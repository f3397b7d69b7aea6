"""Rules of ballots: electorates, quorums, majorities, gates and signatures."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from domain.enumeration import direct
from domain.notation import Identifier, Names, Share, Span, Text, one_or_many
from domain.procedure.part import Part


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
