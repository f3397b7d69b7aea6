"""Say what squawk finds in the migrations, as far as it is new.

    python -m tools.lint_migrations

Only what goes up is looked at: nobody waits while a schema is taken back. What the files of before the first release
do is listed below with its reason; that list never grows, and files that are newer have no place in it. Why:
docs/adr/0050-upgrades.md.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from server.embedded.programs import program
from server.migrating import migrations

ROOT = Path(__file__).parents[1]
CONFIGURATION = ROOT / ".squawk.toml"
LAST_UNRELEASED = 55
"""No installation ran any version before the one that came with this migration: its schema began with all of them."""

#: Reasons, by rule. Every one also holds because nothing ran yet.
REASONS = {
    "require-concurrent-index-creation": "The table was empty, or held what a trial had left.",
    "require-concurrent-index-deletion": "The index was replaced in the same transaction, on a table nobody read.",
    "ban-drop-function": "Made anew with other arguments or columns in the same transaction.",
    "ban-drop-constraint": "Replaced in the same transaction by a wider one.",
    "constraint-missing-not-valid": "Every row was looked at: there were none, or a trial's.",
    "adding-foreign-key-constraint": "Of a new column without a value: no row had to be looked at.",
    "disallowed-unique-constraint": "Of a new column without a value: its index was empty.",
    "ban-drop-column": "Nothing had ever written to it.",
    "ban-drop-not-null": "Readers came with the same version.",
}
#: By file: the rules that it breaks, for those reasons.
KNOWN: dict[str, tuple[str, ...]] = {
    "0008_lives.sql": (
        "ban-drop-constraint",
        "ban-drop-function",
        "require-concurrent-index-creation",
        "require-concurrent-index-deletion",
    ),
    "0010_people.sql": ("require-concurrent-index-creation",),
    "0012_finding.sql": (
        "ban-drop-function",
        "require-concurrent-index-creation",
    ),
    "0013_moderation.sql": ("require-concurrent-index-creation",),
    "0015_one_voice.sql": (
        "require-concurrent-index-creation",
        "require-concurrent-index-deletion",
    ),
    "0016_alike.sql": (
        "ban-drop-constraint",
        "constraint-missing-not-valid",
        "require-concurrent-index-creation",
    ),
    "0022_files_travel.sql": (
        "disallowed-unique-constraint",
        "require-concurrent-index-creation",
    ),
    "0026_batches_of_hearings.sql": (
        "ban-drop-function",
        "constraint-missing-not-valid",
    ),
    "0028_webhooks.sql": (
        "ban-drop-constraint",
        "constraint-missing-not-valid",
    ),
    "0029_letters_and_bulletins.sql": (
        "adding-foreign-key-constraint",
        "ban-drop-column",
        "ban-drop-constraint",
        "ban-drop-function",
        "ban-drop-not-null",
        "constraint-missing-not-valid",
        "require-concurrent-index-creation",
    ),
    "0033_treatment_at_scale.sql": ("require-concurrent-index-creation",),
    "0034_treatment_in_passing.sql": ("ban-drop-function",),
}


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """One thing that squawk says."""

    file: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        """Say it as compilers do."""
        return f"{self.file}:{self.line}: {self.rule}: {self.message}"


def found_in(folder: Path) -> list[Found]:
    """Give what squawk finds in what the files of the folder do on the way up, in order."""
    files = sorted(folder.glob("*.sql"))
    with tempfile.TemporaryDirectory() as draft:
        for file in files:
            (Path(draft) / file.name).write_text(upwards(file.read_text("utf-8")), "utf-8")
        done = subprocess.run(
            [program("squawk"), "--config", str(CONFIGURATION), "--reporter", "json"]
            + [str(Path(draft) / file.name) for file in files],
            capture_output=True,
            check=False,
            text=True,
        )
    if done.returncode not in (0, 1) or not done.stdout:
        raise RuntimeError(f"squawk failed: {done.stderr.strip()}")
    return sorted(
        Found(Path(one["file"]).name, one["line"] + 1, one["rule_name"], one["message"])
        for one in json.loads(done.stdout)
    )


def upwards(text: str) -> str:
    """Give what a migration does on the way up, on the lines that it has in its file."""
    up, _, _ = text.partition("\n-- migrate:down")
    return up + "\n"


def is_known(found: Found) -> bool:
    """Say whether the list has it, with its reason."""
    return found.rule in KNOWN.get(found.file, ())


def new(findings: list[Found]) -> Iterator[Found]:
    """Give what the list does not have."""
    return (found for found in findings if not is_known(found))


def main() -> int:
    """Print what is new; 1 if anything is."""
    left = list(new(found_in(migrations())))
    for found in left:
        print(found)
    if left:
        print(f"{len(left)} in store/migrations. How to write them instead: docs/adr/0050-upgrades.md.")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
