"""Who is reminded of what, and when: of votes, answers, commitments, meetings that are awaited. Pure.

A reminder is told once for each of its instants. Whoever looks late finds only the latest instant that has come: nobody
gets three at once because a machine stood still. What lasts less than a day reminds nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.deciding.balloting import is_frozen
from domain.deciding.seats import entitled, speakers, standing_vote, voters
from domain.deciding.works import answers_due_at, decisions_of, deferred_responses, missing_responses
from domain.procedure import Kind, Role
from domain.process import (
    Ballot,
    MeetingState,
    Phase,
    Process,
    Purpose,
    StageRun,
    State,
)
from domain.rights import COUNCIL, PRESIDENCY
from domain.texts import Shown

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_MONTH = timedelta(days=30)
_QUARTER = timedelta(days=91)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """One instant at which somebody is reminded of something."""

    kind: str
    """A row of the table of notices."""
    about: str
    """What is awaited, by names of the ledger: of several instants about it, the latest that has come counts."""
    which: str
    at: datetime
    members: tuple[str, ...]
    stage: str | None = None
    says: Mapping[str, Shown] = field(default_factory=dict)
    """What fills the sentence."""
    meeting: str | None = None
    """The meeting of the council that they are called to: the mail brings its entry for their calendar again."""

    @property
    def key(self) -> str:
        """What it is told once by, within its concertation."""
        return f"{self.kind}/{self.about}/{self.which}"


def due(process: Process, since: datetime, until: datetime) -> list[Reminder]:
    """Give the reminders of what is awaited at `until` whose instant is after `since` and not after `until`."""
    latest: dict[tuple[str, str], Reminder] = {}
    for reminder in _planned(process, until):
        known = latest.get((reminder.kind, reminder.about))
        if reminder.at <= until and (known is None or known.at < reminder.at):
            latest[reminder.kind, reminder.about] = reminder
    return [reminder for reminder in latest.values() if reminder.at > since and reminder.members]


def next_reminder(process: Process, now: datetime) -> datetime | None:
    """Give the next instant after `now` at which somebody is reminded, if nothing happens before."""
    return min((reminder.at for reminder in _planned(process, now) if reminder.at > now), default=None)


def _planned(process: Process, now: datetime) -> Iterator[Reminder]:
    """Give every reminder of what is awaited at `now`, those gone by and those to come."""
    if process.over or process.phase is Phase.VOID:
        return
    yield from _ballots(process, now)
    yield from _meetings(process, now)
    if process.suspended_at is None:
        yield from _answers(process, now)
        yield from _deferred(process, now)
    yield from _commitments(process, now)
    yield from _guarantor(process, now)


def _ballots(process: Process, now: datetime) -> Iterator[Reminder]:
    """Remind those who have not voted: at half, at three quarters, on the last day; each week while it is held."""
    for name in process.running:
        ballot = process.ballots[name]
        if is_frozen(process, ballot) or _is_of_hearing(ballot):
            continue
        missing = [s for s in entitled(process, ballot, now) if standing_vote(process, ballot, s) is None]
        told = _present(process, (m for seat in missing for m in voters(process, ballot, seat, now)))
        held = ballot.closes_at is None
        asked = "escalated" if ballot.escalated else str(ballot.convening)
        for which, at in _of_ballot(ballot, now):
            yield Reminder(
                kind="ballot_reminder",
                about=f"{ballot.id}/{asked}",
                which=which,
                at=at,
                members=told,
                stage=ballot.stage,
                says={"until": ballot.closes_at, "since": ballot.opens_at if held else None},
            )


def _is_of_hearing(ballot: Ballot) -> bool:
    """Say whether those heard have the record before them: they are reminded by their hearing (domain/hearings)."""
    return ballot.purpose is Purpose.RECORD and not ballot.escalated and ballot.closes_at is not None


def _of_ballot(ballot: Ballot, now: datetime) -> Iterator[tuple[str, datetime]]:
    closes_at, within = ballot.closes_at, ballot.rule.within
    if closes_at is None:
        yield from _again("held", ballot.opens_at, _WEEK, now)
        return
    opens_at = ballot.opens_at
    if ballot.escalated:
        opens_at = closes_at - within
    elif ballot.convening > 1:
        opens_at = closes_at - (ballot.rule.second_within or within)
    length = closes_at - opens_at
    if length < _DAY:
        return
    yield "half", opens_at + length / 2
    yield "three_quarters", opens_at + length * 3 / 4
    if length > 2 * _DAY:
        yield "last_day", closes_at - _DAY


def _meetings(process: Process, now: datetime) -> Iterator[Reminder]:
    """Remind the council of a meeting the day before, if it was convened earlier."""
    for meeting in process.meetings.values():
        if meeting.state is MeetingState.CONVENED and meeting.starts_at - meeting.convened_at > 2 * _DAY:
            if now >= meeting.starts_at:
                continue
            yield Reminder(
                kind="meeting_reminder",
                about=meeting.id,
                which="day_before",
                at=meeting.starts_at - _DAY,
                members=_holders(process, COUNCIL, now),
                stage=meeting.stage,
                says={"at": meeting.starts_at},
                meeting=meeting.id,
            )


def _answers(process: Process, now: datetime) -> Iterator[Reminder]:
    """Remind each addressee of the responses that it owes: at half of the time to answer, and a week before its end."""
    for run in process.runs.values():
        deciding = process.stages[run.key].kind is Kind.DECISION and run.state is State.OPEN
        if not deciding or run.suspended_at is not None or decisions_of(process, run):
            continue
        until = answers_due_at(process, run) or run.closes_at
        if until is None or run.opens_at is None or until - run.opens_at < _DAY:
            continue
        owed: dict[str, int] = {}
        for _, addressee in missing_responses(process):
            owed[addressee] = owed.get(addressee, 0) + 1
        for addressee, count in owed.items():
            for which, at in _of_answer(run.opens_at, until):
                yield _answer(process, run, addressee, count, until, which, at, now)


def _deferred(process: Process, now: datetime) -> Iterator[Reminder]:
    """Remind an addressee of what it put off, during the follow-up: before the date as of commitments, and after it."""
    following = [
        run
        for run in process.runs.values()
        if process.stages[run.key].kind is Kind.FOLLOW_UP and run.state is State.OPEN
    ]
    for response in deferred_responses(process) if following else ():
        until = response.until
        if until is None:
            continue
        for which, at in _before_and_after(until, response.at, until if until <= now else None, now):
            yield Reminder(
                kind="answer_reminder",
                about=f"{response.recommendation}/{response.addressee}/{until.date().isoformat()}",
                which=which,
                at=at,
                members=_present(process, speakers(process, response.addressee, now)),
                stage=following[0].key,
                says={"count": 1, "until": until if until > now else None},
            )


def _of_answer(since: datetime, until: datetime) -> Iterator[tuple[str, datetime]]:
    """Give the instants; a term that was moved has another last week, and the same half."""
    yield "half", since + (until - since) / 2
    if until - since > 2 * _WEEK:
        yield f"last_week {until.date().isoformat()}", until - _WEEK


def _answer(
    process: Process,
    run: StageRun,
    addressee: str,
    count: int,
    until: datetime,
    which: str,
    at: datetime,
    now: datetime,
) -> Reminder:
    return Reminder(
        kind="answer_reminder",
        about=f"{run.round}/{run.key}/{addressee}",
        which=which,
        at=at,
        members=_present(process, speakers(process, addressee, now)),
        stage=run.key,
        says={"count": count, "until": until if until > now else None},
    )


def _commitments(process: Process, now: datetime) -> Iterator[Reminder]:
    """Remind owners 30 and 7 days before the date, then each quarter while it is late."""
    for commitment in process.commitments.values():
        if commitment.settled:
            continue
        dates = _before_and_after(commitment.due_at, commitment.made_at, commitment.late_since, now)
        for which, at in dates:
            yield Reminder(
                kind="commitment_reminder",
                about=commitment.id,
                which=which,
                at=at,
                members=_present(process, speakers(process, commitment.owner, now)),
                says={
                    "until": None if commitment.late_since else commitment.due_at,
                    "since": commitment.late_since,
                },
            )


def _before_and_after(
    due_at: datetime, made_at: datetime | None, late_since: datetime | None, now: datetime
) -> Iterator[tuple[str, datetime]]:
    """Give the instants about a date that was promised: none before it was."""
    if late_since is not None:
        yield from _again("late", late_since, _QUARTER, now)
        return
    for which, before in (("month_before", _MONTH), ("week_before", _WEEK)):
        if made_at is None or due_at - before > made_at:
            yield which, due_at - before


def _guarantor(process: Process, now: datetime) -> Iterator[Reminder]:
    """Remind those who may answer the guarantor's report, each month that it is not answered."""
    latest = process.guarantor_reports[-1] if process.guarantor_reports else None
    if latest is None or latest.answer is not None:
        return
    told = _holders(process, PRESIDENCY | {Role.DECIDING_AUTHORITY}, now)
    for which, at in _again("unanswered", latest.at, _MONTH, now):
        yield Reminder(
            kind="guarantor_reminder",
            about=str(latest.version),
            which=which,
            at=at,
            members=told,
            says={"since": latest.at},
        )


def _again(name: str, since: datetime, every: timedelta, now: datetime) -> Iterator[tuple[str, datetime]]:
    """Give the latest of endless instants, if one has come, and the next one."""
    number = max((now - since) // every, 0)
    if number:
        yield f"{name} {number}", since + number * every
    yield f"{name} {number + 1}", since + (number + 1) * every


def _holders(process: Process, roles: Iterable[Role], now: datetime) -> tuple[str, ...]:
    wanted = frozenset(roles)
    offices = (office.id for office in process.offices.values() if office.role in wanted)
    return _present(process, (member for office in offices for member in speakers(process, office, now)))


def _present(process: Process, members: Iterable[str]) -> tuple[str, ...]:
    """Give each once, in a fixed order, without those who left."""
    known = process.members
    return tuple(sorted({m for m in members if m not in known or known[m].left_at is None}))
