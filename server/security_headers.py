"""What browsers are told about every answer: run nothing, frame nothing, guess nothing, tell nobody whence one came.

An answer that has one of these headers already keeps its own. Sources: OWASP Secure Headers Project; Fetch, CSP3.
"""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_STRICT = "base-uri 'none'; frame-ancestors 'none'"
NOTHING = f"default-src 'none'; form-action 'none'; {_STRICT}"
"""The policy of what is no page: it loads nothing, sends nothing, and no page shows it inside itself."""
PAGE = f"default-src 'none'; style-src 'self'; form-action 'self'; {_STRICT}"
"""The policy of a page: style sheets of this site, forms that go to it, no script."""
SENT = f"{NOTHING}; sandbox"
"""The policy of what somebody sent: as of no site at all."""

GRAPHIQL = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; "
    f"form-action 'none'; {_STRICT}"
)
"""The policy of GraphiQL, which is a program: all that it loads and asks is of this site."""

_UNUSED = ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")

ALWAYS: dict[str, str] = {
    "cache-control": "no-store",
    "content-security-policy": NOTHING,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": ", ".join(f"{feature}=()" for feature in _UNUSED),
    # With `no-referrer` browsers would hide the Origin of a page's own forms, too.
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
"""What an answer says unless it says something else."""

HTTPS_ONLY = ("strict-transport-security", "max-age=31536000")
"""A year of https, for this host alone: what else its domain serves is not ours to say."""


class SecurityHeaders:
    """Gives every answer of an application these headers."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        """Wrap an application; `https` says that people reach it so, whatever a proxy says."""
        self._app = app
        self._https = https
        self._always = [(name.encode(), value.encode()) for name, value in ALWAYS.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        https = self._https or scope.get("scheme") in ("https", "wss")

        async def guarded(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                headers = message.setdefault("headers", [])
                there = {name for name, _ in headers}
                message["headers"] = [*headers, *(pair for pair in self._always if pair[0] not in there)]
                if https:
                    MutableHeaders(scope=message).setdefault(*HTTPS_ONLY)
            await send(message)

        await self._app(scope, receive, guarded)
