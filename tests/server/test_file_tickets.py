"""Tickets, parts of files, uploads on their way in, and clearing up after those that broke off."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from pydantic import SecretStr

from domain.refusals import Code, Refusal
from server.files.collecting import _clear
from server.files.ranges import Part, part_of
from server.files.staging import Staged, staged
from server.files.tickets import Tickets
from server.keys import KeyRefused, ticket_key
from server.settings import SettingInvalid, Settings, read_settings

UNTIL = datetime(2027, 3, 1, tzinfo=UTC)
FILE = "0" * 8


def ticket_in(address: str) -> str:
    return address.partition("?ticket=")[2]


# Tickets ------------------------------------------------------------------------------------------


def test_a_ticket_is_good_for_its_file_and_its_purpose(tmp_path: Path) -> None:
    tickets = Tickets(ticket_key(Settings(data_dir=tmp_path)))
    send = tickets.send(FILE, UNTIL)
    assert send.startswith(f"/files/{FILE}?ticket=")
    assert tickets.read(ticket_in(send), "send", FILE) == UNTIL
    assert tickets.read(ticket_in(send), "fetch", FILE) is None
    assert tickets.read(ticket_in(send), "send", "other") is None
    assert tickets.read(ticket_in(tickets.fetch(FILE, UNTIL)), "fetch", FILE) == UNTIL


def test_addresses_begin_with_the_one_that_the_operator_named(tmp_path: Path) -> None:
    tickets = Tickets(ticket_key(Settings(data_dir=tmp_path)), "https://example.org/api/")
    assert tickets.send(FILE, UNTIL).startswith(f"https://example.org/api/files/{FILE}?ticket=")


def test_a_ticket_of_another_server_or_of_no_algorithm_is_none(tmp_path: Path) -> None:
    ours = Tickets(ticket_key(Settings(data_dir=tmp_path / "ours")))
    theirs = Tickets(ticket_key(Settings(data_dir=tmp_path / "theirs")))
    assert ours.read(ticket_in(theirs.send(FILE, UNTIL)), "send", FILE) is None
    claims = jwt.encode(
        {"alg": "HS256"},
        {"use": "send", "sub": FILE, "exp": 9999999999},
        ticket_key(Settings(data_dir=tmp_path)),
    )
    unsigned = f"eyJhbGciOiJub25lIn0.{claims.split('.')[1]}."
    for forged in (unsigned, claims, "", "a.b.c", "é", "." * 500):
        assert ours.read(forged, "send", FILE) is None


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"use": "send", "sub": FILE},
        {"use": "send", "sub": FILE, "exp": "x"},
        {"use": "send", "sub": FILE, "exp": 10**30},
    ],
)
def test_a_ticket_that_does_not_say_everything_is_none(tmp_path: Path, claims: dict[str, object]) -> None:
    key = ticket_key(Settings(data_dir=tmp_path))
    assert Tickets(key).read(jwt.encode({"alg": "HS256"}, claims, key), "send", FILE) is None


def test_the_key_is_made_once_for_its_owner_alone_or_given(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    first = ticket_key(settings)
    assert ticket_key(settings).as_dict() == first.as_dict()
    assert (tmp_path / "keys" / "tickets.jwk.json").stat().st_mode & 0o777 == 0o600
    shared = Settings(data_dir=tmp_path / "none", ticket_key=SecretStr("x" * 32))
    assert ticket_key(shared).as_dict()["k"] == ticket_key(shared).as_dict()["k"] != first.as_dict()["k"]
    assert not (tmp_path / "none").exists()


def test_a_short_key_and_one_that_cannot_be_kept_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "keys").write_text("in the way")
    with pytest.raises(KeyRefused, match="CONCERTATION_TICKET_KEY"):
        ticket_key(Settings(data_dir=tmp_path))
    monkeypatch.setenv("CONCERTATION_TICKET_KEY", "short")
    with pytest.raises(SettingInvalid) as refused:
        read_settings()
    assert "ticket_key" in str(refused.value)


# Parts --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "part"),
    [
        (None, None),
        ("bytes=0-0", (0, 1)),
        ("bytes=2-", (2, 10)),
        ("bytes=-3", (7, 10)),
        ("bytes=-30", (0, 10)),
        ("bytes=0-999999999999", (0, 10)),
        (" bytes = 1 - 2 ", (1, 3)),
        ("bytes=10-", (10, 10)),
        ("bytes=-0", (10, 10)),
        ("bytes=5-2", None),
        ("bytes=-", None),
        ("bytes=0-1,3-4", None),
        ("bytes=٠-٢", None),
        ("bytes=" + "9" * 30 + "-", None),
        ("items=0-1", None),
    ],
)
def test_a_range_is_read_or_the_whole_file_is_given(header: str | None, part: tuple[int, int] | None) -> None:
    assert part_of(header, 10) == part


@given(st.text(max_size=30), st.integers(1, 1000))
def test_no_range_leads_out_of_the_file(words: str, size: int) -> None:
    part = part_of(f"bytes={words}", size)
    assert part is None or 0 <= part.start <= part.end <= size
    assert Part(3, 3).is_nothing


# On the way in ------------------------------------------------------------------------------------


async def pieces(*content: bytes) -> AsyncIterator[bytes]:
    for piece in content:
        yield piece


async def test_what_arrives_whole_is_measured_and_gone_after_the_block(tmp_path: Path) -> None:
    content = [os.urandom(100_000) for _ in range(8)]
    async with staged(tmp_path, pieces(*content), 800_000, 5, 5) as arrived:
        assert isinstance(arrived, Staged)
        assert arrived.file.read_bytes() == b"".join(content)
        assert arrived.digest == sha256(b"".join(content)).hexdigest()
        assert arrived.file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == []


async def test_what_was_kept_meanwhile_is_not_missed(tmp_path: Path) -> None:
    async with staged(tmp_path / "incoming", pieces(b"one"), 3, 5, 5) as arrived:
        assert isinstance(arrived, Staged)
        arrived.file.rename(tmp_path / "kept")
    assert (tmp_path / "kept").read_bytes() == b"one"


async def test_a_stream_that_brings_too_much_is_not_read_to_its_end(tmp_path: Path) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield b"x" * 1000

    async with staged(tmp_path, endless(), 5_000, 5, 5) as arrived:
        assert arrived == Refusal(Code.FILE_TOO_LARGE, {"largest": 5_000})
    assert read == 6
    assert list(tmp_path.iterdir()) == []


async def test_a_stream_that_falls_silent_is_given_up(tmp_path: Path) -> None:
    async def silent() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.Event().wait()

    async with staged(tmp_path, silent(), 2, 0.02, 5) as arrived:
        assert arrived == Refusal(Code.FILE_INCOMPLETE, {"received": 1, "announced": 2})
    assert list(tmp_path.iterdir()) == []


async def test_a_stream_that_only_dribbles_is_given_up(tmp_path: Path) -> None:
    async def dribbles() -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0)  # lets the clock of the loop go on; each piece comes in time
            yield b"x"

    async with staged(tmp_path, dribbles(), 10**9, 5, 0.02) as arrived:
        assert isinstance(arrived, Refusal)
        assert arrived.code is Code.FILE_INCOMPLETE


async def test_a_stream_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    async def breaks() -> AsyncIterator[bytes]:
        yield b"x" * 500_000
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        async with staged(tmp_path, breaks(), 600_000, 5, 5):
            raise AssertionError("nothing arrived")
    assert list(tmp_path.iterdir()) == []


def test_only_what_broke_off_long_ago_is_cleared(tmp_path: Path) -> None:
    for name, age in (("old", 7200), ("young", 60)):
        (tmp_path / name).write_bytes(b"x")
        os.utime(tmp_path / name, (time.time() - age, time.time() - age))
    (tmp_path / "folder").mkdir()
    assert _clear(tmp_path, timedelta(hours=1), True) == 1
    assert _clear(tmp_path, timedelta(hours=1), False) == 1
    assert {found.name for found in tmp_path.iterdir()} == {"young", "folder"}
    assert _clear(tmp_path / "none", timedelta(hours=1), False) == 0
