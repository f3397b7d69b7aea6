"""`archive_s`, `archive_rss_mb`, `verify_s`: the closing archive of a whole concertation, written and verified.

The commands themselves, as people run them, from their start to their end: 100,000 contributions with ten answers each,
500 recommendations that cite 200 of them each, a response, a commitment and a report to each of these.
"""

from __future__ import annotations

import asyncio
import os
import resource
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter
from uuid import UUID, uuid4

import asyncpg

from benchmarks.closing_play import STAGE, Archivable
from benchmarks.crowd import Crowd
from benchmarks.figure import Figure
from benchmarks.progress import say
from benchmarks.scale import sized
from benchmarks.settling import settle
from benchmarks.speech import questionnaire
from benchmarks.stack import CONCERTATION, Stack, data_folder
from domain.acts import Command, SealFigures
from domain.events import Event
from domain.merkle import MerkleStack
from store import bodies, questionnaires
from store.contributions import tally
from store.pool import Connection, open_pool
from store.recording import record
from store.replies import Accepted

CONTRIBUTIONS, RECOMMENDATIONS = 100_000, 500
ROUNDS = 3
LONG_AGO = timedelta(days=1_500)
"""Its follow-up lasts two years at least."""


async def archiving() -> list[Figure]:
    """Write the archive of one concertation, and verify it, as often as is asked."""
    written: list[tuple[float, float]] = []
    verified: list[float] = []
    number = sized(CONTRIBUTIONS, small=1_000)
    with (
        data_folder() as folder,
        folder.stack() as stack,
        tempfile.TemporaryDirectory(prefix="bench-") as place,
    ):
        concertation, events = await _held(stack, number)
        file = Path(place) / "archive.zip"
        for _ in range(sized(ROUNDS, small=1)):
            file.unlink(missing_ok=True)
            words = ("export-archive", "--concertation", concertation, "--output", str(file))
            written.append(await _run(stack, *words))
            size = file.stat().st_size >> 20
            verified.append((await _run(stack, "verify", str(file)))[0])
    what = f"{number:,} contributions and {events:,} events, {size} MB"
    return [
        Figure(
            name="archive_s",
            values=tuple(seconds for seconds, _ in written),
            bound=f"Reading {what}, and writing them twice, as lines and as a table, compressed.",
        ),
        Figure(
            name="archive_rss_mb",
            values=tuple(memory for _, memory in written),
            bound="The state of the process with its texts, and typst, which sets the dossier at once.",
        ),
        Figure(
            name="verify_s",
            values=tuple(verified),
            bound=f"Of {what}: hashing all bytes and leaves, reading the contributions for table and figures, "
            "deciding every event again.",
        ),
    ]


async def _held(stack: Stack, number: int) -> tuple[str, int]:
    """Hold a concertation of so many contributions to its end; give its id, and how many events it has."""
    concertation = str(uuid4())
    pool = await open_pool(stack.database("worker"), application="bench", statement_timeout=600)
    async with pool.acquire() as connection:
        now: datetime = await connection.fetchval("SELECT instant()")
        play = Archivable(concertation, now - LONG_AGO)
        closes_at = play.process.runs[STAGE].closes_at
        assert closes_at is not None
        await questionnaires.put(connection, questionnaire(), "coordinator")
        crowd = Crowd(
            concertation=UUID(concertation), stage=STAGE, of=number, until=closes_at - timedelta(minutes=1)
        )
        await _record(connection, *next(play.told()))
        await settle(stack.superuser, crowd)
        figures, live = await _sealed(connection, concertation)
        play.go_on(figures, live, sized(RECOMMENDATIONS, small=5))
        await _keep(connection, play)
        _, rest = play.told()
        await _record(connection, *rest)
    await pool.close()
    await _publish(stack, concertation)
    say(f"held: {number:,} contributions, {len(play.events):,} events, {len(play.texts):,} texts")
    return concertation, len(play.events)


async def _record(connection: Connection, command: Command, events: list[Event]) -> None:
    """Record these events at once, as if a command had brought them about."""
    recorded = await record(connection, command, 0, decide=lambda process, command, at: events)
    if not isinstance(recorded.reply, Accepted):
        raise RuntimeError(f"the preparation was refused: {recorded.reply}")


async def _sealed(connection: Connection, concertation: str) -> tuple[SealFigures, dict[str, bool]]:
    """Give what a seal of all contributions says, and the ids of those that count: whether an organisation's."""
    rows = await connection.fetch(
        """
        SELECT id, digest, college, channel, organisation, superseded_at IS NULL AND withdrawn_at IS NULL AS live
        FROM contribution WHERE concertation = $1 ORDER BY id
        """,
        UUID(concertation),
    )
    stack = MerkleStack()
    for row in rows:
        stack.add(row["digest"])
    counts = tally([(row["college"], row["channel"], 1) for row in rows if row["live"]])
    figures = SealFigures(
        root=stack.root().hex(),
        count=stack.count,
        by_college=counts.by_college,
        by_channel=counts.by_channel,
        entitled={},
    )
    return figures, {str(row["id"]): row["organisation"] is not None for row in rows if row["live"]}


async def _keep(connection: Connection, play: Archivable) -> None:
    for document in play.process.documents.values():
        if document.id in play.texts:  # a document is kept by its version
            body, content = play.texts.pop(document.id)
            play.texts[bodies.version_id(document.id, document.digest)] = (body, content)
    for id, (_, content) in play.texts.items():
        await bodies.put(
            connection, id=id, kind="text", content=content, author="x", concertation=play.process.id
        )


async def _publish(stack: Stack, concertation: str) -> None:
    """Let everybody read."""
    connection = await asyncpg.connect(stack.superuser)
    try:
        await connection.execute(
            "UPDATE stage SET contributions_visible = true WHERE concertation = $1", UUID(concertation)
        )
    finally:
        await connection.close()


async def _run(stack: Stack, *words: str) -> tuple[float, float]:
    """Run a command to its end; give its seconds, and the most memory that it had, in MB."""
    environment = {**os.environ, "WORKER_DATABASE_URL": stack.database("worker")}
    start = perf_counter()
    code, used = await asyncio.to_thread(_waited, [str(CONCERTATION), *words], environment)
    taken = perf_counter() - start
    if code != 0:
        raise RuntimeError(f"concertation {' '.join(words)} failed")
    say(
        f"{words[0]}: {taken:.1f} s, {used.ru_utime + used.ru_stime:.1f} s of processor time, {used.ru_maxrss >> 10} MB"
    )
    return taken, used.ru_maxrss / 1024


def _waited(command: list[str], environment: dict[str, str]) -> tuple[int, resource.struct_rusage]:
    pid = os.posix_spawn(command[0], command, environment)
    _, status, used = os.wait4(pid, 0)
    return os.waitstatus_to_exitcode(status), used
