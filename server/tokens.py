"""Bearer tokens: what they say, how they are signed in development, how they are read.

A token names a member by a pseudonymous UUID and lists roles; no name and no address is ever in it. What the roles
allow, and in which concertation, territory, lane or college, is decided by the API.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from joserfc import jwt
from joserfc.jwk import KeySet

from domain.procedure import Role
from server.errors import CommandFailed
from server.keys import ALGORITHMS, DEVELOPMENT_ALGORITHM, development_key
from server.settings import Settings
from server.signed import Opened, TokenInvalid, key_for, opened, verified

#: The roles of the demonstration: those of a procedure, whoever answers, and whoever runs the service.
DEMO_ROLES = (*(role.value for role in Role), "participant", "operator")

_DEMO_MEMBERS = UUID("6b1f6c1e-6f0f-5d57-9a53-1c8a2f0b7d11")


class RoleUnknown(CommandFailed):
    """A token was asked for a role that does not exist."""


@dataclass(frozen=True, kw_only=True)
class Claims:
    """What a valid token says."""

    #: The pseudonymous id of the member.
    member: UUID
    #: Names of roles, as in `domain.procedure.Role`, or `participant`, `operator`.
    roles: frozenset[str]
    #: The id of the token itself, for revocation.
    token_id: str
    #: The end of its life.
    expires: datetime


def demo_member(role: str) -> UUID:
    """The member who holds `role` in a demonstration: the same on every machine."""
    return uuid5(_DEMO_MEMBERS, role)


def sign_token(settings: Settings, *, roles: list[str], member: UUID, ttl: timedelta | None = None) -> str:
    """A token for `member`, signed with the development key of the data folder."""
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": settings.token_issuer,
        "aud": settings.token_audience,
        "sub": str(member),
        "roles": roles,
        "iat": now,
        "exp": now + int((ttl or settings.token_ttl).total_seconds()),
        "jti": str(uuid4()),
    }
    key = development_key(settings.data_dir)
    header = {"alg": DEVELOPMENT_ALGORITHM, "kid": key.kid}
    return jwt.encode(header, claims, key, algorithms=[DEVELOPMENT_ALGORITHM])


def require_known(roles: list[str]) -> None:
    """`RoleUnknown` unless each of `roles` exists."""
    for role in roles:
        if role not in DEMO_ROLES:
            raise RoleUnknown(f"There is no role {role!r}. Roles: {', '.join(sorted(DEMO_ROLES))}.")


def demo_tokens(settings: Settings) -> dict[str, str]:
    """One token for each role of the demonstration."""
    return {role: sign_token(settings, roles=[role], member=demo_member(role)) for role in DEMO_ROLES}


def read_token(token: str, keys: KeySet, settings: Settings, said: Opened | None = None) -> Claims:
    """What the token says, if a trusted key signed it for this service and it has not expired; else `TokenInvalid`.

    `said` is what it says of itself, where that was read before.
    """
    said = said or opened(token)
    key = key_for(said, keys)
    if key is None or said.algorithm not in ALGORITHMS:
        raise TokenInvalid
    try:
        return _claims(
            verified(
                token, key, said.algorithm, issuer=settings.token_issuer, audience=settings.token_audience
            )
        )
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise TokenInvalid from error


def _claims(claims: Mapping[str, Any]) -> Claims:
    roles = claims.get("roles", [])
    if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
        raise TypeError("roles")
    return Claims(
        member=UUID(claims["sub"]),
        roles=frozenset(roles),
        token_id=str(claims.get("jti", "")),
        expires=datetime.fromtimestamp(int(claims["exp"]), UTC),
    )
