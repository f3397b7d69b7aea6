"""Free text: one form for what is text, a refusal for what is not."""

import sys
from unicodedata import category

import pytest

from domain.free_text import is_storable, key_fault, read
from domain.refusals import Code, Refusal


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("  Bonjour \n", "Bonjour"),
        ("un\r\ndeux\rtrois\vquatre\fcinq", "un\ndeux\ntrois\nquatre\ncinq"),
        ("e\u0301te\u0301", "été"),
        ("tab\tand \u00a0 space", "tab\tand \u00a0 space"),
        ("𝄞 👩‍🌾", "𝄞 👩‍🌾"),
    ],
)
def test_a_text_is_brought_into_one_form(sent: str, kept: str) -> None:
    assert read(sent, 100, ("body",)) == kept


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("", Code.TEXT_EMPTY),
        (" \n\t", Code.TEXT_EMPTY),
        ("\u2028", Code.TEXT_EMPTY),
        ("a\x00", Code.TEXT_INVALID),
        ("\x1b[2J", Code.TEXT_INVALID),
        ("\ud83d", Code.TEXT_INVALID),
        ("a" * 101, Code.TEXT_TOO_LONG),
    ],
)
def test_what_is_no_text_is_refused_with_the_field_at_fault(sent: str, code: Code) -> None:
    refusal = read(sent, 100, ("body",))
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.path) == (code, ("body",))


@pytest.mark.parametrize("key", ["", "k" * 201, "a\x00", "\udc00"])
def test_a_key_is_short_text(key: str) -> None:
    assert key_fault(key) is not None


def test_any_short_text_is_a_key() -> None:
    assert key_fault("018f-é") is None
    assert is_storable("")


def test_only_control_characters_and_surrogates_are_no_text() -> None:
    for character in map(chr, range(sys.maxunicode + 1)):
        expected = character in "\n\t" or category(character) not in ("Cc", "Cs")
        assert is_storable(character) is expected, hex(ord(character))
