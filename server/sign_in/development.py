"""GET /development/sign-in/{ticket}: a sign-in link of `concertation up`, on loopback alone."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.asking import ask
from domain.texts import language_of, negotiate, text
from server import session_cookie
from server.browser_sessions import BrowserSessions
from server.settings import Settings, is_loopback
from server.sign_in.links import read_link
from server.sign_in.next_path import next_path
from server.simple_page import simple_page
from store import sign_ins
from store.faults import StoreFault
from store.pool import Pool

PROVIDER = "development"
"""What stands for the provider in sessions that links opened."""


class DevelopmentSignIn:
    """The request."""

    def __init__(self, pool: Pool, browsers: BrowserSessions, settings: Settings) -> None:
        """Begin sessions there."""
        self._pool = pool
        self._browsers = browsers
        self._settings = settings

    async def __call__(self, request: Request) -> Response:
        """Sign in. Whoever has no link that works, or comes from another machine, is told how to get one."""
        languages = (language_of(negotiate(request.headers.get("accept-language"))),)
        link = read_link(self._settings, request.path_params["ticket"])
        try:
            if (
                link is None
                or request.client is None
                or not is_loopback(request.client.host)
                or not await ask(
                    self._pool,
                    self._settings.database_timeout,
                    partial(sign_ins.use_link, digest=link.digest, until=link.expires),
                )
            ):
                said = [text("sign_in.link.do", languages)]
                return simple_page(*languages, text("sign_in.link", languages), said, status=403)
            secret = await self._browsers.begin(
                request, member=link.member, provider=PROVIDER, platform_roles=link.platform_roles
            )
        except StoreFault:
            said = [text("sign_in.later.do", languages)]
            return simple_page(*languages, text("sign_in.later", languages), said, status=503)
        asked = request.query_params.get("next")
        onward = "/graphiql" if asked is None and self._settings.shows_schema else next_path(asked)
        response = RedirectResponse(onward, 303)
        session_cookie.remember(response, secret)
        return response
