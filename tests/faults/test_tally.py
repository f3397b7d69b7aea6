"""Tallies add up, and seeds are drawn as the command line says."""

from itertools import islice

import pytest

from tests.faults import seeds
from tests.faults.place import Place
from tests.faults.row import Row
from tests.faults.tally import Tally


async def nothing(seed: int, place: Place) -> Tally:
    """Try nothing."""
    return Tally()


def row(name: str, number: int) -> Row:
    """A row with so many seeds."""
    return Row(name=name, fault="none", invariant="none", run=nothing, seeds=number)


def test_two_tallies_are_one_with_all_that_either_has() -> None:
    one = Tally(operations=7, acknowledged=3, refused=2, unknown=1, broken=("This.",))
    other = Tally(operations=5, acknowledged=4, lost=1, doubled=2, broken=("That.",))

    assert one + other == Tally(
        operations=12, acknowledged=7, refused=2, unknown=1, lost=1, doubled=2, broken=("This.", "That.")
    )


@pytest.mark.parametrize("bad", [Tally(lost=1), Tally(doubled=1), Tally(broken=("Something.",))])
def test_a_tally_with_anything_lost_doubled_or_broken_does_not_hold(bad: Tally) -> None:
    assert not (Tally(operations=3, acknowledged=3) + bad).holds


def test_a_refusal_or_an_answer_that_came_late_breaks_nothing() -> None:
    assert Tally(operations=3, acknowledged=1, refused=2, unknown=2).holds


def test_the_fixed_set_has_the_seeds_of_each_row_one_row_after_the_other() -> None:
    planned = [(row.name, seed) for row, seed in seeds.fixed([row("a", 2), row("b", 1)])]

    assert planned == [("a", 1), ("a", 2), ("b", 1)]


def test_a_replay_is_one_run_with_the_seed_that_was_printed() -> None:
    assert [(row.name, seed) for row, seed in seeds.one([row("a", 9)], 77)] == [("a", 77)]


def test_a_long_run_goes_on_with_seeds_that_it_has_not_tried() -> None:
    planned = islice(seeds.endless([row("a", 2), row("b", 1)], 5), 6)

    assert [(row.name, seed) for row, seed in planned] == [
        ("a", 5),
        ("a", 6),
        ("b", 7),
        ("a", 8),
        ("a", 9),
        ("b", 10),
    ]
