"""Follow what happens in a concertation, one line an event; after a break, or the next day, go on where it was.

    CONCERTATION_TOKEN=concertation_pat_… python follow.py http://127.0.0.1:8000/graphql SLUG STATE-FILE

Without a token it follows what everybody may. The file holds the number of the last event that was printed.
"""

import asyncio
import os
import sys
from pathlib import Path

import httpx
from concertation_client import Client
from concertation_client.asking import NoAnswer
from websockets.exceptions import WebSocketException

PAUSE = 1.0
"""Seconds before a lost connection is made anew."""
OVER = {"concertation_ended", "concertation_abandoned"}


async def follow(client: Client, slug: str, state: Path) -> bool:
    """Print events until the connection breaks; true once there will be no more."""
    concertation = (await client.open_calls(slug)).concertation
    if concertation is None:
        sys.exit(f"{slug}: no such concertation, or it is not public yet")
    last = int(state.read_text()) if state.exists() else 0
    async for found in client.follow(id=concertation.id, after=last):
        event = found.concertation_events
        print(f"{event.seq:>5}  {event.at:%Y-%m-%d %H:%M:%S}  {event.summary}", flush=True)
        draft = state.with_suffix(".new")
        draft.write_text(str(event.seq))
        draft.replace(state)  # whole or not at all, whatever happens to this program
        if event.kind in OVER:
            return True
    return False


async def main(url: str, slug: str, state: str) -> None:
    """Ask for the events after the last one, as often as it takes. Numbers have no gaps: none is lost or told twice."""
    token = os.environ.get("CONCERTATION_TOKEN")
    said = {"Authorization": f"Bearer {token}"} if token else {}
    async with Client(url=url, headers=said | {"Accept-Language": "en"}) as client:
        while True:
            try:
                if await follow(client, slug, Path(state)):
                    return
            except (OSError, httpx.TransportError, WebSocketException, NoAnswer) as fault:
                if isinstance(fault, NoAnswer) and 400 <= fault.status < 500:
                    sys.exit(f"not allowed, or not understood: {fault}")
                print(f"the connection is lost ({fault!r})", file=sys.stderr)
            await asyncio.sleep(PAUSE)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
