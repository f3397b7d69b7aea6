"""Events: what the ledger says happened, each with a sentence for people, so that unknown kinds still display."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import orjson
import strawberry
from strawberry import Private, field
from strawberry.scalars import JSON

from api.ballots import Ballot, ballot_of
from api.commitments import Commitment, commitment_of
from api.context import Info
from api.contributions import Figures
from api.hearings import Hearing, HearingRequest, hearing_of, request_of
from api.ids import global_id
from api.items import SynthesisItem, items_seen
from api.meetings import Meeting, meeting_by_key
from api.nodes import Node
from api.people import Author, Delegation, Member, delegation_of, member_of
from api.publication import is_embargoed, is_unsaid, without_substance
from api.snapshot import Snapshot
from api.stages import Stage, stage_of
from api.synthesis import Recommendation, recommendation_seen
from domain.delegated import delegations_of
from domain.summaries import summary
from store.ledger import Entry


@strawberry.interface(
    description="Something that happened. Show `summary` for a type or kind that you do not know."
)
class Event:
    seq: int = field(
        description="Its number in the ledger; for what is not in the ledger, the number of the last event before it."
    )
    at: datetime = field(description="When it happened.")
    kind: str = field(description="What happened: a kind of the ledger, or `figures_updated`.")
    summary: str = field(description="One sentence, in the language of the request.")


@strawberry.interface(
    description="Something that happened, as the ledger keeps it: never changed, hash-chained."
)
class LedgerEvent(Node, Event):
    snapshot: Private[Snapshot]
    entry: Private[Entry]
    round: int | None = field(description="The round that it belongs to.")
    stage_key: str | None = field(description="The key of the stage that it belongs to.")
    content: JSON | None = field(
        description="The event as the ledger keeps and hashes it; nothing before it is published."
    )
    hash: str = field(description="SHA-256 that chains it to the one before it, in hexadecimal.")
    previous_hash: str = field(description="The hash of the event before it.")

    unsaid: Private[bool]

    @field(
        description="Who did it; of a vote in a secret ballot that is not over only its author is told, others get no "
        "pseudonym."
    )
    def actor(self) -> Author:
        return Author(at=self.snapshot, pseudonym="" if self.unsaid else self.entry.event.actor)

    @field(description="On whose behalf, where by delegation or proxy.")
    def on_behalf_of(self) -> Author | None:
        whom = None if self.unsaid else self.entry.event.on_behalf_of
        return Author(at=self.snapshot, pseudonym=whom) if whom else None

    @field(
        description="By which delegation, where by one: « par délégation de ». Where one person gave several to "
        "another, the first of them."
    )
    def by_delegation(self) -> Delegation | None:
        found = () if self.unsaid else delegations_of(self.snapshot.process, self.entry.event)
        return delegation_of(self.snapshot, found[0]) if found else None


@strawberry.type(description="Something that concerns the whole concertation, its people or its papers.")
class ConcertationEvent(LedgerEvent):
    @field(description="The member that it is about, where it is about one.")
    def member(self) -> Member | None:
        return member_of(self.snapshot, getattr(self.entry.event.fact, "member", None))


@strawberry.type(description="Something that happened to a stage.")
class StageEvent(LedgerEvent):
    @field(description="The stage, as it stands now.")
    def stage(self) -> Stage | None:
        return stage_of(self.snapshot, self.entry.event.stage, self.entry.event.round)


@strawberry.type(description="Something that happened to a ballot.")
class BallotEvent(LedgerEvent):
    @field(description="The ballot, as it stands now.")
    def ballot(self) -> Ballot | None:
        return ballot_of(self.snapshot, getattr(self.entry.event.fact, "ballot", None))


@strawberry.type(description="Something that happened to a hearing.")
class HearingEvent(LedgerEvent):
    @field(description="The hearing that it is about, where it is about one, as it stands now.")
    def hearing(self) -> Hearing | None:
        found = self.snapshot.process.hearings.get(getattr(self.entry.event.fact, "hearing", ""))
        return hearing_of(self.snapshot, found) if found else None

    @field(description="The request to be heard that it is about, where it is about one, as it stands now.")
    def request(self) -> HearingRequest | None:
        found = self.snapshot.process.requests.get(getattr(self.entry.event.fact, "request", None) or "")
        return request_of(self.snapshot, found) if found else None


@strawberry.type(description="Something that happened to a meeting of the council.")
class MeetingEvent(LedgerEvent):
    @field(description="The meeting, as it stands now.")
    def meeting(self) -> Meeting | None:
        return meeting_by_key(self.snapshot, getattr(self.entry.event.fact, "meeting", None))


@strawberry.type(description="Something that happened in a scientific review.")
class ReviewEvent(LedgerEvent):
    @field(description="The stage, as it stands now.")
    def stage(self) -> Stage | None:
        return stage_of(self.snapshot, self.entry.event.stage, self.entry.event.round)

    @field(description="The member of the council that it is about.")
    def member(self) -> Member | None:
        return member_of(self.snapshot, getattr(self.entry.event.fact, "member", None))


@strawberry.type(description="Something that happened to the synthesis, to a response or to the decision.")
class SynthesisEvent(LedgerEvent):
    @field(description="The item that it is about, where it is about one; once it is published.")
    def item(self, info: Info) -> SynthesisItem | None:
        fact = self.entry.event.fact
        names = (getattr(fact, name, None) for name in ("recommendation", "ascertainment", "item"))
        key = next((name for name in names if isinstance(name, str)), None)
        return next(iter(items_seen(info, self.snapshot, [key])), None) if key else None

    @field(description="The recommendation that it is about, where it is about one; once it is published.")
    def recommendation(self, info: Info) -> Recommendation | None:
        key = getattr(self.entry.event.fact, "recommendation", None)
        return recommendation_seen(info, self.snapshot, key) if key else None


@strawberry.type(description="Something that happened in the follow-up.")
class CommitmentEvent(LedgerEvent):
    @field(description="The commitment that it is about, where it is about one.")
    def commitment(self) -> Commitment | None:
        found = self.snapshot.process.commitments.get(getattr(self.entry.event.fact, "commitment", ""))
        return commitment_of(self.snapshot, found) if found else None


@strawberry.type(description="The figures of an open stage changed. Throttled, and not in the ledger.")
class FiguresUpdated(Event):
    figures: Figures = field(description="The figures now.")


EVENT_TYPES = (
    ConcertationEvent, StageEvent, BallotEvent, HearingEvent, MeetingEvent, ReviewEvent, SynthesisEvent,
    CommitmentEvent,
)  # fmt: skip

_BALLOTS = frozenset({
    "ballot_opened", "vote_cast", "proxy_given", "proxy_revoked", "ballot_reconvened", "ballot_held",
    "ballot_escalated", "ballot_closed",
})  # fmt: skip
_MEETINGS = frozenset({"meeting_convened", "meeting_cancelled", "meeting_held", "minutes_recorded"})
_HEARINGS = frozenset({
    "request_withdrawn", "request_declined", "witness_called", "call_answered", "witness_replaced", "record_drafted",
    "record_corrected",
})  # fmt: skip
_REVIEW = frozenset({
    "interest_declared", "member_withdrew", "member_recused", "position_stated", "opinion_drafted", "evaluation_given",
    "article_drafted", "amendment_proposed", "amendment_settled", "article_adopted", "article_refused",
    "reservation_made", "withdrawal_proposed", "withdrawal_declined", "opinion_adopted", "opinion_rejected",
    "dissent_recorded",
})  # fmt: skip
_SYNTHESIS = frozenset({
    "chapter_submitted", "recommendation_made", "ascertainment_made", "sources_cited", "contributions_set_aside",
    "set_aside_taken_back", "reservation_answered", "comment_made", "synthesis_assembled", "response_given",
    "response_late", "decision_issued", "decision_rectified", "decision_published",
})  # fmt: skip
_FOLLOW_UP = frozenset({
    "commitment_made", "commitment_late", "progress_reported", "implementation_reported", "observation_published",
    "guarantor_reported", "guarantor_answered",
})  # fmt: skip


def _type_for(entry: Entry) -> Callable[..., LedgerEvent]:
    kind = entry.event.fact.kind
    if kind in _BALLOTS:
        return BallotEvent
    if kind.startswith("hearing_") or kind in _HEARINGS:
        return HearingEvent
    if kind in _MEETINGS:
        return MeetingEvent
    if kind in _REVIEW:
        return ReviewEvent
    if kind in _SYNTHESIS:
        return SynthesisEvent
    if kind in _FOLLOW_UP:
        return CommitmentEvent
    return StageEvent if entry.event.stage else ConcertationEvent


def event_of(info: Info, at: Snapshot, entry: Entry) -> LedgerEvent:
    """Make an event of a row of the ledger."""
    event = entry.event
    viewer, languages = info.context.viewer, info.context.languages
    hidden = is_embargoed(viewer, at, event)
    return _type_for(entry)(
        id=global_id("Event", at.id, entry.seq),
        snapshot=at,
        entry=entry,
        seq=entry.seq,
        at=event.at,
        kind=event.fact.kind,
        summary=summary(without_substance(event) if hidden else event, at.process, languages),
        round=event.round,
        stage_key=event.stage,
        content=None if hidden else JSON(orjson.loads(entry.content)),
        hash=entry.hash,
        previous_hash=entry.previous,
        unsaid=hidden and is_unsaid(at, event),
    )
