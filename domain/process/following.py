"""The state of the follow-up: commitments, observations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.acts import Body


@dataclass(frozen=True, kw_only=True)
class Progress:
    """A report on a commitment."""

    at: datetime
    status: str
    report: Body


@dataclass(frozen=True, kw_only=True)
class Commitment:
    """Something promised in answer to a recommendation."""

    id: str
    recommendation: str
    owner: str
    due_at: datetime
    text: Body
    indicator: Body | None = None
    made_at: datetime | None = None
    progress: tuple[Progress, ...] = ()
    late_since: datetime | None = None

    @property
    def pending(self) -> bool:
        """Say whether it can still be late: it is not yet, and was neither kept nor given up."""
        return self.late_since is None and not self.settled

    @property
    def settled(self) -> bool:
        """Say whether it was kept or given up, by the latest report."""
        return bool(self.progress) and self.progress[-1].status in _SETTLED


@dataclass(frozen=True, kw_only=True)
class Observation:
    """What the guarantor published."""

    at: datetime
    member: str
    text: Body


@dataclass(frozen=True, kw_only=True)
class GuarantorReport:
    """A version of the guarantor's report, and the answer to it."""

    version: int
    at: datetime
    member: str
    text: Body
    answer: Body | None = None
    answered_at: datetime | None = None
    answered_by: str | None = None


_SETTLED = ("kept", "given_up")


def next_due(commitments: dict[str, Commitment]) -> datetime | None:
    """Give when the next commitment will be late that can still be."""
    return min((c.due_at for c in commitments.values() if c.pending), default=None)
