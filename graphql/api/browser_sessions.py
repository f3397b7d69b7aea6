"""Browser sessions: what one's browsers are signed in by, and what the provider said at the sign-in of this one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import ID, Private, field

from api.context import Info
from api.ids import global_id
from api.refusals import NotAllowed, Refused
from domain.rights import may
from store import sessions
from store.sessions import Session


@strawberry.type(
    description="How the browser that asks was signed in. What the identity provider says gives no right: who speaks "
    "for an organisation is said in each concertation."
)
class Account:
    provider: str = field(
        description="The identity provider, by its id in the settings of the service; `development` for a sign-in link."
    )
    siret: str | None = field(
        description="The establishment that ProConnect names: 14 digits. It is kept as long as the session."
    )
    signed_in_at: datetime = field(description="When it was signed in.")


@strawberry.type(description="A browser that is signed in as the viewer.")
class BrowserSession:
    id: ID = field(description="Its id.")
    provider: str = field(description="The identity provider that it was signed in with, by its id.")
    signed_in_at: datetime = field(description="When it was signed in.")
    last_used_at: datetime = field(description="When it asked last, to the minute.")
    ends_at: datetime = field(description="When it ends unless it is used before.")
    current: bool = field(description="Whether it is the one that asks.")


@strawberry.input(description="A session that is to end.")
class EndSessionInput:
    session_id: ID = field(description="The session.")


@strawberry.input(description="All sessions but one are to end.")
class EndOtherSessionsInput:
    kept_session_id: ID | None = field(
        default=None,
        description="The session that goes on; without it the one that asks. Where none does, all end.",
    )


@strawberry.type(description="They are ended: within five seconds wherever they are in use.")
class SessionsAccepted:
    member: Private[str]

    @field(description="The viewer's sessions, as they are now.")
    async def sessions(self, info: Info) -> list[BrowserSession]:
        return await sessions_of(info, self.member)


SessionsResult = Annotated[
    SessionsAccepted | NotAllowed | Refused,
    strawberry.union("SessionsResult", description="What mutations about browser sessions answer."),
]


def account_of(info: Info) -> Account | None:
    """Say how the browser that asks was signed in; nothing where it is no browser that did."""
    session = info.context.session
    if session is None:
        return None
    return Account(provider=session.provider, siret=session.siret, signed_in_at=session.begun_at)


async def sessions_of(info: Info, member: str | None) -> list[BrowserSession]:
    """Give a viewer their sessions; to a token none."""
    if member is None or not may(info.context.viewer, "keep_sessions", None, None):
        return []
    rows = await info.context.reading.ask(lambda connection: sessions.of_member(connection, member))
    return [_session(info, row) for row in rows]


def _session(info: Info, row: Session) -> BrowserSession:
    return BrowserSession(
        id=global_id("BrowserSession", row.id),
        provider=row.provider,
        signed_in_at=row.begun_at,
        last_used_at=row.last_used_at,
        ends_at=row.until,
        current=info.context.session is not None and info.context.session.id == row.id,
    )
