"""A figure: what was measured several times, what it is held against, and what bounds it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What a figure is held against."""

    unit: str
    #: The bound, if there is one; the issue or the design that sets it is named in benchmarks/README.md.
    goal: float | None
    #: Whether more is better (a rate) or less (a time, a size).
    more_is_better: bool = False


GOALS = {
    "decide_per_s": Goal(unit="1/s", goal=20_000, more_is_better=True),
    "fold_10k_s": Goal(unit="s", goal=1),
    "transition_200_s": Goal(unit="s", goal=8),
    "deadline_lateness_s": Goal(unit="s", goal=8),
    "deadline_1000_lateness_s": Goal(unit="s", goal=30),
    "deadline_1000_spread_lateness_s": Goal(unit="s", goal=10),
    "running_exponent": Goal(unit="", goal=1.05),
    "subscribers_1000_p99_ms": Goal(unit="ms", goal=1_000),
    "command_p50_ms": Goal(unit="ms", goal=80),
    "submit_ratio": Goal(unit="×", goal=0.6, more_is_better=True),
    "submit_vs_bare_ratio": Goal(unit="×", goal=None, more_is_better=True),
    "submit_p99_ratio": Goal(unit="×", goal=3),
    "guard_submit_ratio": Goal(unit="×", goal=0.9, more_is_better=True),
    "guard_page_ratio": Goal(unit="×", goal=0.9, more_is_better=True),
    "telemetry_submit_ratio": Goal(unit="×", goal=0.97, more_is_better=True),
    "api_2_speedup": Goal(unit="×", goal=None, more_is_better=True),
    "page_flatness": Goal(unit="×", goal=1.3),
    "facets_ms": Goal(unit="ms", goal=200),
    "search_p95_ms": Goal(unit="ms", goal=300),
    "seal_2m_s": Goal(unit="s", goal=60),
    "seal_p99_ratio": Goal(unit="×", goal=2),
    "peak_rss_mb": Goal(unit="MB", goal=300),
    "contributions_exponent": Goal(unit="", goal=0.1),
    "seal_exponent": Goal(unit="", goal=1.05),
    "import_per_s": Goal(unit="1/s", goal=5_000, more_is_better=True),
    "import_rss_mb": Goal(unit="MB", goal=300),
    "export_per_s": Goal(unit="1/s", goal=20_000, more_is_better=True),
    "export_rss_mb": Goal(unit="MB", goal=300),
    "archive_s": Goal(unit="s", goal=60),
    "archive_rss_mb": Goal(unit="MB", goal=400),
    "verify_s": Goal(unit="s", goal=30),
    "treatment_ms": Goal(unit="ms", goal=200),
    "lineage_ms": Goal(unit="ms", goal=200),
    "mails_per_s": Goal(unit="1/s", goal=200, more_is_better=True),
    "up_ready_s": Goal(unit="s", goal=8),
    "help_s": Goal(unit="s", goal=0.4),
    "rss_api_mb": Goal(unit="MB", goal=250),
    "rss_worker_mb": Goal(unit="MB", goal=250),
}
"""Every figure by name, in the order of the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure, measured."""

    name: str
    #: One value per repetition, in the unit of its goal.
    values: tuple[float, ...]
    #: What bounds it, from what was measured: one sentence.
    bound: str
    #: The least that this could cost on this machine, one value per repetition, measured in the same run.
    floors: tuple[float, ...] = ()

    @property
    def value(self) -> float:
        """The median of the repetitions."""
        return median(self.values)

    @property
    def floor(self) -> float | None:
        """The median of the floors, if there are any."""
        return median(self.floors) if self.floors else None

    @property
    def holds(self) -> bool:
        """Whether the worst repetition, not the median, reaches the goal."""
        goal = GOALS[self.name]
        if goal.goal is None:
            return True
        return min(self.values) >= goal.goal if goal.more_is_better else max(self.values) <= goal.goal

    def as_json(self, scale: str = "") -> str:
        """Give the line that `make bench` prints; it names the scale, where it is not the usual one."""
        goal = GOALS[self.name]
        line: dict[str, Any] = {"figure": self.name, "value": rounded(self.value), "unit": goal.unit}
        if self.floor is not None:
            line |= {"floor": rounded(self.floor), "ratio": round(self.value / self.floor, 2)}
        line |= {"goal": goal.goal, "holds": self.holds, "spread": spread(self.values)}
        if scale:
            line["scale"] = scale
        return json.dumps(line)


def spread(values: Sequence[float]) -> list[float]:
    """Give the best and the worst repetition, the lesser first."""
    return [rounded(min(values)), rounded(max(values))]


def rounded(value: float) -> float:
    """Give three significant digits, and whole numbers from a hundred on."""
    return round(value) if abs(value) >= 100 else float(f"{value:.3g}")
