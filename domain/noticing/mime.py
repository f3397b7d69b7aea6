"""A notice as a mail: plain text and HTML, both languages in both, the reader's first; written, not assembled.

`email.message` takes 3 ms a mail, most of it for looking at what never changes. What is put here is of few shapes: text
of ours, wrapped, and addresses that were checked.
"""

from __future__ import annotations

from base64 import encodebytes
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime
from functools import lru_cache
from html import escape
from textwrap import fill
from typing import NamedTuple

from domain.noticing.table import NOTICE_THEME
from domain.organisations.registration import is_email
from domain.texts import LANGUAGES, label, text

WIDTH = 76
_HERE = "https://unsubscribe.invalid/"
"""Stands where each recipient's own link will be."""


class CalendarEntry(NamedTuple):
    """What a calendar program takes in (RFC 6047): `REQUEST` or `CANCEL`, and the entry."""

    method: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One notice on its way to one address."""

    id: str
    address: str
    #: The reader's language, of `LANGUAGES`.
    language: str
    subject: Mapping[str, str]
    body: Mapping[str, str]
    theme: str
    at: datetime
    #: Where more is to be read; unset: nowhere.
    url: str | None = None
    #: A code for this reader alone.
    code: str | None = None
    #: Where the theme is switched off; unset: it cannot be.
    unsubscribe: str | None = None
    #: Where the address is confirmed, by whoever reads this alone.
    confirm: str | None = None
    #: What it brings for the reader's calendar.
    calendar: CalendarEntry | None = None


class AddressMalformed(ValueError):
    """What should be an address could be read as something else: nothing is sent."""


def written(mail: Mail, sender: str, *, eight_bit: bool = True) -> bytes:
    """Give the whole mail as bytes, the same each time, CRLF at the end of lines.

    `sender` is an address alone. Without `eight_bit`, what servers of 1982 take too.

    Raises:
        AddressMalformed: an address has not the form of one, a line break in it among others.
    """
    for address in (mail.address, sender):
        if not is_email(address) or not address.isascii():
            raise AddressMalformed(AddressMalformed.__doc__)
    boundary = f"=_{mail.id}"
    lines = list(_headers(mail, sender))
    lines += ["MIME-Version: 1.0", f'Content-Type: multipart/alternative; boundary="{boundary}"', ""]
    for kind, content in zip(("plain", "html"), _contents(mail), strict=True):
        lines += [f"--{boundary}", f'Content-Type: text/{kind}; charset="utf-8"']
        if eight_bit:
            lines += ["Content-Transfer-Encoding: 8bit", "", content]
        else:
            lines += ["Content-Transfer-Encoding: base64", "", encodebytes(content.encode()).decode()]
    if mail.calendar is not None:
        kind = f'text/calendar; charset="utf-8"; method={mail.calendar.method}'
        lines += [f"--{boundary}", f"Content-Type: {kind}", "Content-Transfer-Encoding: base64", ""]
        lines.append(encodebytes(mail.calendar.content).decode())
    lines += [f"--{boundary}--", ""]
    return "\r\n".join("\n".join(lines).splitlines()).encode() + b"\r\n"


def _contents(mail: Mail) -> tuple[str, str]:
    """Give plain text and HTML: what all the mails of an occasion have in common is made once."""
    said = _Said(
        language=mail.language,
        subject=mail.subject[mail.language],
        body=tuple(mail.body.items()),
        theme=mail.theme,
        url=mail.url,
        code=mail.code,
        unsubscribe=_HERE if mail.unsubscribe else None,
        confirm=mail.confirm,
    )
    plain, html = (_made if mail.code or mail.confirm else _made_once)(said)
    if mail.unsubscribe:
        return plain.replace(_HERE, mail.unsubscribe), html.replace(_HERE, escape(mail.unsubscribe))
    return plain, html


class _Said(NamedTuple):
    """What a mail says, but for the address of its recipient."""

    language: str
    subject: str
    body: tuple[tuple[str, str], ...]
    theme: str
    url: str | None
    code: str | None
    unsubscribe: str | None
    confirm: str | None


def _made(said: _Said) -> tuple[str, str]:
    languages = [said.language, *(language for language in LANGUAGES if language != said.language)]
    return _plain(said, languages), _html(said, languages)


_made_once = lru_cache(64)(_made)


def _headers(mail: Mail, sender: str) -> Iterator[str]:
    yield f"From: <{sender}>"
    yield f"To: <{mail.address}>"
    subject = " ".join(mail.subject[mail.language].split())
    yield f"Subject: {_header(subject)}"
    yield f"Date: {format_datetime(mail.at.astimezone(UTC))}"
    yield f"Message-ID: <{mail.id}@{sender.rpartition('@')[2]}>"
    yield "Auto-Submitted: auto-generated"
    yield f"Content-Language: {', '.join(LANGUAGES)}"
    if mail.unsubscribe:
        yield f"List-Unsubscribe: <{mail.unsubscribe}>"
        yield "List-Unsubscribe-Post: List-Unsubscribe=One-Click"


@lru_cache(64)
def _header(subject: str) -> str:
    return Header(subject, "utf-8", header_name="Subject").encode()


def _paragraphs(said_by: _Said, language: str) -> list[str]:
    """Give the paragraphs in a language."""
    said = dict(said_by.body)[language].split("\n\n")
    if said_by.confirm:
        said.append(text("notice.confirm", (language,), url=said_by.confirm))
    if said_by.code:
        said.append(text("notice.code", (language,), code=said_by.code))
    if said_by.url:
        said.append(text("notice.link", (language,), url=said_by.url))
    return said


def _end(said_by: _Said, language: str) -> list[str]:
    theme = label(said_by.theme, (language,), NOTICE_THEME)
    said = [f"{text('notice.why', (language,), theme=theme)} {text('notice.automatic', (language,))}"]
    if said_by.unsubscribe:
        said.append(text("notice.unsubscribe", (language,), url=said_by.unsubscribe))
    return said


def _plain(said: _Said, languages: Sequence[str]) -> str:
    return "\n\n-- \n".join(
        "\n\n".join(
            _wrapped(paragraph) for paragraph in (*_paragraphs(said, language), *_end(said, language))
        )
        for language in languages
    )


def _wrapped(paragraph: str) -> str:
    return fill(paragraph, WIDTH, break_long_words=False, break_on_hyphens=False)


def _html(said: _Said, languages: Sequence[str]) -> str:
    parts = "\n<hr>\n".join(
        f'<div lang="{language}">\n'
        + "\n".join(_paragraph(part) for part in (*_paragraphs(said, language), *_end(said, language)))
        + "\n</div>"
        for language in languages
    )
    title = escape(said.subject)
    return (
        f'<!DOCTYPE html>\n<html lang="{languages[0]}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>\n{_wrapped(title)}\n</title>\n</head>\n<body>\n{parts}\n</body>\n</html>"
    )


def _paragraph(said: str) -> str:
    words = (
        f'<a href="{escape(word)}">\n{escape(word)}</a>'
        if word.startswith(("https://", "http://"))
        else escape(word)
        for word in said.split(" ")
    )
    return f"<p>{_wrapped(' '.join(words))}</p>"
