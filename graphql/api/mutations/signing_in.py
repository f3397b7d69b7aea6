"""Signing in by the code of an invitation, for whoever has the letter and no account."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import field

from api.context import Info
from api.invitations import InvitationAccepted, OpenInvitationInput
from api.mutations.addressing import mutation_of
from api.mutations.inviting import admission, attempted, invited_organisation, told
from api.performing import Making, Refusing, carry_out
from api.refusals import NotAllowed, Refused
from domain.auditing import What
from domain.decide import decide
from domain.refusals import Refusal
from store import invitations, invited_tokens
from store.identifiers import derived


@strawberry.input(
    description="A code by which somebody without an account contributes to the stage that it is for."
)
class SignInWithCodeInput(OpenInvitationInput):
    name: str | None = field(
        default=None,
        description="The name of who answers for the organisation, where they want to say. It is kept apart.",
    )


@strawberry.type(description="A token was made, in the place of the one before.")
class SignInAccepted:
    token: str = field(
        description="The token, shown this once: `Authorization: Bearer …`. It contributes to this stage for whom the "
        "invitation is, and is good for nothing else; everything else is read as anybody reads it."
    )
    closes_at: datetime | None = field(
        description="When the stage closes, as things stand: the token ends with it."
    )
    invitation: InvitationAccepted = field(description="What the code is for.")


SignInWithCodeResult = Annotated[
    SignInAccepted | NotAllowed | Refused,
    strawberry.union("SignInWithCodeResult", description="What `signInWithCode` answers."),
]


async def _sign_in(info: Info, input: SignInWithCodeInput) -> SignInAccepted:
    """Find what the code is for and whether somebody can be admitted, take it up, then have them admitted.

    In this order a code is never used up in vain; and what comes between is mended by asking again.
    """
    at, attempt = await attempted(info, input)
    reading = info.context.reading
    opened = await reading.ask(lambda connection: invitations.open_code(connection, attempt))
    if isinstance(opened, Refusal):
        raise Refusing(opened)
    organisation = await invited_organisation(info, at, opened)
    member = opened.member or derived("invitation", opened.id, "member")
    making = Making(context=info.context, concertation=at.id, key=f"invitation/{opened.id}", at=at)
    command = admission(at, member, making.key, organisation) if organisation else None
    if command is not None:
        making.person(input.name, member)
        early = decide(at.process, command, at.now)
        if isinstance(early, Refusal):
            raise Refusing(early)
    signed_in = await reading.ask(lambda connection: invited_tokens.sign_in(connection, attempt, member))
    if isinstance(signed_in, Refusal):
        raise Refusing(signed_in)
    info.context.changed = True
    info.context.note(What.SIGNED_IN, f"invitation {opened.id}")
    if command is not None:
        at = (await carry_out(info.context, command, making)).at
    return SignInAccepted(
        token=signed_in.token,
        closes_at=signed_in.closes_at,
        invitation=await told(info, at, signed_in.invitation),
    )


@strawberry.type
class SigningInMutations:
    """Fields of the type Mutation."""

    sign_in_with_code = mutation_of(
        SignInWithCodeInput,
        _sign_in,
        SignInWithCodeResult,
        "Contribute without an account, by the code of a letter or mail: gives a token for that invitation alone. The "
        "code signs in again, until its stage closes; the token before ends then.",
    )
