"""Invitations as clients see them: what is asked for, and what is answered."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import ID, Private, field

from api.concertation import Concertation, concertation_of
from api.follow_up import FollowUp
from api.organisations import Organisation
from api.people import Member, member_of
from api.refusals import IdempotencyKeyReused, NotAllowed, Refused, RoundChanged, StageNotOpen
from api.snapshot import Snapshot
from api.stages import Stage, stage_of
from store.follow_up import Where
from store.invitations import Invitation

MOST_INVITED = 1000
"""Invitations of one mutation."""


@strawberry.input(description="What every command about the invitations of a stage says.")
class StageInvitationsInput:
    concertation_id: ID = field(description="The concertation.")
    stage: str = field(description="The key of the call for input.")
    round: int = field(description="The round of the stage, as its author saw it.")


@strawberry.input(description="Whom to invite to answer a stage: 1,000 at most. Who was invited stays so.")
class InviteInput(StageInvitationsInput):
    idempotency_key: str = field(
        description="Chosen by the client, 200 characters at most. Codes are given only once, whatever the key."
    )
    organisation_ids: list[ID] = field(default_factory=list, description="Organisations.")
    member_ids: list[ID] = field(default_factory=list, description="Members.")


@strawberry.input(description="An invitation whose codes are to be void, and replaced by a new one.")
class ReissueInvitationCodeInput:
    concertation_id: ID = field(description="The concertation.")
    invitation_id: ID = field(description="The invitation.")


@strawberry.input(description="A code that somebody was sent. No account is needed.")
class OpenInvitationInput:
    concertation_id: ID = field(description="The concertation, as the letter names it.")
    code: str = field(description="The code, in any case, with or without dashes and spaces.")


@strawberry.input(description="An invitation that the viewer takes up: a code works once.")
class AcceptInvitationInput(OpenInvitationInput):
    name: str | None = field(
        default=None, description="The viewer's name, where it is not known yet. It is kept apart."
    )


@strawberry.input(description="An invitation that is turned down. No account is needed.")
class DeclineInvitationInput(OpenInvitationInput):
    reason: str = field(description="Why: 2,000 characters at most.")


@strawberry.input(description="The days on which those who have not answered are reminded.")
class SetReminderDaysInput(StageInvitationsInput):
    days: list[int] = field(description="So many days before the closing; 10 of them at most, 365 at most.")


@strawberry.type(description="An invitation as it was made, or as it was there before.")
class IssuedInvitation:
    id: ID = field(description="The id of the invitation.")
    code: str | None = field(
        description="The code to print on the letter, shown this once; nothing for who was invited before."
    )


@strawberry.type(description="They are invited.")
class InvitationsAccepted:
    at: Private[Snapshot]
    invitations: list[IssuedInvitation] = field(description="Each of them.")

    @field(description="The concertation.")
    def concertation(self) -> Concertation:
        return concertation_of(self.at)


@strawberry.type(description="What a code is for.")
class InvitationAccepted:
    at: Private[Snapshot]
    invitation: Private[Invitation]
    organisation: Organisation | None = field(description="The organisation that is invited, where one is.")

    @field(description="Whether it was accepted.")
    def accepted(self) -> bool:
        return self.invitation.accepted_at is not None

    @field(description="Whether it was declined.")
    def declined(self) -> bool:
        return self.invitation.declined_at is not None

    @field(description="The stage to answer.")
    def stage(self) -> Stage | None:
        return stage_of(self.at, self.invitation.stage, self.invitation.round)

    @field(description="The member who is invited, where one is.")
    def member(self) -> Member | None:
        return member_of(self.at, self.invitation.member)

    @field(description="The concertation.")
    def concertation(self) -> Concertation:
        return concertation_of(self.at)


@strawberry.type(description="The reminders are written, or the days set.")
class RemindersAccepted:
    at: Private[Snapshot]
    where: Private[Where]
    written: int = field(description="How many reminders were written now.")

    @field(description="The follow-up list.")
    def follow_up(self) -> FollowUp:
        return FollowUp(at=self.at, where=self.where)


_Refusals = NotAllowed | IdempotencyKeyReused | RoundChanged | StageNotOpen | Refused
InviteResult = Annotated[
    InvitationsAccepted | _Refusals, strawberry.union("InviteResult", description="What `invite` answers.")
]
InvitationResult = Annotated[
    InvitationAccepted | _Refusals,
    strawberry.union("InvitationResult", description="What mutations about a code answer."),
]
RemindersResult = Annotated[
    RemindersAccepted | _Refusals,
    strawberry.union("RemindersResult", description="What mutations about reminders answer."),
]
