from typing import Any, Optional

from pydantic import Field

from .base_model import BaseModel


class SubmitContributionInput(BaseModel):
    """A contribution, sent by its author."""

    idempotency_key: str = Field(alias="idempotencyKey")
    "Chosen by the client, 200 characters at most. Sent again with the same content: the same receipt."
    concertation_id: str = Field(alias="concertationId")
    "The concertation."
    body: Optional[str] = None
    "What it says: plain text, 50,000 characters at most. Unset where answers are given."
    answers: Optional[Any] = None
    "The answers to the questionnaire of the stage: an object keyed by question; its JSON Schema is published with the questionnaire."
    themes: list[str] = Field(default_factory=lambda: [])
    "The keys of its themes."
    stage: str
    "The key of the stage, as its author saw it."
    round: int
    "The round of the stage, as its author saw it."
    college: Optional[str] = None
    "The college in whose name; the author's if unset."
