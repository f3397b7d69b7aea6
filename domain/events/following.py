"""Facts of the follow-up: commitments, reports on them, what the guarantor observes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from domain.acts import Body
from domain.notation import UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentMade:
    """A commitment with its owner and date."""

    kind: Literal["commitment_made"] = "commitment_made"
    commitment: str
    recommendation: str
    owner: str
    due_at: datetime
    text: Body
    indicator: Annotated[Body | None, UNSET] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentLate:
    """The date of a commitment has passed and it is not kept: public."""

    kind: Literal["commitment_late"] = "commitment_late"
    commitment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressReported:
    """A report on a commitment."""

    kind: Literal["progress_reported"] = "progress_reported"
    commitment: str
    status: Literal["under_way", "kept", "late", "given_up"]
    report: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class ImplementationReported:
    """The implementation report is out."""

    kind: Literal["implementation_reported"] = "implementation_reported"
    text: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationPublished:
    """The guarantor published an observation."""

    kind: Literal["observation_published"] = "observation_published"
    text: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class GuarantorReported:
    """The guarantor's report is out, or a new version of it."""

    kind: Literal["guarantor_reported"] = "guarantor_reported"
    text: Body
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GuarantorAnswered:
    """A version of the guarantor's report was answered."""

    kind: Literal["guarantor_answered"] = "guarantor_answered"
    text: Body
    version: int


FollowingFact = (
    CommitmentMade
    | CommitmentLate
    | ProgressReported
    | ImplementationReported
    | ObservationPublished
    | GuarantorReported
    | GuarantorAnswered
)
