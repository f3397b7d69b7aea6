"""`mails_per_s`: notices to very many people, by SMTP, while the worker is killed twice.

From the commit of the notices until the last is recorded as sent, the pauses after the kills included. The server is
another process, which counts: each mail must have come once.
"""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

import asyncpg
import psutil

from benchmarks.asking import asking
from benchmarks.figure import Figure
from benchmarks.progress import say
from benchmarks.scale import sized
from benchmarks.stack import Stack, data_folder
from domain.noticing.wording import Words
from store.clock import instant
from store.notices import Occasion, write
from store.pool import set_codecs

MAILS = 10_000
ROUNDS = 3
_WITHIN = 600.0


async def mails_per_s() -> list[Figure]:
    """Send them, several times over."""
    values = []
    number = sized(MAILS, small=40)
    with _sink() as (given, sink), data_folder() as folder, folder.stack(**given) as stack:
        concertation = await _concertation(stack)
        connection = await asyncpg.connect(stack.database("worker"), timeout=10)
        try:
            await set_codecs(connection)
            for lap in range(sized(ROUNDS, small=1)):
                seconds = await _lap(stack, connection, concertation, number, lap)
                values.append(number / seconds)
                say(f"{number} mails in {seconds:.1f} s")
        finally:
            await connection.close()
        counted = sink()
    if counted != {"taken": number * len(values), "different": number * len(values)}:
        raise RuntimeError(f"of {number * len(values)} mails: {counted}")
    return [
        Figure(
            name="mails_per_s",
            values=tuple(values),
            bound="Processor time of the sending process, and a record of each mail in PostgreSQL. Of "
            f"{number} mails each came once, with the worker killed twice.",
        )
    ]


async def _lap(stack: Stack, connection: Any, concertation: str, number: int, lap: int) -> float:
    start = perf_counter()
    occasion = Occasion(
        key=f"bench/{lap}",
        concertation=concertation,
        kind="stage_opened",
        at=await instant(connection),
        words=Words(
            subject={"fr": "Assises – Étape « Appel » ouverte.", "en": "Assizes – Stage “Appel” open."},
            body={"fr": "Étape « Appel » ouverte jusqu’au 3 mai.", "en": "Stage “Appel” open until 3 May."},
            path="/concertations/assises",
        ),
        members=[f"m{member}" for member in range(number)],
    )
    await write(connection, occasion)
    kills = [number // 3, 2 * number // 3]
    async with asyncio.timeout(_WITHIN):
        while True:
            sent = await connection.fetchval(
                "SELECT count(*) FROM notice WHERE key = $1 AND state = 'sent'", occasion.key
            )
            if sent == number:
                return perf_counter() - start
            if kills and sent >= kills[0]:
                kills.pop(0)
                _kill_worker(stack)
            await asyncio.sleep(0.2)


def _kill_worker(stack: Stack) -> None:
    for child in psutil.Process(stack.pids["up"]).children():
        if child.cmdline()[-1:] == ["worker"]:
            child.send_signal(signal.SIGKILL)


async def _concertation(stack: Stack) -> str:
    async with asking(stack, "coordinator") as asker:
        await asker.draft()
    app = await asyncpg.connect(stack.superuser)
    try:
        await app.execute(
            "INSERT INTO contact (member, email, set_at) SELECT 'm' || n, 'm' || n || '@exemple.fr', instant() "
            "FROM generate_series(0, $1) AS n",
            MAILS,
        )
        return str(await app.fetchval("SELECT id FROM concertation LIMIT 1"))
    finally:
        await app.close()


@contextmanager
def _sink() -> Iterator[Any]:
    """Start the server; gives the settings that send to it, and what counts at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.mail_sink"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    given = {
        "CONCERTATION_SMTP_URL": f"smtp://127.0.0.1:{json.loads(process.stdout.readline())['port']}",
        "CONCERTATION_MAIL_FROM": "notifications@concertation.exemple",
        "CONCERTATION_PUBLIC_URL": "https://api.concertation.exemple",
        "CONCERTATION_SITE_URL": "https://concertation.exemple",
    }

    def counted() -> dict[str, int]:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        said: dict[str, int] = json.loads(process.stdout.readline())
        return said

    try:
        yield given, counted
    finally:
        process.kill()
        process.wait()
