"""What changed from one text to another: nothing is lost, and only what changed is said to have."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.differences import LONGEST, Operation, Piece, differences

TEXTS = st.text(st.sampled_from("ab é,\n"), max_size=60)


def test_words_are_compared_and_not_letters():
    assert differences("Former les agents.", "Former tous les agents !") == (
        Piece(Operation.KEPT, "Former"),
        Piece(Operation.ADDED, " tous"),
        Piece(Operation.KEPT, " les agents"),
        Piece(Operation.REMOVED, "."),
        Piece(Operation.ADDED, " !"),
    )


def test_equal_texts_and_empty_ones_have_no_difference():
    assert differences("", "") == ()
    assert differences("Le même.", "Le même.") == (Piece(Operation.KEPT, "Le même."),)
    assert differences("", "Neuf.") == (Piece(Operation.ADDED, "Neuf."),)


@given(before=TEXTS, after=TEXTS)
def test_the_pieces_are_the_first_text_and_the_second(before: str, after: str) -> None:
    pieces = differences(before, after)
    kept = [piece for piece in pieces if piece.operation is not Operation.ADDED]
    assert "".join(piece.text for piece in kept) == before
    kept = [piece for piece in pieces if piece.operation is not Operation.REMOVED]
    assert "".join(piece.text for piece in kept) == after


def test_very_long_texts_are_compared_line_by_line():
    before = "Une ligne parmi d’autres.\n" * (LONGEST // 20)
    (kept, added) = differences(before, before + "Une de plus.")
    assert (kept.operation, added) == (Operation.KEPT, Piece(Operation.ADDED, "Une de plus."))
