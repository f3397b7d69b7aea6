"""People change: enrolment, offices, terms, successors, delegations."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from domain import events as ev
from domain.acts import (
    MOST_AT_ONCE,
    SYSTEM,
    Act,
    AdmitInvited,
    AppointMember,
    AssignOrganisation,
    EndTerm,
    EnrolMember,
    EnrolMembers,
    GiveDelegation,
    RemoveMember,
    RevokeDelegation,
    TermEnd,
)
from domain.deciding.act_rule import ActRule
from domain.deciding.seats import is_conducted
from domain.deciding.turn import Turn
from domain.procedure import Appointment, Role
from domain.process import OfficeHeld, Term
from domain.refusals import Code, Refusal
from domain.rights import TABLE, WHOLE


def enrol_member(turn: Turn, act: EnrolMember) -> Refusal | None:
    """Admit a person, in a college or in none."""
    if act.member in ("", SYSTEM):
        return Refusal(Code.INPUT_INVALID, {"field": "member"}, ("member",))
    known = turn.process.members.get(act.member)
    if known is not None and known.left_at is None:
        return Refusal(Code.ALREADY_ENROLLED, {"member": act.member}, ("member",))
    if act.college is not None and act.college not in {college.id for college in turn.procedure.colleges}:
        return Refusal(Code.UNKNOWN_COLLEGE, {"college": act.college}, ("college",))
    turn.tell(
        ev.MemberEnrolled(
            member=act.member,
            college=act.college,
            organisation=act.organisation,
            territory=act.territory,
            elected=act.elected,
        )
    )
    return None


def enrol_members(turn: Turn, act: EnrolMembers) -> Refusal | None:
    """Admit several people, all or none; a refusal names the first at fault by its number in the list."""
    if not 0 < len(act.members) <= MOST_AT_ONCE:
        return Refusal(Code.INPUT_INVALID, {"longest": MOST_AT_ONCE}, ("members",))
    for number, member in enumerate(act.members):
        refusal = enrol_member(turn, member)
        if refusal is not None:
            return replace(refusal, path=("members", str(number), *refusal.path))
    return None


def assign_organisation(turn: Turn, act: AssignOrganisation) -> Refusal | None:
    """Let a member speak for an organisation, or for themself again. Said again, it changes nothing."""
    if not is_member(turn, act.member):
        return Refusal(Code.UNKNOWN_MEMBER, {"member": act.member}, ("member",))
    if turn.process.members[act.member].organisation != act.organisation:
        turn.tell(ev.OrganisationAssigned(member=act.member, organisation=act.organisation))
    return None


def admit_invited(turn: Turn, act: AdmitInvited) -> Refusal | None:
    """Make whoever took up an invitation a representative: one of the college, and of no other organisation."""
    if not is_member(turn, act.member):
        enrolment = EnrolMember(
            member=act.member, college=act.college, organisation=act.organisation, territory=act.territory
        )
        return enrol_member(turn, enrolment)
    known = turn.process.members[act.member]
    if known.college != act.college or known.organisation not in (None, act.organisation):
        return Refusal(Code.ALREADY_ENROLLED, {"member": act.member}, ("member",))
    return assign_organisation(turn, AssignOrganisation(member=act.member, organisation=act.organisation))


def remove_member(turn: Turn, act: RemoveMember) -> Refusal | None:
    """A member leaves: their terms end, what they said and voted stands."""
    if not is_member(turn, act.member):
        return Refusal(Code.UNKNOWN_MEMBER, {"member": act.member}, ("member",))
    for delegation in turn.process.delegations.values():
        if delegation.to == act.member and not delegation.is_over(turn.now):
            turn.tell(ev.DelegationRevoked(delegation=delegation.id))
    for office in turn.process.offices.values():
        for term in office.terms:
            if term.member == act.member and term.cause is None:
                turn.tell(
                    ev.TermEnded(
                        office=office.id, seat=term.seat, member=act.member, cause=TermEnd.END_OF_TERM
                    )
                )
    turn.tell(ev.MemberLeft(member=act.member, reason=act.reason))
    return None


def appoint_member(turn: Turn, act: AppointMember) -> Refusal | None:
    """Give a member a seat for a term; an elected office goes to the elected."""
    office = turn.process.offices.get(act.office)
    if office is None:
        return Refusal(Code.UNKNOWN_OFFICE, {"office": act.office}, ("office",))
    if not is_member(turn, act.member):
        return Refusal(Code.UNKNOWN_MEMBER, {"member": act.member}, ("member",))
    if office.appointment is Appointment.ELECTED and not turn.process.members[act.member].elected:
        return Refusal(Code.SUBSTITUTE_NOT_PEER, {"office": office.id}, ("member",))
    since = max(act.since or turn.now, turn.now)
    if act.until is not None and act.until <= since:
        return Refusal(
            Code.TERM_INVALID, {"since": since.isoformat(), "until": act.until.isoformat()}, ("until",)
        )
    taken = {
        term.seat
        for term in office.terms
        if (term.until is None or term.until > since) and (act.until is None or term.since < act.until)
    }
    holds = any(
        term.member == act.member and (term.until is None or term.until > since) for term in office.terms
    )
    free = [seat for seat in range(1, office.seats + 1) if seat not in taken]
    if act.seat is not None:
        free = [act.seat] if act.seat in free else []
    if not free or holds:
        return Refusal(Code.OFFICE_FULL, {"office": office.id, "seats": office.seats}, ("office",))
    turn.tell(
        ev.MemberAppointed(office=office.id, seat=free[0], member=act.member, since=since, until=act.until)
    )
    return None


def end_term(turn: Turn, act: EndTerm) -> Refusal | None:
    """End a term; a successor takes the rest of it. Holders may resign; the rest is the coordinators'."""
    office = turn.process.offices.get(act.office)
    if office is None:
        return Refusal(Code.UNKNOWN_OFFICE, {"office": act.office}, ("office",))
    term = next((t for t in office.terms if t.seat == act.seat and t.runs(turn.now)), None)
    if term is None:
        return Refusal(Code.TERM_NOT_RUNNING, {"office": office.id, "seat": act.seat}, ("seat",))
    resigns = (
        turn.actor.member == term.member
        and turn.actor.on_behalf_of is None
        and act.cause is TermEnd.RESIGNATION
        and act.successor is None
    )
    if not resigns:
        entitled = turn.entitle(act.kind, WHOLE)
        if isinstance(entitled, Refusal):
            return entitled
    if act.successor is not None:
        refusal = _may_stand_in(turn, office, term.member, act.successor)
        if refusal is not None:
            return refusal
    turn.tell(ev.TermEnded(office=office.id, seat=term.seat, member=term.member, cause=act.cause))
    if act.successor is not None:
        until = _free_until(office, term)
        turn.tell(
            ev.MemberAppointed(
                office=office.id, seat=term.seat, member=act.successor, since=turn.now, until=until
            )
        )
    return None


def _free_until(office: OfficeHeld, ended: Term) -> datetime | None:
    """Give the end of a term, or the beginning of the next one in its seat where that was promised already."""
    ends = [t.since for t in office.terms if t.seat == ended.seat and t.since > ended.since]
    return min([*ends, *([ended.until] if ended.until is not None else [])], default=None)


def _may_stand_in(turn: Turn, office: OfficeHeld, holder: str, other: str) -> Refusal | None:
    """Check a successor: a member, and for an elected one a peer, elected in the same college."""
    if not is_member(turn, other):
        return Refusal(Code.UNKNOWN_MEMBER, {"member": other}, ("successor",))
    if any(term.member == other and term.runs(turn.now) for term in office.terms):
        return Refusal(Code.OFFICE_FULL, {"office": office.id, "seats": office.seats}, ("successor",))
    return _peer(turn, office, holder, other)


def _peer(turn: Turn, office: OfficeHeld, holder: str, other: str) -> Refusal | None:
    """An elected member is replaced by a peer only (CRPA R133-3)."""
    if office.appointment is Appointment.ELECTED:
        before, after = turn.process.members[holder], turn.process.members[other]
        if not after.elected or after.college != before.college:
            return Refusal(Code.SUBSTITUTE_NOT_PEER, {"office": office.id})
    return None


def give_delegation(turn: Turn, act: GiveDelegation) -> Refusal | None:
    """Let another member act for one's seat. Who was appointed in person cannot be substituted (CRPA R133-3)."""
    office = turn.process.offices.get(act.office)
    if office is None:
        return Refusal(Code.UNKNOWN_OFFICE, {"office": act.office}, ("office",))
    term = next((t for t in office.terms if t.member == turn.actor.member and t.runs(turn.now)), None)
    if term is None or turn.actor.on_behalf_of is not None:
        return Refusal(Code.NOT_ALLOWED, {"act": act.kind})
    if not is_member(turn, act.to) or act.to == turn.actor.member:
        return Refusal(Code.UNKNOWN_MEMBER, {"member": act.to}, ("to",))
    if act.until <= max(act.since, turn.now):
        return Refusal(
            Code.TERM_INVALID, {"since": act.since.isoformat(), "until": act.until.isoformat()}, ("until",)
        )
    if office.appointment is Appointment.IN_PERSON:
        return Refusal(Code.SUBSTITUTION_FORBIDDEN, {"office": office.id})
    if refusal := _may_stand_in(turn, office, turn.actor.member, act.to):
        return refusal
    turn.tell(
        ev.DelegationGiven(
            delegation=turn.new_id("delegation", len(turn.process.delegations) + 1),
            office=office.id,
            seat=term.seat,
            giver=turn.actor.member,
            to=act.to,
            since=max(act.since, turn.now),
            until=act.until,
        )
    )
    return None


def revoke_delegation(turn: Turn, act: RevokeDelegation) -> Refusal | None:
    """End a delegation: its giver, or a coordinator."""
    delegation = turn.process.delegations.get(act.delegation)
    if delegation is None or delegation.is_over(turn.now):
        return Refusal(Code.TERM_NOT_RUNNING, {}, ("delegation",))
    if turn.actor.member != delegation.giver or turn.actor.on_behalf_of is not None:
        entitled = turn.entitle(act.kind, WHOLE)
        if isinstance(entitled, Refusal):
            return entitled
    turn.tell(ev.DelegationRevoked(delegation=delegation.id))
    return None


def finds_a_coordinator(turn: Turn, act: Act) -> bool:
    """Say whether the author may enrol or appoint because nobody conducts the concertation any more.

    Then its presidency may find a coordinator, and so may a coordinator of the platform.
    """
    if not isinstance(act, EnrolMember | AppointMember) or is_conducted(turn.process, turn.now):
        return False
    if isinstance(act, AppointMember):
        office = turn.process.offices.get(act.office)
        if office is None or office.role is not Role.COORDINATOR:
            return False
    right = TABLE[act.kind]
    by_platform = not right.bereft_platform.isdisjoint(turn.actor.platform_roles)
    return (by_platform and turn.actor.on_behalf_of is None) or not isinstance(
        turn.entitle(act.kind, WHOLE, right.bereft), Refusal
    )


def is_member(turn: Turn, member: str) -> bool:
    """Say whether somebody is a member who has not left."""
    found = turn.process.members.get(member)
    return found is not None and found.left_at is None


RULES: dict[type, ActRule] = {
    EnrolMember: ActRule(enrol_member, quiet=True),
    EnrolMembers: ActRule(enrol_members),
    AssignOrganisation: ActRule(assign_organisation),
    RemoveMember: ActRule(remove_member),
    AppointMember: ActRule(appoint_member, dates=("since", "until")),
    EndTerm: ActRule(end_term),
    GiveDelegation: ActRule(give_delegation, dates=("since", "until")),
    RevokeDelegation: ActRule(revoke_delegation),
}
