"""The whole report on a migration, from what a concertation is and what the new version says."""

from __future__ import annotations

from datetime import datetime

from domain.migrating.ballots import open_ballots
from domain.migrating.dates import moved_dates
from domain.migrating.following import Followed
from domain.migrating.impact import Impact
from domain.migrating.people import people_changes
from domain.migrating.stages import stage_changes
from domain.migrating.whole import whole_changes
from domain.process import Process


def examine(process: Process, later: Followed, digest: str, now: datetime) -> Impact:
    """Give the report on moving a launched concertation to another version at `now`.

    `digest` names the version. It has no fault that `check` finds, and no cycle.

    Raises:
        OverflowError: a date lies beyond what can be reckoned with.
    """
    return Impact(
        before=process.procedure_digest,
        after=digest,
        changes=(
            *whole_changes(process, later),
            *people_changes(process, later),
            *stage_changes(process, later),
        ),
        dates=tuple(moved_dates(process, later, now)),
        ballots=tuple(open_ballots(process, later)),
    )
