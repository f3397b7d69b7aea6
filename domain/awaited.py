"""Who is awaited, for what, since when: public, so that a stalled concertation never looks like a running one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from domain.council.attending import is_fit_to_vote, meetings_of
from domain.council.concerns import pending
from domain.council.evaluating import missing_evaluations
from domain.council.wording import unsettled
from domain.deciding.balloting import is_frozen
from domain.deciding.seats import entitled, is_conducted, is_held, standing_vote
from domain.deciding.works import (
    answers_due_at,
    decisions_of,
    deferred_responses,
    is_delivered,
    missing_responses,
    record_was_refused,
    unfinished_hearings,
)
from domain.procedure import Gate, Kind, Role
from domain.process import (
    HearingState,
    MeetingState,
    Phase,
    Process,
    RequestState,
    StageRun,
    State,
    stage_in_round,
)
from domain.rights import PRESIDENCY
from domain.treatment.sources import unanswered

_HEARING = (Role.COORDINATOR, Role.RAPPORTEUR, Role.GENERAL_RAPPORTEUR)
_CONVENING = (Role.COUNCIL_CHAIR, Role.COORDINATOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """Something that people, not time, must do."""

    what: str
    """`launch`, `vote`, `subject`, `resumption`, `request`, `hearing`, `record`, `meeting`, `minutes`, `withdrawal`,
    `evaluation`, `article`, `opinion`, `chapter`, `reservation`, `synthesis`, `response`, `decision`,
    `implementation_report`, `guarantor_report`, `answer_to_guarantor`, `appointment`, `seal`."""
    stage: str | None
    round: int | None
    roles: tuple[Role, ...] = ()
    seats: tuple[str, ...] = ()
    """Seats of a ballot, or offices, that are awaited; members for a record, a withdrawal or an evaluation."""
    about: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def awaited(process: Process, now: datetime) -> tuple[Awaited, ...]:
    """Give everything that is awaited at `now`."""
    return tuple(_awaited(process, now))


def _awaited(process: Process, now: datetime) -> Iterator[Awaited]:
    if process.over or process.phase is Phase.VOID:
        return
    if not is_conducted(process, now):
        conduct = tuple(office.id for office in process.offices.values() if office.role is Role.COORDINATOR)
        yield Awaited(
            what="appointment", stage=None, round=None, roles=tuple(sorted(PRESIDENCY)), seats=conduct
        )
    if process.phase is Phase.DRAFT:
        yield Awaited(what="launch", stage=None, round=None, roles=(Role.COORDINATOR,))
    if process.suspended_at is not None:
        yield Awaited(
            what="resumption", stage=None, round=None, roles=(Role.COORDINATOR,), since=process.suspended_at
        )
    for name in process.running:
        ballot = process.ballots[name]
        if is_frozen(process, ballot):
            continue
        base = entitled(process, ballot, now)
        missing = tuple(seat for seat in base if standing_vote(process, ballot, seat) is None)
        if base and not missing:
            continue  # time, or the store's tally, does the rest
        yield Awaited(
            what="vote" if base else "appointment",
            stage=ballot.stage,
            round=ballot.round,
            roles=() if base else (Role.COORDINATOR,),
            seats=missing,
            about=ballot.id,
            since=ballot.opens_at,
            until=ballot.closes_at,
        )
    for run in process.runs.values():
        if run.suspended_at is not None:
            yield Awaited(
                what="resumption",
                stage=run.key,
                round=run.round,
                roles=(Role.COORDINATOR,),
                since=run.suspended_at,
            )
        elif process.suspended_at is None:
            yield from _stage_awaits(process, run, now)
    yield from _guarantor_awaits(process)


def _guarantor_awaits(process: Process) -> Iterator[Awaited]:
    """Give the answer that the guarantor's report waits for."""
    latest = process.guarantor_reports[-1] if process.guarantor_reports else None
    if latest is not None and latest.answer is None:
        yield Awaited(
            what="answer_to_guarantor",
            stage=None,
            round=None,
            roles=(*sorted(PRESIDENCY), Role.DECIDING_AUTHORITY),
            since=latest.at,
        )


def _stage_awaits(process: Process, run: StageRun, now: datetime) -> Iterator[Awaited]:
    stage = process.stages[run.key]
    gate = stage.approval(Gate.OPENING)
    if run.state is State.AWAITING_OPENING and run.gate_returned and gate is not None:
        yield Awaited(what="subject", stage=run.key, round=run.round, roles=(Role.COORDINATOR,))
    elif run.state is State.SEALING:
        yield Awaited(what="seal", stage=run.key, round=run.round)
    elif run.state is State.CLOSED and stage.kind is Kind.HEARINGS:
        for hearing in unfinished_hearings(process, run):
            if hearing.state is HearingState.SCHEDULED:
                yield _work("hearing", run, (Role.COORDINATOR,), about=hearing.id, since=hearing.ends_at)
            elif hearing.state is HearingState.HELD or record_was_refused(process, hearing):
                yield _work("record", run, (Role.COORDINATOR,), about=hearing.id, since=hearing.ends_at)
    elif run.state is State.OPEN and not is_delivered(process, run):
        yield from _open_stage_awaits(process, run, now)
    if stage.kind is Kind.HEARINGS and run.state is not State.CONCLUDED:
        yield from _requests_awaited(process, run)
    if stage.kind is Kind.SCIENTIFIC_REVIEW:
        yield from _minutes_awaited(process, run)
        yield from _withdrawals_awaited(process, run)


def _requests_awaited(process: Process, run: StageRun) -> Iterator[Awaited]:
    """Name the requests to be heard that nobody has decided on."""
    for request in process.requests.values():
        if request.state is RequestState.PENDING and (request.stage, request.round) == (run.key, run.round):
            yield _work("request", run, _HEARING, about=request.id, since=request.requested_at)


def _open_stage_awaits(process: Process, run: StageRun, now: datetime) -> Iterator[Awaited]:
    stage = process.stages[run.key]
    match stage.kind:
        case Kind.SCIENTIFIC_REVIEW:
            yield from _meeting_awaited(process, run)
            yield from _articles_awaited(process, run)
            if missing_evaluations(process, run):
                yield _work("evaluation", run, (), seats=missing_evaluations(process, run))
            yield _work("opinion", run, (Role.COUNCIL_CHAIR, Role.COUNCIL_MEMBER))
        case Kind.SYNTHESIS:
            synthesis = process.syntheses.get(stage_in_round(run.round, run.key))
            lanes = (stage.lane,) if stage.lane is not None else tuple(process.lanes) or (None,)
            missing = [lane for lane in lanes if synthesis is None or (lane or "") not in synthesis.chapters]
            for lane in missing:
                yield _work("chapter", run, (Role.RAPPORTEUR,), about=lane)
            reserved = unanswered(process, run.round, run.key, synthesis)
            for reservation in reserved:
                yield _work("reservation", run, (Role.RAPPORTEUR, Role.GENERAL_RAPPORTEUR), about=reservation)
            if not missing and not reserved:
                yield _work("synthesis", run, (Role.GENERAL_RAPPORTEUR,))
        case Kind.DECISION:
            if decisions_of(process, run):
                return  # under an embargo: time does the rest
            owed = missing_responses(process)
            for recommendation, addressee in owed:
                yield _work(
                    "response",
                    run,
                    (Role.ADDRESSEE,),
                    about=recommendation,
                    seats=(addressee,),
                    until=answers_due_at(process, run),
                )
            if not owed:
                yield _work("decision", run, (Role.DECIDING_AUTHORITY,))
        case Kind.FOLLOW_UP:
            yield _work("implementation_report", run, (Role.DECIDING_AUTHORITY, Role.COORDINATOR))
            for response in deferred_responses(process):
                if response.until is not None and response.until <= now:
                    yield _work(
                        "response",
                        run,
                        (Role.ADDRESSEE,),
                        about=response.recommendation,
                        seats=(response.addressee,),
                        since=response.until,
                    )
            if not process.guarantor_reports and is_held(process, Role.GUARANTOR, now):
                yield _work("guarantor_report", run, (Role.GUARANTOR,))
        case _:
            return


def _meeting_awaited(process: Process, run: StageRun) -> Iterator[Awaited]:
    """A meeting that was convened is awaited; else, where the vote needs one, its convocation."""
    stage, meetings = process.stages[run.key], meetings_of(process, run)
    convened = [meeting for meeting in meetings if meeting.state is MeetingState.CONVENED]
    for meeting in convened:
        yield _work("meeting", run, _CONVENING, about=meeting.id, since=meeting.starts_at)
    if stage.meeting is not None and not convened and not any(is_fit_to_vote(m) for m in meetings):
        yield _work("meeting", run, _CONVENING)


def _articles_awaited(process: Process, run: StageRun) -> Iterator[Awaited]:
    """Rapporteurs settle the amendments to their articles."""
    opinion = process.opinions.get(stage_in_round(run.round, run.key))
    for amendment in unsettled(opinion) if opinion is not None else ():
        article = opinion.articles[amendment.article] if opinion is not None else None
        if article is not None:
            yield _work(
                "article", run, (), about=amendment.id, seats=(article.rapporteur,), since=amendment.at
            )


def _minutes_awaited(process: Process, run: StageRun) -> Iterator[Awaited]:
    """Minutes are awaited whatever round it is meanwhile."""
    for meeting in process.meetings.values():
        if meeting.stage == run.key and meeting.state is MeetingState.HELD:
            yield _work("minutes", run, _CONVENING, about=meeting.id, since=meeting.ends_at)


def _withdrawals_awaited(process: Process, run: StageRun) -> Iterator[Awaited]:
    """Members to whom a withdrawal was proposed follow it or say why not."""
    if run.state is not State.CONCLUDED:
        for proposed in pending(process, run):
            yield _work(
                "withdrawal",
                run,
                (),
                about=proposed.organisation,
                seats=(proposed.member,),
                since=proposed.at,
            )


def _work(
    what: str,
    run: StageRun,
    roles: tuple[Role, ...],
    *,
    about: str | None = None,
    seats: tuple[str, ...] = (),
    since: datetime | None = None,
    until: datetime | None = None,
) -> Awaited:
    return Awaited(
        what=what,
        stage=run.key,
        round=run.round,
        roles=roles,
        seats=seats,
        about=about,
        since=since or run.opens_at,
        until=until or run.closes_at,
    )
