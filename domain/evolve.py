"""Folding: a process and one event give the next process. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from domain import events as ev
from domain.change import changed, changed_by
from domain.events import Event
from domain.graph import expand
from domain.procedure import Label, Office
from domain.process import (
    Ballot,
    BallotState,
    Chapter,
    Commitment,
    Decision,
    Delegation,
    Document,
    Hearing,
    HearingState,
    Interest,
    Member,
    MemberPosition,
    Observation,
    OfficeHeld,
    Opinion,
    Outcome,
    Phase,
    Process,
    Progress,
    Proposal,
    Purpose,
    Recommendation,
    Reservation,
    Response,
    Seal,
    StageRun,
    State,
    Synthesis,
    Term,
    Vote,
    Withdrawal,
    live_stages,
    next_due,
    next_end_of_term,
    offices_of,
    stage_in_round,
)

Changes = dict[str, Any]


def evolve(process: Process, event: Event) -> Process:
    """Give the process after the event."""
    changes = _FOLDS[type(event.fact)](process, event, event.fact)
    if "runs" in changes:
        changes["live"] = live_stages(process.stages, changes["runs"])
    changes["seq"] = process.seq + 1
    changes["at"] = event.at
    return changed_by(process, changes)


def fold(process: Process, events: Iterable[Event]) -> Process:
    """Give the process after all these events."""
    for event in events:
        process = evolve(process, event)
    return process


def _run(process: Process, event: Event, **changes: Any) -> Changes:
    """Change the current run of the stage that the event names."""
    key = event.stage
    assert key is not None
    return {"runs": {**process.runs, key: changed(process.runs[key], **changes)}}


def _ballot(process: Process, ballot: str, **changes: Any) -> Changes:
    return {"ballots": {**process.ballots, ballot: changed(process.ballots[ballot], **changes)}}


def _hearing(process: Process, hearing: str, **changes: Any) -> Changes:
    return {"hearings": {**process.hearings, hearing: changed(process.hearings[hearing], **changes)}}


def _place(event: Event) -> tuple[int, str]:
    """Give the round and stage of an event that belongs to a stage."""
    assert event.round is not None
    assert event.stage is not None
    return event.round, event.stage


def _opinion(process: Process, event: Event, **changes: Any) -> Changes:
    round_, stage = _place(event)
    name = stage_in_round(round_, stage)
    opinion = process.opinions.get(name) or Opinion(stage=stage, round=round_)
    return {"opinions": {**process.opinions, name: changed(opinion, **changes)}}


def _synthesis(process: Process, event: Event, **changes: Any) -> Changes:
    round_, stage = _place(event)
    name = stage_in_round(round_, stage)
    synthesis = process.syntheses.get(name) or Synthesis(stage=stage, round=round_)
    return {"syntheses": {**process.syntheses, name: changed(synthesis, **changes)}}


# Draft, people, launch ----------------------------------------------------------------------------


def _held(office: Office) -> OfficeHeld:
    return OfficeHeld(
        id=office.id,
        role=office.role,
        label=office.label,
        seats=office.seats,
        required=office.required,
        college=office.college,
        lane=office.lane,
        territory=office.territory,
        appointment=office.appointment,
    )


def _in_order(named: dict[str, Label], order: Iterable[str]) -> dict[str, Label]:
    """Put names in the order of the procedure, others behind them: the JSON of the ledger keeps no order of keys."""
    known = [key for key in order if key in named]
    return {key: named[key] for key in (*known, *sorted(named.keys() - set(known)))}


def _concertation_drafted(process: Process, event: Event, fact: ev.ConcertationDrafted) -> Changes:
    lanes = _in_order(fact.lanes, (lane.id for lane in fact.procedure.lanes))
    return {
        "phase": Phase.DRAFT,
        "slug": fact.slug,
        "title": fact.title,
        "procedure": fact.procedure,
        "procedure_digest": fact.procedure_digest,
        "parent": fact.parent,
        "lanes": lanes,
        "themes": _in_order(fact.themes, (theme.id for theme in fact.procedure.themes)),
        "territories": fact.territories,
        "stages": expand(fact.procedure, lanes),
        "offices": {office.id: _held(office) for office in fact.procedure.offices},
    }


def _draft_amended(process: Process, event: Event, fact: ev.DraftAmended) -> Changes:
    return {"title": fact.title, "territories": fact.territories}


def _office_created(process: Process, event: Event, fact: ev.OfficeCreated) -> Changes:
    return {"offices": {**process.offices, fact.office.id: _held(fact.office)}}


def _member_enrolled(process: Process, event: Event, fact: ev.MemberEnrolled) -> Changes:
    member = Member(
        id=fact.member,
        college=fact.college,
        organisation=fact.organisation,
        territory=fact.territory,
        elected=fact.elected,
    )
    return {"members": {**process.members, fact.member: member}}


def _organisation_assigned(process: Process, event: Event, fact: ev.OrganisationAssigned) -> Changes:
    member = changed(process.members[fact.member], organisation=fact.organisation)
    return {"members": {**process.members, fact.member: member}}


def _member_left(process: Process, event: Event, fact: ev.MemberLeft) -> Changes:
    member = changed(process.members[fact.member], left_at=event.at)
    return {"members": {**process.members, fact.member: member}}


def _terms(process: Process, office: str, terms: tuple[Term, ...]) -> Changes:
    """Change the terms of an office, and with them the next instant at which one ends."""
    offices = {**process.offices, office: changed(process.offices[office], terms=terms)}
    return {"offices": offices, "terms_end_at": next_end_of_term(offices)}


def _member_appointed(process: Process, event: Event, fact: ev.MemberAppointed) -> Changes:
    term = Term(seat=fact.seat, member=fact.member, since=fact.since, until=fact.until)
    changes = _terms(process, fact.office, (*process.offices[fact.office].terms, term))
    held = process.offices_of.get(fact.member, ())
    if fact.office not in held:
        held = offices_of(changes["offices"], fact.member) if held else (fact.office,)
        changes["offices_of"] = {**process.offices_of, fact.member: held}
    return changes


def _term_ended(process: Process, event: Event, fact: ev.TermEnded) -> Changes:
    """End the earliest term of the member in the seat that has not ended; mandates given with it end too."""
    terms = list(process.offices[fact.office].terms)
    for index, term in enumerate(terms):
        if term.seat == fact.seat and term.member == fact.member and term.cause is None:
            until = event.at if term.until is None else min(term.until, event.at)
            terms[index] = changed(term, until=until, cause=fact.cause)
            break
    changes = _terms(process, fact.office, tuple(terms))
    seat = f"{fact.office}/{fact.seat}"
    ballots = {
        ballot.id: changed(ballot, proxies={k: v for k, v in ballot.proxies.items() if k != seat})
        for ballot in process.ballots.values()
        if seat in ballot.proxies and ballot.state is not BallotState.CLOSED
    }
    return {**changes, "ballots": {**process.ballots, **ballots}} if ballots else changes


def _delegation_given(process: Process, event: Event, fact: ev.DelegationGiven) -> Changes:
    delegation = Delegation(
        id=fact.delegation,
        office=fact.office,
        seat=fact.seat,
        giver=fact.giver,
        to=fact.to,
        since=fact.since,
        until=fact.until,
    )
    return {"delegations": {**process.delegations, delegation.id: delegation}}


def _delegation_revoked(process: Process, event: Event, fact: ev.DelegationRevoked) -> Changes:
    revoked = changed(process.delegations[fact.delegation], revoked_at=event.at)
    return {"delegations": {**process.delegations, fact.delegation: revoked}}


def _document_attached(process: Process, event: Event, fact: ev.DocumentAttached) -> Changes:
    document = Document(
        id=fact.document,
        digest=fact.digest,
        title=fact.title,
        stage=fact.for_stage,
        questionnaire=fact.questionnaire,
        version=fact.version,
        attached_at=event.at,
    )
    return {"documents": {**process.documents, document.id: document}}


def _concertation_launched(process: Process, event: Event, fact: ev.ConcertationLaunched) -> Changes:
    runs = {
        key: StageRun(
            key=key,
            round=1,
            planned_opens_at=fact.calendar[key].opens_at,
            planned_closes_at=fact.calendar[key].closes_at,
        )
        for key in process.stages
        if key in fact.calendar
    }
    return {"phase": Phase.LAUNCHED, "launched_at": event.at, "round": 1, "runs": runs}


def _round_opened(process: Process, event: Event, fact: ev.RoundOpened) -> Changes:
    runs = dict(process.runs)
    past: list[StageRun] = []
    for key in process.stages:
        if key not in fact.calendar:
            continue
        planned, run = fact.calendar[key], runs[key]
        if run.state is State.CONCLUDED:
            past.append(run)
        elif run.round != fact.number:
            past.append(changed(run, state=State.SUPERSEDED, gate_ballot=None))
        runs[key] = StageRun(
            key=key,
            round=fact.number,
            planned_opens_at=planned.opens_at,
            planned_closes_at=planned.closes_at,
        )
    return {"round": max(process.round, fact.number), "runs": runs, "past_runs": (*process.past_runs, *past)}


# Stages -------------------------------------------------------------------------------------------


def _stage_awaits_opening(process: Process, event: Event, fact: ev.StageAwaitsOpening) -> Changes:
    return _run(process, event, state=State.AWAITING_OPENING, opening_passed=False, gate_ballot=None)


def _stage_opened(process: Process, event: Event, fact: ev.StageOpened) -> Changes:
    return _run(
        process,
        event,
        state=State.OPEN,
        opens_at=fact.opens_at,
        closes_at=fact.closes_at,
        entry_closes_at=fact.entry_closes_at,
        gate_ballot=None,
    )


def _stage_closing_moved(
    process: Process, event: Event, fact: ev.StageExtended | ev.StageClosingAdvanced
) -> Changes:
    changes: Changes = {"closes_at": fact.closes_at, "entry_closes_at": fact.entry_closes_at}
    if isinstance(fact, ev.StageExtended):
        changes |= {"state": State.OPEN, "closed_at": None, "overdue_since": None}
        if fact.automatic:
            changes["automatic_extensions"] = process.runs[_place(event)[1]].automatic_extensions + 1
    return _run(process, event, **changes)


def _stage_postponed(process: Process, event: Event, fact: ev.StagePostponed) -> Changes:
    return _run(process, event, planned_opens_at=fact.opens_at, planned_closes_at=fact.closes_at)


def _stage_overdue(process: Process, event: Event, fact: ev.StageOverdue) -> Changes:
    return _run(process, event, overdue_since=event.at)


def _stage_closed(process: Process, event: Event, fact: ev.StageClosed) -> Changes:
    return _run(process, event, state=State.CLOSED, closes_at=fact.closes_at, closed_at=event.at)


def _sealing_begun(process: Process, event: Event, fact: ev.SealingBegun) -> Changes:
    return _run(process, event, state=State.SEALING, gate_ballot=None)


def _quorum_missed(process: Process, event: Event, fact: ev.QuorumMissed) -> Changes:
    return _run(process, event, quorum_missed=fact.reached)


def _stage_sealed(process: Process, event: Event, fact: ev.StageSealed) -> Changes:
    run = process.runs[_place(event)[1]]
    seal = Seal(at=event.at, figures=fact.figures, supplementary=fact.supplementary)
    concluded = run.concluded_at is not None
    return _run(
        process,
        event,
        state=State.CONCLUDED if concluded else State.SEALED,
        seals=(*run.seals, seal),
        rectifying_until=None,
        conclusion_passed=run.conclusion_passed and concluded,
        gate_returned=False,
    )


def _stage_awaits_conclusion(process: Process, event: Event, fact: ev.StageAwaitsConclusion) -> Changes:
    return _run(process, event, state=State.AWAITING_CONCLUSION)


def _gate_passed(process: Process, event: Event, fact: ev.GatePassed) -> Changes:
    passed = {"opening_passed": True} if fact.gate == "opening" else {"conclusion_passed": True}
    return _run(process, event, gate_ballot=None, gate_returned=False, **passed)


def _gate_returned(process: Process, event: Event, fact: ev.GateReturned) -> Changes:
    return _run(process, event, gate_ballot=None, gate_returned=True)


def _stage_concluded(process: Process, event: Event, fact: ev.StageConcluded) -> Changes:
    return _run(process, event, state=State.CONCLUDED, concluded_at=event.at)


def _stage_reopened(process: Process, event: Event, fact: ev.StageReopened) -> Changes:
    round_, stage = _place(event)
    run = process.runs[stage]
    changes = _run(
        process,
        event,
        state=State.OPEN,
        closes_at=fact.closes_at,
        entry_closes_at=fact.entry_closes_at,
        closed_at=None,
        overdue_since=None,
        gate_ballot=None,
        gate_returned=False,
        conclusion_passed=False,
        rectifying_until=None,
        reopenings=run.reopenings + 1,
    )
    name = stage_in_round(round_, stage)
    if name in process.syntheses:
        reopened = changed(process.syntheses[name], assembled_at=None)
        changes["syntheses"] = {**process.syntheses, name: reopened}
    if name in process.opinions:
        opinion = changed(process.opinions[name], adopted_at=None, tacit=False, given_up=False, ballot=None)
        changes["opinions"] = {**process.opinions, name: opinion}
    return changes


def _rectification_opened(process: Process, event: Event, fact: ev.RectificationOpened) -> Changes:
    return _run(process, event, rectifying_until=fact.until)


def _suspended(process: Process, event: Event, fact: ev.Suspended) -> Changes:
    if event.stage is None:
        return {"suspended_at": event.at}
    return _run(process, event, suspended_at=event.at)


def _later(instant: datetime | None, now: datetime, by: timedelta) -> datetime | None:
    """Shift an instant that had not come when the clock stopped; leave one that had."""
    return None if instant is None else _shifted(instant, now, by)


def _shifted(instant: datetime, now: datetime, by: timedelta) -> datetime:
    return instant + by if instant > now - by else instant


def _shifted_run(run: StageRun, resumed_at: datetime, by: timedelta) -> StageRun:
    begun = run.opens_at is not None
    return changed(
        run,
        planned_opens_at=run.planned_opens_at if begun else _shifted(run.planned_opens_at, resumed_at, by),
        planned_closes_at=run.planned_closes_at if begun else _shifted(run.planned_closes_at, resumed_at, by),
        closes_at=_later(run.closes_at, resumed_at, by),
        entry_closes_at=_later(run.entry_closes_at, resumed_at, by),
        rectifying_until=_later(run.rectifying_until, resumed_at, by),
        suspended_for=run.suspended_for + (by if run.state is State.OPEN else timedelta(0)),
    )


def _resumed(process: Process, event: Event, fact: ev.Resumed) -> Changes:
    by = timedelta(seconds=fact.seconds)
    if event.stage is not None:
        runs = {**process.runs}
        runs[event.stage] = changed(_shifted_run(runs[event.stage], event.at, by), suspended_at=None)
        concerned = {event.stage}
        changes: Changes = {"runs": runs}
    else:
        concerned = {key for key, run in process.runs.items() if run.suspended_at is None}
        changes = {
            "suspended_at": None,
            "runs": {
                key: _shifted_run(run, event.at, by) if key in concerned else run
                for key, run in process.runs.items()
            },
        }
    changes["ballots"] = {
        ballot.id: changed(ballot, closes_at=_later(ballot.closes_at, event.at, by))
        if ballot.state is BallotState.OPEN
        and ballot.purpose is not Purpose.SIGNATURES
        and (ballot.stage in concerned or (event.stage is None and ballot.stage is None))
        else ballot
        for ballot in process.ballots.values()
    }
    return changes


def _last_resort_applied(process: Process, event: Event, fact: ev.LastResortApplied) -> Changes:
    name = stage_in_round(*_place(event))
    changes: Changes = {"last_resorts": (*process.last_resorts, name)}
    if name in process.opinions and process.runs[_place(event)[1]].state is State.OPEN:
        changes |= _opinion(process, event, given_up=True)
    return changes


def _concertation_ended(process: Process, event: Event, fact: ev.ConcertationEnded) -> Changes:
    return {"phase": Phase.ENDED, "outcome": fact.outcome, "ended_at": event.at}


def _concertation_abandoned(process: Process, event: Event, fact: ev.ConcertationAbandoned) -> Changes:
    return {"phase": Phase.ABANDONED, "outcome": Outcome.ABANDONED, "ended_at": event.at}


# Ballots ------------------------------------------------------------------------------------------


def _ballot_opened(process: Process, event: Event, fact: ev.BallotOpened) -> Changes:
    proposal = (
        Proposal(
            act=fact.act,
            actor=event.actor,
            on_behalf_of=event.on_behalf_of,
            round=fact.act_round,
            stage=fact.act_stage,
        )
        if fact.act is not None
        else None
    )
    ballot = Ballot(
        id=fact.ballot,
        purpose=fact.purpose,
        stage=event.stage,
        round=event.round or 0,
        subject=fact.subject,
        rule=fact.rule,
        seats=fact.seats,
        opens_at=event.at,
        closes_at=fact.closes_at,
        proposal=proposal,
        about=fact.about,
    )
    changes: Changes = {
        "ballots": {**process.ballots, ballot.id: ballot},
        "running": (*process.running, ballot.id),
    }
    if fact.purpose in ("opening", "conclusion"):
        changes |= _run(process, event, gate_ballot=ballot.id, gate_returned=False)
    elif fact.purpose == "opinion":
        changes |= _opinion(process, event, ballot=ballot.id)
    elif fact.purpose == "record":
        assert fact.about is not None
        changes |= _hearing(process, fact.about, ballot=ballot.id)
    return changes


def _vote_cast(process: Process, event: Event, fact: ev.VoteCast) -> Changes:
    vote = Vote(
        seat=fact.seat,
        member=event.actor,
        position=fact.position,
        at=event.at,
        by_proxy=fact.by_proxy,
        on_behalf_of=event.on_behalf_of,
    )
    ballot = process.ballots[fact.ballot]
    return _ballot(process, fact.ballot, votes={**ballot.votes, fact.seat: vote})


def _proxy_given(process: Process, event: Event, fact: ev.ProxyGiven) -> Changes:
    ballot = process.ballots[fact.ballot]
    return _ballot(process, fact.ballot, proxies={**ballot.proxies, fact.seat: fact.to})


def _proxy_revoked(process: Process, event: Event, fact: ev.ProxyRevoked) -> Changes:
    proxies = {seat: to for seat, to in process.ballots[fact.ballot].proxies.items() if seat != fact.seat}
    return _ballot(process, fact.ballot, proxies=proxies)


def _ballot_reconvened(process: Process, event: Event, fact: ev.BallotReconvened) -> Changes:
    return _ballot(process, fact.ballot, convening=2, closes_at=fact.closes_at, count=fact.count)


def _ballot_held(process: Process, event: Event, fact: ev.BallotHeld) -> Changes:
    return _ballot(process, fact.ballot, state=BallotState.HELD, closes_at=None, count=fact.count)


def _ballot_escalated(process: Process, event: Event, fact: ev.BallotEscalated) -> Changes:
    return _ballot(
        process,
        fact.ballot,
        escalated=True,
        convening=1,
        seats=fact.seats,
        votes={},
        proxies={},
        closes_at=fact.closes_at,
        count=fact.count,
    )


def _ballot_closed(process: Process, event: Event, fact: ev.BallotClosed) -> Changes:
    changes = _ballot(
        process,
        fact.ballot,
        state=BallotState.CLOSED,
        outcome=fact.outcome,
        count=fact.count,
        closed_at=event.at,
        lapse_reason=fact.lapse_reason,
    )
    return changes | {"running": tuple(ballot for ballot in process.running if ballot != fact.ballot)}


# Hearings -----------------------------------------------------------------------------------------


def _hearing_scheduled(process: Process, event: Event, fact: ev.HearingScheduled) -> Changes:
    round_, stage = _place(event)
    hearing = Hearing(
        id=fact.hearing,
        stage=stage,
        round=round_,
        starts_at=fact.starts_at,
        ends_at=fact.ends_at,
        witnesses=fact.witnesses,
        place=fact.place,
    )
    return {"hearings": {**process.hearings, hearing.id: hearing}}


def _hearing_held(process: Process, event: Event, fact: ev.HearingHeld) -> Changes:
    return _hearing(process, fact.hearing, state=HearingState.HELD, heard=fact.heard)


def _hearing_cancelled(process: Process, event: Event, fact: ev.HearingCancelled) -> Changes:
    return _hearing(process, fact.hearing, state=HearingState.CANCELLED)


def _hearing_recorded(process: Process, event: Event, fact: ev.HearingRecorded) -> Changes:
    return _hearing(process, fact.hearing, state=HearingState.RECORDED, record=fact.record, ballot=None)


def _hearing_record_approved(process: Process, event: Event, fact: ev.HearingRecordApproved) -> Changes:
    return _hearing(process, fact.hearing, state=HearingState.APPROVED, approval=fact.outcome)


# Scientific review --------------------------------------------------------------------------------


def _interest_declared(process: Process, event: Event, fact: ev.InterestDeclared) -> Changes:
    interest = Interest(
        member=fact.member,
        at=event.at,
        themes=fact.themes,
        organisations=fact.organisations,
        statement=fact.statement,
    )
    return {"interests": {**process.interests, fact.member: interest}}


def _member_stands_aside(
    process: Process, event: Event, fact: ev.MemberWithdrew | ev.MemberRecused
) -> Changes:
    recused = isinstance(fact, ev.MemberRecused)
    withdrawal = Withdrawal(
        member=fact.member, at=event.at, stage=event.stage, recused=recused, reason=fact.reason
    )
    return {"withdrawals": (*process.withdrawals, withdrawal)}


def _position_stated(process: Process, event: Event, fact: ev.PositionStated) -> Changes:
    opinion = process.opinions.get(stage_in_round(*_place(event)))
    position = MemberPosition(
        member=fact.member, position=fact.position, statement=fact.statement, at=event.at
    )
    return _opinion(
        process, event, positions={**(opinion.positions if opinion else {}), fact.member: position}
    )


def _opinion_drafted(process: Process, event: Event, fact: ev.OpinionDrafted) -> Changes:
    return _opinion(
        process, event, text=fact.text, conclusion=fact.conclusion, version=fact.version, ballot=None
    )


def _reservation_made(process: Process, event: Event, fact: ev.ReservationMade) -> Changes:
    opinion = process.opinions.get(stage_in_round(*_place(event)))
    reservation = Reservation(id=fact.reservation, member=fact.member, text=fact.text)
    return _opinion(
        process,
        event,
        reservations={**(opinion.reservations if opinion else {}), reservation.id: reservation},
    )


def _opinion_adopted(process: Process, event: Event, fact: ev.OpinionAdopted) -> Changes:
    return _opinion(process, event, adopted_at=event.at, tacit=fact.tacit, conclusion=fact.conclusion)


def _opinion_rejected(process: Process, event: Event, fact: ev.OpinionRejected) -> Changes:
    return _opinion(process, event, ballot=None)


def _dissent_recorded(process: Process, event: Event, fact: ev.DissentRecorded) -> Changes:
    opinion = process.opinions[stage_in_round(*_place(event))]
    return _opinion(process, event, dissents={**opinion.dissents, fact.member: fact.text})


# Synthesis, decision, follow-up -------------------------------------------------------------------


def _chapter_submitted(process: Process, event: Event, fact: ev.ChapterSubmitted) -> Changes:
    synthesis = process.syntheses.get(stage_in_round(*_place(event)))
    chapter = Chapter(lane=fact.lane, text=fact.text, member=event.actor, version=fact.version, at=event.at)
    return _synthesis(
        process, event, chapters={**(synthesis.chapters if synthesis else {}), fact.lane or "": chapter}
    )


def _recommendation_made(process: Process, event: Event, fact: ev.RecommendationMade) -> Changes:
    round_, stage = _place(event)
    synthesis = process.syntheses.get(stage_in_round(round_, stage))
    recommendation = Recommendation(
        id=fact.recommendation,
        stage=stage,
        round=round_,
        lane=fact.lane,
        themes=fact.themes,
        addressees=fact.addressees,
        sources=fact.sources,
        text=fact.text,
        version=fact.version,
    )
    known = synthesis.recommendations if synthesis else {}
    return _synthesis(process, event, recommendations={**known, recommendation.id: recommendation})


def _synthesis_assembled(process: Process, event: Event, fact: ev.SynthesisAssembled) -> Changes:
    return _synthesis(process, event, text=fact.text, assembled_at=event.at)


def _response_given(process: Process, event: Event, fact: ev.ResponseGiven) -> Changes:
    response = Response(
        recommendation=fact.recommendation,
        addressee=fact.addressee,
        answer=fact.answer,
        reasons=fact.reasons,
        at=event.at,
        version=fact.version,
    )
    return {"responses": {**process.responses, f"{fact.recommendation}/{fact.addressee}": response}}


def _decision_out(process: Process, event: Event, fact: ev.DecisionIssued | ev.DecisionRectified) -> Changes:
    round_, stage = _place(event)
    decision = Decision(
        text=fact.text,
        at=event.at,
        round=round_,
        stage=stage,
        version=len(process.decisions) + 1,
        reason=fact.reason if isinstance(fact, ev.DecisionRectified) else None,
    )
    return {"decisions": (*process.decisions, decision)}


def _commitment_made(process: Process, event: Event, fact: ev.CommitmentMade) -> Changes:
    commitment = Commitment(
        id=fact.commitment,
        recommendation=fact.recommendation,
        owner=fact.owner,
        due_at=fact.due_at,
        text=fact.text,
    )
    before = process.commitment_due_at
    return {
        "commitments": {**process.commitments, commitment.id: commitment},
        "commitment_due_at": commitment.due_at if before is None else min(before, commitment.due_at),
    }


def _commitment(process: Process, name: str, **changes: Any) -> Changes:
    before, after = process.commitments[name], changed(process.commitments[name], **changes)
    commitments = {**process.commitments, name: after}
    if before.pending == after.pending:
        return {"commitments": commitments}
    return {"commitments": commitments, "commitment_due_at": next_due(commitments)}


def _commitment_late(process: Process, event: Event, fact: ev.CommitmentLate) -> Changes:
    return _commitment(process, fact.commitment, late_since=event.at)


def _progress_reported(process: Process, event: Event, fact: ev.ProgressReported) -> Changes:
    progress = Progress(at=event.at, status=fact.status, report=fact.report)
    return _commitment(
        process, fact.commitment, progress=(*process.commitments[fact.commitment].progress, progress)
    )


def _implementation_reported(process: Process, event: Event, fact: ev.ImplementationReported) -> Changes:
    return {"implementation_report": fact.text}


def _observation_published(process: Process, event: Event, fact: ev.ObservationPublished) -> Changes:
    observation = Observation(at=event.at, member=event.actor, text=fact.text)
    return {"observations": (*process.observations, observation)}


_FOLDS: dict[type, Callable[[Process, Event, Any], Changes]] = {
    ev.ConcertationDrafted: _concertation_drafted,
    ev.DraftAmended: _draft_amended,
    ev.OfficeCreated: _office_created,
    ev.MemberEnrolled: _member_enrolled,
    ev.OrganisationAssigned: _organisation_assigned,
    ev.MemberLeft: _member_left,
    ev.MemberAppointed: _member_appointed,
    ev.TermEnded: _term_ended,
    ev.DelegationGiven: _delegation_given,
    ev.DelegationRevoked: _delegation_revoked,
    ev.DocumentAttached: _document_attached,
    ev.ConcertationLaunched: _concertation_launched,
    ev.RoundOpened: _round_opened,
    ev.StageAwaitsOpening: _stage_awaits_opening,
    ev.StageOpened: _stage_opened,
    ev.StageExtended: _stage_closing_moved,
    ev.StagePostponed: _stage_postponed,
    ev.StageClosingAdvanced: _stage_closing_moved,
    ev.StageOverdue: _stage_overdue,
    ev.StageClosed: _stage_closed,
    ev.SealingBegun: _sealing_begun,
    ev.QuorumMissed: _quorum_missed,
    ev.StageSealed: _stage_sealed,
    ev.StageAwaitsConclusion: _stage_awaits_conclusion,
    ev.GatePassed: _gate_passed,
    ev.GateReturned: _gate_returned,
    ev.StageConcluded: _stage_concluded,
    ev.StageReopened: _stage_reopened,
    ev.RectificationOpened: _rectification_opened,
    ev.Suspended: _suspended,
    ev.Resumed: _resumed,
    ev.LastResortApplied: _last_resort_applied,
    ev.ConcertationEnded: _concertation_ended,
    ev.ConcertationAbandoned: _concertation_abandoned,
    ev.BallotOpened: _ballot_opened,
    ev.VoteCast: _vote_cast,
    ev.ProxyGiven: _proxy_given,
    ev.ProxyRevoked: _proxy_revoked,
    ev.BallotReconvened: _ballot_reconvened,
    ev.BallotHeld: _ballot_held,
    ev.BallotEscalated: _ballot_escalated,
    ev.BallotClosed: _ballot_closed,
    ev.HearingScheduled: _hearing_scheduled,
    ev.HearingHeld: _hearing_held,
    ev.HearingCancelled: _hearing_cancelled,
    ev.HearingRecorded: _hearing_recorded,
    ev.HearingRecordApproved: _hearing_record_approved,
    ev.InterestDeclared: _interest_declared,
    ev.MemberWithdrew: _member_stands_aside,
    ev.MemberRecused: _member_stands_aside,
    ev.PositionStated: _position_stated,
    ev.OpinionDrafted: _opinion_drafted,
    ev.ReservationMade: _reservation_made,
    ev.OpinionAdopted: _opinion_adopted,
    ev.OpinionRejected: _opinion_rejected,
    ev.DissentRecorded: _dissent_recorded,
    ev.ChapterSubmitted: _chapter_submitted,
    ev.RecommendationMade: _recommendation_made,
    ev.SynthesisAssembled: _synthesis_assembled,
    ev.ResponseGiven: _response_given,
    ev.DecisionIssued: _decision_out,
    ev.DecisionRectified: _decision_out,
    ev.CommitmentMade: _commitment_made,
    ev.CommitmentLate: _commitment_late,
    ev.ProgressReported: _progress_reported,
    ev.ImplementationReported: _implementation_reported,
    ev.ObservationPublished: _observation_published,
}
