"""The database and its roles."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest

from server.provisioning import Role, provision, provision_from, with_database
from server.settings import SettingInvalid, Settings
from tests.fixtures.postgres import SharedPostgres

pytestmark = pytest.mark.postgres


@pytest.fixture
def superuser(postgres_server: SharedPostgres) -> str:
    return postgres_server.server.dsn()


async def test_several_runs_at_once_make_one_database(superuser: str) -> None:
    name = f"test_{uuid4().hex}"
    await asyncio.gather(*(provision(superuser, name) for _ in range(3)))
    connection = await asyncpg.connect(superuser)
    owner = await connection.fetchval(
        "SELECT datdba::regrole::text FROM pg_database WHERE datname = $1", name
    )
    await connection.execute(f'DROP DATABASE "{name}"')
    await connection.close()
    assert owner == Role.OWNER


async def test_only_the_worker_bypasses_row_level_security_and_nobody_is_superuser(superuser: str) -> None:
    connection = await asyncpg.connect(superuser)
    rows = await connection.fetch(
        "SELECT rolname, rolbypassrls, rolsuper, rolcreatedb FROM pg_roles WHERE rolcanlogin"
    )
    await connection.close()
    ours = {row["rolname"]: tuple(row)[1:] for row in rows if row["rolname"].startswith("concertation_")}
    assert ours == {
        Role.OWNER: (False, False, False),
        Role.APP: (False, False, False),
        Role.WORKER: (True, False, False),
    }


async def test_the_api_never_waits_long_for_a_statement_or_a_lock(superuser: str) -> None:
    connection = await asyncpg.connect(superuser.replace("postgres@", f"{Role.APP}@"))
    limits = [await connection.fetchval(f"SHOW {name}") for name in ("statement_timeout", "lock_timeout")]
    await connection.close()
    assert limits == ["2s", "1s"]


async def test_an_address_for_another_account_is_refused() -> None:
    settings = Settings.model_validate(
        {
            "provision_database_url": "postgresql://postgres@/postgres",
            "database_url": "postgresql://postgres@/concertation",
            "worker_database_url": "postgresql://concertation_worker@/concertation",
            "owner_database_url": "postgresql://concertation_owner@/concertation",
        }
    )
    with pytest.raises(SettingInvalid, match="APP: the address must be for the account concertation_app"):
        await provision_from(settings)


def test_another_database_of_the_same_server_keeps_the_account_and_the_socket() -> None:
    assert with_database("postgresql://a:b@/one?host=/run/pg", "two") == "postgresql://a:b@/two?host=/run/pg"
