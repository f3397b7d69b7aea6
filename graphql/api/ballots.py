"""Ballots: the one mechanism behind gates, opinions, signatures and approvals of records."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import ID, Private, field
from strawberry.scalars import JSON

from api.context import Info
from api.enumerations import BallotOutcome, BallotState, Majority, Position, Purpose, Silence
from api.ids import global_id
from api.nodes import Node, Text
from api.people import Author, Member, member_of, speakers_for
from api.publication import hides_proposal, reads_early, reads_embargoed, votes_in
from api.snapshot import Snapshot
from api.viewing import awaited_by, sees_votes
from domain import process
from domain.acts import Body, IssueDecision, act_content
from domain.deciding.seats import entitled, speakers, stands_aside
from domain.procedure import BallotRule, ReferBack

if TYPE_CHECKING:
    from api.meetings import Meeting
    from api.recounting import OutcomeWithout
    from api.stages import Stage


@strawberry.type(description="The rule of a ballot.")
class Rule:
    rule: Private[BallotRule]
    by: list[str] = field(description="Its electorate: names of offices or roles.")
    quorum: str = field(description="The share of seats that must be present or represented, as a fraction.")
    majority: Majority = field(description="How favourable votes are weighed.")
    threshold: str | None = field(description="The least share of favourable votes, where one is declared.")
    within: timedelta = field(description="How long the ballot is open.")
    casting_vote: bool = field(description="Whether the chair's vote decides a tie.")
    secret: bool = field(description="Whether positions are secret.")
    revisable: bool = field(description="Whether a vote may be revised while the ballot is open.")
    proxies: bool = field(description="Whether a seat may be represented by another voter: one each at most.")
    early_end: bool = field(description="Whether it ends as soon as everybody has voted.")
    if_silent: Silence = field(description="What silence means.")

    @field(description="What a refusal does; `refer_back:` names the stage where the next round begins.")
    def if_refused(self) -> str:
        refused = self.rule.if_refused
        return f"refer_back:{refused.refer_back}" if isinstance(refused, ReferBack) else refused


def rule_of(rule: BallotRule) -> Rule:
    """Make the rule of a ballot."""
    return Rule(
        rule=rule,
        by=list(rule.by),
        quorum=str(rule.quorum),
        majority=rule.majority,
        threshold=None if rule.threshold is None else str(rule.threshold),
        within=rule.within,
        casting_vote=rule.casting_vote,
        secret=rule.secret,
        revisable=rule.revisable,
        proxies=rule.proxies,
        early_end=rule.early_end,
        if_silent=rule.if_silent,
    )


@strawberry.type(description="The count of a ballot as it was evaluated.")
class Count:
    entitled: int = field(description="Seats entitled to vote; the withdrawn and recused do not count.")
    present: int = field(description="Seats that voted or were represented.")
    quorum: int = field(description="Seats present or represented that the quorum asks for.")
    favourable: int = field(description="Votes for.")
    unfavourable: int = field(description="Votes against.")
    abstain: int = field(description="Abstentions.")


def count_of(count: process.Count) -> Count:
    """Make a count."""
    return Count(
        entitled=count.entitled,
        present=count.present,
        quorum=count.quorum,
        favourable=count.favourable,
        unfavourable=count.unfavourable,
        abstain=count.abstain,
    )


@strawberry.type(
    description="A place in a ballot: a seat of an office or, for the record of a hearing, a person."
)
class Seat:
    at: Private[Snapshot]
    ballot: Private[process.Ballot]
    key: str = field(description="Its name: `office/number`, or the pseudonymous id of a person.")
    withdrawn: bool = field(description="Whether its holder withdrew (déport); it then does not count.")
    recused: bool = field(description="Whether the chair recused its holder; it then does not count.")
    proxy: Private[str | None]

    @field(
        description="Whether it has voted, itself or by proxy. In a secret ballot nobody but who speaks for it is told "
        "before the end."
    )
    def voted(self, info: Info) -> bool:
        return self.key in self.ballot.votes and bool(
            awaited_by(info.context.viewer, self.at, self.ballot, [self.key])
        )

    @field(description="Who holds it now.")
    def holder(self) -> Member | None:
        return next(iter(speakers_for(self.at, self.key)), None)

    @field(description="Who holds its mandate (procuration), where it gave one.")
    def represented_by(self) -> Member | None:
        return member_of(self.at, self.proxy)


@strawberry.type(description="A vote of a seat. It stands when the holder of the seat changes.")
class Vote:
    at_: Private[Snapshot]
    member_id: Private[str]
    principal: Private[str | None]
    seat: str = field(description="The seat that voted.")
    position: Position | None = field(description="What it says; nothing in a secret ballot.")
    at: datetime = field(description="When it was cast.")
    by_proxy: bool = field(description="Whether somebody else held its mandate.")

    @field(description="Who cast it.")
    def member(self) -> Member | None:
        return member_of(self.at_, self.member_id)

    @field(description="On whose behalf, where by delegation (« par délégation de ») or by proxy.")
    def on_behalf_of(self) -> Author | None:
        return Author(at=self.at_, pseudonym=self.principal) if self.principal else None


@strawberry.type(description="An act that waits for signatures.")
class Proposal:
    at: Private[Snapshot]
    ballot: Private[process.Ballot]
    proposal: Private[process.Proposal]
    kind: str = field(description="The kind of the act, for example `extend_stage`.")
    round: int | None = field(description="The round that it is addressed to.")
    stage: str | None = field(description="The key of the stage that it is addressed to.")

    @field(
        description="The act as it will be done once all have signed; under an embargo, its kind and the end of that."
    )
    def content(self, info: Info) -> JSON:
        content = act_content(self.proposal.act)
        if hides_proposal(info.context.viewer, self.at, self.proposal.act, self.ballot):
            content = {name: content[name] for name in ("kind", "embargo_until")}
        return JSON(content)

    @field(description="The text that it carries (a decision), for those who sign and those who work on it.")
    def text(self, info: Info) -> Text | None:
        body = getattr(self.proposal.act, "text", None)
        viewer = info.context.viewer
        if hides_proposal(viewer, self.at, self.proposal.act, self.ballot):
            return None
        early = self.proposal.act.early_readers if isinstance(self.proposal.act, IssueDecision) else None
        seen = (
            votes_in(viewer, self.at, self.ballot)
            or reads_early(viewer, self.at)
            or reads_embargoed(viewer, self.at)
            or viewer.member in (early or ())
        )
        return Text(body=body) if seen and isinstance(body, Body) else None

    @field(description="Who proposed it.")
    def author(self) -> Author:
        return Author(at=self.at, pseudonym=self.proposal.actor)

    @field(description="On whose behalf, where by delegation (« par délégation de »).")
    def on_behalf_of(self) -> Author | None:
        whom = self.proposal.on_behalf_of
        return Author(at=self.at, pseudonym=whom) if whom else None


@strawberry.type(
    description="A ballot: who votes on what, under which rule, until when, and what is awaited."
)
class Ballot(Node):
    at: Private[Snapshot]
    ballot: Private[process.Ballot]
    key: str = field(description="Its name in the ledger.")
    purpose: Purpose = field(description="What it decides.")
    round: int = field(description="The round that it belongs to.")
    subject: str = field(
        description="The digest that every vote binds. A vote names the one that its author saw."
    )
    opens_at: datetime = field(description="When it began.")
    closes_at: datetime | None = field(description="When its window ends.")
    closed_at: datetime | None = field(description="When it ended.")
    state: BallotState = field(description="Where it stands.")
    outcome: BallotOutcome | None = field(description="How it ended.")
    convening: int = field(
        description="1, or 2 where the quorum was missed and it was convened again without one."
    )
    escalated: bool = field(description="Whether others were asked in the end.")
    about: str | None = field(
        description="The hearing or the opinion that it is about, by its name in the ledger."
    )
    lapse_reason: str | None = field(
        description="Why an act that was signed could not be done any more: a code of a refusal."
    )

    @field(description="The stage that it belongs to; none where it concerns the whole concertation.")
    def stage(self) -> Annotated[Stage, strawberry.lazy("api.stages")] | None:
        from api.stages import stage_of

        return stage_of(self.at, self.ballot.stage, self.ballot.round)

    @field(description="Its rule.")
    def rule(self) -> Rule:
        return rule_of(self.ballot.rule)

    @field(description="Its electorate, seat by seat.")
    def seats(self) -> list[Seat]:
        return seats_of(self.at, self.ballot)

    @field(
        description="The seats, held and entitled, whose vote is awaited; none once it is over. In a secret ballot: "
        "the viewer's own."
    )
    def awaited(self, info: Info) -> list[Seat]:
        if self.ballot.state is BallotState.CLOSED:
            return []
        base = entitled(self.at.process, self.ballot, self.at.now)
        missing = [seat for seat in base if seat not in self.ballot.votes]
        told = awaited_by(info.context.viewer, self.at, self.ballot, missing)
        return [seat for seat in self.seats() if seat.key in told]

    @field(description="Since when votes are awaited: the beginning of the ballot; nothing once it is over.")
    def awaited_since(self) -> datetime | None:
        return None if self.ballot.state is BallotState.CLOSED else self.ballot.opens_at

    @field(description="The votes, where the viewer may see them; never in a secret ballot.")
    def votes(self, info: Info) -> list[Vote]:
        if not sees_votes(info.context.viewer, self.at, self.ballot):
            return []
        return [
            Vote(
                at_=self.at,
                member_id=vote.member,
                principal=vote.on_behalf_of,
                seat=vote.seat,
                position=vote.position,
                at=vote.at,
                by_proxy=vote.by_proxy,
            )
            for vote in self.ballot.votes.values()
        ]

    @field(description="The meeting of the council in which it was opened.")
    def meeting(self) -> Annotated[Meeting, strawberry.lazy("api.meetings")] | None:
        from api.meetings import meeting_by_key

        return meeting_by_key(self.at, self.ballot.meeting)

    @field(description="The count as it was last evaluated: at the end of each window.")
    def count(self) -> Count | None:
        return count_of(self.ballot.count) if self.ballot.count else None

    @field(
        description="What the votes come to without one of the members, as if they had stood aside from the opening: "
        "a conflicted vote may void a ballot. Nothing where votes did not decide it or are not public, or where the "
        "ballot was secret and the member voted."
    )
    def outcome_without(
        self, member_id: Annotated[ID, strawberry.argument(description="The member.")]
    ) -> Annotated[OutcomeWithout, strawberry.lazy("api.recounting")] | None:
        from api.recounting import without

        return without(self.at, self.ballot, member_id)

    @field(description="The act that waits for these signatures.")
    def proposal(self) -> Proposal | None:
        proposed = self.ballot.proposal
        if proposed is None:
            return None
        return Proposal(
            at=self.at,
            ballot=self.ballot,
            proposal=proposed,
            kind=proposed.act.kind,
            round=proposed.round,
            stage=proposed.stage,
        )


def seats_of(at: Snapshot, ballot: process.Ballot) -> list[Seat]:
    """Make the seats of a ballot."""
    return [
        Seat(
            at=at,
            ballot=ballot,
            key=seat,
            withdrawn=_stands_aside(at, ballot, seat) is False,
            recused=_stands_aside(at, ballot, seat) is True,
            proxy=ballot.proxies.get(seat),
        )
        for seat in ballot.seats
    ]


def _stands_aside(at: Snapshot, ballot: process.Ballot, seat: str) -> bool | None:
    """Say whether the holder of a seat was recused (`True`) or withdrew (`False`); signatures know neither."""
    holder = next(iter(speakers(at.process, seat, at.now)), None)
    if holder is None or ballot.purpose is Purpose.SIGNATURES:
        return None
    return stands_aside(at.process, holder, ballot.stage)


def ballot_of(at: Snapshot, key: str | None) -> Ballot | None:
    """Make a ballot by its name in the ledger."""
    found = at.process.ballots.get(key) if key else None
    if found is None:
        return None
    return Ballot(
        id=global_id("Ballot", at.id, found.id),
        at=at,
        ballot=found,
        key=found.id,
        purpose=found.purpose,
        round=found.round,
        subject=found.subject,
        opens_at=found.opens_at,
        closes_at=found.closes_at,
        closed_at=found.closed_at,
        state=found.state,
        outcome=found.outcome,
        convening=found.convening,
        escalated=found.escalated,
        about=found.about,
        lapse_reason=found.lapse_reason,
    )
