"""The longest tests are begun first, wherever the list is parted; none is left out or run twice."""

import pytest

from tests.fixtures.order import longest_first


def long(item: int) -> bool:
    """Say that every tenth takes long."""
    return item % 10 == 9


def test_each_part_begins_with_its_share_of_the_long_ones() -> None:
    dealt = longest_first(range(100), long, 3)
    assert [item for item in dealt[:33] if long(item)] == dealt[:4] == [9, 39, 69, 99]
    assert [item for item in dealt[33:66] if long(item)] == dealt[33:36] == [19, 49, 79]
    assert [item for item in dealt[66:] if long(item)] == dealt[66:69] == [29, 59, 89]
    assert [item for item in dealt if not long(item)] == [item for item in range(100) if not long(item)]


@pytest.mark.parametrize("parts", [1, 2, 3, 7])
@pytest.mark.parametrize("many", [0, 1, 2, 3, 9, 10, 31])
@pytest.mark.parametrize("is_long", [long, lambda item: True, lambda item: False])
def test_all_run_and_none_twice(many: int, parts: int, is_long: object) -> None:
    assert callable(is_long)
    assert sorted(longest_first(range(many), is_long, parts)) == list(range(many))
