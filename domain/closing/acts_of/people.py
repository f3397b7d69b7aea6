"""People: who comes, leaves, holds and hands over."""

from __future__ import annotations

from collections.abc import Mapping

from domain import acts
from domain import events as ev
from domain.acts import SYSTEM
from domain.closing.rebuilding import ActOf, Addressed, Happened, by_name


def _enrolled(happened: Happened) -> Addressed:
    """Those whom one act enrolled follow one another; whom the engine enrols took up an invitation."""
    fact = happened.event.fact
    assert isinstance(fact, ev.MemberEnrolled)
    if happened.event.actor == SYSTEM:
        return _admitted(fact.member, fact.college, fact.organisation, fact.territory)
    members = []
    for event in happened.own:
        if not isinstance(event.fact, ev.MemberEnrolled):
            break
        members.append(_enrolment(event.fact))
    return Addressed(members[0] if len(members) == 1 else acts.EnrolMembers(members=tuple(members)))


def _enrolment(fact: ev.MemberEnrolled) -> acts.EnrolMember:
    return acts.EnrolMember(
        member=fact.member,
        college=fact.college,
        organisation=fact.organisation,
        territory=fact.territory,
        elected=fact.elected,
    )


def _admitted(
    member: str, college: str | None, organisation: str | None, territory: str | None = None
) -> Addressed:
    act = acts.AdmitInvited(
        member=member, college=college, organisation=organisation or "", territory=territory
    )
    return Addressed(act)


def _assigned(happened: Happened) -> Addressed:
    fact = happened.event.fact
    assert isinstance(fact, ev.OrganisationAssigned)
    if happened.event.actor == SYSTEM:
        member = happened.process.members.get(fact.member)
        return _admitted(fact.member, member.college if member else None, fact.organisation)
    return Addressed(acts.AssignOrganisation(member=fact.member, organisation=fact.organisation))


def _leaves(happened: Happened) -> Addressed | None:
    """A member who leaves loses delegations and seats first, all in the name of who lets them go."""
    for event in happened.own:
        match event.fact:
            case ev.MemberLeft(member=member, reason=reason):
                return Addressed(acts.RemoveMember(member=member, reason=reason))
            case ev.DelegationRevoked() | ev.TermEnded():
                continue
            case _:
                return None
    return None


def _ended(happened: Happened) -> Addressed:
    if found := _leaves(happened):
        return found
    fact = happened.event.fact
    assert isinstance(fact, ev.TermEnded)
    successor = None
    match happened.own[1:]:
        case [ev.Event(fact=ev.MemberAppointed(office=fact.office, seat=fact.seat, member=member)), *_]:
            successor = member
        case _:
            pass
    return Addressed(acts.EndTerm(office=fact.office, seat=fact.seat, cause=fact.cause, successor=successor))


def _revoked(happened: Happened) -> Addressed | None:
    return _leaves(happened) or by_name(acts.RevokeDelegation)(happened)


ACT_OF: Mapping[type, ActOf] = {
    ev.MemberEnrolled: _enrolled,
    ev.OrganisationAssigned: _assigned,
    ev.MemberLeft: _leaves,
    ev.MemberAppointed: by_name(acts.AppointMember),
    ev.TermEnded: _ended,
    ev.DelegationGiven: by_name(acts.GiveDelegation),
    ev.DelegationRevoked: _revoked,
}
