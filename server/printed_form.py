"""The printable form of a questionnaire: what each question leaves room for, set by server/printed_form.typ."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal

from domain.questionnaires.counts import chosen, ranked
from domain.questionnaires.shapes import (
    BIGGEST,
    Criterion,
    Date,
    File,
    Form,
    Grid,
    Levels,
    LongText,
    MultipleChoice,
    Quantity,
    Questionnaire,
    Ranking,
    Scale,
    ShortText,
    SingleChoice,
    YesNo,
)
from domain.questionnaires.wording import Wording, numbers_of
from domain.texts import localised
from server.printed_texts import TEXTS
from server.typesetting import pdf
from store.questionnaires import code_of, questionnaire_digest

_MOST_TICKS = 11
"""Values of a scale that have a box each; for more of them, the number is written."""
_LINE = 90
"""Characters of handwriting, or half as many again of print, on a line."""
_TALL = 24
"""Lines of a question beyond which it may be broken between pages."""

Area = dict[str, Any]


def printed(questionnaire: Questionnaire, language: str, whole: Questionnaire | None = None) -> bytes:
    """Set the form as a PDF (A4), in `fr` or `en`: question numbers, version and code on each page.

    `whole` lends numbers and code, where the form has the questions of one axis alone.
    """
    return pdf("printed_form.typ", words(questionnaire, language, whole))


def words(questionnaire: Questionnaire, language: str, whole: Questionnaire | None = None) -> dict[str, Any]:
    """Give what the form says, in one language."""
    writing = _Writing(questionnaire, language, whole or questionnaire)
    own = TEXTS[language]
    title = writing.said(questionnaire.label)
    code = code_of(questionnaire_digest(whole or questionnaire))
    marks = [own["version"].format(version=questionnaire.version), own["code"].format(code=code)]
    return {
        "language": language,
        "title": title,
        "what": own["grid" if isinstance(questionnaire, Grid) else "form"],
        "marks": " · ".join(marks),
        "footer": " · ".join([_short(title), *marks]),
        "introduction": writing.said(questionnaire.introduction),
        "how_title": own["how_title"],
        "how": [own["how"], own["equal"], own["star"]],
        "respondent": own["respondent"],
        "respondent_note": own["respondent_note"],
        "respondent_fields": [own[name] for name in ("name", "organisation", "college", "town", "address")],
        "service": own["service"],
        "service_fields": [
            own[name] for name in ("channel", "reference", "posted", "received", "batch", "receipt")
        ],
        "sections": list(writing.sections()),
    }


class _Writing:
    """Puts the parts of one questionnaire into words of one language."""

    def __init__(self, questionnaire: Questionnaire, language: str, whole: Questionnaire) -> None:
        self._asked = questionnaire
        self._language = language
        self._own = TEXTS[language]
        self._numbers = numbers_of(whole)
        self._wording = Wording(whole, (language,))

    def said(self, labels: dict[str, str] | None) -> str:
        """Give a text in the language; the empty text for none."""
        return localised(labels, (self._language,)) if labels else ""

    def sections(self) -> Iterator[dict[str, Any]]:
        """Give the sections of the form; the criteria of a grid are one, without a title of its own."""
        if isinstance(self._asked, Form):
            for section in self._asked.sections:
                yield {
                    "title": self.said(section.label),
                    "help": self.said(section.help),
                    "only_if": self._wording.only_if(section.when) or "",
                    "questions": [self._question(question) for question in section.questions],
                }
        else:
            criteria = [self._question(criterion) for criterion in self._asked.criteria]
            yield {"title": "", "help": "", "only_if": "", "questions": criteria}

    def _question(self, part: Any) -> dict[str, Any]:
        areas = list(self._areas(part))
        label, help_ = self.said(part.label), self.said(part.help)
        height = sum(map(_height, areas)) + (len(label) + len(help_)) // _LINE
        return {
            "number": self._numbers[part.id],
            "label": label,
            "required": part.required,
            "help": help_,
            "only_if": self._wording.only_if(getattr(part, "when", None)) or "",
            "areas": areas,
            "whole": height <= _TALL,
        }

    def _areas(self, part: Any) -> Iterator[Area]:
        """Give the rooms for an answer, each with what to do in it."""
        match part:
            case ShortText() | LongText():
                yield self._lines(part)
            case YesNo():
                yield {"kind": "ticks", "hint": self._say("one"), "row": True,
                       "options": [self._say("yes"), self._say("no")], "other": ""}  # fmt: skip
            case SingleChoice() | MultipleChoice():
                yield self._ticks(part)
            case Scale():
                yield self._levels(part, "one", "whole")
            case Quantity():
                yield {"kind": "blank", "hint": self._bounds(part), "unit": self.said(part.unit)}
            case Date():
                yield {"kind": "date", "hint": self._dates(part),
                       "parts": [self._say(name) for name in ("day", "month", "year")]}  # fmt: skip
            case Ranking():
                yield {"kind": "ranks", "hint": self._ranks(part),
                       "options": [self.said(choice.label) for choice in part.choices]}  # fmt: skip
            case File():
                hint = self._say("file" if part.maximum == 1 else "files", most=part.maximum)
                yield {"kind": "lines", "hint": hint, "count": min(part.maximum, 4)}
            case Criterion() if isinstance(self._asked, Grid):
                yield self._levels(self._asked.scale, "mark", "mark_number")
                if self._asked.justification != "none":
                    hint = self._say(f"justification_{self._asked.justification}")
                    yield {"kind": "lines", "hint": hint, "count": 4}

    def _say(self, key: str, **args: object) -> str:
        """Give a text; what stands in square brackets is left out where there is nothing to put into it."""
        template = re.sub(r"\[(.*?)\]", r"\1" if args else "", self._own[key])
        return template.format(**args)

    def _lines(self, part: ShortText | LongText) -> Area:
        if isinstance(part, ShortText):
            count = 1 if part.maximum <= _LINE else 2 if part.maximum <= 400 else 4
        else:
            count = min(max(4, part.maximum // 250), 14)
        key = "length_between" if part.minimum else "length"
        least, most = (self._number(bound) for bound in (part.minimum, part.maximum))
        return {"kind": "lines", "hint": self._say(key, least=least, most=most), "count": count}

    def _ticks(self, part: SingleChoice | MultipleChoice) -> Area:
        hint = self._say("one")
        if isinstance(part, MultipleChoice):
            least, most = chosen(part)
            all_ = most == len(part.choices) + part.other
            key = "exactly" if least == most else "between" if least > 1 else "several" if all_ else "at_most"
            hint = self._say("one" if most == 1 else key, least=least, most=most)
        options = [self.said(choice.label) for choice in part.choices]
        other = self._say("other") if part.other else ""
        return {"kind": "ticks", "hint": hint, "row": False, "options": options, "other": other}

    def _levels(self, levels: Levels, tick: str, write: str) -> Area:
        values = range(levels.minimum, levels.maximum + 1)
        legend = [
            self._say("level", value=value, words=self.said(levels.labels[value]))
            for value in sorted(levels.labels)
        ]
        if len(values) > _MOST_TICKS:
            hint = self._say(write, least=levels.minimum, most=levels.maximum)
            return {"kind": "blank", "hint": " ".join([hint, *legend]), "unit": ""}
        return {"kind": "scale", "hint": self._say(tick), "values": [*map(str, values)], "legend": legend}

    def _bounds(self, part: Quantity) -> str:
        key = "whole" if part.whole else "number"
        if abs(part.minimum) >= BIGGEST or abs(part.maximum) >= BIGGEST:
            return self._say(key)
        return self._say(key, least=self._number(part.minimum), most=self._number(part.maximum))

    def _dates(self, part: Date) -> str:
        first, last = part.minimum, part.maximum
        if first and last:
            return self._say("date_between", first=self._day(first), last=self._day(last))
        if first:
            return self._say("date_from", first=self._day(first))
        return self._say("date_until", last=self._day(last)) if last else self._say("date")

    def _ranks(self, part: Ranking) -> str:
        least, most = ranked(part)
        if least < most:
            return self._say("rank_some" if least > 1 else "rank_up_to", least=least, most=most)
        return self._say("rank_all" if most == len(part.choices) else "rank_exactly", most=most)

    def _number(self, value: int | float) -> str:
        return format_decimal(value, locale=self._language)

    def _day(self, day: date) -> str:
        number = "d'er'" if self._language == "fr" and day.day == 1 else "d"
        return format_date(day, f"{number} MMMM y", locale=self._language)


def _height(area: Area) -> int:
    """Reckon the lines that an area takes."""
    options: list[str] = area.get("options") or area.get("legend") or []
    rows = 1 if area.get("row") else sum(1 + len(option) // _LINE for option in options)
    return 2 * int(area.get("count", 1)) + rows


def _short(title: str) -> str:
    """Cut a title to what a footer has room for."""
    return title if len(title) <= 70 else title[:69].rstrip() + "…"
