"""Personal access tokens: what programs come with on behalf of their owner."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import ID, Private, field

from api.context import Info
from api.enumerations import AccessTokenScope
from api.ids import global_id
from api.refusals import IdempotencyKeyReused, NotAllowed, Refused
from domain.rights import may
from store import access_tokens
from store.access_tokens import AccessToken as Row


@strawberry.type(
    description="A personal access token that works: it speaks for its owner in `Authorization: Bearer`."
)
class AccessToken:
    id: ID = field(description="Its id.")
    name: str = field(description="What its owner calls it.")
    scopes: list[AccessTokenScope] = field(description="What it may be used for.")
    created_at: datetime = field(description="When it was created.")
    expires_at: datetime = field(description="When it ends by itself.")
    last_used_at: datetime | None = field(
        description="When it was used last, to the minute; nothing where it never was."
    )


@strawberry.input(
    description="A token for a program. It ends with `expiresAt`, or when it is revoked, and is never worth more than "
    "its owner's rights at that moment, without roles on the platform."
)
class CreateAccessTokenInput:
    idempotency_key: str = field(
        description="Chosen by the client, 200 characters at most. The token is given only once, whatever the key."
    )
    name: str = field(description="What its owner knows it by: 100 characters at most.")
    scopes: list[AccessTokenScope] = field(
        description="What it may be used for; it reads what its owner reads in any case."
    )
    expires_at: datetime = field(description="When it ends by itself: within a year.")


@strawberry.input(description="A token that is to work no more.")
class RevokeAccessTokenInput:
    access_token_id: ID = field(description="The token.")


@strawberry.type(description="It is created, or revoked: within five seconds wherever it is in use.")
class AccessTokenAccepted:
    member: Private[str]
    token: str | None = field(description="The token, shown this once.")

    @field(description="The viewer's tokens that work, as they are now.")
    async def access_tokens(self, info: Info) -> list[AccessToken]:
        return await access_tokens_of(info, self.member)


AccessTokenResult = Annotated[
    AccessTokenAccepted | NotAllowed | IdempotencyKeyReused | Refused,
    strawberry.union("AccessTokenResult", description="What mutations about personal access tokens answer."),
]


async def access_tokens_of(info: Info, member: str | None) -> list[AccessToken]:
    """Give a viewer their tokens that work; to a token itself none."""
    if member is None or not may(info.context.viewer, "keep_access_tokens", None, None):
        return []
    rows = await info.context.reading.ask(lambda connection: access_tokens.of_member(connection, member))
    return [_access_token(row) for row in rows]


def _access_token(row: Row) -> AccessToken:
    return AccessToken(
        id=global_id("AccessToken", row.id),
        name=row.name,
        scopes=[scope for scope in AccessTokenScope if scope.value in row.reaches],
        created_at=row.made_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
    )
