"""The table of benchmarks/README.md, rewritten with what was measured.

Rows of figures that were not measured this time stay, unless the machine is another one.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import psutil

from benchmarks.figure import GOALS, Figure, rounded, spread

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def machine() -> str:
    """Say what matters of this machine."""
    memory = round(psutil.virtual_memory().total / 2**30)
    return f"{os.cpu_count()} cores, {memory} GB of memory, Python {platform.python_version()}"


def write(figures: Sequence[Figure], command: str, file: Path = README) -> None:
    """Rewrite the part of the file between the two marks."""
    before, _, rest = file.read_text().partition(BEGIN)
    old, _, after = rest.partition(END)
    file.write_text(f"{before}{BEGIN}\n{_measured(figures, command, old)}{END}{after}")


def _measured(figures: Sequence[Figure], command: str, old: str) -> str:
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    here = f"Machine: {machine()}."
    rows = {name: row for row in old.splitlines() if (name := _name(row)) in GOALS} if here in old else {}
    rows |= {figure.name: _row(figure, today) for figure in figures}
    lines = [
        f"Last run: `{command}`, {today}. {here}",
        "",
        "| figure | value | spread | goal | holds | floor (ratio) | measured | what bounds it |",
        "|---|---|---|---|---|---|---|---|",
        *(rows[name] for name in GOALS if name in rows),
    ]
    return "\n".join(lines) + "\n"


def _name(row: str) -> str:
    cells = row.split("`")
    return cells[1] if row.startswith("| `") and len(cells) > 2 else ""


def _row(figure: Figure, today: str) -> str:
    goal = GOALS[figure.name]
    low, high = spread(figure.values)
    floor = "" if figure.floor is None else f"{_number(figure.floor)} ({figure.value / figure.floor:.2f})"
    cells = [
        f"`{figure.name}`",
        f"{_number(figure.value)} {goal.unit}",
        f"{_number(low)} to {_number(high)}",
        "" if goal.goal is None else f"{'≥' if goal.more_is_better else '≤'} {_number(goal.goal)}",
        "yes" if figure.holds else "**no**",
        floor,
        today,
        figure.bound,
    ]
    return f"| {' | '.join(cells)} |"


def _number(value: float) -> str:
    return f"{round(value):,}" if abs(value) >= 100 else f"{rounded(value):g}"
