"""Acts of drafting: begin, amend, offices, the information file, launch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from domain.acts.body import Body
from domain.procedure import Label, Office, Procedure


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftConcertation:
    """Begin a concertation as a draft. Its author becomes its first coordinator."""

    kind: Literal["draft_concertation"] = "draft_concertation"
    slug: str
    title: Label
    procedure: Procedure
    procedure_digest: str
    lanes: dict[str, Label] | None = None
    """Axes of this concertation; unset: those of the procedure."""
    themes: dict[str, Label] | None = None
    territories: tuple[str, ...] | None = None
    parent: str | None = None
    copied_from: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendDraft:
    """Change title or territories while it is a draft. Unset means unchanged."""

    kind: Literal["amend_draft"] = "amend_draft"
    title: Label | None = None
    territories: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateOffice:
    """Add an office that this concertation needs beyond those of its procedure (an addressee, say)."""

    kind: Literal["create_office"] = "create_office"
    office: Office


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachDocument:
    """Put a version of a document into the information file, of one stage or of the whole."""

    kind: Literal["attach_document"] = "attach_document"
    document: Body
    title: Label
    stage: str | None = None
    questionnaire: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """Announce the concertation, with its first opening. Everything then runs by its calendar."""

    kind: Literal["launch"] = "launch"
    opens_at: datetime


DraftingAct = DraftConcertation | AmendDraft | CreateOffice | AttachDocument | Launch
