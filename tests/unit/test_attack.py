"""What `make attack` makes of what it finds: nothing is left out without a reason, no reason outlives its finding."""

from __future__ import annotations

from pathlib import Path

from tests.attack.finding import Finding, Reason, left, reasons
from tests.attack.static import EXAMPLES, RULES
from tests.attack.volleys import LASTING, VOLLEYS

FOUND = Finding(tool="bandit", rule="B608", path="store/files.py", line=7, said="…")
WHY = Reason(tool="bandit", rule="B608", path="store/*.py", why="…")


def test_a_finding_without_a_reason_is_left() -> None:
    assert left([FOUND], [], ["bandit"]) == ([FOUND], [])
    for other in (
        Reason(tool="semgrep", rule="B608", why="…"),
        Reason(tool="bandit", rule="B101", why="…"),
        Reason(tool="bandit", rule="B608", path="server/*.py", why="…"),
    ):
        assert left([FOUND], [other], ["bandit"]) == ([FOUND], [other] if other.tool == "bandit" else [])


def test_a_reason_covers_what_it_names() -> None:
    assert left([FOUND], [WHY], ["bandit"]) == ([], [])


def test_a_reason_that_nothing_needs_is_told_if_its_program_was_run() -> None:
    assert left([], [WHY], ["bandit"]) == ([], [WHY])
    assert left([], [WHY], ["semgrep"]) == ([], [])


def test_every_reason_says_why_and_is_about_files_that_are_there() -> None:
    house = Path(__file__).parents[2]
    for reason in reasons():
        assert len(reason.why) > 8
        assert reason.path == "*" or list(house.glob(reason.path)), reason


def test_every_rule_of_our_own_has_an_example_that_it_finds() -> None:
    named = [line.split("- id: ")[1].strip() for f in RULES.glob("*.yaml") for line in f.read_text().splitlines()
             if "- id: " in line]  # fmt: skip
    assert len(named) == len(set(named)) > 10
    examples = EXAMPLES.read_text()
    assert [name for name in named if f"# finds: {name}" not in examples] == []


def test_every_volley_has_a_name_of_its_own() -> None:
    names = [volley.__name__ for volley in (*VOLLEYS, *LASTING)]
    assert len(names) == len(set(names)) > 20
