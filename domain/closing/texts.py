"""The texts that the sections of an archive name, and the files that hold them: canonical JSON, named by its digest.

What holds a text is so the digest of its own file. A document with files is `{"files": […], "text": "…"}`, the digests
of its files and of its text; a questionnaire is its definition.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TypeGuard

from domain.acts import Body
from domain.closing.chronicle import Chronicle
from domain.process import Commitment, Hearing, Meeting, Opinion, Process, Synthesis

FOLDER = "texts/"
_NAME = re.compile(FOLDER + r"([0-9a-f]{64})\.json")


class Text(NamedTuple):
    """A text that is named by a section."""

    body: Body
    #: What its stage publishes it as (publication.py of the API); unset: it is public as soon as it is named.
    published_as: str | None = None
    stage: str | None = None
    round: int | None = None


def file_of(digest: str) -> str:
    """Name the file of a text."""
    return f"{FOLDER}{digest}.json"


def digest_in(name: str) -> str | None:
    """Give the digest that the name of a text's file says; nothing for other files."""
    found = _NAME.fullmatch(name)
    return found[1] if found else None


def text_behind(content: Any) -> str | None:
    """Give the digest of the text of a document with files."""
    if isinstance(content, Mapping) and set(content) == {"files", "text"} and type(content["text"]) is str:
        return content["text"] if isinstance(content["files"], list) else None
    return None


def texts(told: Chronicle) -> Iterator[Text]:
    """Give every text that the sections name, in their order: those of the information file are not among them."""
    process = told.process
    for hearing in process.hearings.values():
        yield from _hearing(hearing)
    for meeting in process.meetings.values():
        yield from _meeting(meeting)
    for opinion in process.opinions.values():
        yield from _opinion(opinion)
    for synthesis in process.syntheses.values():
        yield from _synthesis(synthesis)
    for response in process.responses.values():
        if _is_told(response.reasons):
            yield Text(response.reasons)
    for decision in process.decisions:
        yield from (Text(body) for body in (decision.text, decision.reasons) if _is_told(body))
    for commitment in process.commitments.values():
        yield from _commitment(commitment)
    yield from _closing(process)


def _hearing(hearing: Hearing) -> Iterator[Text]:
    if hearing.place is not None:
        yield Text(hearing.place)
    if hearing.record is not None:
        yield Text(hearing.record, "records", hearing.stage, hearing.round)
    for correction in hearing.corrections.values():
        yield Text(correction, "records", hearing.stage, hearing.round)


def _meeting(meeting: Meeting) -> Iterator[Text]:
    yield Text(meeting.agenda)
    if meeting.place is not None:
        yield Text(meeting.place)
    if meeting.minutes is not None:
        yield Text(meeting.minutes, "minutes", meeting.stage, meeting.round)


def _opinion(opinion: Opinion) -> Iterator[Text]:
    place = opinion.stage, opinion.round
    if opinion.text is not None:
        yield Text(opinion.text, "opinion", *place)
    for position in opinion.positions.values():
        if _is_told(position.statement):
            yield Text(position.statement, "positions", *place)
    for evaluation in opinion.evaluations.values():
        if evaluation.reasons is not None:
            yield Text(evaluation.reasons, "positions", *place)
    drafted = [a.text for a in opinion.articles.values()] + [a.text for a in opinion.amendments.values()]
    for body in drafted:
        if _is_told(body):
            yield Text(body, "opinion", *place)
    for reservation in opinion.reservations.values():
        yield Text(reservation.text, "opinion", *place)
    for dissent in opinion.dissents.values():
        yield Text(dissent, "opinion", *place)


def _is_told(body: Body | None) -> TypeGuard[Body]:
    """Of what is not public, an archive has no text to name."""
    return body is not None


def _synthesis(synthesis: Synthesis) -> Iterator[Text]:
    place = synthesis.stage, synthesis.round
    for chapter in synthesis.chapters.values():
        yield Text(chapter.text, "chapters", *place)
    for recommendation in synthesis.recommendations.values():
        yield Text(recommendation.text, "recommendations", *place)
    for ascertainment in synthesis.ascertainments.values():
        yield Text(ascertainment.text, "recommendations", *place)
    for answer in synthesis.answers.values():
        yield Text(answer.reasons, "synthesis", *place)
    if synthesis.text is not None:
        yield Text(synthesis.text, "synthesis", *place)


def _commitment(commitment: Commitment) -> Iterator[Text]:
    yield Text(commitment.text)
    if commitment.indicator is not None:
        yield Text(commitment.indicator)
    for progress in commitment.progress:
        yield Text(progress.report)


def _closing(process: Process) -> Iterator[Text]:
    for observation in process.observations:
        yield Text(observation.text)
    for report in process.guarantor_reports:
        yield Text(report.text)
        if report.answer is not None:
            yield Text(report.answer)
    if process.implementation_report is not None:
        yield Text(process.implementation_report)
