"""Which names this service answers to: a request for another one is not for us, and gets nothing.

A forged Host could otherwise make a page of somebody else read from here (DNS rebinding), or stand in what caches keep.
Only the Host header counts: X-Forwarded-Host is read by nobody here.
"""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from domain.texts import negotiate
from server.answering import Answering
from server.asked import FormFault
from server.media_types import JSON
from server.settings import SettingInvalid, Settings

ANY = "*"
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_PROBES = ("/healthz", "/readyz")
"""Asked by whatever watches the process, by its address; they tell nothing that names matter for."""
_NAME = r"\[[0-9a-f:.]+\]|[a-z0-9._-]+"
_HEADER = re.compile(rf"({_NAME})(?::[0-9]{{1,5}})?")
_ALLOWED = re.compile(rf"\*|(?:\*\.)?(?:{_NAME})")


def allowed_hosts(settings: Settings) -> frozenset[str]:
    """Give the names: those of CONCERTATION_HOSTS, that of the public address, on loopback those of this machine.

    Raises:
        SettingInvalid: one is no name of a host, or outside loopback there is none.
    """
    names = {name.strip().lower() for name in settings.hosts.split(",") if name.strip()}
    wrong = sorted(name for name in names if not _ALLOWED.fullmatch(name))
    if wrong:
        raise SettingInvalid(
            f"CONCERTATION_HOSTS names hosts without scheme and port, with commas between: not {', '.join(wrong)}."
        )
    public = urlsplit(settings.public_url or "").netloc.rpartition("@")[2].lower()
    if match := _HEADER.fullmatch(public):
        names.add(match[1])
    if settings.on_loopback:
        own = settings.host.lower()
        names |= {*_LOOPBACK, f"[{own}]" if ":" in own and not own.startswith("[") else own}
    if not names:
        raise SettingInvalid(
            "CONCERTATION_PUBLIC_URL or CONCERTATION_HOSTS is needed outside loopback: the names by which the API "
            "is reached. Requests for other names are refused."
        )
    return frozenset(names)


class AllowedHosts:
    """Answers requests for other names itself: 421, and 400 where there is no one name to read (RFC 9112, 3.2)."""

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str]) -> None:
        """Wrap an application that is called by these names; `*.` before one stands for all that end so."""
        self._app = app
        self._any = ANY in (names := frozenset(hosts))
        self._names = names
        self._ends = tuple(name[1:] for name in names if name.startswith("*."))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, or refuse it."""
        if scope["type"] == "lifespan" or scope["path"] in _PROBES:
            await self._app(scope, receive, send)
            return
        fault = self._fault(scope)
        if fault is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": ""})
        else:
            said = next((value for name, value in scope["headers"] if name == b"accept-language"), b"")
            refusal = Answering(JSON, negotiate(said.decode("latin-1"))).refusal(fault, allow="")
            refusal.headers["connection"] = "close"
            await refusal(scope, receive, send)

    def _fault(self, scope: Scope) -> FormFault | None:
        given = [value for name, value in scope["headers"] if name == b"host"]
        match = _HEADER.fullmatch(given[0].decode("latin-1").lower()) if len(given) == 1 else None
        if match is None:
            return FormFault.HOST
        name = match[1]
        if self._any or name in self._names or name.endswith(self._ends):
            return None
        return FormFault.MISDIRECTED
