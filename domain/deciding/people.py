"""People change: enrolment, offices, terms, successors, delegations."""

from __future__ import annotations

from domain import events as ev
from domain.acts import (
    AppointMember,
    EndTerm,
    EnrolMember,
    GiveDelegation,
    RemoveMember,
    RevokeDelegation,
    TermEnd,
)
from domain.deciding.turn import Turn
from domain.procedure import Appointment, Role
from domain.process import OfficeHeld
from domain.refusals import Code, Refusal
from domain.rights import ROLES, mandate


def enrol_member(turn: Turn, act: EnrolMember) -> Refusal | None:
    """Admit a person, in a college or in none."""
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


def remove_member(turn: Turn, act: RemoveMember) -> Refusal | None:
    """A member leaves: their terms end, what they said and voted stands."""
    if not is_member(turn, act.member):
        return Refusal(Code.UNKNOWN_MEMBER, {"member": act.member}, ("member",))
    for office in turn.process.offices.values():
        for term in office.terms:
            if term.member == act.member and (term.until is None or term.until > turn.now):
                turn.tell(
                    ev.TermEnded(
                        office=office.id, seat=term.seat, member=act.member, cause=TermEnd.END_OF_TERM
                    )
                )
    turn.tell(ev.MemberLeft(member=act.member, reason=act.reason))
    return None


def appoint_member(turn: Turn, act: AppointMember) -> Refusal | None:
    """Give a member a seat for a term."""
    office = turn.process.offices.get(act.office)
    if office is None:
        return Refusal(Code.UNKNOWN_OFFICE, {"office": act.office}, ("office",))
    if not is_member(turn, act.member):
        return Refusal(Code.UNKNOWN_MEMBER, {"member": act.member}, ("member",))
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
    resigns = turn.actor.member == term.member and act.cause is TermEnd.RESIGNATION and act.successor is None
    if not resigns:
        entitled = turn.entitle(act.kind)
        if isinstance(entitled, Refusal):
            return entitled
    if act.successor is not None:
        refusal = _may_stand_in(turn, office, term.member, act.successor)
        if refusal is not None:
            return refusal
    turn.tell(ev.TermEnded(office=office.id, seat=term.seat, member=term.member, cause=act.cause))
    if act.successor is not None:
        turn.tell(
            ev.MemberAppointed(
                office=office.id, seat=term.seat, member=act.successor, since=turn.now, until=term.until
            )
        )
    return None


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
    own = mandate(turn.process, turn.actor.member, frozenset(Role), turn.now)
    office = turn.process.offices.get(act.office)
    if office is None:
        return Refusal(Code.UNKNOWN_OFFICE, {"office": act.office}, ("office",))
    term = next((t for t in office.terms if t.member == turn.actor.member and t.runs(turn.now)), None)
    if own is None or term is None:
        return Refusal(Code.NOT_ALLOWED, {"act": act.kind})
    if not is_member(turn, act.to) or act.to == turn.actor.member:
        return Refusal(Code.UNKNOWN_MEMBER, {"member": act.to}, ("to",))
    if act.until <= max(act.since, turn.now):
        return Refusal(
            Code.TERM_INVALID, {"since": act.since.isoformat(), "until": act.until.isoformat()}, ("until",)
        )
    if office.appointment is Appointment.IN_PERSON:
        return Refusal(Code.SUBSTITUTION_FORBIDDEN, {"office": office.id})
    if refusal := _peer(turn, office, turn.actor.member, act.to):
        return refusal
    turn.on_behalf_of = None
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
    if delegation is None or delegation.revoked_at is not None or delegation.until <= turn.now:
        return Refusal(Code.TERM_NOT_RUNNING, {}, ("delegation",))
    if turn.actor.member != delegation.giver and not mandate(
        turn.process, turn.actor.member, ROLES["end_term"], turn.now
    ):
        return Refusal(Code.NOT_ALLOWED, {"act": act.kind})
    turn.tell(ev.DelegationRevoked(delegation=delegation.id))
    return None


def is_member(turn: Turn, member: str) -> bool:
    """Say whether somebody is a member who has not left."""
    found = turn.process.members.get(member)
    return found is not None and found.left_at is None
