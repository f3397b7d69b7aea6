"""The script that prepares Temporal's databases, with a stand-in for Temporal's tool."""

import os
import subprocess
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "docker" / "temporal" / "schema.sh"
#: Behaves like temporal-sql-tool on a database whose state is a file; writes down what it was asked.
TOOL = """#!/bin/sh
while [ "$1" != "--db" ]; do shift; done
name=$2; shift 2
echo "$name $1" >> "$STATE/asked"
case $1 in
    setup-schema) touch "$STATE/$name" ;;
    update-schema)
        if [ -n "${BROKEN:-}" ]; then echo "syntax error in v1.4"; exit 1; fi
        if [ ! -e "$STATE/$name" ]; then echo 'pq: relation "schema_version" does not exist'; exit 1; fi ;;
esac
"""


def run(folder: Path, **more: str) -> tuple[int, list[str]]:
    tool = folder / "temporal-sql-tool"
    tool.write_text(TOOL)
    tool.chmod(0o755)
    names = {"POSTGRES_SEEDS": "db", "DB_PORT": "5432", "POSTGRES_USER": "temporal", "STATE": str(folder)}
    env = {**os.environ, **names, **more, "PATH": f"{folder}:{os.environ['PATH']}"}
    done = subprocess.run(["sh", str(SCRIPT)], env=env, capture_output=True, check=False)
    asked = (folder / "asked").read_text().splitlines()
    (folder / "asked").unlink()
    return done.returncode, asked


def test_empty_databases_are_made_and_brought_up_to_date(tmp_path: Path) -> None:
    code, asked = run(tmp_path)
    assert code == 0
    assert asked[:3] == ["temporal update-schema", "temporal setup-schema", "temporal update-schema"]


def test_databases_that_are_there_are_only_brought_up_to_date(tmp_path: Path) -> None:
    run(tmp_path)
    assert run(tmp_path) == (0, ["temporal update-schema", "temporal_visibility update-schema"])


def test_a_failing_update_never_starts_over_from_nothing(tmp_path: Path) -> None:
    run(tmp_path)
    assert run(tmp_path, BROKEN="yes") == (1, ["temporal update-schema"])
