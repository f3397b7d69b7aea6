"""Every row can fail: there is a defect that it must find, and its patch still fits. `--defects` tries them."""

from __future__ import annotations

import subprocess

import pytest

from tests.faults import defect
from tests.faults.registry import ROWS


def test_every_row_has_a_defect_and_every_defect_a_row() -> None:
    rows = {row.name for row in ROWS}
    assert {name.partition("--")[0] for name in defect.names()} == rows
    assert all(defect.of(row) for row in rows)


@pytest.mark.parametrize("name", defect.names())
def test_a_defect_still_fits(name: str) -> None:
    patch = defect.DEFECTS / f"{name}.patch"
    told = subprocess.run(
        ["git", "apply", "--check", str(patch)],
        cwd=defect.ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert told.returncode == 0, told.stdout.decode()
