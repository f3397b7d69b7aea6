"""Facts of drafting: begun, amended, offices, the information file, launched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from domain.procedure import Label, Office, Procedure
from domain.process import PlannedStage


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcertationDrafted:
    """A concertation began as a draft; it carries its whole procedure, so that the ledger is enough."""

    kind: Literal["concertation_drafted"] = "concertation_drafted"
    slug: str
    title: Label
    procedure: Procedure
    procedure_digest: str
    lanes: dict[str, Label]
    themes: dict[str, Label]
    territories: tuple[str, ...]
    parent: str | None = None
    copied_from: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftAmended:
    """Title or territories changed."""

    kind: Literal["draft_amended"] = "draft_amended"
    title: Label
    territories: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeCreated:
    """An office was added."""

    kind: Literal["office_created"] = "office_created"
    office: Office


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentAttached:
    """A version of a document joined the information file (of one stage, or of all)."""

    kind: Literal["document_attached"] = "document_attached"
    document: str
    digest: str
    title: Label
    for_stage: str | None
    questionnaire: bool
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcertationLaunched:
    """The concertation was announced, with its planned calendar."""

    kind: Literal["concertation_launched"] = "concertation_launched"
    opens_at: datetime
    calendar: dict[str, PlannedStage]


DraftingFact = ConcertationDrafted | DraftAmended | OfficeCreated | DocumentAttached | ConcertationLaunched
