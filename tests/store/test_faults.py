"""What the driver raises, told apart: the store's faults, which clients may ask again after, and ours."""

import asyncpg
import pytest

from store.faults import StoreTooSlow, StoreUnreachable, told_apart


@pytest.mark.parametrize(
    "fault",
    [
        asyncpg.DiskFullError("could not extend file: No space left on device"),
        asyncpg.PostgresIOError("could not write to file"),
        asyncpg.OutOfMemoryError("out of memory"),
        asyncpg.CrashShutdownError("terminating connection because of crash of another server process"),
        asyncpg.CannotConnectNowError("the database system is in recovery mode"),
        ConnectionResetError(),
    ],
)
def test_a_server_that_is_full_or_away_is_unreachable(fault: Exception) -> None:
    with pytest.raises(StoreUnreachable) as raised, told_apart():
        raise fault
    assert not isinstance(raised.value, StoreTooSlow)


@pytest.mark.parametrize(
    "fault", [asyncpg.TooManyConnectionsError("sorry, too many clients already"), TimeoutError()]
)
def test_a_server_that_has_no_room_or_time_is_too_slow(fault: Exception) -> None:
    with pytest.raises(StoreTooSlow), told_apart():
        raise fault


def test_what_is_wrong_with_a_statement_goes_through_as_it_is() -> None:
    with pytest.raises(asyncpg.UndefinedColumnError), told_apart():
        raise asyncpg.UndefinedColumnError("there is no such column")
