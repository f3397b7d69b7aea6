"""Sign-in links of the development: each opens a session of one member of the demonstration, once, on this machine.

They are signed with the development key, for an audience of their own: no link is a token, and no token a link.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID, uuid4

from joserfc import jwt
from joserfc.errors import JoseError

from domain.rights import PlatformRole
from server.keys import DEVELOPMENT_ALGORITHM, KeyRefused, development_key
from server.settings import Settings
from server.tokens import DEMO_ROLES, demo_member

PATH = "/development/sign-in"
_PURPOSE = "sign-in link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a link says."""

    member: str
    platform_roles: tuple[str, ...]
    #: By which it is known whether it was used.
    digest: bytes
    expires: datetime


def are_trusted(settings: Settings) -> bool:
    """Whether this service believes its development key: on loopback, and where an operator names nobody else."""
    named = (settings.jwks_file, settings.issuers_file, settings.providers_file)
    return settings.on_loopback and named == (None, None, None)


def require_trusted(settings: Settings) -> None:
    """`KeyRefused` where the service would not believe such a link."""
    if not are_trusted(settings):
        raise KeyRefused(
            "Sign-in links are signed with the development key, which counts on loopback alone, and not where an "
            "operator names identity providers. People sign in at /sign-in there."
        )


def sign_link(settings: Settings, *, roles: Iterable[str], member: UUID, ttl: timedelta | None = None) -> str:
    """Give the path of a link for a member; of the roles, those on the platform go with it."""
    claims = {
        "iss": settings.token_issuer,
        "aud": _PURPOSE,
        "sub": str(member),
        "roles": [role for role in roles if role in set(PlatformRole)],
        "exp": int(time.time() + (ttl or settings.token_ttl).total_seconds()),
        "jti": str(uuid4()),
    }
    key = development_key(settings.data_dir)
    header = {"alg": DEVELOPMENT_ALGORITHM, "kid": key.kid}
    return f"{PATH}/{jwt.encode(header, claims, key, algorithms=[DEVELOPMENT_ALGORITHM])}"


def demo_links(settings: Settings, site: str) -> dict[str, str]:
    """Give a link for each role of the demonstration, below the address of a site."""
    return {
        role: f"{site.rstrip('/')}{sign_link(settings, roles=[role], member=demo_member(role))}"
        for role in DEMO_ROLES
    }


def read_link(settings: Settings, ticket: str) -> Link | None:
    """Read a link that this installation signed, and whose time is not over; `None` for anything else."""
    wanted = jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": settings.token_issuer},
        aud={"essential": True, "value": _PURPOSE},
        exp={"essential": True},
        jti={"essential": True},
    )
    try:
        key = development_key(settings.data_dir)
        claims = jwt.decode(ticket, key, algorithms=[DEVELOPMENT_ALGORITHM]).claims
        wanted.validate(claims)
        return Link(
            member=str(UUID(claims["sub"])),
            platform_roles=tuple(PlatformRole(role).value for role in claims["roles"]),
            digest=sha256(claims["jti"].encode()).digest(),
            expires=datetime.fromtimestamp(claims["exp"], UTC),
        )
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return None
