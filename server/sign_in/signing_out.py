"""GET and POST /sign-out: ending the session of this browser, here and at once. A person is asked first."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from domain.texts import language_of, negotiate, text
from server import session_cookie
from server.browser_sessions import BrowserSessions
from server.cross_site import is_ours
from server.simple_page import simple_page
from store.faults import StoreFault


class SigningOut:
    """The two requests."""

    def __init__(self, browsers: BrowserSessions) -> None:
        """End sessions there."""
        self._browsers = browsers

    async def __call__(self, request: Request) -> Response:
        """Ask, or do it: for a page of ours alone, so that no other site signs anybody out."""
        languages = (language_of(negotiate(request.headers.get("accept-language"))),)
        digest = session_cookie.digest_of(session_cookie.secret_of(request) or "")
        if digest is not None and request.method != "POST":
            asked, button = text("sign_out.question", languages), text("sign_out.button", languages)
            return simple_page(*languages, asked, button=button)
        if digest is not None:
            if not is_ours(request, self._browsers.own):
                said = [text("sign_out.refused.do", languages)]
                return simple_page(*languages, text("sign_out.refused", languages), said, status=403)
            try:
                await self._browsers.sign_out(digest)
            except StoreFault:
                said = [text("sign_out.later.do", languages)]
                return simple_page(*languages, text("sign_out.later", languages), said, status=503)
        page = simple_page(
            *languages, text("sign_out.done", languages), [text("sign_out.done.do", languages)]
        )
        session_cookie.forget(page)
        return page
