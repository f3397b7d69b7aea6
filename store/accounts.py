"""Accounts: which member the person is whom an issuer names, and the roles on the platform granted to members.

Issuer and subject together are the account, and nothing else is: two accounts with one mail address are two members.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.rights import PlatformRole
from store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who somebody is here."""

    #: The pseudonymous id of the member.
    member: str
    #: In alphabetical order.
    platform_roles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """A role on the platform that a member has."""

    member: str
    role: PlatformRole
    granted_at: datetime
    #: Who names the member so; unset: nobody signed in as them yet.
    issuer: str | None
    subject: str | None


async def account(connection: Connection, issuer: str, subject: str) -> Account:
    """Say which member somebody is, made at first sight, with the roles they have on the platform now."""
    row: Any = await connection.fetchrow("SELECT * FROM account_of($1, $2)", issuer, subject)
    return Account(member=row["member"], platform_roles=tuple(row["platform_roles"]))


async def platform_roles(connection: Connection, member: str) -> tuple[str, ...]:
    """Give the roles on the platform that a member was granted, in alphabetical order."""
    return tuple(await connection.fetchval("SELECT platform_roles_of($1)", member))


async def grant(connection: Connection, member: str, role: PlatformRole) -> bool:
    """Grant a role, as the worker; whether the member did not have it."""
    fresh: bool = await connection.fetchval("SELECT grant_platform_role($1, $2)", member, role.value)
    return fresh


async def withdraw(connection: Connection, member: str, role: PlatformRole) -> bool:
    """Take a role back, as the worker; whether the member had it."""
    had: bool = await connection.fetchval("SELECT withdraw_platform_role($1, $2)", member, role.value)
    return had


async def granted(connection: Connection) -> list[Granted]:
    """Give every role that members have, as the worker, in the order of granting."""
    rows: list[Any] = await connection.fetch("SELECT * FROM platform_roles_granted()")
    return [Granted(**{**row, "role": PlatformRole(row["role"])}) for row in rows]
