"""The stages of the graph, and what each asks for."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from domain.enumeration import direct
from domain.notation import UNSET, Asked, Identifier, Label, Names, Share, Span, Text
from domain.procedure.ballots import Approval, BallotRule, Gate
from domain.procedure.meetings import MeetingRule
from domain.procedure.part import Part
from domain.procedure.people import Channel


@direct
class Kind(StrEnum):
    """The kind of a stage."""

    CALL_FOR_INPUT = "call_for_input"
    HEARINGS = "hearings"
    SCIENTIFIC_REVIEW = "scientific_review"
    SYNTHESIS = "synthesis"
    DECISION = "decision"
    FOLLOW_UP = "follow_up"


class Duration(Part):
    """How long a stage lasts. The minimum cannot be shortened, the maximum cannot be passed (D2)."""

    planned: Span
    minimum: Span = timedelta(0)
    maximum: Span | None = None


class QuorumFailure(Part):
    """What happens when a college misses its quorum, or hearings their number.

    `extend` adds `by`, at most `times` times and never past the maximum; then `then` applies.
    """

    action: Literal["extend", "go_on_published", "stop"] = "go_on_published"
    by: Span | None = None
    times: Annotated[int, Field(ge=0, le=10)] = 1
    then: Literal["go_on_published", "stop"] = "go_on_published"


class Treatment(Part):
    """The share of each kind of source that a synthesis must cite or set aside before it is assembled."""

    organisations: Share = Fraction(1)
    """Of contributions of organisations."""
    records: Share = Fraction(1)
    """Of approved records of hearings."""
    reservations: Share = Fraction(1)
    """Of reservations of the council: those that are lifted or declared maintained."""
    others: Share
    """Of all other contributions."""


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
    "chapters", "recommendations", "synthesis", "responses", "decision", "documents", "minutes",
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
    quorum: dict[Identifier, Asked] = Field({})
    """Per college: a number of contributions, or a share of the members entitled."""
    minimum_hearings: Annotated[int, Field(ge=0)] = 0
    if_no_quorum: QuorumFailure = QuorumFailure()
    approvals: Annotated[tuple[Approval, ...], Field(max_length=10)] = ()
    opinion: BallotRule | None = None
    """Scientific review: the ballot that adopts the collective opinion."""
    articles: Annotated[BallotRule | None, UNSET] = None
    """Scientific review: the ballot that adopts an article of the opinion; unset: as the opinion."""
    meeting: Annotated[MeetingRule | None, UNSET] = None
    """Scientific review: the council votes on its opinion in a meeting; unset, and then not written: without one."""
    evaluation: Annotated[Text | None, UNSET] = None
    """Scientific review: name of the grid that each member fills in, a questionnaire attached to the stage."""
    refer_back: Identifier | None = None
    """Scientific review: where an opinion that refers back opens the next round."""
    record_approval: BallotRule | None = None
    """Hearings: the ballot by which those heard approve their record."""
    convocation: Annotated[Span | None, UNSET] = None
    """Hearings: how long before its beginning a witness is called at the latest; unset: no rule."""
    reasons_apart: Annotated[bool | None, UNSET] = None
    """Decision: its reasons are a document of their own, apart from the synthesis (environment code, L123-19-1)."""
    answers_within: Annotated[Span | None, UNSET] = None
    """Decision: how long addressees have to answer; a response that is missing then is late, in public."""
    concludes: Literal["at_term", "when_delivered"] = "at_term"
    """`when_delivered`: ends once its work is delivered, never before its minimum."""
    treatment: Annotated[Treatment | None, UNSET] = None
    """Synthesis: the shares below which it is not assembled; unset, and then not written: none."""
    visibility: dict[Text, Visibility] = Field({}, max_length=20)
    """Per kind of object (`VISIBLE`); unset: contributions at the closing, all else once it is out."""

    def approval(self, gate: Gate) -> Approval | None:
        """Give the approval declared for a gate, if there is one."""
        for approval in self.approvals:
            if approval.gate is gate:
                return approval
        return None
