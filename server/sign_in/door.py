"""GET /sign-in, /sign-in/{provider} and /sign-in/{provider}/callback: choosing a provider, going there, coming back.

State, nonce and verifier are kept by the server; the browser keeps a secret that says that it is the one that went.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from functools import partial
from hashlib import sha256
from urllib.parse import urlencode
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.asking import ask
from domain.auditing import What
from domain.texts import language_of, negotiate, text
from server import session_cookie
from server.addresses import address_of
from server.browser_sessions import BrowserSessions
from server.settings import Settings
from server.sign_in.failures import Failure, SignInFailed
from server.sign_in.next_path import HOME, next_path
from server.sign_in.providers import callback_path
from server.sign_in.relying import Identity, RelyingParty
from server.simple_page import simple_page
from store import accounts, sign_ins
from store.faults import StoreFault
from store.pool import Pool
from store.sign_ins import Missed, SignIn

BROWSER = "__Host-concertation-sign-in"
"""The cookie of a browser that went to a provider."""
_STATUS = {Failure.AWAY: 502, Failure.REFUSED: 502, Failure.NOT_TRUSTED: 502}
_LONGEST = 4096
"""Characters of what a provider sends back: codes have some hundred."""

log = logging.getLogger(__name__)


class SigningIn:
    """The three requests."""

    def __init__(
        self, pool: Pool, browsers: BrowserSessions, parties: Mapping[str, RelyingParty], settings: Settings
    ) -> None:
        """Sign people in with these providers, and keep their sessions there."""
        self._pool = pool
        self._browsers = browsers
        self._parties = parties
        self._settings = settings

    async def choose(self, request: Request) -> Response:
        """Show the providers."""
        language = _language(request)
        onward = next_path(request.query_params.get("next"))
        asked = f"?{urlencode({'next': onward})}" if onward != HOME else ""
        links = [
            (
                f"/sign-in/{id}{asked}",
                text("sign_in.with", (language,), provider=party.provider.name(language)),
            )
            for id, party in self._parties.items()
        ]
        said = [text("sign_in.choose.do" if links else "sign_in.nobody", (language,))]
        return simple_page(language, text("sign_in.choose", (language,)), said, links=links)

    async def go(self, request: Request) -> Response:
        """Send a browser to a provider."""
        party = self._parties.get(request.path_params["provider"])
        if party is None:
            return self._no_such(request)
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        browser = session_cookie.secret_of(request, BROWSER) or ""
        if session_cookie.digest_of(browser) is None:
            browser = session_cookie.fresh()
        try:
            address = await party.address(
                self._back(request, party), state=state, nonce=nonce, verifier=verifier
            )
            await ask(
                self._pool,
                self._settings.database_timeout,
                partial(
                    sign_ins.begin,
                    state=_digest(state),
                    browser=_digest(browser),
                    provider=party.provider.id,
                    nonce=_digest(nonce),
                    verifier=verifier,
                    next=next_path(request.query_params.get("next")),
                ),
            )
        except SignInFailed as failed:
            return self._failed(request, party, failed)
        except StoreFault:
            return self._later(request)
        response = RedirectResponse(address, 303)
        seconds = round(sign_ins.WITHIN.total_seconds())
        session_cookie.remember(response, browser, BROWSER, seconds=seconds)
        return response

    async def come_back(self, request: Request) -> Response:
        """Begin a session for whoever comes back from a provider, in the browser that went there."""
        party = self._parties.get(request.path_params["provider"])
        if party is None:
            return self._no_such(request)
        try:
            began, identity = await self._identity(request, party)
            secret = await self._begin(request, party, identity)
        except SignInFailed as failed:
            return self._failed(request, party, failed)
        except StoreFault:
            return self._later(request)
        response = RedirectResponse(began.next, 303)
        session_cookie.remember(response, secret)
        return response

    async def _identity(self, request: Request, party: RelyingParty) -> tuple[SignIn, Identity]:
        given = {name: values for name in _RETURNED if (values := request.query_params.getlist(name))}
        if any(len(values) > 1 or len(values[0]) > _LONGEST for values in given.values()):
            raise SignInFailed(Failure.UNKNOWN, "form of the return")
        state, code, error, issuer = (given.get(name, [None])[0] for name in _RETURNED)
        browser = session_cookie.secret_of(request, BROWSER) or ""
        taken = await ask(
            self._pool,
            self._settings.database_timeout,
            partial(
                sign_ins.take,
                state=_digest(state or ""),
                browser=_digest(browser),
                provider=party.provider.id,
            ),
        )
        if isinstance(taken, Missed):
            raise SignInFailed(Failure(taken.value))
        party.check_return(await party.published(), error, issuer)
        if not code:
            raise SignInFailed(Failure.NOT_TRUSTED, "no code")
        back = self._back(request, party)
        return taken, await party.identity(code, back, nonce=taken.nonce, verifier=taken.verifier)

    async def _begin(self, request: Request, party: RelyingParty, identity: Identity) -> str:
        account = await ask(
            self._pool,
            self._settings.database_timeout,
            partial(accounts.account, issuer=identity.issuer, subject=identity.subject),
        )
        return await self._browsers.begin(
            request,
            member=account.member,
            provider=party.provider.id,
            siret=identity.siret,
            id_token=identity.id_token,
        )

    def _back(self, request: Request, party: RelyingParty) -> str:
        return site(request, self._settings) + callback_path(party.provider.id)

    def _failed(self, request: Request, party: RelyingParty, failed: SignInFailed) -> Response:
        """Say what to do. What the provider wrote goes to nobody, what we found to the log alone."""
        language, reference = _language(request), uuid4().hex[:12]
        log.warning(
            "sign-in with %s came to nothing: %s (reference %s)",
            party.provider.id,
            failed,
            reference,
            extra={"provider": party.provider.id, "reference": reference, "fault": failed},
        )
        name, failure = party.provider.name(language), failed.failure
        self._browsers.audit.note(
            What.SIGN_IN_FAILED,
            address=address_of(request),
            about=f"{party.provider.id} {failure.value}",
            reference=reference,
        )
        said = [text(f"sign_in.{failure}.do", (language,), provider=name)]
        if failure in _STATUS:
            said.append(text("sign_in.reference", (language,), reference=reference))
        return simple_page(
            language,
            text(f"sign_in.{failure}", (language,), provider=name),
            said,
            links=[("/sign-in", text("sign_in.again", (language,)))],
            status=_STATUS.get(failure, 400),
        )

    def _later(self, request: Request) -> Response:
        language = _language(request)
        said = [text("sign_in.later.do", (language,))]
        return simple_page(language, text("sign_in.later", (language,)), said, status=503)

    def _no_such(self, request: Request) -> Response:
        language = _language(request)
        links = [("/sign-in", text("sign_in.again", (language,)))]
        return simple_page(language, text("sign_in.no_such", (language,)), links=links, status=404)


_RETURNED = ("state", "code", "error", "iss")


def site(request: Request, settings: Settings) -> str:
    """Give the address of this service as browsers and providers know it; on loopback perhaps the one asked for."""
    return (settings.public_url or str(request.base_url)).rstrip("/")


def _digest(secret: str) -> bytes:
    return sha256(secret.encode(errors="surrogateescape")).digest()


def _language(request: Request) -> str:
    return language_of(negotiate(request.headers.get("accept-language")))
