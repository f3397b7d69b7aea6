"""What the dossier of a closing archive consists of: headings, paragraphs, tables, charts, each word in both languages.

It is made once (dossier.py) and written twice: as a page (page.py) and as a PDF (printed.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.texts import Shown, localised, text


@dataclass(frozen=True, slots=True)
class Both:
    """Words in French and in English."""

    fr: str
    en: str


def words(key: str, **args: Shown | Both) -> Both:
    """Give a text of the catalogue in both languages, filled with what is said in each."""
    fr = {name: value.fr if isinstance(value, Both) else value for name, value in args.items()}
    en = {name: value.en if isinstance(value, Both) else value for name, value in args.items()}
    return Both(text(key, ("fr",), **fr), text(key, ("en",), **en))


def word(value: str, enumeration: str) -> Both:
    """Give the word for a value of an enumeration in both languages."""
    return words(f"{enumeration}.{value}")


def labelled(label: Mapping[str, str]) -> Both:
    """Give a label that people gave in both languages: where it has but one, the same twice."""
    return Both(localised(label, ("fr",)), localised(label, ("en", "fr")))


def plain(said: str) -> Both:
    """Give what is the same in both languages: a name, a number, a date."""
    return Both(said, said)


Cell = Both | str | int | None
"""A cell of a table; nothing where there is nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with a caption; its first column names its rows."""

    caption: Both
    columns: Sequence[Both]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A drawing, and the table that says the same."""

    title: Both
    svg: str
    table: Table


@dataclass(frozen=True, slots=True)
class Written:
    """A text that people wrote, by language tag."""

    content: Mapping[str, str]


Part = Both | Table | Chart | Written


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something with a name of its own: an opinion, a recommendation."""

    title: Both
    blocks: Sequence[Part]


Block = Part | Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the dossier."""

    #: What addresses name it by.
    key: str
    title: Both
    blocks: Sequence[Block] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """All of it."""

    title: Both
    #: What it is, how it ended, what to trust it by.
    facts: Sequence[tuple[Both, Cell]]
    sections: Sequence[Section]
