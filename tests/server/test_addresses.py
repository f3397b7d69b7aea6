"""Whence a request comes."""

import pytest
from starlette.requests import Request

from server.addresses import address_of


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
    ],
)
def test_of_an_address_that_changes_daily_the_part_is_kept_that_does_not(host: str, address: str) -> None:
    assert address_of(Request({"type": "http", "client": (host, 1)})) == address


def test_a_request_from_nowhere_has_no_address() -> None:
    assert address_of(Request({"type": "http", "client": None})) == ""
