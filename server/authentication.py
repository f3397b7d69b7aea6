"""From a bearer token to a viewer. A signed one is verified once; the answer is kept, by its digest, until it expires.

A personal access token may be revoked, and roles granted to an account may be withdrawn: those are asked for again and
again (server/personal_tokens.py, server/known_accounts.py).
"""

from collections import OrderedDict
from dataclasses import dataclass, replace
from hashlib import sha256
from time import monotonic, time

from joserfc.jwk import KeySet
from starlette.requests import HTTPConnection

from domain.access_tokens import INVITED, PREFIX, digest_of
from domain.rights import Viewer
from server.browser_sessions import BrowserSessions, Found
from server.issued import IssuedTokens
from server.known_accounts import KnownAccounts
from server.personal_tokens import PersonalTokens
from server.provider_keys import FRESH
from server.settings import Settings
from server.signed import LONGEST, TokenInvalid, opened
from server.tokens import read_token

_MOST_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who sent a request, and until when the token says so (seconds since 1970; for ever without a token)."""

    viewer: Viewer
    expires: float = float("inf")
    #: The digest of a token that may be revoked or replaced, personal or by an invitation; unset for all others.
    revocable: bytes | None = None
    #: Issuer and subject, where the viewer is the account of one: their roles on the platform may change.
    account: tuple[str, str] | None = None
    #: Until when its signature is believed, by the clock that nobody sets: keys of issuers may be withdrawn.
    believed: float = float("inf")
    #: Whether this process sees it for the first time.
    fresh: bool = False
    #: The session of the browser that they come with.
    session: Found | None = None

    @property
    def may_end(self) -> bool:
        """Whether it may end before it expires, so that `Authentication.still_works` is to be asked."""
        return self.revocable is not None or self.account is not None or self.session is not None

    @property
    def left(self) -> float:
        """Seconds until the token expires."""
        return self.expires - time()


ANYBODY = Bearer(Viewer())


class Authentication:
    """Reads Authorization headers."""

    def __init__(
        self,
        keys: KeySet,
        settings: Settings,
        personal: PersonalTokens,
        invited: PersonalTokens,
        issued: IssuedTokens,
        accounts: KnownAccounts,
        browsers: BrowserSessions | None = None,
    ) -> None:
        """Trust these keys, and what the others recognise.

        `accounts` say who they are whom tokens name. Without `browsers`, no cookie counts.
        """
        self._browsers = browsers
        self._keys = keys
        self._opaque = {PREFIX: personal, INVITED: invited}
        self._issued = issued
        self._accounts = accounts
        self._settings = settings
        self._kept: OrderedDict[bytes, Bearer] = OrderedDict()

    async def of(self, connection: HTTPConnection) -> Bearer:
        """Say who sends a request: by its Authorization header, and where it has none, by the cookie of its browser.

        Raises:
            FormRefused: it has a cookie that a page of another site may have sent along.
            SessionEnded: its cookie opens no session, or not any more.
            TokenInvalid, StoreFault: as `bearer` does.
        """
        authorization = connection.headers.get("authorization")
        found = None if authorization or not self._browsers else await self._browsers.found(connection)
        if found is None:
            return await self.bearer(authorization)
        viewer = Viewer(member=found.use.member, platform_roles=found.use.platform_roles)
        return Bearer(viewer, session=found)

    async def bearer(self, authorization: str | None) -> Bearer:
        """Say who sends this header; anybody where there is none.

        Raises:
            TokenInvalid: it is no bearer token, expired, revoked, or not signed by a key that is trusted here.
            StoreFault: PostgreSQL does not say whether a personal access token works, or who somebody is.
            IssuerAway: the issuer of the token does not answer, and never did.
        """
        if not authorization:
            return ANYBODY
        scheme, _, token = authorization.partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not 0 < len(token) <= LONGEST or not token.isascii():
            raise TokenInvalid
        if (tokens := self._opaque.get(token[: len(PREFIX)])) is not None:
            return await self._opaque_bearer(tokens, digest_of(token))
        name = sha256(token.encode()).digest()
        known = self._kept.get(name)
        if known is not None and known.left > 0 and monotonic() < known.believed:
            self._kept.move_to_end(name)
            return await self._with_roles(known)
        bearer = await self._signed_bearer(token)
        if bearer.left > 0:  # else within the leeway of two clocks: let it pass, keep nothing
            self._kept[name] = bearer
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return replace(await self._with_roles(bearer), fresh=known is None)

    async def still_works(self, bearer: Bearer) -> bool:
        """Say whether the token of somebody who was let in still works.

        Raises:
            StoreFault: PostgreSQL does not say.
        """
        if bearer.session is not None and self._browsers is not None:
            return await self._browsers.still_works(bearer.session.use)
        if bearer.revocable is not None:
            invited = bearer.viewer.bound is not None
            found = await self._opaque[INVITED if invited else PREFIX].recognised(bearer.revocable)
            return found is not None
        if bearer.left <= 0 or bearer.account is None:
            return bearer.left > 0
        account = await self._accounts.account(*bearer.account)
        return set(bearer.viewer.platform_roles) <= set(account.platform_roles)

    async def _signed_bearer(self, token: str) -> Bearer:
        said = opened(token)
        if self._issued.knows(said.issuer):
            issued = await self._issued.read(token, said)
            account = (issued.issuer, issued.subject)
            return Bearer(Viewer(), issued.expires, account=account, believed=monotonic() + FRESH)
        claims = read_token(token, self._keys, self._settings, said)
        viewer = Viewer(member=str(claims.member), platform_roles=tuple(sorted(claims.roles)))
        return Bearer(viewer, claims.expires.timestamp())

    async def _with_roles(self, bearer: Bearer) -> Bearer:
        if bearer.account is None:
            return bearer
        account = await self._accounts.account(*bearer.account)
        return replace(bearer, viewer=Viewer(member=account.member, platform_roles=account.platform_roles))

    async def _opaque_bearer(self, tokens: PersonalTokens, digest: bytes | None) -> Bearer:
        found = await tokens.recognised(digest) if digest is not None else None
        if found is None:
            raise TokenInvalid
        use = found.use
        viewer = Viewer(bound=use.bound) if use.bound else Viewer(member=use.member, reaches=use.reaches)
        return Bearer(viewer, found.expires, digest)
