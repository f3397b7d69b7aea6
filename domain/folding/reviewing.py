"""Folding the scientific review: interests, withdrawals, positions, the collective opinion."""

from __future__ import annotations

from domain import events as ev
from domain.change import changed
from domain.events import Event
from domain.folding.changes import Changes, Fold, change_opinion, place
from domain.process import (
    Interest,
    MemberPosition,
    Process,
    ProposedWithdrawal,
    Reservation,
    Withdrawal,
    stage_in_round,
)


def _interest_declared(process: Process, event: Event, fact: ev.InterestDeclared) -> Changes:
    interest = Interest(
        member=fact.member,
        at=event.at,
        themes=fact.themes,
        organisations=fact.organisations,
        statement=fact.statement,
        organisation_ids=fact.organisation_ids or (),
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


def _withdrawal_proposed(process: Process, event: Event, fact: ev.WithdrawalProposed) -> Changes:
    round_, stage = place(event)
    proposed = ProposedWithdrawal(
        member=fact.member, organisation=fact.organisation, stage=stage, round=round_, at=event.at
    )
    return {"proposed_withdrawals": (*process.proposed_withdrawals, proposed)}


def _withdrawal_declined(process: Process, event: Event, fact: ev.WithdrawalDeclined) -> Changes:
    round_, stage = place(event)
    return {
        "proposed_withdrawals": tuple(
            changed(proposed, declined_at=event.at, reason=fact.reason)
            if (proposed.member, proposed.stage, proposed.round) == (fact.member, stage, round_)
            and proposed.declined_at is None
            else proposed
            for proposed in process.proposed_withdrawals
        )
    }


def _position_stated(process: Process, event: Event, fact: ev.PositionStated) -> Changes:
    opinion = process.opinions.get(stage_in_round(*place(event)))
    position = MemberPosition(
        member=fact.member, position=fact.position, statement=fact.statement, at=event.at
    )
    return change_opinion(
        process, event, positions={**(opinion.positions if opinion else {}), fact.member: position}
    )


def _opinion_drafted(process: Process, event: Event, fact: ev.OpinionDrafted) -> Changes:
    return change_opinion(
        process,
        event,
        text=fact.text,
        conclusion=fact.conclusion,
        version=fact.version,
        ballot=None,
        drawn_from=fact.articles or {},
    )


def _reservation_made(process: Process, event: Event, fact: ev.ReservationMade) -> Changes:
    opinion = process.opinions.get(stage_in_round(*place(event)))
    reservation = Reservation(id=fact.reservation, member=fact.member, text=fact.text)
    return change_opinion(
        process,
        event,
        reservations={**(opinion.reservations if opinion else {}), reservation.id: reservation},
    )


def _opinion_adopted(process: Process, event: Event, fact: ev.OpinionAdopted) -> Changes:
    return change_opinion(process, event, adopted_at=event.at, tacit=fact.tacit, conclusion=fact.conclusion)


def _opinion_rejected(process: Process, event: Event, fact: ev.OpinionRejected) -> Changes:
    return change_opinion(process, event, ballot=None)


def _dissent_recorded(process: Process, event: Event, fact: ev.DissentRecorded) -> Changes:
    opinion = process.opinions[stage_in_round(*place(event))]
    return change_opinion(process, event, dissents={**opinion.dissents, fact.member: fact.text})


FOLDS: dict[type, Fold] = {
    ev.InterestDeclared: _interest_declared,
    ev.MemberWithdrew: _member_stands_aside,
    ev.MemberRecused: _member_stands_aside,
    ev.WithdrawalProposed: _withdrawal_proposed,
    ev.WithdrawalDeclined: _withdrawal_declined,
    ev.PositionStated: _position_stated,
    ev.OpinionDrafted: _opinion_drafted,
    ev.ReservationMade: _reservation_made,
    ev.OpinionAdopted: _opinion_adopted,
    ev.OpinionRejected: _opinion_rejected,
    ev.DissentRecorded: _dissent_recorded,
}
