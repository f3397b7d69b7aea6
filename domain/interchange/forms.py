"""Forms typed or scanned elsewhere, line after line: from CSV or JSON Lines to what is to be entered, or what is wrong.

Each line stands for itself. Whether its author may speak, and has not spoken yet, is for the store to find out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from domain.csv_rows import CsvRow, LineFault, rows
from domain.files.names import read_name
from domain.free_text import LONGEST_BODY, LONGEST_CONTRIBUTION, is_storable, read, too_long
from domain.interchange.cells import SEPARATOR, Read, day, readers
from domain.procedure import Channel
from domain.questionnaires.answering import Validator
from domain.questionnaires.problems import Problem
from domain.questionnaires.shapes import Questionnaire
from domain.questionnaires.spoken import Speaker
from domain.refusals import Code, Finding, Refusal

LONGEST_REFERENCE = 200
"""Characters of the reference of a form, of its author and of a place."""

FORM_COLUMNS: Mapping[str, str] = {
    "reference": "reference", "référence": "reference", "ref": "reference",
    "author": "author", "auteur": "author", "participant": "author", "autrice": "author",
    "name": "name", "nom": "name",
    "channel": "channel", "canal": "channel",
    "place": "place", "lieu": "place",
    "posted_at": "posted_at", "posted_on": "posted_at", "postée_le": "posted_at", "cachet": "posted_at",
    "received_at": "received_at", "received_on": "received_at", "remise_le": "received_at", "reçue_le": "received_at",
    "college": "college", "collège": "college",
    "themes": "themes", "thèmes": "themes",
    "body": "body", "text": "body", "texte": "body",
    "answers": "answers", "réponses": "answers",
    "scan": "scan", "numérisation": "scan", "numerisation": "scan",
    "supersede_reason": "supersede_reason", "motif_du_remplacement": "supersede_reason",
}  # fmt: skip
"""What the header of a file of forms may say, in French or in English; beside it, the ids of questions."""
_KEYS = frozenset(FORM_COLUMNS.values())
_CHANNELS: Mapping[str, Channel] = {
    **{channel.value: channel for channel in Channel if channel is not Channel.ONLINE},
    "papier": Channel.PAPER, "courrier": Channel.PAPER, "guichet": Channel.COUNTER, "téléphone": Channel.PHONE,
    "telephone": Channel.PHONE, "audition": Channel.HEARING, "réunion": Channel.HEARING,
}  # fmt: skip
_PARIS = ZoneInfo("Europe/Paris")
_WORDS = ("reference", "author", "name", "place", "college", "supersede_reason")
_NO_NAMES: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class FormFault:
    """What is wrong with a line: as whoever entered it by hand would be told."""

    line: int
    column: str
    fault: Refusal | Finding | Problem


@dataclass(slots=True, kw_only=True)
class FormLine:
    """A form that is to be entered. Never changed; made by the million, and a frozen one takes three times as long."""

    line: int
    channel: Channel
    body: str
    reference: str | None = None
    #: Who wrote it, by the reference of the list that they were imported with, or by their pseudonymous id.
    author: str | None = None
    name: str | None = None
    place: str | None = None
    posted_at: datetime | None = None
    received_at: datetime | None = None
    college: str | None = None
    themes: tuple[str, ...] = ()
    answers: dict[str, Any] | None = None
    files: tuple[str, ...] = ()
    #: The name of its scan: of a file beside this one, never a path.
    scan: str | None = None
    supersede_reason: str | None = None
    #: What the file calls each column.
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def fault(self, column: str, fault: Refusal | Finding | Problem) -> FormFault:
        """Say what is wrong with a part of it."""
        return FormFault(self.line, self.headers.get(column, column), fault)


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """The questionnaire that forms answer, compiled."""

    validator: Validator
    speaker: Speaker
    reads: Mapping[str, Read]


def questions(questionnaire: Questionnaire, validator: Validator) -> Questions:
    """Prepare to read answers to a questionnaire."""
    return Questions(validator=validator, speaker=Speaker(questionnaire), reads=readers(questionnaire))


def csv_forms(
    lines: Iterable[str], asked: Questions | None, channel: Channel | None
) -> Iterator[FormLine | FormFault]:
    """Read forms from CSV; `channel` is that of lines that name none.

    Raises:
        Unreadable: the file has no usable header.
    """
    names = {**FORM_COLUMNS}
    reads: dict[str, tuple[str, Read]] = {}
    for name, read_cell in asked.reads.items() if asked else ():
        reads[f"question:{name}"] = (name, read_cell)
        names[f"question:{name.replace('-', '_')}"] = f"question:{name}"
        names.setdefault(name.replace("-", "_"), f"question:{name}")
    for row in rows(lines, names, ()):
        if isinstance(row, LineFault):
            yield FormFault(row.line, row.column, row.fault)
            continue
        yield from _form(row.line, *_said(row, reads), row.headers, asked, channel)


def _said(row: CsvRow, reads: Mapping[str, tuple[str, Read]]) -> tuple[dict[str, Any], list[FormFault]]:
    """Give what a row says as a line of JSON would say it."""
    said: dict[str, Any] = {}
    faults: list[FormFault] = []
    answers: dict[str, Any] = {}
    for column, cell in row.cells.items():
        if (question := reads.get(column)) is not None:
            name, read_cell = question
            answers[name] = read_cell(cell)
        elif column == "answers":
            try:
                said["answers"] = orjson.loads(cell)
            except orjson.JSONDecodeError as fault:
                faults.append(
                    FormFault(
                        row.line, row.headers[column], Finding("not_json", args={"message": str(fault)})
                    )
                )
        elif column == "themes":
            said["themes"] = [part.strip() for part in cell.split(SEPARATOR) if part.strip()]
        else:
            said[column] = cell
    if answers or ("body" not in said and not reads.keys().isdisjoint(row.headers)):
        said.setdefault("answers", {})
        if isinstance(said["answers"], dict):
            said["answers"] |= answers
    return said, faults


def json_forms(
    lines: Iterable[str], asked: Questions | None, channel: Channel | None
) -> Iterator[FormLine | FormFault]:
    """Read forms from JSON Lines: the same names as the columns in English, `answers` an object."""
    for number, line in enumerate(lines, 1):
        text = line.strip().removeprefix("\ufeff")
        if not text:
            continue
        try:
            said = orjson.loads(text)
        except orjson.JSONDecodeError as fault:
            yield FormFault(number, "", Finding("not_json", args={"message": str(fault)}))
            continue
        if not isinstance(said, dict):
            yield FormFault(number, "", Finding("not_json", args={"message": "object"}))
            continue
        yield from _form(number, said, [], _NO_NAMES, asked, channel)


def _form(
    line: int,
    said: dict[str, Any],
    faults: list[FormFault],
    headers: Mapping[str, str],
    asked: Questions | None,
    channel: Channel | None,
) -> Iterator[FormLine | FormFault]:
    form = _Form(line, said, headers, faults)
    form.known(_KEYS)
    found: dict[str, Any] = {
        "channel": form.channel(channel),
        "posted_at": form.instant("posted_at"),
        "received_at": form.instant("received_at"),
        "themes": form.themes(),
        "scan": form.file_name("scan"),
        **{name: form.word(name) for name in _WORDS if name in said},
        **form.content(asked),
    }
    if form.faults:
        yield from form.faults
    else:
        yield FormLine(line=line, headers=headers, **found)


class _Form:
    """One line on its way: each part is read once, and tells what is wrong with it."""

    __slots__ = ("_headers", "_line", "_said", "faults")

    def __init__(
        self, line: int, said: dict[str, Any], headers: Mapping[str, str], faults: list[FormFault]
    ) -> None:
        self._line = line
        self._said = said
        self._headers = headers
        self.faults = faults

    def fault(self, column: str, fault: Refusal | Finding | Problem) -> None:
        self.faults.append(FormFault(self._line, self._headers.get(column, column), fault))

    def known(self, names: Collection[str]) -> None:
        for name in self._said.keys() - names:
            shown = "".join(part for part in str(name)[:60] if is_storable(part))
            self.fault(shown, Finding("field_unknown", (shown,), {"field": shown}))

    def word(self, name: str) -> str | None:
        """Read a line of text."""
        given = self._said.get(name)
        if given is None or given == "":
            return None
        tidy = read(given, LONGEST_REFERENCE, (name,)) if isinstance(given, str) else None
        if tidy is None:
            tidy = Refusal(Code.INPUT_INVALID, {"field": name}, (name,))
        if isinstance(tidy, Refusal):
            self.fault(name, tidy)
            return None
        return tidy

    def file_name(self, name: str) -> str | None:
        """Read the plain name of a file."""
        given = self._said.get(name)
        if given is None or given == "":
            return None
        tidy = read_name(given) if isinstance(given, str) else Refusal(Code.FILE_NAME_INVALID, {}, (name,))
        if isinstance(tidy, Refusal):
            self.fault(name, tidy)
            return None
        return tidy

    def channel(self, other: Channel | None) -> Channel | None:
        given = self._said.get("channel")
        if given is None:
            if other is None:
                self.fault("channel", Finding("cell_missing"))
            return other
        found = _CHANNELS.get(given.casefold()) if isinstance(given, str) else None
        if found is None:
            allowed = ", ".join(channel.value for channel in Channel if channel is not Channel.ONLINE)
            self.fault("channel", Refusal(Code.CHANNEL_NOT_OFFERED, {"channels": allowed}, ("channel",)))
        return found

    def instant(self, name: str) -> datetime | None:
        """Read an instant, or a day: the beginning of it, in Paris, for the postmark of a day is in time all day."""
        given = self._said.get(name)
        if given is None or given == "":
            return None
        try:
            found = datetime.fromisoformat(day(given))
        except (ValueError, TypeError, AttributeError):
            self.fault(name, Finding("date_invalid", (name,), {"field": self._headers.get(name, name)}))
            return None
        if found.tzinfo is None:
            if found.time() == time():
                return found.replace(tzinfo=_PARIS)
            self.fault(name, Finding("date_invalid", (name,), {"field": self._headers.get(name, name)}))
            return None
        return found

    def themes(self) -> tuple[str, ...]:
        given = self._said.get("themes") or []
        if not isinstance(given, list) or not all(isinstance(one, str) and is_storable(one) for one in given):
            self.fault("themes", Refusal(Code.INPUT_INVALID, {"field": "themes"}, ("themes",)))
            return ()
        return tuple(dict.fromkeys(given))

    def content(self, asked: Questions | None) -> dict[str, Any]:
        """Read the text or the answers: one of them."""
        answers, given = self._said.get("answers"), self._said.get("body")
        if answers is None:
            text = read(given if isinstance(given, str) else "", LONGEST_CONTRIBUTION, ("body",))
            if isinstance(text, Refusal):
                self.fault("body", text)
                return {"body": ""}
            return {"body": text}
        if given:
            self.fault("body", Refusal(Code.INPUT_INVALID, {"field": "body"}, ("body",)))
        if asked is None:
            self.fault("answers", Refusal(Code.ANSWERS_NOT_ASKED, {}, ("answers",)))
            return {"body": ""}
        found = asked.validator(answers, as_written=True)
        for problem in found.problems:
            name = problem.question_id
            self.fault(
                self._headers.get(f"question:{name}", f"answers.{name}" if name else "answers"), problem
            )
        if found.problems:
            return {"body": ""}
        # Each answer is in its one form, and so is what they say together.
        body = asked.speaker.spoken(found.answers)
        if len(body) > LONGEST_BODY:
            self.fault("answers", too_long(body, LONGEST_BODY, ("answers",)))
            return {"body": ""}
        return {
            "body": body,
            "answers": found.answers,
            "files": asked.speaker.named_files(found.answers),
        }
