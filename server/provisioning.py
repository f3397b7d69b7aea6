"""The database and its three roles, made once by a superuser before the first migration. Safe to run again.

`owner` owns the schema and runs the migrations, `app` is what the API connects as (under row-level security), `worker`
bypasses row-level security: backup, seal, export and verification must see every row. Tables and what each role may
do with them are the business of store/migrations.
"""

from collections.abc import Mapping
from enum import StrEnum
from urllib.parse import unquote, urlsplit, urlunsplit

import asyncpg

from server.settings import SettingInvalid, SettingMissing, Settings

DATABASE = "concertation"


class Role(StrEnum):
    """The three accounts of PostgreSQL, by their names there."""

    OWNER = "concertation_owner"
    APP = "concertation_app"
    WORKER = "concertation_worker"


_ATTRIBUTES = {
    Role.OWNER: "NOBYPASSRLS",
    Role.APP: "NOBYPASSRLS",
    Role.WORKER: "BYPASSRLS",
}
#: Limits of a whole session; transactions that need less say so with SET LOCAL. Migrations set their own.
_LIMITS = {
    Role.OWNER: {"idle_in_transaction_session_timeout": "60s"},
    Role.APP: {"statement_timeout": "2s", "lock_timeout": "1s", "idle_in_transaction_session_timeout": "10s"},
    Role.WORKER: {
        "statement_timeout": "60s",
        "lock_timeout": "2s",
        "idle_in_transaction_session_timeout": "60s",
    },
}


async def provision(
    superuser: str, database: str = DATABASE, passwords: Mapping[Role, str] | None = None
) -> None:
    """Make the roles, with `passwords` where given, and the empty `database` that the owner owns.

    `superuser` is the address of any database of the server, as a superuser.
    """
    connection = await asyncpg.connect(superuser)
    try:
        async with connection.transaction():
            # Roles belong to the whole server: two runs at once would collide on the same names.
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext('concertation provisioning'))")
            for role in Role:
                await _ensure_role(connection, role, (passwords or {}).get(role))
        if not await connection.fetchval(
            "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", database
        ):
            await _create_database(connection, database)
    finally:
        await connection.close()


async def provision_from(settings: Settings) -> None:
    """`provision` with the superuser's address of the settings, and the passwords in the addresses of the roles."""
    superuser = settings.provision_database_url
    if superuser is None:
        raise SettingMissing("CONCERTATION_PROVISION_DATABASE_URL")
    addresses = {role: urlsplit(settings.database(role.name.lower())) for role in Role}
    for role, address in addresses.items():
        if address.username != role:
            raise SettingInvalid(
                f"{role.name}: the address must be for the account {role}, not {address.username}."
            )
    passwords = {role: unquote(address.password) for role, address in addresses.items() if address.password}
    await provision(superuser.get_secret_value(), addresses[Role.OWNER].path.lstrip("/"), passwords)


async def _ensure_role(connection: asyncpg.Connection, role: Role, password: str | None) -> None:
    exists = await connection.fetchval("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", role.value)
    verb = "ALTER" if exists else "CREATE"
    await connection.execute(
        f"{verb} ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE {_ATTRIBUTES[role]}"
    )
    for name, value in _LIMITS[role].items():
        await connection.execute(f"ALTER ROLE {role} SET {name} = '{value}'")
    if role is Role.OWNER:
        # For settled_before() of 0012_finding.sql: when did the first transaction begin that still runs?
        await connection.execute(f"GRANT pg_read_all_stats TO {role}")
    if password is not None:
        quoted = await connection.fetchval("SELECT quote_literal($1::text)", password)
        await connection.execute(f"ALTER ROLE {role} PASSWORD {quoted}")


async def _create_database(connection: asyncpg.Connection, database: str) -> None:
    name = await connection.fetchval("SELECT quote_ident($1::text)", database)
    try:
        await connection.execute(
            f"CREATE DATABASE {name} OWNER {Role.OWNER} ENCODING 'UTF8' TEMPLATE template0"
        )
    except (asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
        return  # another run made it between the question and the answer


def with_database(dsn: str, database: str) -> str:
    """The same server and account, another database."""
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{database}"))
