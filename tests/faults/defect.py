"""A deliberate defect: a patch of `defects/`, applied to a copy of the code from which the harness then runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
DEFECTS = Path(__file__).parent / "defects"


def names() -> list[str]:
    """Give the defects that there are."""
    return sorted(patch.stem for patch in DEFECTS.glob("*.patch"))


def of(row: str) -> list[str]:
    """Give the defects that a row must find: those that begin with its name."""
    return [name for name in names() if name.partition("--")[0] == row]


def run_with(name: str, arguments: Sequence[str]) -> int:
    """Run the harness on a copy of the code that has the defect; give its exit code, which must not be 0."""
    patch = (DEFECTS / f"{name}.patch").read_bytes()
    tree = Path(tempfile.mkdtemp(prefix="defect-"))
    tree.chmod(0o711)
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
        )
        for file in filter(None, listed.stdout.split("\0")):
            if (ROOT / file).is_file():
                (tree / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / file, tree / file)
        subprocess.run(["git", "apply", "--whitespace=nowarn", "-"], cwd=tree, input=patch, check=True)
        paths = os.pathsep.join(map(str, (tree, tree / "graphql")))
        command = [sys.executable, "-m", "tests.faults", *arguments]
        return subprocess.run(command, cwd=tree, env=os.environ | {"PYTHONPATH": paths}).returncode
    finally:
        shutil.rmtree(tree, ignore_errors=True)
