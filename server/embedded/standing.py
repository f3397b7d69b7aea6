"""The database that a command looks into: the one that is set, else the embedded one, if it is running."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from server.data_folder import DataFolder
from server.embedded.postgres import EmbeddedPostgres
from server.errors import CommandFailed
from server.garbage import seldom_collected
from server.provisioning import DATABASE, Role
from server.settings import SettingMissing, Settings
from store.faults import StoreUnreachable
from store.pool import Connection, acquire, open_pool

#: A command may look through millions of rows in one statement; the servers' own limits are seconds.
LONGEST_STATEMENT = 600.0


class DatabaseAway(CommandFailed):
    """PostgreSQL does not answer. Nothing was changed. Start it (`concertation up` starts one), then ask again."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@asynccontextmanager
async def looking_into(settings: Settings, command: str) -> AsyncIterator[Connection]:
    """Lend a connection as the worker, who sees every row. Raises `SettingMissing`, `DatabaseAway`."""
    pool = await open_pool(
        standing_database(settings, Role.WORKER),
        application=f"concertation {command}",
        statement_timeout=LONGEST_STATEMENT,
    )
    try:
        async with acquire(pool) as connection:
            with seldom_collected():
                yield connection
    except StoreUnreachable as fault:
        raise DatabaseAway from fault
    finally:
        pool.terminate()


def standing_database(settings: Settings, role: Role) -> str:
    """The address of the database for `role`; `SettingMissing` if none is set and none runs in the data folder."""
    try:
        return settings.database(role.name.lower())
    except SettingMissing:
        folder = DataFolder(settings.data_dir)
        server = EmbeddedPostgres(folder.postgres, folder.log("postgres"))
        if server.pid is None:
            raise
        return server.dsn(role, DATABASE)
