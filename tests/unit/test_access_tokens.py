"""Personal access tokens as text: recognised, checked, kept by digest alone."""

from __future__ import annotations

import re
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.access_tokens import CHANCE, PATTERN, PREFIX, digest_of, write

ONE = write(bytes(range(CHANCE)))


@given(st.binary(min_size=CHANCE, max_size=CHANCE))
def test_a_token_is_found_by_its_pattern_and_kept_as_its_digest(chance: bytes) -> None:
    token = write(chance)
    assert re.fullmatch(PATTERN, token)
    assert digest_of(token) == sha256(token.encode()).digest()


def test_a_token_never_changes_its_form() -> None:
    assert ONE == "concertation_pat_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf1Yo7hP"


@given(st.binary(min_size=CHANCE, max_size=CHANCE), st.binary(min_size=CHANCE, max_size=CHANCE))
def test_two_tokens_are_the_same_only_where_their_chance_is(one: bytes, other: bytes) -> None:
    assert (write(one) == write(other)) == (one == other)


@pytest.mark.parametrize("place", range(len(PREFIX), len(ONE)))
def test_a_sign_that_was_changed_shows(place: int) -> None:
    other = "a" if ONE[place] != "a" else "b"
    assert digest_of(ONE[:place] + other + ONE[place + 1 :]) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        PREFIX,
        ONE[:-1],
        ONE + "0",
        ONE.upper(),
        " " + ONE,
        ONE[len(PREFIX) :],
        PREFIX + "é" * 49,
        "x" * len(ONE),
    ],
)
def test_what_was_never_a_token_is_none(text: str) -> None:
    assert digest_of(text) is None


@pytest.mark.parametrize("chance", [b"", bytes(CHANCE - 1), bytes(CHANCE + 1)])
def test_a_token_takes_just_so_much_chance(chance: bytes) -> None:
    with pytest.raises(ValueError, match="chance"):
        write(chance)
