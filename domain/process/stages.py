"""The state of stages: one run in each round, its dates and seals."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from domain.acts import SealFigures
from domain.enumeration import direct
from domain.procedure import Stage


@direct
class State(StrEnum):
    """Where a stage stands in its round. Suspension is laid over any of them."""

    PENDING = "pending"
    AWAITING_OPENING = "awaiting_opening"
    OPEN = "open"
    CLOSED = "closed"
    SEALING = "sealing"
    SEALED = "sealed"
    AWAITING_CONCLUSION = "awaiting_conclusion"
    CONCLUDED = "concluded"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, kw_only=True)
class PlannedStage:
    """The dates of a stage as announced."""

    opens_at: datetime
    closes_at: datetime
    gate_opens_at: datetime | None = None
    """When the ballot before the opening begins, where there is one."""
    concludes_at: datetime
    """When the stage will be concluded if every window is used to its end."""


@dataclass(frozen=True, kw_only=True)
class Seal:
    """A frozen set. A rectification adds a supplementary seal; earlier roots stay published."""

    at: datetime
    figures: SealFigures
    supplementary: bool = False


@dataclass(frozen=True, kw_only=True)
class StageRun:
    """One stage in one round."""

    key: str
    round: int
    state: State = State.PENDING
    planned_opens_at: datetime
    planned_closes_at: datetime
    opens_at: datetime | None = None
    """When it opened; unset before."""
    closes_at: datetime | None = None
    entry_closes_at: datetime | None = None
    closed_at: datetime | None = None
    concluded_at: datetime | None = None
    suspended_at: datetime | None = None
    suspended_for: timedelta = timedelta(0)
    """Length of past suspensions between opening and closing."""
    overdue_since: datetime | None = None
    automatic_extensions: int = 0
    reopenings: int = 0
    gate_ballot: str | None = None
    """The running ballot of the gate that the stage waits at."""
    opening_passed: bool = False
    conclusion_passed: bool = False
    gate_returned: bool = False
    """The gate refused and the subject is back with its authors."""
    quorum_missed: dict[str, int] = field(default_factory=dict)
    """Per college, or `hearings`, what was reached where the quorum was missed."""
    seals: tuple[Seal, ...] = ()
    rectifying_until: datetime | None = None

    @property
    def root(self) -> str | None:
        """The root of the latest seal."""
        return self.seals[-1].figures.root if self.seals else None


@dataclass(frozen=True, kw_only=True)
class RemovedStage:
    """A stage that a later version of the procedure took out before it began, as it was defined and planned."""

    stage: Stage
    run: StageRun


def live_stages(stages: dict[str, Stage], runs: dict[str, StageRun]) -> tuple[str, ...]:
    """Give the stages that time can move; see `Process.live`."""
    unfinished = {key for key, run in runs.items() if run.state is not State.CONCLUDED}
    return tuple(
        key
        for key, run in runs.items()
        if (
            unfinished.isdisjoint(stages[key].after or ())
            if run.state is State.PENDING
            else key in unfinished or run.rectifying_until is not None
        )
    )


def stage_in_round(round_: int, key: str) -> str:
    """Name what belongs to one stage in one round."""
    return f"{round_}/{key}"
