"""What is due around a hearing: whom to remind, when, of what. Pure; `HearingWorkflow` wakes for it.

A duty holds for a time, [`at`, `until`): one that was missed, because nothing ran, is not made up for once the next one
has come. Its `key` is the same whenever it is reckoned, and another one for another date: nobody is reminded twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.deciding.balloting import is_frozen
from domain.deciding.seats import speakers
from domain.deciding.works import record_was_refused
from domain.procedure import Role
from domain.process import Ballot, BallotState, Hearing, HearingState, Process

BEFORE = (timedelta(days=7), timedelta(days=1))
"""Before a hearing, those called are reminded."""
SETTLED_WITHIN = timedelta(days=1)
"""After its end, whoever conducts it is asked whether it was held."""
RECORDED_WITHIN = timedelta(days=14)
"""After its end, whoever conducts it is asked for the record."""
LAST_DAY = timedelta(days=1)
WHILE_FROZEN = timedelta(days=7)
"""While everything stands still nobody is reminded; so often it is looked at again."""

_CONDUCT = (Role.COORDINATOR, Role.RAPPORTEUR, Role.GENERAL_RAPPORTEUR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A reminder: from `at` on, and not from `until` on."""

    at: datetime
    until: datetime | None
    kind: str
    """`hearing_reminder`, `hearing_unsettled`, `record_awaited` or `record_reminder`."""
    key: str
    members: tuple[str, ...]
    about: datetime
    """The instant that the reminder names: a beginning, an end, a deadline."""

    def holds(self, now: datetime) -> bool:
        """Say whether it is due at `now`."""
        return self.at <= now and (self.until is None or now < self.until)


def duties(process: Process, hearing: Hearing, now: datetime) -> tuple[Duty, ...]:
    """Give all duties of a hearing, past and to come; none while its clock stands still, or once it is over."""
    run = process.runs.get(hearing.stage)
    if process.over or run is None or run.round != hearing.round or stands_still(process, hearing):
        return ()
    return tuple(duty for duty in _duties(process, hearing, now) if duty.members)


def stands_still(process: Process, hearing: Hearing) -> bool:
    """Say whether the clock of its stage stands still."""
    run = process.runs.get(hearing.stage)
    return process.suspended_at is not None or (run is not None and run.suspended_at is not None)


def next_duty(process: Process, hearing: Hearing, now: datetime) -> datetime | None:
    """Say when something of this hearing is due next; nothing: not before something happens to it."""
    if process.over or hearing.state in (HearingState.CANCELLED, HearingState.APPROVED):
        return None
    if stands_still(process, hearing):
        return now + WHILE_FROZEN
    return min((duty.at for duty in duties(process, hearing, now) if duty.at > now), default=None)


def _duties(process: Process, hearing: Hearing, now: datetime) -> Iterator[Duty]:
    conduct = tuple(conducting(process, hearing, now))
    match hearing.state:
        case HearingState.SCHEDULED:
            yield from _before(hearing)
            at = hearing.ends_at + SETTLED_WITHIN
            yield _asked("hearing_unsettled", hearing, at, conduct)
        case HearingState.HELD:
            yield _asked("record_awaited", hearing, hearing.ends_at + RECORDED_WITHIN, conduct)
        case HearingState.RECORDED:
            ballot = process.ballots.get(hearing.ballot or "")
            if record_was_refused(process, hearing) and ballot is not None and ballot.closed_at is not None:
                yield _asked("record_awaited", hearing, ballot.closed_at + RECORDED_WITHIN, conduct)
            elif ballot is not None and ballot.state is BallotState.OPEN and not is_frozen(process, ballot):
                yield from _approval(hearing, ballot)


def _before(hearing: Hearing) -> Iterator[Duty]:
    """Remind those called before it; not of what they were called to only afterwards, nor who does not come."""
    for place, before in enumerate(BEFORE):
        at = hearing.starts_at - before
        after = hearing.starts_at - BEFORE[place + 1] if place + 1 < len(BEFORE) else hearing.starts_at
        members = tuple(
            member
            for member in hearing.witnesses
            if (call := hearing.calls.get(member)) is None
            or (call.comes is not False and call.called_at < at)
        )
        key = f"{hearing.starts_at.isoformat()}/{before.days}"
        yield Duty(
            at=at, until=after, kind="hearing_reminder", key=key, members=members, about=hearing.starts_at
        )


def _asked(kind: str, hearing: Hearing, at: datetime, members: tuple[str, ...]) -> Duty:
    return Duty(at=at, until=None, kind=kind, key=at.isoformat(), members=members, about=hearing.ends_at)


def _approval(hearing: Hearing, ballot: Ballot) -> Iterator[Duty]:
    """Remind those heard who have not said anything: when half of the time is over, and on the last day."""
    closes_at = ballot.closes_at
    if closes_at is None:
        return
    silent = tuple(
        member for member in hearing.heard if member in ballot.seats and member not in ballot.votes
    )
    half = ballot.opens_at + (closes_at - ballot.opens_at) / 2
    last = closes_at - LAST_DAY
    two = last > half
    yield Duty(
        at=half,
        until=last if two else closes_at,
        kind="record_reminder",
        key=f"{ballot.id}/{closes_at.isoformat()}/half",
        members=silent,
        about=closes_at,
    )
    if two:
        yield Duty(
            at=last,
            until=closes_at,
            kind="record_reminder",
            key=f"{ballot.id}/{closes_at.isoformat()}/last",
            members=silent,
            about=closes_at,
        )


def conducting(process: Process, hearing: Hearing, now: datetime) -> Iterator[str]:
    """Give who conducts hearings of its stage, each once."""
    stage = process.stages.get(hearing.stage)
    lane = stage.lane if stage is not None else None
    found = (
        member
        for office in process.offices.values()
        if office.role in _CONDUCT and (office.lane is None or lane is None or office.lane == lane)
        for member in speakers(process, office.id, now)
    )
    yield from dict.fromkeys(found)
