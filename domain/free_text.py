"""Free text as people send it: what can be kept, and how it is brought into one form before anything else sees it."""

from __future__ import annotations

from unicodedata import category, normalize

from domain.refusals import Code, Refusal

LONGEST_CONTRIBUTION = 50_000
"""Characters of a contribution: some twenty-five pages."""
LONGEST_BODY = 500_000
"""Characters of any other text (a synthesis, minutes), over all its languages."""
LONGEST_KEY = 200
"""Characters of an idempotency key."""

_ALLOWED_CONTROLS = "\n\t"


def tidy(text: str) -> str:
    """Bring a text into one form: NFC, lines ended by a line feed, no blank space around it."""
    return normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def fault(text: str, longest: int, path: tuple[str, ...]) -> Refusal | None:
    """Say why a text cannot be taken: empty, too long, or holding characters that are not text."""
    if not is_storable(text):
        return Refusal(Code.TEXT_INVALID, {}, path)
    if not text.strip():
        return Refusal(Code.TEXT_EMPTY, {}, path)
    if len(text) > longest:
        return Refusal(Code.TEXT_TOO_LONG, {"length": len(text), "longest": longest}, path)
    return None


def read(text: str, longest: int, path: tuple[str, ...]) -> str | Refusal:
    """Give the text in its one form, or why it cannot be taken. `path` names the field."""
    refusal = fault(text, longest, path)
    if refusal is not None:
        return refusal
    return tidy(text)


def is_storable(text: str) -> bool:
    """Say whether a string is Unicode text: no NUL, no other control character, no lone surrogate."""
    return not any(
        category(character) in ("Cc", "Cs") and character not in _ALLOWED_CONTROLS
        for character in text.replace("\r", "")
        if character < " " or character > "~"
    )


def key_fault(key: str, path: tuple[str, ...] = ("idempotencyKey",)) -> Refusal | None:
    """Say why a string cannot be an idempotency key."""
    if 0 < len(key) <= LONGEST_KEY and is_storable(key):
        return None
    return Refusal(Code.INPUT_INVALID, {"longest": LONGEST_KEY}, path)
