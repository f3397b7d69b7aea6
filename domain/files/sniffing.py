"""Whether the content of a file is of the kind that it was announced as."""

from __future__ import annotations

import codecs
import re
from typing import BinaryIO

import puremagic

from domain.files.archives import fault_of_archive
from domain.files.kinds import Family, Kind
from domain.refusals import Code, Refusal

_HEAD = 4_096
_CHUNK = 1_000_000
_NO_TEXT = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_NO_WIDE_TEXT = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff]")
_RUNS = re.compile(
    rb"\s*(?:<!doctype|<!--|<[?]|<%|<(?:html|head|body|script|iframe|svg|style|meta|object|embed|img|form|xml)\b"
    rb"|#!|%!ps|%pdf-|\{\\rtf|mime-version:|content-type:)",
    re.IGNORECASE,
)
"""What a browser (WHATWG MIME Sniffing, section 7.1), a mail program or a shell would take for something to run."""
_WIDE = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def fault_of_content(file: BinaryIO, size: int, kind: Kind) -> Refusal | None:
    """Say why a content of `size` bytes, open from its beginning, is not what it was announced as.

    Blocks: reads everything once, and expands (but does not extract) what is in archives.
    """
    file.seek(0)
    head = file.read(_HEAD)
    match kind.family:
        case Family.SIGNED:
            as_claimed = kind.media_type in _recognised(head)
        case Family.TEXT:
            as_claimed = _is_text(file, head)
        case _:
            if head.startswith(b"PK\x03\x04"):
                return fault_of_archive(file, size, kind)
            as_claimed = False
    if as_claimed:
        return None
    return Refusal(Code.FILE_TYPE_MISMATCH, {"expected": kind.extensions[0].upper()})


def _recognised(head: bytes) -> frozenset[str]:
    try:
        return frozenset(match.mime_type for match in puremagic.magic_string(head))
    except (puremagic.PureError, ValueError):
        return frozenset()


def _is_text(file: BinaryIO, head: bytes) -> bool:
    """Say whether a file is text: UTF-8, UTF-16 with its mark, or an encoding of one byte a sign (Windows-1252)."""
    wide = _WIDE.get(head[:2])
    if wide is not None:
        return _is_wide_text(file, wide)
    if _RUNS.match(head.removeprefix(codecs.BOM_UTF8)):
        return False
    file.seek(0)
    return not any(_NO_TEXT.search(chunk) for chunk in iter(lambda: file.read(_CHUNK), b""))


def _is_wide_text(file: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(2)
    first = True
    try:
        while chunk := file.read(_CHUNK):
            words = decoder.decode(chunk)
            if (first and _RUNS.match(words[:_HEAD].encode())) or _NO_WIDE_TEXT.search(words):
                return False
            first = False
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True
