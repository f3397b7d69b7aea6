"""Contents in their place: the same promises of a folder and of a bucket."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from server.files.shelf import FolderShelf, Shelf, ShelfFault, ShelfRefused, place_of, shelf_of
from server.settings import Settings
from tests.server.bucket import endpoint, in_a_bucket

__all__ = ["endpoint"]

CONTENT = b"0123456789" * 700_000  # more than a part of an upload to S3
DIGEST = sha256(CONTENT).hexdigest()


@pytest.fixture(params=["folder", "bucket"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Shelf:
    if request.param == "folder":
        return shelf_of(Settings(data_dir=tmp_path))
    return shelf_of(in_a_bucket(tmp_path, request.getfixturevalue("endpoint")))


async def put(shelf: Shelf, folder: Path, content: bytes = CONTENT) -> None:
    incoming = folder / "files" / "incoming"
    incoming.mkdir(parents=True, exist_ok=True)
    staged = incoming / "x"
    staged.write_bytes(content)
    await shelf.put(sha256(content).hexdigest(), staged)


async def read(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])


async def test_what_is_put_is_there_whole_and_in_part(shelf: Shelf, tmp_path: Path) -> None:
    await put(shelf, tmp_path)
    assert await read(await shelf.open(DIGEST, 0, len(CONTENT))) == CONTENT
    assert await read(await shelf.open(DIGEST, 5, 15)) == b"5678901234"
    await put(shelf, tmp_path)
    assert await read(await shelf.open(DIGEST, len(CONTENT) - 1, len(CONTENT))) == b"9"


async def test_what_is_not_there_is_said_before_anything_is_given(shelf: Shelf) -> None:
    with pytest.raises(ShelfFault):
        await shelf.open("0" * 64, 0, 1)


async def test_what_is_erased_is_gone_and_may_be_erased_again(shelf: Shelf, tmp_path: Path) -> None:
    await put(shelf, tmp_path, b"one")
    one = sha256(b"one").hexdigest()
    await shelf.erase(one)
    await shelf.erase(one)
    with pytest.raises(ShelfFault):
        await shelf.open(one, 0, 1)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "0" * 63, "0" * 65, "A" * 64, "0" * 63 + "/"])
async def test_nothing_but_a_digest_names_a_place(shelf: Shelf, tmp_path: Path, name: str) -> None:
    for ask in (
        lambda: shelf.put(name, tmp_path / "x"),
        lambda: shelf.open(name, 0, 1),
        lambda: shelf.erase(name),
    ):
        with pytest.raises(ValueError, match="no digest"):
            await ask()


async def test_a_folder_holds_contents_for_its_owner_alone_two_levels_deep(tmp_path: Path) -> None:
    shelf = FolderShelf(tmp_path / "files")
    await put(shelf, tmp_path, b"one")
    (found,) = (file for file in (tmp_path / "files").rglob("*") if file.is_file())
    assert found.relative_to(tmp_path / "files") == Path(place_of(found.name))
    assert found.stat().st_mode & 0o777 == 0o600
    assert found.parent.stat().st_mode & 0o777 == 0o700


async def test_a_content_that_was_cut_off_is_a_fault_and_not_a_short_answer(tmp_path: Path) -> None:
    shelf = FolderShelf(tmp_path / "files")
    await put(shelf, tmp_path, b"one")
    one = sha256(b"one").hexdigest()
    os.truncate(tmp_path / "files" / place_of(one), 1)
    with pytest.raises(ShelfFault):
        await read(await shelf.open(one, 0, 3))


async def test_a_bucket_that_does_not_answer_is_a_fault_within_its_time(tmp_path: Path) -> None:
    shelf = shelf_of(in_a_bucket(tmp_path, "http://127.0.0.1:1"))
    (tmp_path / "x").write_bytes(b"x")
    calls: list[Any] = [
        shelf.put("0" * 64, tmp_path / "x"),
        shelf.open("0" * 64, 0, 1),
        shelf.erase("0" * 64),
    ]
    async with asyncio.timeout(20):
        for call in calls:
            with pytest.raises(ShelfFault):
                await call


def test_a_bucket_without_its_library_is_refused_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    monkeypatch.delitem(sys.modules, "server.files.s3_shelf", raising=False)
    with pytest.raises(ShelfRefused, match=r"concertation\[s3\]"):
        shelf_of(in_a_bucket(tmp_path, "http://127.0.0.1:1"))
