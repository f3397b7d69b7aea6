"""Acts of the scientific review: interests, withdrawals, positions, the collective opinion."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from domain.acts.body import Body
from domain.enumeration import direct
from domain.notation import UNSET


@direct
class Conclusion(StrEnum):
    """What a collective opinion concludes."""

    FAVOURABLE = "favourable"
    FAVOURABLE_WITH_RESERVATIONS = "favourable_with_reservations"
    UNFAVOURABLE = "unfavourable"
    REFER_BACK = "refer_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareInterest:
    """Declare one's interests. An empty declaration says that there are none."""

    kind: Literal["declare_interest"] = "declare_interest"
    themes: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    """Names, of those that are not registered."""
    statement: Body | None = None
    organisation_ids: Annotated[tuple[str, ...] | None, UNSET] = None
    """Organisations of the concertation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawFromReview:
    """One's own act (déport): take no part in the ballots of the stage, or of the lane's whole work."""

    kind: Literal["withdraw_from_review"] = "withdraw_from_review"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineWithdrawal:
    """Say why one does not withdraw, though the engine proposed it; the chair may recuse."""

    kind: Literal["decline_withdrawal"] = "decline_withdrawal"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecuseMember:
    """The chair's act (récusation)."""

    kind: Literal["recuse_member"] = "recuse_member"
    member: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatePosition:
    """A council member's individual position before the collective opinion."""

    kind: Literal["state_position"] = "state_position"
    position: Conclusion
    statement: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftOpinion:
    """Hand in a version of the council's collective opinion."""

    kind: Literal["draft_opinion"] = "draft_opinion"
    text: Body
    conclusion: Conclusion
    articles: Annotated[dict[str, str] | None, UNSET] = None
    """The articles that it is drawn from, with the digests of their texts that the author saw."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PutOpinionToVote:
    """Open the ballot on the collective opinion. `text` is the digest that the author saw; `meeting` is where."""

    kind: Literal["put_opinion_to_vote"] = "put_opinion_to_vote"
    text: str
    meeting: Annotated[str | None, UNSET] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeReservation:
    """Add a reservation to the draft opinion: an item that the synthesis must lift or declare maintained."""

    kind: Literal["make_reservation"] = "make_reservation"
    reservation: str
    text: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDissent:
    """Record one's dissent from an adopted opinion."""

    kind: Literal["record_dissent"] = "record_dissent"
    text: Body


ReviewingAct = (
    DeclareInterest
    | WithdrawFromReview
    | DeclineWithdrawal
    | RecuseMember
    | StatePosition
    | DraftOpinion
    | PutOpinionToVote
    | MakeReservation
    | RecordDissent
)
