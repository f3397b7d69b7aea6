"""The texts of an archive: all that its sections name, each under the digest of what it says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints
from uuid import uuid4

import pytest

from benchmarks.play import whole_piece
from domain.acts import Body
from domain.closing.chronicle import Chronicle
from domain.closing.contents import Entry
from domain.closing.held_texts import verify_texts
from domain.closing.texts import file_of
from domain.digests import canonical, digest
from domain.process import Document, Observation, Process

TOLD = {
    "Amendment.text", "Article.text", "Ascertainment.text", "Chapter.text", "Commitment.indicator",
    "Commitment.text", "Decision.reasons",
    "Decision.text", "Evaluation.reasons", "GuarantorReport.answer", "GuarantorReport.text", "Hearing.corrections",
    "Hearing.place", "Hearing.record", "Meeting.agenda", "Meeting.minutes", "Meeting.place",
    "MemberPosition.statement", "Observation.text", "Opinion.dissents", "Opinion.text",
    "Process.implementation_report", "Progress.report", "Recommendation.text", "Reservation.text",
    "ReservationAnswer.reasons", "Response.reasons", "Synthesis.text",
}  # fmt: skip
"""Texts of the state that domain/closing/texts.py names."""
KEPT = {"Hearing.draft", "Hearing.link", "HearingRequest.text", "Interest.statement", "SynthesisComment.text"}
"""Texts of the state that are never public."""
NO_STATE = {"Proposal"}
"""What waits for signatures is no part of what came of it."""


@cache
def named_in(kind: type) -> frozenset[str]:
    """Give the fields of a state, and of what it consists of, that hold a text."""
    found = set()
    for part, hint in get_type_hints(kind).items():
        for inner in inside(hint):
            if inner is Body:
                found.add(f"{kind.__name__}.{part}")
            elif is_dataclass(inner) and inner.__name__ not in NO_STATE:
                found |= named_in(inner)
    return frozenset(found)


def inside(hint: Any) -> Iterator[type]:
    if get_origin(hint) is not None or isinstance(hint, UnionType):
        for part in get_args(hint):
            yield from inside(part)
    elif isinstance(hint, type):
        yield hint


def test_every_text_of_the_state_is_named_or_kept_back_on_purpose() -> None:
    assert "Process.implementation_report" in {f"Process.{part.name}" for part in fields(Process)}
    assert named_in(Process) == TOLD | KEPT


NOON = datetime(2027, 1, 1, 12, tzinfo=UTC)


class Files:
    """As much of an archive as there is to read of texts."""

    def __init__(self, *contents: Any, **named: bytes) -> None:
        self.files = {file_of(digest(content)): canonical(content) for content in contents} | named

    def names(self) -> list[str]:
        return list(self.files)

    def whole(self, name: str) -> bytes:
        return self.files[name]

    def entry(self, name: str) -> Entry:
        return Entry(name, len(self.files[name]), sha256(self.files[name]).hexdigest())


def told(*observed: Any, documents: tuple[str, ...] = ()) -> Chronicle:
    """Tell that the guarantor published these texts, and that documents of these digests were attached."""
    chronicle = Chronicle("c")
    texts = (Body(id=str(uuid4()), digest=digest(content)) for content in observed)
    observations = tuple(Observation(at=NOON, member="g", text=text) for text in texts)
    chronicle.process = Process(id="c", observations=observations)
    chronicle.documents = [
        Document(
            id=named,
            digest=named,
            title={"fr": "Dossier"},
            stage=None,
            questionnaire=False,
            version=1,
            attached_at=NOON,
        )
        for named in documents
    ]
    return chronicle


ONE, OTHER = {"fr": "Vu."}, {"fr": "Rien vu."}


def test_texts_that_are_all_there_hold() -> None:
    files: Any = Files(ONE, OTHER)
    assert verify_texts(files, told(ONE, OTHER)) == (2, 0, None)


def test_a_text_that_is_missing_is_counted() -> None:
    files: Any = Files(ONE)
    assert verify_texts(files, told(ONE, OTHER)) == (1, 1, None)


def test_a_text_that_nothing_names_is_found() -> None:
    files: Any = Files(ONE, OTHER)
    assert verify_texts(files, told(ONE)).fault == file_of(digest(OTHER))


def test_a_text_that_says_something_else_is_found() -> None:
    files: Any = Files(**{file_of(digest(ONE)): canonical(OTHER)})
    assert verify_texts(files, told(ONE)).fault == file_of(digest(ONE))


@pytest.mark.parametrize(("there", "missing"), [((ONE,), 0), ((), 1)])
def test_a_document_with_files_names_its_text(there: tuple[Any, ...], missing: int) -> None:
    whole = {"files": ["0" * 64], "text": digest(ONE)}
    files: Any = Files(whole, *there)
    assert verify_texts(files, told(documents=(digest(whole),))) == (1 + len(there), missing, None)


def test_a_whole_concertation_names_its_texts() -> None:
    chronicle = Chronicle("c")
    chronicle.process = whole_piece(participants=20, recommendations=2, reports=1).process
    files: Any = Files()
    assert verify_texts(files, chronicle).missing > 5
