"""The scientific review: interests, withdrawals, positions, the collective opinion, reservations, dissents."""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry import Private, field

from api.articles import WithArticles
from api.ballots import Ballot, ballot_of
from api.context import Info
from api.enumerations import Conclusion
from api.evaluation import WithEvaluations
from api.ids import global_id
from api.nodes import Node, Text, text
from api.organisations import Organisation, find_organisation, organisation_of
from api.people import Member, member_of
from api.publication import sees
from api.snapshot import Snapshot
from api.stages import Stage, stage_of
from api.structure import Theme, themes
from api.viewing import sees_statement_of_interest
from domain import process
from domain.acts import Body
from domain.deciding.seats import stands_aside


@strawberry.type(description="What a member of the council declared of their interests.")
class Interest:
    at_: Private[Snapshot]
    interest: Private[process.Interest]
    at: datetime = field(description="When.")
    organisations: list[str] = field(
        description="Names of organisations that they have an interest in and that are not registered."
    )

    @field(description="Who declared it.")
    def member(self) -> Member | None:
        return member_of(self.at_, self.interest.member)

    @field(description="Themes that they have an interest in.")
    def themes(self) -> list[Theme]:
        return themes(self.at_, self.interest.themes)

    @field(description="Organisations of the concertation that they have an interest in.")
    async def registered(self, info: Info) -> list[Organisation]:
        found = [await find_organisation(info, self.at_, key) for key in self.interest.organisation_ids]
        return [organisation_of(self.at_, row) for row in found if row is not None]

    @field(description="The statement, where the viewer may read it.")
    def statement(self, info: Info) -> Text | None:
        if not sees_statement_of_interest(info.context.viewer, self.at_, self.interest.member):
            return None
        return text(self.interest.statement)


def interest_of(at: Snapshot, interest: process.Interest) -> Interest:
    """Make a declaration of interests."""
    return Interest(at_=at, interest=interest, at=interest.at, organisations=list(interest.organisations))


@strawberry.type(
    description="A member who takes no part: by their own act (déport), or recused by the chair."
)
class Withdrawal:
    at_: Private[Snapshot]
    withdrawal: Private[process.Withdrawal]
    at: datetime = field(description="Since when.")
    recused: bool = field(description="Whether the chair recused them.")
    reason: str = field(description="Why.")
    stage: str | None = field(description="The key of the stage; none: in anything.")

    @field(description="Who takes no part.")
    def member(self) -> Member | None:
        return member_of(self.at_, self.withdrawal.member)


def withdrawal_of(at: Snapshot, withdrawal: process.Withdrawal) -> Withdrawal:
    """Make a withdrawal."""
    return Withdrawal(
        at_=at,
        withdrawal=withdrawal,
        at=withdrawal.at,
        recused=withdrawal.recused,
        reason=withdrawal.reason,
        stage=withdrawal.stage,
    )


@strawberry.type(
    description="The engine proposes to a member to withdraw: an interest that they declared meets an organisation "
    "that the review concerns. The member follows it, or says why not; the chair may recuse."
)
class ProposedWithdrawal:
    at_: Private[Snapshot]
    proposed: Private[process.ProposedWithdrawal]
    at: datetime = field(description="When it was proposed.")
    round: int = field(description="The round of the review.")
    stage: str = field(description="The key of the stage.")
    declined_at: datetime | None = field(description="When the member declined it.")
    reason: str | None = field(description="Why they did.")

    @field(description="To whom.")
    def member(self) -> Member | None:
        return member_of(self.at_, self.proposed.member)

    @field(description="The organisation that the interest and the review have in common.")
    async def organisation(self, info: Info) -> Organisation | None:
        row = await find_organisation(info, self.at_, self.proposed.organisation)
        return organisation_of(self.at_, row) if row else None

    @field(description="Whether the member stands aside meanwhile, by their own act or by the chair's.")
    def followed(self) -> bool:
        return stands_aside(self.at_.process, self.proposed.member, self.proposed.stage) is not None


def proposed_withdrawal_of(at: Snapshot, proposed: process.ProposedWithdrawal) -> ProposedWithdrawal:
    """Make a proposed withdrawal."""
    return ProposedWithdrawal(
        at_=at,
        proposed=proposed,
        at=proposed.at,
        round=proposed.round,
        stage=proposed.stage,
        declined_at=proposed.declined_at,
        reason=proposed.reason,
    )


@strawberry.type(description="An individual position before the collective opinion.")
class MemberPosition:
    at_: Private[Snapshot]
    member_id: Private[str]
    position: Conclusion = field(description="What it concludes.")
    statement: Text = field(description="Its reasons.")
    at: datetime = field(description="When it was stated.")

    @field(description="Whose it is.")
    def member(self) -> Member | None:
        return member_of(self.at_, self.member_id)


@strawberry.type(
    description="A reservation of the council: the synthesis must lift it or declare it maintained."
)
class Reservation(Node):
    at: Private[Snapshot]
    member_id: Private[str]
    key: str = field(description="Its name in the ledger, for the sources of recommendations.")
    text: Text = field(description="What it says.")

    @field(description="Who made it.")
    def member(self) -> Member | None:
        return member_of(self.at, self.member_id)


@strawberry.type(description="A member's dissent from the adopted opinion.")
class Dissent:
    at: Private[Snapshot]
    member_id: Private[str]
    text: Text = field(description="What it says.")

    @field(description="Whose it is.")
    def member(self) -> Member | None:
        return member_of(self.at, self.member_id)


@strawberry.type(description="The council's collective opinion on one stage in one round.")
class Opinion(WithEvaluations, WithArticles, Node):
    at: Private[Snapshot]
    opinion: Private[process.Opinion]
    round: int = field(description="The round.")
    version: int = field(description="The number of its latest version; 0 before the first.")
    adopted_at: datetime | None = field(description="When it was adopted.")
    tacit: bool = field(description="Whether silence stood for it.")

    @field(description="The stage.")
    def stage(self) -> Stage | None:
        return stage_of(self.at, self.opinion.stage, self.opinion.round)

    @field(description="The ballot that adopts it.")
    def ballot(self) -> Ballot | None:
        return ballot_of(self.at, self.opinion.ballot)

    @field(description="Its latest version, once it is published.")
    def text(self, info: Info) -> Text | None:
        return text(self.opinion.text) if self._is_seen(info, "opinion") else None

    @field(description="What it concludes, once it is published.")
    def conclusion(self, info: Info) -> Conclusion | None:
        return self.opinion.conclusion if self._is_seen(info, "opinion") else None

    @field(description="The individual positions before it, once they are published.")
    def positions(self, info: Info) -> list[MemberPosition]:
        everybody = self._is_seen(info, "positions")
        return [
            MemberPosition(
                at_=self.at,
                member_id=p.member,
                position=p.position,
                statement=Text(body=p.statement),
                at=p.at,
            )
            for p in self.opinion.positions.values()
            if everybody or p.member == info.context.viewer.member
        ]

    @field(description="Its reservations, once it is published.")
    def reservations(self, info: Info) -> list[Reservation]:
        seen = self._is_seen(info, "opinion")
        return [reservation_of(self.at, r) for r in self.opinion.reservations.values()] if seen else []

    @field(description="The dissents from it, once it is published.")
    def dissents(self, info: Info) -> list[Dissent]:
        seen = self._is_seen(info, "opinion")
        return [_dissent(self.at, member, body) for member, body in self.opinion.dissents.items() if seen]

    def _is_seen(self, info: Info, kind: str) -> bool:
        return sees(info.context.viewer, self.at, self.opinion.stage, self.opinion.round, kind)


def _dissent(at: Snapshot, member: str, body: Body) -> Dissent:
    return Dissent(at=at, member_id=member, text=Text(body=body))


def reservation_of(at: Snapshot, reservation: process.Reservation) -> Reservation:
    """Make a reservation."""
    return Reservation(
        id=global_id("Reservation", at.id, reservation.id),
        at=at,
        member_id=reservation.member,
        key=reservation.id,
        text=Text(body=reservation.text),
    )


def reservation_seen(info: Info, at: Snapshot, key: str) -> Reservation | None:
    """Make a reservation by its name in the ledger, if the viewer sees the opinion that it is made to."""
    return next(
        (
            reservation_of(at, opinion.reservations[key])
            for opinion in at.process.opinions.values()
            if key in opinion.reservations
            and sees(info.context.viewer, at, opinion.stage, opinion.round, "opinion")
        ),
        None,
    )


def opinion_of(at: Snapshot, opinion: process.Opinion) -> Opinion:
    """Make an opinion."""
    return Opinion(
        id=global_id("Opinion", at.id, opinion.round, opinion.stage),
        at=at,
        opinion=opinion,
        round=opinion.round,
        version=opinion.version,
        adopted_at=opinion.adopted_at,
        tacit=opinion.tacit,
    )
