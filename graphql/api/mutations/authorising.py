"""Creating personal access tokens, and revoking them."""

from __future__ import annotations

import strawberry

from api.access_tokens import (
    AccessTokenAccepted,
    AccessTokenResult,
    CreateAccessTokenInput,
    RevokeAccessTokenInput,
)
from api.context import Info
from api.ids import read_global_id, uuid_text
from api.mutations.addressing import mutation_of
from api.performing import Refusing, refuse
from domain.access_tokens import LONGEST_NAME
from domain.auditing import What
from domain.free_text import key_fault, read
from domain.refusals import Code, Refusal
from domain.rights import Reach, may
from store import access_tokens
from store.identifiers import derived


def _owner(info: Info) -> str:
    viewer = info.context.viewer
    if viewer.member is None or not may(viewer, "keep_access_tokens", None, None):
        raise refuse(Code.NOT_ALLOWED, act="keep_access_tokens")
    return viewer.member


async def _create(info: Info, input: CreateAccessTokenInput) -> AccessTokenAccepted:
    owner = _owner(info)
    if fault := key_fault(input.idempotency_key):
        raise Refusing(fault)
    name = read(input.name, LONGEST_NAME, ("name",))
    if isinstance(name, Refusal):
        raise Refusing(name)
    id = derived(owner, input.idempotency_key, "access_token")
    made = await info.context.reading.ask(
        lambda connection: access_tokens.create(
            connection,
            id=id,
            member=owner,
            name=name,
            reaches=[Reach(scope.value) for scope in input.scopes],
            expires_at=input.expires_at,
        )
    )
    if isinstance(made, Refusal):
        raise Refusing(made)
    info.context.changed = True
    if made is not None:
        info.context.note(What.TOKEN_CREATED, id)
    return AccessTokenAccepted(member=owner, token=made)


async def _revoke(info: Info, input: RevokeAccessTokenInput) -> AccessTokenAccepted:
    owner = _owner(info)
    found = read_global_id(input.access_token_id)
    key = uuid_text(found[1][0]) if found and found[0] == "AccessToken" and len(found[1]) == 1 else None
    if key is None or not await info.context.reading.ask(
        lambda connection: access_tokens.revoke(connection, owner, key)
    ):
        raise refuse(Code.UNKNOWN_TOKEN, "access_token_id")
    info.context.changed = True
    info.context.note(What.TOKEN_REVOKED, key)
    return AccessTokenAccepted(member=owner, token=None)


@strawberry.type
class AccessTokenMutations:
    """Fields of the type Mutation."""

    create_access_token = mutation_of(
        CreateAccessTokenInput, _create, AccessTokenResult,
        "Create a personal access token for a program. It is shown once. A token creates no other.",
    )  # fmt: skip
    revoke_access_token = mutation_of(
        RevokeAccessTokenInput, _revoke, AccessTokenResult, "Let a personal access token work no more."
    )
