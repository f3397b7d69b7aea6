"""Texts for people, from the gettext catalogues of domain/locale: French first, English second.

A template holds placeholders in braces, `{stage}`, and optional passages in square brackets: `[ (until {until})]`
is left out where there is nothing to put into it. A missing argument never raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.messages.pofile import read_po
from pydantic import TypeAdapter

LANGUAGES = ("fr", "en")
"""The languages of the catalogues; French stands in for all others."""

Shown = str | int | float | datetime | timedelta | Mapping[str, str] | None

PARIS = ZoneInfo("Europe/Paris")
"""Where people read instants, wherever they live."""
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_SPAN = re.compile(r"P(?=[\dT])(\d+[YMWD])*(T(\d+(\.\d+)?[HMS])+)?")
_SPANS: TypeAdapter[timedelta] = TypeAdapter(timedelta)
_ENDS = ("closes", "entry_closes", "until", "latest", "due")
"""Beginnings of the names of arguments that say when something is over."""
_WITHIN = ("reason", "reasons")
"""Arguments that people wrote and sentences end with: the full stop is the sentence's."""

_WORDS = {
    "state": ("state", "hearing_state", "request_state", "ballot_state"),
    "outcome": ("outcome", "ballot_outcome"),
    "cause": ("term_end",),
    "what": ("shared",),
}
"""Arguments whose values are words of several lists, or of a list with another name."""


def text(key: str, languages: Sequence[str], /, **args: Shown) -> str:
    """Give a text of the catalogue in the first of `languages` that it exists in.

    Instants (`datetime`, or ISO 8601 with an offset) are shown in Paris time, lengths of time in words, labels in
    the language of the text, values of enumerations by their word. An unknown key is shown as it is.
    """
    for language in _catalogues(languages):
        template = catalogue(language).get(key)
        if template is not None:
            return _filled(template, {name: show(value, language, name) for name, value in args.items()})
    return key


def has_text(key: str) -> bool:
    """Say whether the catalogue has a text under this key."""
    return key in catalogue(LANGUAGES[0])


def label(value: StrEnum | str, languages: Sequence[str], enumeration: str = "") -> str:
    """Give the word for a value of an enumeration: `label(Channel.PAPER, …)`, or `label("paper", …, "channel")`."""
    return text(f"{enumeration or _snake(type(value).__name__)}.{value}", languages)


def localised(labels: Mapping[str, str], languages: Sequence[str]) -> str:
    """Give a label in the first of `languages` that it has; else in French."""
    known = {tag.lower(): words for tag, words in labels.items()}
    for tag in _tags(languages):
        if known.get(tag):
            return known[tag]
    return known.get("fr", "")


@lru_cache(1_000)
def negotiate(accept_language: str | None) -> tuple[str, ...]:
    """Give the language tags of an Accept-Language header, the best first, French last (RFC 9110, 12.5.4)."""
    weighted: list[tuple[float, str]] = []
    for item in (accept_language or "")[:500].split(","):
        tag, _, parameter = (part.strip().lower() for part in item.partition(";"))
        found = re.fullmatch(r"q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", parameter)
        weight = float(found[1]) if found else float(not parameter)
        if weight and re.fullmatch(r"[a-z]{1,8}(-[a-z0-9]{1,8})*", tag):
            weighted.append((weight, tag))
    weighted.sort(key=lambda pair: -pair[0])
    return tuple(dict.fromkeys([*(tag for _, tag in weighted), "fr"]))


def language_of(languages: Sequence[str]) -> str:
    """Give the language of the catalogues that a reader of these gets: the first there is, else French."""
    return _catalogues(languages)[0]


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Give the templates of a language by key."""
    path = files("domain").joinpath("locale", language, "LC_MESSAGES", "concertation.po")
    with path.open("rb") as file:
        return {
            message.id: message.string
            for message in read_po(file, locale=language)
            if isinstance(message.id, str) and isinstance(message.string, str) and message.id
        }


# Showing values -----------------------------------------------------------------------------------


def show(value: Shown, language: str, name: str = "") -> str:
    """Give a value as people read it; the empty text for nothing. `name` is that of the argument."""
    match value:
        case None:
            return ""
        case datetime():
            return instant(value, language, ends=name.startswith(_ENDS))
        case timedelta():
            return span(value, language)
        case Mapping():
            return localised(value, (language,))
        case StrEnum():
            return (
                label(value, (language,))
                if has_text(f"{_snake(type(value).__name__)}.{value}")
                else value.value
            )
        case str():
            return _shown_text(value, language, name)
    return str(value)


def instant(at: datetime, language: str, *, ends: bool = False) -> str:
    """Show an instant in Paris time; where it `ends` something, midnight belongs to the day before: 24:00."""
    day, hour = clock(at.astimezone(PARIS), language, ends=ends)
    return text("instant", (language,), day=day, hour=hour)


def clock(local: datetime, language: str, *, ends: bool = False, short: bool = False) -> tuple[str, str]:
    """Give day and hour of a local time as people read them; `short` abbreviates the month."""
    day: date = local.date()
    hour = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    if ends and local.time() == time():
        day, hour = day - timedelta(days=1), "24:00"
    number, month = "d'er'" if language == "fr" and day.day == 1 else "d", "MMM" if short else "MMMM"
    return format_date(day, f"{number} {month} y", locale=language), hour


def span(length: timedelta, language: str) -> str:
    """Show a length of time: 15 days; 1 hour 30 minutes; 8 seconds."""
    seconds = round(length.total_seconds())
    parts = []
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        number, seconds = divmod(seconds, size)
        if number:
            parts.append(_number_of(unit, number, language))
    return " ".join(parts) or _number_of("second", 0, language)


def _number_of(unit: str, number: int, language: str) -> str:
    plural = number > 1 or (number == 0 and language == "en")
    return text(f"unit.{unit}{'s' if plural else ''}", (language,), n=number)


def _shown_text(value: str, language: str, name: str) -> str:
    try:
        if _INSTANT.fullmatch(value):
            return instant(datetime.fromisoformat(value), language, ends=name.startswith(_ENDS))
        if _DAY.fullmatch(value):
            return format_date(date.fromisoformat(value), "d MMMM y", locale=language)
        if _SPAN.fullmatch(value):
            return span(_SPANS.validate_python(value), language)
    except (ValueError, OverflowError):  # no such day, or beyond what can be reckoned with
        return value
    if name in _WITHIN and not value.endswith(".."):
        return value.removesuffix(".")
    for words in _WORDS.get(name, (name,)):
        if has_text(f"{words}.{value}"):
            return text(f"{words}.{value}", (language,))
    return value


def _filled(template: str, shown: Mapping[str, str]) -> str:
    def optional(passage: re.Match[str]) -> str:
        return passage[1] if all(shown.get(name) for name in _PLACEHOLDER.findall(passage[1])) else ""

    return _PLACEHOLDER.sub(lambda found: shown.get(found[1]) or "…", _OPTIONAL.sub(optional, template))


def _tags(languages: Sequence[str]) -> Iterator[str]:
    for language in languages:
        tag = language.lower().replace("_", "-")
        yield tag
        yield tag.partition("-")[0]


def _catalogues(languages: Sequence[str]) -> list[str]:
    return list(dict.fromkeys([*(tag for tag in _tags(languages) if tag in LANGUAGES), *LANGUAGES]))


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
