"""Programs that read the code: bandit with its own rules, semgrep with those in tests/attack/rules, both offline."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from tests.attack.finding import Finding

HOUSE = Path(__file__).parents[2]
RULES = Path(__file__).parent / "rules"
EXAMPLES = RULES / "examples.txt"
READ = ("domain", "store", "activities", "workflows", "graphql/api", "server", "tools")
"""What runs in an installation; tests do wrong on purpose."""
_WITHIN = 300.0


def program(name: str) -> Path:
    """Where a program of .venv-attack is."""
    return HOUSE / ".venv-attack" / "bin" / name


def bandit() -> list[Finding]:
    """Have bandit read everything."""
    said = _run("bandit", "--recursive", "--quiet", "--format", "json", *READ)
    return [
        Finding(
            tool="bandit",
            rule=one["test_id"],
            path=one["filename"].removeprefix("./"),
            line=one["line_number"],
            said=one["issue_text"],
        )
        for one in said["results"]
    ] + _broken("bandit", said["errors"])


def semgrep() -> list[Finding]:
    """Have semgrep read everything, after it has found what the examples say it must."""
    return [*_examples(), *_semgrep(HOUSE, *READ)]


def _semgrep(at: Path, *read: str) -> list[Finding]:
    said = _run(
        "semgrep", "scan", "--metrics", "off", "--disable-version-check", "--no-git-ignore", "--quiet", "--json",
        "--config", str(RULES), *read, at=at,
    )  # fmt: skip
    return [
        Finding(
            tool="semgrep",
            rule=one["check_id"].rpartition(".")[2],
            path=one["path"],
            line=one["start"]["line"],
            said=one["extra"]["message"],
        )
        for one in said["results"]
    ] + _broken("semgrep", said["errors"])


def _examples() -> list[Finding]:
    """Say which example a rule does not find, and what it finds that is none."""
    with tempfile.TemporaryDirectory(prefix="attack-") as folder:
        (Path(folder) / "api").mkdir()
        shutil.copy(EXAMPLES, Path(folder) / "api" / "examples.py")
        found = {(one.line, one.rule) for one in _semgrep(Path(folder), "api")}
    lines = EXAMPLES.read_text().splitlines()
    wanted = {(n, line.rpartition("# finds: ")[2]) for n, line in enumerate(lines, 1) if "# finds: " in line}
    return [
        Finding(tool="semgrep", rule=rule, path=str(EXAMPLES.relative_to(HOUSE)), line=line, said=why)
        for why, these in (("is not found", wanted - found), ("is found wrongly", found - wanted))
        for line, rule in sorted(these)
    ]


def _broken(tool: str, errors: list[Any]) -> list[Finding]:
    return [Finding(tool=tool, rule="error", path="", said=json.dumps(error)[:500]) for error in errors]


def _run(name: str, *words: str, at: Path = HOUSE) -> Any:
    quiet = {"SEMGREP_SEND_METRICS": "off", "SEMGREP_ENABLE_VERSION_CHECK": "0", "PYTHONPATH": ""}
    # semgrep finds its engine by PATH, and writes what it learned of itself into a folder of its own.
    with tempfile.TemporaryDirectory(prefix="attack-") as home:
        env = os.environ | quiet | {"HOME": home, "PATH": f"{program(name).parent}:{os.environ['PATH']}"}
        said = subprocess.run(
            [program(name), *words],
            cwd=at,
            env=env,
            capture_output=True,
            text=True,
            timeout=_WITHIN,
            check=False,
        )
    try:
        return json.loads(said.stdout)
    except ValueError:
        raise RuntimeError(f"{name} said nothing that can be read:\n{said.stdout}{said.stderr}") from None
