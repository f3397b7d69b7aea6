"""Ending browser sessions, from wherever one is signed in."""

from __future__ import annotations

import strawberry
from strawberry import ID

from api.browser_sessions import (
    EndOtherSessionsInput,
    EndSessionInput,
    SessionsAccepted,
    SessionsResult,
)
from api.context import Info
from api.ids import read_global_id, uuid_text
from api.mutations.addressing import mutation_of
from api.performing import refuse
from domain.auditing import What
from domain.refusals import Code
from domain.rights import may
from store import sessions


def _owner(info: Info) -> str:
    viewer = info.context.viewer
    if viewer.member is None or not may(viewer, "keep_sessions", None, None):
        raise refuse(Code.NOT_ALLOWED, act="keep_sessions")
    return viewer.member


def _key(id: ID) -> str | None:
    found = read_global_id(id)
    return uuid_text(found[1][0]) if found and found[0] == "BrowserSession" and len(found[1]) == 1 else None


async def _end(info: Info, input: EndSessionInput) -> SessionsAccepted:
    owner, key = _owner(info), _key(input.session_id)
    if key is None or not await info.context.reading.ask(
        lambda connection: sessions.end(connection, owner, key)
    ):
        raise refuse(Code.UNKNOWN_SESSION, "session_id")
    info.context.changed = True
    info.context.note(What.SIGNED_OUT, key)
    return SessionsAccepted(member=owner)


async def _end_others(info: Info, input: EndOtherSessionsInput) -> SessionsAccepted:
    owner, own = _owner(info), info.context.session
    kept = own.id if own else None
    if input.kept_session_id is not None:
        kept = _key(input.kept_session_id)
        if kept is None or kept not in {session.id for session in await _of(info, owner)}:
            raise refuse(Code.UNKNOWN_SESSION, "kept_session_id")
    await info.context.reading.ask(lambda connection: sessions.end_others(connection, owner, kept))
    info.context.changed = True
    info.context.note(What.SIGNED_OUT, "others")
    return SessionsAccepted(member=owner)


async def _of(info: Info, owner: str) -> list[sessions.Session]:
    return await info.context.reading.ask(lambda connection: sessions.of_member(connection, owner))


@strawberry.type
class SessionMutations:
    """Fields of the type Mutation."""

    end_session = mutation_of(
        EndSessionInput, _end, SessionsResult, "Sign a browser out, this one or another. A token ends none."
    )
    end_other_sessions = mutation_of(
        EndOtherSessionsInput, _end_others, SessionsResult, "Sign all browsers out but one."
    )
