"""The whole report on a migration, from what a concertation is and what the new version says."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from domain.change import changed
from domain.deciding.readiness import missing
from domain.migrating.ballots import open_ballots
from domain.migrating.dates import moved_dates
from domain.migrating.following import Followed, offices_after
from domain.migrating.impact import Impact
from domain.migrating.people import people_changes
from domain.migrating.stages import stage_changes
from domain.migrating.standing import standing_of
from domain.migrating.whole import whole_changes
from domain.process import Process
from domain.refusals import Finding


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
        missing=_missing(process, later, now),
    )


def _missing(process: Process, later: Followed, now: datetime) -> tuple[Finding, ...]:
    """Give what is missing under the later version of stages that are to come, and was not before."""
    offices = offices_after(process, later.procedure.offices)
    waiting = {
        key: stage
        for key, stage in later.stages.items()
        if key not in process.runs or standing_of(process, key).waits
    }
    after = changed(process, procedure=later.procedure, stages=waiting, offices=offices)
    known = missing(process, now)
    return tuple(replace(found, severity="advice") for found in missing(after, now) if found not in known)
