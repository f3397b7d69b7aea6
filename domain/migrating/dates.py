"""The dates of what is not over, under another version: what was announced never comes earlier by a migration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from graphlib import TopologicalSorter

from domain.calendar import after_closing, closing
from domain.migrating.following import Followed
from domain.migrating.impact import Dates, Moved
from domain.migrating.standing import standing_of
from domain.procedure import Gate, Stage
from domain.process import Process, StageRun

_NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Laid:
    """A stage as it is laid out."""

    dates: Dates
    concludes_at: datetime
    moved: bool
    floating: bool


def moved_dates(process: Process, later: Followed, now: datetime) -> Iterator[Moved]:
    """Give the stages whose dates change, in the order of the new file, and then those that are taken out.

    An open stage keeps its closing, or gets a later one where its new planned duration, or its new minimum, asks for
    it. What is to come is laid out anew only where its own lengths, or what comes before it, changed; it never opens
    earlier than announced. A new stage opens after what comes before it, and not before the notice of either version.
    """
    laid: dict[str, _Laid] = {}
    order = {
        key: [before for before in stage.after or () if before in later.stages]
        for key, stage in later.stages.items()
    }
    for key in TopologicalSorter(order).static_order():
        laid[key] = _laid(process, later, key, [laid[before] for before in order[key]], now)
    for key in later.stages:
        run = process.runs.get(key)
        if laid[key].moved:
            before = _dates(run) if run is not None else None
            yield Moved(stage=key, before=before, after=laid[key].dates, floating=laid[key].floating)
    for key, run in process.runs.items():
        if key not in later.stages:
            yield Moved(stage=key, before=_dates(run), after=None)


def _dates(run: StageRun) -> Dates:
    return Dates(
        opens_at=run.opens_at or run.planned_opens_at, closes_at=run.closes_at or run.planned_closes_at
    )


def _laid(process: Process, later: Followed, key: str, before: list[_Laid], now: datetime) -> _Laid:
    assert process.procedure is not None
    stage, run = later.stages[key], process.runs.get(key)
    gate = stage.approval(Gate.OPENING)
    window = gate.within if gate else _NOTHING
    earliest = max((laid.concludes_at for laid in before), default=now) + window
    if run is None:
        soonest = now + max(process.procedure.notice, later.procedure.notice, window)
        opens_at = max(earliest, soonest)
        floating = opens_at == soonest or any(laid.floating for laid in before)
        return _from(opens_at, stage, later, floating=floating)
    standing, dates = standing_of(process, key), _dates(run)
    if not standing.waits:
        closes_at = _later_closing(stage, standing.stage, run, later) if standing.is_open else dates.closes_at
        moved = closes_at > dates.closes_at
        dates = Dates(opens_at=dates.opens_at, closes_at=max(closes_at, dates.closes_at))
        concludes_at = run.concluded_at or dates.closes_at + after_closing(stage)
        return _Laid(dates=dates, concludes_at=concludes_at, moved=moved, floating=False)
    kept = _Laid(
        dates=dates, concludes_at=dates.closes_at + after_closing(stage), moved=False, floating=False
    )
    if not _is_laid_anew(standing.stage, stage, process.stages, later.stages, before):
        return kept
    opens_at = max(dates.opens_at, earliest) if before else dates.opens_at
    if opens_at == dates.opens_at and stage.duration.planned == standing.stage.duration.planned:
        return kept
    floating = opens_at > dates.opens_at and any(laid.floating for laid in before)
    return _from(opens_at, stage, later, floating=floating)


def _from(opens_at: datetime, stage: Stage, later: Followed, *, floating: bool) -> _Laid:
    closes_at = closing(opens_at, stage.duration.planned, later.procedure, later.territories)
    return _Laid(
        dates=Dates(opens_at=opens_at, closes_at=closes_at),
        concludes_at=closes_at + after_closing(stage),
        moved=True,
        floating=floating,
    )


def _later_closing(stage: Stage, old: Stage, run: StageRun, later: Followed) -> datetime:
    """Give the closing that the new lengths of an open stage ask for, within its maximum.

    Suspensions that are over are added.
    """
    assert run.opens_at is not None
    assert run.closes_at is not None
    since = run.opens_at + run.suspended_for
    found = run.closes_at
    if stage.duration.planned > old.duration.planned:
        found = max(found, closing(since, stage.duration.planned, later.procedure, later.territories))
    if stage.duration.minimum > old.duration.minimum and since + stage.duration.minimum > found:
        found = closing(since, stage.duration.minimum, later.procedure, later.territories)
    maximum = stage.duration.maximum
    return found if maximum is None else min(found, since + maximum)


def _is_laid_anew(
    old: Stage,
    new: Stage,
    stages: Mapping[str, Stage],
    later: Mapping[str, Stage],
    before: list[_Laid],
) -> bool:
    """Say whether the lengths of a stage that is to come, or anything that it comes after, have changed."""
    return (
        old.after != new.after
        or old.duration.planned != new.duration.planned
        or _window(old) != _window(new)
        or any(laid.moved for laid in before)
        or any(
            key in stages and after_closing(stages[key]) != after_closing(later[key])
            for key in new.after or ()
            if key in later
        )
    )


def _window(stage: Stage) -> timedelta:
    gate = stage.approval(Gate.OPENING)
    return gate.within if gate else _NOTHING
