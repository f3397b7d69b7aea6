"""The version after this one, as far as it matters to the one that runs: a copy of the program, changed in every way
that a release may change it.
"""

import shutil
from pathlib import Path

HOUSE = Path(__file__).parents[2]
PACKAGES = ("domain", "store", "activities", "workflows", "server", "graphql/api")

#: By file: what is there, and what the next version has instead.
CHANGES: dict[str, tuple[tuple[str, str], ...]] = {
    # A fact says more, and this decider says it.
    "domain/events/people.py": (
        (
            "    territory: str | None = None\n    elected: bool = False\n",
            "    territory: str | None = None\n    elected: bool = False\n"
            "    via: Annotated[str | None, UNSET] = None\n",
        ),
        ("from typing import ", "from typing import Annotated, "),
        (
            "from dataclasses import dataclass\n",
            "from dataclasses import dataclass\nfrom domain.notation import UNSET\n",
        ),
    ),
    "domain/deciding/people.py": (
        (
            "            elected=act.elected,\n",
            '            elected=act.elected,\n            via="letter",\n',
        ),
    ),
    # The process folds more out of what was known before.
    "domain/process/whole.py": (
        (
            "    members: dict[str, Member] = field(default_factory=dict)\n",
            "    members: dict[str, Member] = field(default_factory=dict)\n    enrolments: int = 0\n",
        ),
    ),
    "domain/folding/people.py": (
        (
            '    return {"members": {**process.members, fact.member: member}}\n',
            "    enrolments = process.enrolments + 1\n"
            '    return {"members": {**process.members, fact.member: member}, "enrolments": enrolments}\n',
        ),
    ),
    # The workflow does one more thing, for those that come to it from now on.
    "workflows/concertation.py": (
        (
            "        async with self._turn:\n",
            "        async with self._turn:\n"
            '            if workflow.patched("next"):\n'
            "                await workflow.sleep(timedelta(milliseconds=1))\n",
        ),
    ),
}


def build(folder: Path) -> dict[str, str]:
    """Write it into the folder; the environment to run it in."""
    for package in PACKAGES:
        shutil.copytree(HOUSE / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name, changes in CHANGES.items():
        file = folder / name
        text = file.read_text("utf-8")
        for old, new in changes:
            assert old in text, f"{name} has changed: say here how the next version differs"
            text = text.replace(old, new, 1)
        file.write_text(text, "utf-8")
    return {"PYTHONPATH": f"{folder}:{folder / 'graphql'}"}
