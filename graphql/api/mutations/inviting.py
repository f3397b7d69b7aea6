"""Invitations: made by those who conduct, opened and answered by whoever holds a code."""

from __future__ import annotations

import strawberry

from api.context import Info
from api.ids import global_id
from api.invitations import (
    MOST_INVITED,
    AcceptInvitationInput,
    DeclineInvitationInput,
    InvitationAccepted,
    InvitationResult,
    InvitationsAccepted,
    InviteInput,
    InviteResult,
    IssuedInvitation,
    OpenInvitationInput,
    ReissueInvitationCodeInput,
)
from api.mutations.addressing import conducts, mutation_of, seen, stage_meant
from api.organisations import organisation_of
from api.performing import Making, Refusing, carry_out, refuse
from api.snapshot import Snapshot
from domain.acts import SYSTEM, Actor, AdmitInvited, Command
from domain.decide import decide
from domain.free_text import key_fault, read
from domain.geography.places import place
from domain.organisations import codes
from domain.process import StageRun
from domain.refusals import Code, Refusal
from store import invitations, organisations
from store.identifiers import derived
from store.invitations import Attempt, Invitation, Invited, Invitee
from store.organisations import Organisation as OrganisationRow

LONGEST_REASON = 2000
"""Characters of the reason of who declines."""


async def _invite(info: Info, input: InviteInput) -> InvitationsAccepted:
    at = await seen(info, input.concertation_id)
    by = conducts(info, at, "invite")
    if fault := key_fault(input.idempotency_key):
        raise Refusing(fault)
    run = stage_meant(at, input)
    making = Making(context=info.context, concertation=at.id, key=input.idempotency_key, at=at)
    if not 0 < len(input.organisation_ids) + len(input.member_ids) <= MOST_INVITED:
        raise refuse(Code.INPUT_INVALID, "organisation_ids", longest=MOST_INVITED)
    keys = [
        making.read(id, "Organisation", Code.UNKNOWN_ORGANISATION, "organisation_ids")
        for id in input.organisation_ids
    ]
    known = await info.context.reading.ask(lambda connection: organisations.get_many(connection, at.id, keys))
    if not known.keys() >= set(keys):
        raise refuse(Code.UNKNOWN_ORGANISATION, "organisation_ids")
    members = [making.member_key(id, "member_ids") for id in input.member_ids]
    invitees = [_organisation(at, run, known[key]) for key in dict.fromkeys(keys)]
    invitees += [_member(at, run, member) for member in dict.fromkeys(members)]
    made = await info.context.reading.ask(
        lambda connection: invitations.invite(
            connection, concertation=at.id, round=run.round, stage=run.key, by=by, invitees=invitees
        )
    )
    info.context.changed = True
    return InvitationsAccepted(at=at, invitations=[_issued(at, one) for one in made])


def _organisation(at: Snapshot, run: StageRun, row: OrganisationRow) -> Invitee:
    name = derived("invitation", f"{at.id}/{run.round}/{run.key}", f"organisation/{row.id}")
    return Invitee(id=name, organisation=row.id, college=row.college, departement=row.departement)


def _member(at: Snapshot, run: StageRun, key: str) -> Invitee:
    member = at.process.members.get(key)
    if member is None or member.left_at is not None:
        raise refuse(Code.UNKNOWN_MEMBER, "member_ids", member=key)
    name = derived("invitation", f"{at.id}/{run.round}/{run.key}", f"member/{key}")
    lives = place(member.territory.removeprefix("FR-")) if member.territory else None
    return Invitee(
        id=name, member=key, college=member.college, departement=lives.departement if lives else None
    )


def _issued(at: Snapshot, one: Invited) -> IssuedInvitation:
    return IssuedInvitation(id=global_id("Invitation", at.id, one.id), code=one.code)


async def _reissue(info: Info, input: ReissueInvitationCodeInput) -> InvitationsAccepted:
    at = await seen(info, input.concertation_id)
    conducts(info, at, "invite")
    making = Making(context=info.context, concertation=at.id, key="-", at=at)
    key = making.read(input.invitation_id, "Invitation", Code.UNKNOWN_INVITATION, "invitation_id")
    made = await info.context.reading.ask(
        lambda connection: invitations.reissue(connection, concertation=at.id, invitation=key)
    )
    if isinstance(made, Refusal):
        raise Refusing(made)
    return InvitationsAccepted(at=at, invitations=[_issued(at, made)])


async def attempted(info: Info, input: OpenInvitationInput) -> tuple[Snapshot, Attempt]:
    """Give the concertation and the attempt; a code that was misread is none."""
    at = await seen(info, input.concertation_id)
    code = codes.read(input.code)
    if code is None:
        raise refuse(Code.CODE_MISREAD, "code")
    return at, Attempt(concertation=at.id, code=code, address=info.context.address)


async def told(info: Info, at: Snapshot, found: Invitation | Refusal) -> InvitationAccepted:
    """Give what a code is for as clients see it, or raise its refusal."""
    if isinstance(found, Refusal):
        raise Refusing(found)
    row = await invited_organisation(info, at, found)
    return InvitationAccepted(at=at, invitation=found, organisation=organisation_of(at, row) if row else None)


async def invited_organisation(info: Info, at: Snapshot, found: Invitation) -> OrganisationRow | None:
    """Give the organisation that is invited, where one is."""
    key = found.organisation
    if key is None:
        return None
    return await info.context.reading.ask(lambda connection: organisations.get(connection, at.id, key))


async def _open(info: Info, input: OpenInvitationInput) -> InvitationAccepted:
    at, attempt = await attempted(info, input)
    found = await info.context.reading.ask(lambda connection: invitations.open_code(connection, attempt))
    return await told(info, at, found)


async def _decline(info: Info, input: DeclineInvitationInput) -> InvitationAccepted:
    at, attempt = await attempted(info, input)
    reason = read(input.reason, LONGEST_REASON, ("reason",))
    if isinstance(reason, Refusal):
        raise Refusing(reason)
    found = await info.context.reading.ask(
        lambda connection: invitations.decline(connection, attempt, reason)
    )
    return await told(info, at, found)


async def _accept(info: Info, input: AcceptInvitationInput) -> InvitationAccepted:
    """Find what the code is for and whether the viewer can be admitted, take it up, then have them admitted.

    In this order a code is never used up by who cannot be admitted; and what comes between is mended by asking again.
    """
    at, attempt = await attempted(info, input)
    member = info.context.viewer.member
    if member is None:
        raise refuse(Code.NOT_ALLOWED)
    reading = info.context.reading
    opened = await reading.ask(lambda connection: invitations.open_code(connection, attempt))
    if isinstance(opened, Refusal):
        raise Refusing(opened)
    organisation = await invited_organisation(info, at, opened)
    making = Making(context=info.context, concertation=at.id, key=f"invitation/{opened.id}", at=at)
    command = admission(at, member, making.key, organisation) if organisation else None
    if command is not None:
        making.person(input.name, member)
        early = decide(at.process, command, at.now)
        if isinstance(early, Refusal):
            raise Refusing(early)
    accepted = await reading.ask(lambda connection: invitations.accept(connection, attempt, member))
    if isinstance(accepted, Refusal):
        raise Refusing(accepted)
    info.context.changed = True
    if command is not None:
        at = (await carry_out(info.context, command, making)).at
    return await told(info, at, accepted)


def admission(at: Snapshot, member: str, key: str, organisation: OrganisationRow) -> Command:
    """Make the command that admits a member as who speaks for an organisation."""
    act = AdmitInvited(
        member=member,
        college=organisation.college,
        organisation=organisation.id,
        territory=organisation.place,
    )
    return Command(id=f"{key}/{member}", concertation=at.id, actor=Actor(member=SYSTEM), act=act)


@strawberry.type
class InvitationMutations:
    """Fields of the type Mutation."""

    invite = mutation_of(
        InviteInput,
        _invite,
        InviteResult,
        "Invite organisations and members to answer a stage, each by a code.",
    )
    reissue_invitation_code = mutation_of(
        ReissueInvitationCodeInput,
        _reissue,
        InviteResult,
        "Give an invitation a new code, for one that was lost.",
    )
    open_invitation = mutation_of(
        OpenInvitationInput, _open, InvitationResult, "Say what a code is for; without an account."
    )
    accept_invitation = mutation_of(
        AcceptInvitationInput, _accept, InvitationResult,
        "Take up an invitation: who takes up that of an organisation represents it from then on.",
    )  # fmt: skip
    decline_invitation = mutation_of(
        DeclineInvitationInput, _decline, InvitationResult, "Turn an invitation down, with a reason."
    )
