"""schemathesis: makes up operations from the schema that the service shows, and looks at every answer."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path

from tests.attack.finding import Finding
from tests.attack.static import HOUSE, program

_WITHIN = 900.0


def schemathesis(url: str, token: str, seed: int, examples: int) -> tuple[list[Finding], int]:
    """Ask so many examples of every field of the roots; give what was found, and how many cases there were."""
    with tempfile.TemporaryDirectory(prefix="attack-") as folder:
        report = Path(folder) / "report.json"
        words: list[str | Path] = [
            program("schemathesis"), "run", url, "--header", f"Authorization: Bearer {token}",
            "--checks", "nothing_of_ours_is_at_fault", "--phases", "fuzzing", "--max-examples", str(examples),
            "--seed", str(seed), "--generation-database", "none", "--request-timeout", "30", "--no-color",
            "--continue-on-failure", "--report", "json", "--report-json-path", report,
        ]  # fmt: skip
        env = os.environ | {
            "SCHEMATHESIS_HOOKS": "tests.attack.hooks",
            "PYTHONPATH": str(HOUSE),
            "HOME": folder,
        }
        said = subprocess.run(
            words, cwd=folder, env=env, capture_output=True, text=True, timeout=_WITHIN, check=False
        )
        if not report.exists():
            raise RuntimeError(f"schemathesis said nothing that can be read:\n{said.stdout}{said.stderr}")
        told = json.loads(report.read_text())
    found = [
        Finding(
            tool="schemathesis",
            rule=one["title"],
            path=str(operation),
            said=_said(said.stdout, str(operation)),
        )
        for one in told["failures"]
        for operation in one["operations"]
    ]
    found += [
        Finding(tool="schemathesis", rule=one["title"], path="", said=f"{one['count']} ×")
        for one in told["errors"]
    ]
    if not told["complete"] or told["operations"]["tested"] < told["operations"]["selected"]:
        found.append(
            Finding(tool="schemathesis", rule="incomplete", path="", said=json.dumps(told["operations"]))
        )
    return found, told["test_cases"]["generated"]


def _said(screen: str, operation: str) -> str:
    """Give what the screen says of an operation, request and answer."""
    _, _, after = screen.partition(f" {operation} ___")
    return after.partition("\n____")[0][:2_000].strip("_ \n") or screen[-1_500:]
