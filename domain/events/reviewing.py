"""Facts of the scientific review: interests, withdrawals, positions, the collective opinion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from domain.acts import Body, Conclusion
from domain.notation import UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestDeclared:
    """A member declared interests (or none)."""

    kind: Literal["interest_declared"] = "interest_declared"
    member: str
    themes: tuple[str, ...]
    organisations: tuple[str, ...]
    statement: Body | None = None
    organisation_ids: Annotated[tuple[str, ...] | None, UNSET] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberWithdrew:
    """A member takes no part (déport); in the stage that the event names, or in anything."""

    kind: Literal["member_withdrew"] = "member_withdrew"
    member: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalProposed:
    """A member declared an interest in an organisation that the review concerns: the engine proposes to withdraw."""

    kind: Literal["withdrawal_proposed"] = "withdrawal_proposed"
    member: str
    organisation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalDeclined:
    """A member does not withdraw, for a reason."""

    kind: Literal["withdrawal_declined"] = "withdrawal_declined"
    member: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRecused:
    """The chair recused a member (récusation)."""

    kind: Literal["member_recused"] = "member_recused"
    member: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionStated:
    """A member's individual position."""

    kind: Literal["position_stated"] = "position_stated"
    member: str
    position: Conclusion
    statement: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionDrafted:
    """A version of the collective opinion."""

    kind: Literal["opinion_drafted"] = "opinion_drafted"
    text: Body
    conclusion: Conclusion
    version: int
    articles: Annotated[dict[str, str] | None, UNSET] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationMade:
    """A reservation joined the draft opinion."""

    kind: Literal["reservation_made"] = "reservation_made"
    reservation: str
    member: str
    text: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionAdopted:
    """The collective opinion was adopted; `tacit` where silence stood for it."""

    kind: Literal["opinion_adopted"] = "opinion_adopted"
    conclusion: Conclusion
    ballot: str | None = None
    tacit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionRejected:
    """The ballot did not adopt the text; the council drafts again."""

    kind: Literal["opinion_rejected"] = "opinion_rejected"
    ballot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DissentRecorded:
    """A member's dissent from the adopted opinion."""

    kind: Literal["dissent_recorded"] = "dissent_recorded"
    member: str
    text: Body


ReviewingFact = (
    InterestDeclared
    | MemberWithdrew
    | WithdrawalProposed
    | WithdrawalDeclined
    | MemberRecused
    | PositionStated
    | OpinionDrafted
    | ReservationMade
    | OpinionAdopted
    | OpinionRejected
    | DissentRecorded
)
