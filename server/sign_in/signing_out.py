"""GET and POST /sign-out, GET /signed-out: ending the session of this browser, here at once, then at its provider.

A person is asked first. The browser goes on by itself, not by the form: `form-action` would hold redirections to it.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from domain.texts import language_of, negotiate, text
from server import session_cookie
from server.browser_sessions import BrowserSessions
from server.cross_site import is_ours
from server.settings import Settings
from server.sign_in.door import site
from server.sign_in.providers import SIGNED_OUT
from server.sign_in.relying import RelyingParty
from server.simple_page import simple_page
from store.faults import StoreFault
from store.sessions import Ended

LEFT = "__Host-concertation-signed-out"
"""The cookie of a browser that went to a provider to sign out there."""
_MINUTES = 10


class SigningOut:
    """The three requests."""

    def __init__(
        self, browsers: BrowserSessions, parties: Mapping[str, RelyingParty], settings: Settings
    ) -> None:
        """End sessions there, and at these providers."""
        self._browsers = browsers
        self._parties = parties
        self._settings = settings

    async def __call__(self, request: Request) -> Response:
        """Ask, or do it: for a page of ours alone, so that no other site signs anybody out."""
        languages = _languages(request)
        digest = session_cookie.digest_of(session_cookie.secret_of(request) or "")
        if digest is None:
            return self._done(languages)
        if request.method != "POST":
            asked, button = text("sign_out.question", languages), text("sign_out.button", languages)
            return simple_page(*languages, asked, button=button)
        if not is_ours(request, self._browsers.own):
            said = [text("sign_out.refused.do", languages)]
            return simple_page(*languages, text("sign_out.refused", languages), said, status=403)
        try:
            ended = await self._browsers.sign_out(request, digest)
        except StoreFault:
            said = [text("sign_out.later.do", languages)]
            return simple_page(*languages, text("sign_out.later", languages), said, status=503)
        return await self._onward(request, languages, ended)

    async def come_back(self, request: Request) -> Response:
        """Say that it is done: at the provider, too, where the browser that went there comes back with its state."""
        languages = _languages(request)
        sent, said = session_cookie.secret_of(request, LEFT), request.query_params.get("state", "")
        everywhere = bool(sent) and hmac.compare_digest((sent or "").encode(), said.encode())
        page = self._done(languages, everywhere=everywhere)
        if everywhere:
            session_cookie.forget(page, LEFT)
        return page

    async def _onward(self, request: Request, languages: tuple[str], ended: Ended | None) -> Response:
        party = self._parties.get(ended.provider) if ended else None
        if ended is None or ended.id_token is None or party is None:
            return self._done(languages)
        state = session_cookie.fresh()
        back = site(request, self._settings) + SIGNED_OUT
        address = await party.leaving(ended.id_token, state, back)
        if address is None:
            return self._done(languages)
        name = party.provider.name(languages[0])
        page = simple_page(
            *languages,
            text("sign_out.done", languages),
            [text("sign_out.onward", languages, provider=name)],
            links=[(address, text("sign_out.onward.button", languages, provider=name))],
        )
        page.headers["refresh"] = f"0; url={address}"
        page.headers["referrer-policy"] = "no-referrer"
        session_cookie.remember(page, state, LEFT, seconds=60 * _MINUTES)
        session_cookie.forget(page)
        return page

    def _done(self, languages: tuple[str], *, everywhere: bool = False) -> Response:
        said = [text("sign_out.everywhere", languages)] if everywhere else []
        page = simple_page(
            *languages,
            text("sign_out.done", languages),
            [*said, text("sign_out.done.do", languages)],
            links=[("/sign-in", text("sign_in.again", languages))],
        )
        session_cookie.forget(page)
        return page


def _languages(request: Request) -> tuple[str]:
    return (language_of(negotiate(request.headers.get("accept-language"))),)
