"""What stays as long as the process does is not looked through for garbage."""

import gc
from collections.abc import Iterator

import pytest

from server.garbage import kept


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
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
