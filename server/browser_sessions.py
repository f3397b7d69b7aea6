"""Sessions as browsers bring them, by cookie: recognised by PostgreSQL, whose answer is believed for some seconds.

That is how soon a session that was ended stops, here and at any other replica. A cookie counts only in requests that a
page of ours made (server/cross_site.py).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from functools import partial
from time import monotonic
from typing import Generic, NamedTuple, TypeVar

from starlette.requests import HTTPConnection

from api.asking import ask
from api.noting import Noting, NotNoted
from domain.auditing import What
from server import session_cookie
from server.addresses import address_of
from server.asked import FormFault, FormRefused
from server.cross_site import fault_of, origin_of
from server.personal_tokens import BELIEVED
from server.settings import Settings
from server.signed import TokenInvalid
from store import sessions
from store.pool import Connection, Pool
from store.sessions import Life, Terms, Use

_MOST_KEPT = 10_000

Key = TypeVar("Key")
Answer = TypeVar("Answer")
T = TypeVar("T")


class SessionEnded(TokenInvalid):
    """The cookie opens no session, or not any more."""


class Found(NamedTuple):
    """The session that a request brings."""

    use: Use
    #: Another secret, which the browser is to have with the answer.
    renewed: str | None = None


class BrowserSessions:
    """Recognises sessions by their cookie."""

    def __init__(self, pool: Pool, settings: Settings, audit: Noting | None = None) -> None:
        """Ask through this pool; note who came in and left."""
        self.audit = audit or NotNoted()
        self.terms = terms_of(settings)
        self.own = origin_of(settings.public_url or "")
        self._pool = pool
        self._within = settings.database_timeout
        self._uses: Believed[bytes, Use] = Believed(lambda use: use.seconds_left)
        self._lives: Believed[str, Life] = Believed(lambda life: life.seconds_left)

    async def found(self, connection: HTTPConnection) -> Found | None:
        """Give the session of a request; `None` where it brings none, or its cookie does not count in a query by GET.

        Raises:
            SessionEnded: there is none, or not any more, that the cookie opens.
            FormRefused: a page of another site may have sent it.
            StoreFault: PostgreSQL does not say.
        """
        secret = session_cookie.secret_of(connection)
        if secret is None:
            return None
        fault = fault_of(connection, self.own)
        if fault is FormFault.PREFLIGHT and connection.scope["method"] in ("GET", "HEAD"):
            return None
        if fault is not None:
            raise FormRefused(fault)
        digest = session_cookie.digest_of(secret)
        use = await self.recognised(digest) if digest else None
        if digest is None or use is None:
            raise SessionEnded
        if use.due and connection.scope["type"] == "http":
            return Found(use, await self._renewed(digest))
        return Found(use)

    async def recognised(self, digest: bytes) -> Use | None:
        """Say whose session a secret opens; `None` where it opens none."""
        return await self._uses.answer(
            digest, lambda: self._ask(partial(sessions.use, digest=digest, terms=self.terms))
        )

    async def still_works(self, use: Use) -> bool:
        """Say whether a session lives on, and its member has the roles on the platform that they had.

        Raises:
            StoreFault: PostgreSQL does not say.
        """
        life = await self._lives.answer(use.id, lambda: self._ask(partial(sessions.life, id=use.id)))
        return life is not None and set(use.platform_roles) <= set(life.platform_roles)

    async def begin(
        self,
        connection: HTTPConnection,
        *,
        member: str,
        provider: str,
        siret: str | None = None,
        id_token: str | None = None,
        platform_roles: tuple[str, ...] = (),
    ) -> str:
        """Begin a session, in place of the one that the browser has, and give its secret.

        Raises:
            StoreFault: it could not be kept.
        """
        secret = session_cookie.fresh()
        digest = session_cookie.digest_of(secret)
        assert digest is not None
        before = session_cookie.digest_of(session_cookie.secret_of(connection) or "")
        await self._ask(
            lambda kept: sessions.begin(
                kept,
                digest,
                self.terms,
                member=member,
                provider=provider,
                siret=siret,
                id_token=id_token,
                platform_roles=platform_roles,
                instead_of=before,
            )
        )
        if before is not None:
            self._uses.forget(before)
        self.audit.note(What.SIGNED_IN, member=member, address=address_of(connection), about=provider)
        return secret

    async def sign_out(self, connection: HTTPConnection, digest: bytes) -> sessions.Ended | None:
        """End the session that a secret opens: here at once, elsewhere within seconds."""
        ended = await self._ask(partial(sessions.sign_out, digest=digest))
        self._uses.forget(digest)
        if ended is not None:
            address = address_of(connection)
            self.audit.note(What.SIGNED_OUT, member=ended.member, address=address, about=ended.provider)
        return ended

    async def _renewed(self, digest: bytes) -> str | None:
        new = session_cookie.fresh()
        kept = session_cookie.digest_of(new)
        assert kept is not None
        done = await self._ask(partial(sessions.renew, digest=digest, new=kept, terms=self.terms))
        self._uses.forget(digest)
        return new if done else None

    async def _ask(self, question: Callable[[Connection], Awaitable[T]]) -> T:
        return await ask(self._pool, self._within, question)


class Believed(Generic[Key, Answer]):
    """Answers, believed for some seconds, and no longer than they say of themselves. That there is none is not kept."""

    def __init__(self, left: Callable[[Answer], float]) -> None:
        """`left` says for how many seconds an answer holds at most."""
        self._left = left
        self._kept: OrderedDict[Key, tuple[Answer, float]] = OrderedDict()

    async def answer(self, key: Key, ask: Callable[[], Awaitable[Answer | None]]) -> Answer | None:
        """Give the answer to a question; ask it unless that was done a moment ago."""
        asked = monotonic()
        known = self._kept.get(key)
        if known is not None and asked < known[1]:
            self._kept.move_to_end(key)
            return known[0]
        found = await ask()
        if found is None:
            self._kept.pop(key, None)
            return None
        self._kept[key] = found, asked + min(BELIEVED, self._left(found))
        if len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return found

    def forget(self, key: Key) -> None:
        """Believe it no longer."""
        self._kept.pop(key, None)


def terms_of(settings: Settings) -> Terms:
    """Give how long sessions live."""
    return Terms(idle=settings.session_idle_ttl, life=settings.session_ttl, renew=settings.session_renewal)
