"""Sealing a large set in a child process: it takes seconds of computing, which the event loop must not spend."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from typing import Any

from domain.acts import SealFigures


class SealingFailed(Exception):
    """The process that seals a set ended without its figures: ask again."""


async def seal_in_a_child(
    dsn: str,
    concertation: str,
    round: int,
    stage: str,
    entitled: dict[str, int],
    progress: Callable[[int], None],
) -> SealFigures:
    """Run store.sealing_process for a set and give its figures. `progress` is told the leaves taken, every second.

    Raises:
        SealingFailed: see above.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "store.sealing_process"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        # The address may hold a password: standard input, for the list of processes shows arguments.
        order = {"dsn": dsn, "concertation": concertation, "round": round, "stage": stage}
        process.stdin.write(json.dumps(order).encode())
        process.stdin.close()
        told: dict[str, Any] = {}
        async for line in process.stdout:
            told = json.loads(line)
            progress(told["count"])
        if await process.wait() != 0 or "root" not in told:
            raise SealingFailed(f"{SealingFailed.__doc__} (exit code {process.returncode})")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        await process.stdout.read()  # to its end, which closes the pipe
    return SealFigures(**told, entitled=entitled)
