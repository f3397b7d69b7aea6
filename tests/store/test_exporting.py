"""Exports in the store: all of one instant, whatever the size of a page, and given up at any moment."""

from __future__ import annotations

import pytest

from domain.interchange.columns import Form, Variant
from store import exporting
from store.exporting import Asked, export
from store.pool import Pool
from tests.interchange.scene import opened
from tests.store.stage import Play

pytestmark = pytest.mark.postgres


def asked(play: Play) -> Asked:
    return Asked(concertation=play.id, variant=Variant.COMPLETE, form=Form.JSONL)


async def test_the_size_of_a_page_changes_no_byte_and_an_export_may_be_given_up(
    play: Play, app: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    await opened(play, asks=False)
    async with app.acquire() as connection:
        for number in range(7):
            await play.contribute(connection, f"p{number}")
        async with export(connection, asked(play)) as found:
            whole = b"".join([piece async for piece, _ in found.pieces])
        assert whole.count(b"\n") == found.size == 7
        for size in (1, 3, 7, 8):
            monkeypatch.setattr(exporting, "AT_ONCE", size)
            async with export(connection, asked(play)) as again:
                assert b"".join([piece async for piece, _ in again.pieces]) == whole
        monkeypatch.setattr(exporting, "AT_ONCE", 2)
        for pieces in range(4):
            async with export(connection, asked(play)) as left:
                for _ in range(pieces):
                    await anext(left.pieces)
            assert await connection.fetchval("SELECT 1") == 1


async def test_what_comes_meanwhile_is_in_the_next_export(
    play: Play, app: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    await opened(play, asks=False)
    monkeypatch.setattr(exporting, "AT_ONCE", 1)
    async with app.acquire() as connection, app.acquire() as other:
        for number in range(3):
            await play.contribute(connection, f"p{number}")
        async with export(connection, asked(play)) as found:
            first = await anext(found.pieces)
            await play.contribute(other, "p3")
            rest = [piece async for piece, rows in found.pieces if rows]
        assert first == (b"", 0)
        assert len(rest) == found.size == 3
