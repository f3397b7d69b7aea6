"""The cookie of a session: a secret of 256 random bits, for this host alone, which no script reads.

`__Host-` lets no other host of the domain set it (RFC 6265bis, 4.1.3); `Lax` lets no form of another site send it.
"""

import re
import secrets
from hashlib import sha256

from starlette.requests import HTTPConnection
from starlette.responses import Response

NAME = "__Host-concertation"
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


def fresh() -> str:
    """Make a secret."""
    return secrets.token_urlsafe(32)


def digest_of(secret: str) -> bytes | None:
    """Give what is kept of a secret, its SHA-256; `None` for what was never one."""
    return sha256(secret.encode()).digest() if _SECRET.fullmatch(secret) else None


def secret_of(connection: HTTPConnection, name: str = NAME) -> str | None:
    """Give what a browser sends under this name."""
    return connection.cookies.get(name)


def remember(response: Response, secret: str, name: str = NAME, *, seconds: int | None = None) -> None:
    """Let the browser keep a secret: for so long, or until it is closed."""
    response.set_cookie(name, secret, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax")


def forget(response: Response, name: str = NAME) -> None:
    """Let the browser forget it."""
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")
