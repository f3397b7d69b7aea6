"""Free text as people send it: what can be kept, and how it is brought into one form before anything else sees it."""

from __future__ import annotations

import re
from unicodedata import normalize

from domain.refusals import Code, Refusal

LONGEST_CONTRIBUTION = 50_000
"""Characters of a contribution: some twenty-five pages."""
LONGEST_BODY = 500_000
"""Characters of any other text (a synthesis, minutes), over all its languages."""
LONGEST_KEY = 200
"""Characters of an idempotency key."""

_LINE_END = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
"""What word processors and web forms end lines and pages with, beside the line feed."""
_NOT_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters (Unicode category Cc) but tab and line feed, and lone surrogates (Cs)."""


def read(text: str, longest: int, path: tuple[str, ...]) -> str | Refusal:
    """Give the text in its one form, or why it cannot be taken. `path` names the field.

    The one form: NFC, lines ended by a line feed, no blank space around it.
    """
    tidy = tidied(text)
    if tidy is None:
        return Refusal(Code.TEXT_INVALID, {}, path)
    if not tidy:
        return Refusal(Code.TEXT_EMPTY, {}, path)
    if len(tidy) > longest:
        return too_long(tidy, longest, path)
    return tidy


def too_long(text: str, longest: int, path: tuple[str, ...]) -> Refusal:
    """Refuse a text that has more characters than it may have."""
    return Refusal(Code.TEXT_TOO_LONG, {"length": len(text), "longest": longest}, path)


def tidied(text: str) -> str | None:
    """Give the text in its one form (see `read`), empty perhaps; `None` for what is no text."""
    # The common case first: `isprintable` costs a tenth of a regular expression, but knows no blank but the space.
    if not text.replace("\n", "").replace("\xa0", "").replace("\u202f", "").isprintable():
        text = _LINE_END.sub("\n", text)
        if _NOT_TEXT.search(text):
            return None
    return normalize("NFC", text).strip()


def is_storable(text: str) -> bool:
    """Say whether a string is text: no lone surrogate, no control character (NUL, say) but tab and line feed."""
    return text.isprintable() or not _NOT_TEXT.search(text)


def key_fault(key: str, path: tuple[str, ...] = ("idempotencyKey",)) -> Refusal | None:
    """Say why a string cannot be an idempotency key."""
    if 0 < len(key) <= LONGEST_KEY and is_storable(key):
        return None
    return Refusal(Code.INPUT_INVALID, {"longest": LONGEST_KEY}, path)
