"""Folding what concerns people: members, organisations, terms, delegations."""

from __future__ import annotations

from domain import events as ev
from domain.change import changed
from domain.events import Event
from domain.folding.changes import Changes, Fold
from domain.process import BallotState, Delegation, Member, Process, Term, next_end_of_term, offices_of


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


FOLDS: dict[type, Fold] = {
    ev.MemberEnrolled: _member_enrolled,
    ev.OrganisationAssigned: _organisation_assigned,
    ev.MemberLeft: _member_left,
    ev.MemberAppointed: _member_appointed,
    ev.TermEnded: _term_ended,
    ev.DelegationGiven: _delegation_given,
    ev.DelegationRevoked: _delegation_revoked,
}
