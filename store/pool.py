"""Pools of connections: how every process meets PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Any, Protocol

import asyncpg
import orjson

from store.faults import told_apart

if TYPE_CHECKING:
    from asyncpg.pool import PoolAcquireContext as Lending
    from asyncpg.pool import PoolConnectionProxy

    PoolAcquireContext = Lending[asyncpg.Record]

    Pool = asyncpg.Pool[asyncpg.Record]
    Connection = asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]
else:
    Pool = asyncpg.Pool
    Connection = asyncpg.Connection


class Watch(Protocol):
    """Whoever watches a pool."""

    def waiting(self) -> AbstractContextManager[object]:
        """Give what is held while somebody waits for a connection."""
        ...

    def connected(self, connection: Connection) -> None:
        """Learn of a new connection."""
        ...


class _WatchedPool(asyncpg.Pool):
    """A pool that somebody watches."""

    watch: Watch


async def open_pool(
    dsn: str,
    *,
    application: str,
    min_size: int = 0,
    max_size: int = 10,
    statement_timeout: float = 2.0,
    lock_timeout: float = 1.0,
    connect_timeout: float = 1.5,
    watch: Watch | None = None,
) -> Pool:
    """Open a pool. `application` is shown by `pg_stat_activity`; timeouts are in seconds; `watch` sees who waits.

    With `min_size=0` it opens even while PostgreSQL is down, and connects when it is back.
    Close it with `close_pool`.

    Raises:
        StoreUnreachable: `min_size` is not 0 and PostgreSQL does not answer.
    """

    async def begin(connection: Connection) -> None:
        await set_codecs(connection)
        if watch is not None:
            watch.connected(connection)

    pool = asyncpg.Pool if watch is None else _WatchedPool
    with told_apart():
        opened = pool(
            dsn,
            min_size=min_size,
            max_size=max_size,
            max_queries=50_000,
            max_inactive_connection_lifetime=300.0,
            loop=None,
            connection_class=asyncpg.Connection,
            record_class=asyncpg.Record,
            timeout=connect_timeout,
            init=begin,
            reset=_leave_as_is,
            server_settings={
                "application_name": application,
                "statement_timeout": milliseconds(statement_timeout),
                "lock_timeout": milliseconds(lock_timeout),
                "idle_in_transaction_session_timeout": "10000",
                "TimeZone": "UTC",
            },
        )
        if isinstance(opened, _WatchedPool):
            assert watch is not None
            opened.watch = watch
        return await opened


async def close_pool(pool: Pool, within: float = 1.0) -> None:
    """Say goodbye to PostgreSQL; what is still lent after so many seconds is cut."""
    try:
        async with asyncio.timeout(within):
            await pool.close()
    except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        pool.terminate()


@asynccontextmanager
async def acquire(pool: Pool, within: float = 1.5) -> AsyncIterator[Connection]:
    """Lend a connection for the length of the block.

    Raises:
        StoreTooSlow: no connection came `within` seconds, or a statement or lock inside took too long.
        StoreUnreachable: PostgreSQL does not answer, or the connection was lost inside.
    """
    lending = pool.acquire(timeout=within)
    with told_apart():
        async with _Watched(lending, pool.watch) if isinstance(pool, _WatchedPool) else lending as connection:
            yield connection


class _Watched:
    """Lends a connection, and lets it be seen how long somebody waits for it."""

    __slots__ = ("_lending", "_watch")

    def __init__(self, lending: PoolAcquireContext, watch: Watch) -> None:
        self._lending = lending
        self._watch = watch

    async def __aenter__(self) -> Connection:
        with self._watch.waiting():
            return await self._lending.__aenter__()

    async def __aexit__(self, *fault: object) -> None:
        await self._lending.__aexit__(*fault)


def milliseconds(seconds: float) -> str:
    """Write a duration as PostgreSQL's settings take it."""
    return str(round(seconds * 1000))


async def set_codecs(connection: Connection) -> None:
    """Let `json` and `jsonb` travel as Python values, and their text as the bytes that it is."""
    for name, encoder, decoder in (
        ("json", orjson.dumps, orjson.loads),
        ("jsonb", _write_jsonb, _read_jsonb),
    ):
        await connection.set_type_codec(
            name, schema="pg_catalog", encoder=encoder, decoder=decoder, format="binary"
        )


def _write_jsonb(value: Any) -> bytes:
    return b"\x01" + orjson.dumps(value)


def _read_jsonb(sent: bytes) -> Any:
    """Read what comes after the byte that says which version of the form it is: there is one."""
    return orjson.loads(memoryview(sent)[1:])


async def _leave_as_is(connection: Connection) -> None:
    """Spare the round trip of RESET ALL: the store sets nothing that outlives its transaction."""
