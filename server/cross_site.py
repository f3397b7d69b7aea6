"""Whether a request that brings a cookie was made by a page of ours: any page of the web may make a browser send one.

JSON by POST, a header that no form and no link can send, and an Origin that is ours: each of them alone would do today.
A query by GET has no Origin: the header is what it needs, and without it the cookie counts for nothing.
"""

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from server.asked import FormFault

PREFLIGHT = ("graphql-preflight", "apollo-require-preflight")
"""The headers, of which one is enough: as Hot Chocolate calls it, and as Apollo does."""
_PORTS = {"http": 80, "https": 443}


def fault_of(connection: HTTPConnection, own: str | None) -> FormFault | None:
    """Say what is missing for a cookie to count. `own` is the origin that people know; unset: the one asked for."""
    method = connection.scope.get("method")
    if method is not None and not _preflighted(connection):
        return FormFault.PREFLIGHT
    if method in ("GET", "HEAD") or is_ours(connection, own):
        return None
    return FormFault.ORIGIN


def is_ours(connection: HTTPConnection, own: str | None) -> bool:
    """Whether the page that asks says that it is ours. One that does not say is not."""
    said = connection.headers.get("origin")
    return said is not None and origin_of(said) == (own or _asked_for(connection))


def origin_of(url: str) -> str | None:
    """Give the origin of an address, or of an Origin header, in one writing; `None` where there is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    scheme = {"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)
    if not parts.hostname or scheme not in _PORTS:
        return None
    return f"{scheme}://{parts.hostname}:{_PORTS[scheme] if port is None else port}"


def _asked_for(connection: HTTPConnection) -> str | None:
    return origin_of(f"{connection.scope.get('scheme', '')}://{connection.headers.get('host', '')}")


def _preflighted(connection: HTTPConnection) -> bool:
    return any(connection.headers.get(name) for name in PREFLIGHT)
