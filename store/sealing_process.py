"""The child process that seals a large set: an order on standard input, lines of JSON on standard output.

Run as `python -m store.sealing_process`. It prints `{"count": …}` at once and then every second; the last line has
root, count and counts by college and channel.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from typing import Any

from store.fault_told import tell_no_more_than_this

_EVERY = 1.0
_NICENESS = 5
"""Who contributes elsewhere on the same processors goes before: it has a minute, they wait for an answer."""
_PAUSE = 0.02
"""Seconds after some thousands of leaves, for PostgreSQL, which works for it, is not nice: ten in all for 2,000,000."""
_STATEMENT = 60.0


async def seal(order: dict[str, Any]) -> dict[str, Any]:
    """Seal the set that the order names and give its figures."""
    # Importing them takes a second of computing, which is to be done in the background, too.
    import asyncpg

    from store.carrying import carry_rest
    from store.concertations import process
    from store.pool import milliseconds, set_codecs
    from store.sealing import seal_of_many

    told = time.monotonic()

    def tell(count: int) -> None:
        nonlocal told
        if time.monotonic() - told >= _EVERY:
            told = time.monotonic()
            print(json.dumps({"count": count}), flush=True)

    connection = await asyncpg.connect(
        order["dsn"],
        server_settings={
            "application_name": "concertation sealing",
            "statement_timeout": milliseconds(_STATEMENT),
        },
    )
    try:
        place = order["concertation"], order["round"], order["stage"]
        await set_codecs(connection)
        found = await process(connection, order["concertation"])
        if found is not None:
            await carry_rest(connection, found, order["round"], order["stage"], lambda: tell(0))
        return await seal_of_many(connection, *place, tell, _PAUSE)
    finally:
        await connection.close()


def main() -> None:
    """Give way to others, say that one lives, read the order, seal, print."""
    tell_no_more_than_this("sealing")
    os.nice(_NICENESS)
    print(json.dumps({"count": 0}), flush=True)
    print(json.dumps(asyncio.run(seal(json.load(sys.stdin)))), flush=True)


if __name__ == "__main__":
    main()
