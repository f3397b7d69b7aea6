"""Rates for all that is no GraphQL: pages, files, exports, documents set in type. By address, whoever asks."""

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from domain.texts import negotiate
from server.addresses import address_of
from server.answering import Answering
from server.limits.guard import Guard
from server.limits.prices import PAGE, PRINTED
from server.limits.rates import RateLimited
from server.media_types import JSON

FREE = ("/healthz", "/readyz")
"""Asked by whatever watches the process."""
_CHARGED_ELSEWHERE = ("/graphql",)
"""By what is asked there (server/graphql_view.py)."""


class PageRates:
    """Turns away whoever asks for too many pages."""

    def __init__(self, app: ASGIApp, *, guard: Guard) -> None:
        """Wrap an application."""
        self._app = app
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Charge a request, and let it through."""
        if scope["type"] == "http" and scope["path"] not in (*FREE, *_CHARGED_ELSEWHERE):
            request = HTTPConnection(scope)
            try:
                points = PRINTED if scope["path"].endswith(".pdf") else PAGE
                self._guard.stranger(address_of(request), points)
            except RateLimited as limited:
                await self._guard.turned_away(limited)
                answering = Answering(JSON, negotiate(request.headers.get("accept-language")))
                await answering.rate_limited(limited)(scope, receive, send)
                return
        await self._app(scope, receive, send)
