"""A stage that was opened once is there for other tests as it was left."""

import asyncpg

from tests.api.stage import Stage
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import SharedPostgres, own_database
from tests.fixtures.rows import Rows, untouched


async def test_rows_are_put_as_they_were_read(
    stage: Stage, postgres_server: SharedPostgres, template_database: str
) -> None:
    await stage.open()
    played = await Rows.of(stage.house.clock)
    async with own_database(postgres_server, template_database) as other:
        connection = await asyncpg.connect(other.superuser)
        try:
            clock = TestClock(connection)
            assert await untouched(clock)
            await played.put(clock)
            again = await Rows.of(clock)
        finally:
            await connection.close()
    assert again.tables == played.tables
    assert again.sequences == played.sequences
    assert played.instant <= again.instant
    assert not await untouched(stage.house.clock)
