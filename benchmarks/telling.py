"""`telemetry_submit_ratio`: what is left of the throughput of contributions with logs and metrics.

Two processes of the API on one database, as in guarding.py: one that logs and measures as it does by default under
`concertation up`, read as Prometheus reads it between windows, and one without metrics that logs errors alone. Traces
are off in both, as they are unless somebody collects them.
"""

from __future__ import annotations

import asyncio
import urllib.request
from statistics import median

from benchmarks.clients import Load
from benchmarks.figure import Figure
from benchmarks.guarding import Audience, Door, Work, compare, door
from benchmarks.opening import open_for
from benchmarks.scale import sized
from benchmarks.stack import data_folder
from server.free_port import free_port

ROUNDS = 7
_PLAIN = {"CONCERTATION_LOG_LEVEL": "error"}


async def telling() -> list[Figure]:
    """Measure both, by turns; no answer may be anything but what was asked for."""
    rounds = []
    with data_folder() as folder, folder.stack() as stack:
        crowd = await open_for(stack, 0)
        work = Audience(stack, str(crowd.concertation))
        app = {"DATABASE_URL": stack.database("app")}
        for number in range(sized(ROUNDS, small=1)):
            port = free_port("127.0.0.1")
            seed = {"PYTHONHASHSEED": str(number)}
            telling = app | seed | {"CONCERTATION_METRICS_PORT": str(port)}
            first, second = (telling, app | seed | _PLAIN)[:: 1 if number % 2 else -1]
            async with door(stack, "with", first) as one, door(stack, "with", second) as other:
                told, plain = (one, other) if first is telling else (other, one)
                submit = _read_between(work, told, port)
                for at in (told, plain):
                    await submit(at)
                rounds.append(await compare("contributions", submit, told, plain, "logs and metrics"))
    with_, without = (median(side) for side in zip(*rounds, strict=True))
    return [
        Figure(
            name="telemetry_submit_ratio",
            values=tuple(told / plain for told, plain in rounds),
            bound=f"One contribution: {with_:.0f} a second with logs and metrics, {without:.0f} without; about "
            f"{1e6 * (1 / with_ - 1 / without):.0f} µs each, on processors that the clients share.",
        )
    ]


def _read_between(work: Audience, told: Door, port: int) -> Work:
    async def submit(at: Door) -> Load:
        if at is told:
            await asyncio.to_thread(_read, port)
        return await work.submit(at)

    return submit


def _read(port: int) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        answer.read()
