"""Questionnaires as attached documents: kept by digest, never changed; and which one a stage asks.

A document of the information file that is a questionnaire without questions (a plain text) is in `body` alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter

from domain.digests import canonical_text, digest
from domain.process import Document, Process
from domain.questionnaires.answering import Validator
from domain.questionnaires.axes import of_axis
from domain.questionnaires.shapes import Questionnaire
from store.pool import Connection

_DIGEST = re.compile(r"[0-9a-f]{64}")
_KNOWN_AT_ONCE = 128
"""Questionnaires that a process keeps compiled; one of 400 questions takes some 2 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A questionnaire as it is kept. Immutable, and shared by all who ask for it."""

    #: SHA-256 of the canonical definition, in hexadecimal: what ledger, votes and contributions name it by.
    digest: str
    questionnaire: Questionnaire
    #: Validates answers to it: call it with them.
    validator: Validator
    #: The axis whose questions these are, and the whole that they were taken from; unset: it is whole.
    axis: str | None = None
    taken_from: Questionnaire | None = None

    @property
    def whole(self) -> Questionnaire:
        """The questionnaire with the questions of all axes: what the digest is of, and what its numbers count."""
        return self.taken_from or self.questionnaire

    @property
    def code(self) -> str:
        """The short form of the digest, as printed on paper forms: `3F9A-07C2-11`."""
        return code_of(self.digest)


def definition_of(questionnaire: Questionnaire) -> dict[str, Any]:
    """Give what is kept of a questionnaire, and hashed: every bound written out, nothing that is unset."""
    return questionnaire.model_dump(mode="json", exclude_none=True)


def questionnaire_digest(questionnaire: Questionnaire) -> str:
    """Give the digest by which a questionnaire is named."""
    return digest(definition_of(questionnaire))


def code_of(named: str) -> str:
    """Give the short form of a digest: ten hexadecimal digits, readable aloud."""
    short = named[:10].upper()
    return f"{short[:4]}-{short[4:8]}-{short[8:]}"


def document_asked(process: Process, stage: str) -> Document | None:
    """Give the document that a stage asks its questions by, or `None`.

    That of the stage itself comes before that of the stage in all axes, and this one before that of the whole
    concertation; of two, the one attached last.
    """
    definition = process.stages.get(stage)
    if definition is None:
        return None
    places: dict[str | None, int] = {None: 0, definition.id: 1, stage: 2}
    found = [
        document
        for document in process.documents.values()
        if document.questionnaire and document.stage in places
    ]
    return max(found, key=lambda d: (places[d.stage], d.attached_at), default=None)


async def asked(connection: Connection, process: Process, stage: str) -> Questionnaire | None:
    """Give the questionnaire that contributions to a stage answer; `None`: they are plain text."""
    kept = await kept_for(connection, process, stage)
    return kept.questionnaire if kept else None


async def kept_for(connection: Connection, process: Process, stage: str) -> Kept | None:
    """Give the questionnaire of a stage with its digest and its validator. No statement once it is known here.

    A stage of one axis asks the questions of its axis and those of none.
    """
    document = document_asked(process, stage)
    kept = await get(connection, document.digest) if document else None
    return in_axis(kept, process.stages[stage].lane) if kept else None


def in_axis(kept: Kept, axis: str | None) -> Kept | None:
    """Give what one axis asks of a questionnaire; `None`: nothing."""
    if axis is None:
        return kept
    known, name = _known(), f"{kept.digest}/{axis}"
    if (found := known.find(name)) is not None:
        return found
    asked = of_axis(kept.whole, axis)
    if asked is None:
        return None
    if asked is kept.whole:
        return known.add(kept, name)
    part = Kept(
        digest=kept.digest,
        questionnaire=asked,
        validator=Validator(asked),
        axis=axis,
        taken_from=kept.whole,
    )
    return known.add(part, name)


def known_for(process: Process, stage: str) -> tuple[bool, Kept | None]:
    """Say whether it is known here, without asking, what `kept_for` gives; and give it."""
    document = document_asked(process, stage)
    if document is None:
        return True, None
    kept = _known().find(document.digest)
    return kept is not None, in_axis(kept, process.stages[stage].lane) if kept else None


async def get(connection: Connection, named: str) -> Kept | None:
    """Give a questionnaire by its digest."""
    return (await get_many(connection, [named])).get(named)


async def get_many(connection: Connection, named: Sequence[str]) -> dict[str, Kept]:
    """Give the questionnaires that there are, by digest: one statement at most."""
    known = _known()
    found = {name: kept for name in named if (kept := known.find(name)) is not None}
    missing = [name for name in named if name not in found and _DIGEST.fullmatch(name)]
    if missing:
        rows = await connection.fetch("SELECT digest, definition FROM questionnaires_of($1)", missing)
        for row in rows:
            questionnaire: Questionnaire = _adapter().validate_json(row["definition"])
            kept = Kept(digest=row["digest"], questionnaire=questionnaire, validator=Validator(questionnaire))
            found[kept.digest] = known.add(kept, kept.digest)
    return found


async def put(connection: Connection, questionnaire: Questionnaire, author: str) -> str:
    """Keep a questionnaire that is sound (`domain.questionnaires.checking`), and give its digest."""
    definition = definition_of(questionnaire)
    named = digest(definition)
    await connection.execute(
        "SELECT keep_questionnaire($1, $2, $3, $4, $5)",
        named,
        questionnaire.id,
        questionnaire.version,
        canonical_text(definition),
        author,
    )
    return named


class _Known(dict[str, Kept]):
    """Questionnaires that were read, the latest used last: a digest never means another, nor does it with an axis."""

    def find(self, name: str) -> Kept | None:
        """Give one, if it was read."""
        kept = self.pop(name, None)
        return None if kept is None else self.add(kept, name)

    def add(self, kept: Kept, name: str) -> Kept:
        """Keep one; the one unused for longest makes room."""
        self[name] = kept
        if len(self) > _KNOWN_AT_ONCE:
            del self[next(iter(self))]
        return kept


@lru_cache(1)
def _known() -> _Known:
    return _Known()


@lru_cache(1)
def _adapter() -> TypeAdapter[Questionnaire]:
    return TypeAdapter(Questionnaire)
