"""The state of the information file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.procedure import Label


@dataclass(frozen=True, kw_only=True)
class Document:
    """The latest version of a document of the information file."""

    id: str
    digest: str
    title: Label
    stage: str | None
    questionnaire: bool
    version: int
    attached_at: datetime
