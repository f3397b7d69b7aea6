"""What stays as long as the process does is not looked through for garbage."""

import gc
from collections.abc import Iterator

import pytest

from server.garbage import SERVING, collect_seldom, kept


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.enable()


def test_what_is_made_meanwhile_is_never_looked_through() -> None:
    before = gc.get_freeze_count()
    with kept():
        assert not gc.isenabled()
        made: list[list[int]] = [[] for _ in range(1000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() >= before + len(made)


def test_garbage_is_looked_for_again_after_a_failure() -> None:
    with pytest.raises(ZeroDivisionError), kept():
        raise ZeroDivisionError
    assert gc.isenabled()


def test_a_server_never_looks_through_what_it_made_before_it_serves_and_seldom_through_the_rest() -> None:
    before = gc.get_freeze_count()
    made: list[list[int]] = [[] for _ in range(1000)]
    collect_seldom()
    assert gc.get_freeze_count() >= before + len(made)
    assert gc.get_threshold() == SERVING
    assert gc.isenabled()
