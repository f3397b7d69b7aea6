"""The virus scanner, against a stand-in that speaks the protocol of clamd."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.files.scanning import Clamd, NoScanner, ScannerAway, scanner_of
from server.settings import Settings
from tests.server.clamd import SIGNATURE, broken, clamd, silent, standing


def file(tmp_path: Path, content: bytes) -> Path:
    found = tmp_path / "file"
    found.write_bytes(content)
    return found


@pytest.mark.parametrize("kind", ["socket", "tcp"])
async def test_a_clean_file_passes_and_an_infected_one_is_named(tmp_path: Path, kind: str) -> None:
    async with standing(clamd, tmp_path, kind) as address:
        scanner = Clamd(address, 5)
        assert await scanner.found(file(tmp_path, b"x" * 99_000)) is None
        assert await scanner.found(file(tmp_path, b"x" * 70_000 + SIGNATURE)) == "Test.Signature"
        assert await scanner.found(file(tmp_path, b"")) is None


async def test_who_cannot_scan_has_not_found_the_file_clean(tmp_path: Path) -> None:
    async with standing(clamd, tmp_path, "tcp") as address:
        with pytest.raises(ScannerAway, match="size limit"):
            await Clamd(address, 5).found(file(tmp_path, b"x" * 100_001))
    async with standing(broken, tmp_path, "tcp") as address:
        with pytest.raises(ScannerAway):
            await Clamd(address, 5).found(file(tmp_path, b"x"))
    async with standing(silent, tmp_path, "tcp") as address:
        with pytest.raises(ScannerAway, match="TimeoutError"):
            await Clamd(address, 0.05).found(file(tmp_path, b"x"))


@pytest.mark.parametrize("address", ["127.0.0.1:1", "nowhere", "/nowhere/clamd", "host:port"])
async def test_a_scanner_that_is_not_there_is_away(tmp_path: Path, address: str) -> None:
    with pytest.raises(ScannerAway):
        await Clamd(address, 5).found(file(tmp_path, b"x"))


async def test_nobody_looks_unless_there_is_an_address(tmp_path: Path) -> None:
    scanner = scanner_of(Settings(data_dir=tmp_path))
    assert isinstance(scanner, NoScanner)
    assert await scanner.found(file(tmp_path, SIGNATURE)) is None
    assert isinstance(scanner_of(Settings(data_dir=tmp_path, clamd_address="127.0.0.1:3310")), Clamd)
