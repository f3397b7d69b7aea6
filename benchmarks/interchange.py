"""`import_per_s`, `export_per_s`, `import_rss_mb`, `export_rss_mb`: forms brought in and contributions written out.

The commands themselves, as an operator runs them, from the first to the last line of a file: 100,000 forms with ten
answers, three times, or 2,000,000 once with SCALE=full. The file is that of speech.py, the same for its seed.
"""

from __future__ import annotations

import asyncio
import csv
import os
import random
import resource
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from benchmarks.crossing import OPEN_FOR
from benchmarks.crowd import SEED
from benchmarks.figure import Figure
from benchmarks.play import Play, body
from benchmarks.progress import say
from benchmarks.scale import sized
from benchmarks.speech import Speech, questionnaire
from benchmarks.stack import CONCERTATION, Stack, data_folder
from domain import acts
from domain.builtin import builtin
from domain.interchange.cells import SEPARATOR, readers
from domain.procedure import Kind, Procedure
from domain.process import State
from domain.sandbox import Pace, sandbox
from store import questionnaires
from store.pool import open_pool
from store.recording import record
from store.replies import Accepted

FORMS, VERY_MANY = 100_000, 2_000_000
ROUNDS = 3
STAGE, CLERK = "appel", "saisie-1"
WAYS = (("public", "csv"), ("complete", "jsonl"))
FIGURES = ("import_per_s", "import_rss_mb", "export_per_s", "export_rss_mb")


async def interchange() -> list[Figure]:
    """Import a file, and export what it brought, each round in a concertation of its own."""
    number = sized(FORMS, small=500, full=VERY_MANY)
    found: dict[str, list[float]] = {name: [] for name in FIGURES}
    slowest: list[tuple[float, str]] = []
    with (
        data_folder() as folder,
        folder.stack() as stack,
        tempfile.TemporaryDirectory(prefix="bench-") as place,
    ):
        forms = Path(place) / "forms.csv"
        size = _write(forms, number)
        say(f"{number:,} forms written, {size >> 20} MB")
        for _ in range(sized(ROUNDS, small=1, full=1)):
            concertation = await _open(stack)
            rate, memory = await _run(
                stack, number, "import", "contributions", str(forms), "--concertation", concertation,
                "--as", CLERK, "--stage", STAGE, "--channel", "paper", "--good-lines",
            )  # fmt: skip
            found["import_per_s"].append(rate)
            found["import_rss_mb"].append(memory)
            await _publish(stack, concertation, number)
            each = []
            for variant, form in WAYS:
                output = Path(place) / f"{variant}.{form}"
                rate, memory = await _run(
                    stack, number, "export", "contributions", "--concertation", concertation,
                    "--variant", variant, "--format", form, "--output", str(output),
                )  # fmt: skip
                each.append((rate, f"{variant}, {form}", memory))
                output.unlink()
            slowest.append(min(each)[:2])
            found["export_per_s"].append(min(each)[0])
            found["export_rss_mb"].append(max(memory for _, _, memory in each))
    bounds = {
        "import_per_s": f"Processor time: of each of {number:,} forms about 0.2 ms in PostgreSQL (rows, indexes, "
        "the leaf, words that are known) and 0.16 ms for reading and validating it.",
        "import_rss_mb": f"Two batches of forms, of a file of {size >> 20} MB.",
        "export_per_s": f"Reading {number:,} rows and writing them as text, in turn; the slower one was "
        f"{min(slowest)[1]}.",
        "export_rss_mb": "Some thousands of rows, and their text.",
    }
    return [Figure(name=name, values=tuple(found[name]), bound=bounds[name]) for name in FIGURES]


def _write(file: Path, number: int) -> int:
    """Write so many forms, and give the size of the file in bytes."""
    speech = Speech(random.Random(SEED))
    names = list(readers(questionnaire()))
    with file.open("w", encoding="utf-8", newline="") as sink:
        lines = csv.writer(sink, delimiter=";")
        lines.writerow(("référence", "lieu", *names))
        for line in range(number):
            said = speech.answers()
            lines.writerow((f"F-{line}", "Mairie", *(_cell(said.get(name)) for name in names)))
    return file.stat().st_size


def _cell(answer: Any) -> str:
    match answer:
        case None:
            return ""
        case bool():
            return "oui" if answer else "non"
        case list():
            return SEPARATOR.join(answer)
    return str(answer)


async def _run(stack: Stack, number: int, *words: str) -> tuple[float, float]:
    """Run a command to its end; give lines a second, and the most memory that it had, in MB."""
    environment = {**os.environ, "WORKER_DATABASE_URL": stack.database("worker")}
    start = perf_counter()
    code, used = await asyncio.to_thread(_waited, [str(CONCERTATION), *words], environment)
    taken = perf_counter() - start
    if code != 0:
        raise RuntimeError(f"concertation {' '.join(words)} failed")
    say(f"{' '.join(words[:2])}: {number / taken:,.0f} a second, {used.ru_maxrss >> 10} MB")
    return number / taken, used.ru_maxrss / 1024


def _waited(command: list[str], environment: dict[str, str]) -> tuple[int, resource.struct_rusage]:
    pid = os.posix_spawn(command[0], command, environment)
    _, status, used = os.wait4(pid, 0)
    return os.waitstatus_to_exitcode(status), used


def _procedure() -> Procedure:
    """Everybody may answer: the forms are of people whom nobody knows."""
    paced = sandbox(
        builtin("standard"),
        Pace(notice=1, stages={kind: 4 * OPEN_FOR.total_seconds() for kind in Kind}, entry_window=0),
    )
    stages = tuple(
        stage.model_copy(update={"admission": "open"}) if stage.id == STAGE else stage
        for stage in paced.stages
    )
    return paced.model_copy(update={"stages": stages})


async def _open(stack: Stack) -> str:
    """Open a call for input that asks ten questions; give the concertation."""
    concertation = str(uuid4())
    pool = await open_pool(stack.database("worker"), application="bench", statement_timeout=60)
    async with pool.acquire() as connection:
        now: datetime = await connection.fetchval("SELECT instant()")
        play = Play(_procedure(), concertation, now - timedelta(minutes=2))
        play.appoint_all()
        play.do(acts.AttachDocument(document=body("Dossier"), title={"fr": "Dossier"}))
        named = await questionnaires.put(connection, questionnaire(), "coordinator")
        asked = acts.Body(id=str(uuid4()), digest=named)
        play.do(
            acts.AttachDocument(document=asked, title={"fr": "Questions"}, stage=STAGE, questionnaire=True)
        )
        play.do(acts.Launch(opens_at=now - timedelta(minutes=1)))
        play.until(STAGE, State.OPEN)
        recorded = await record(
            connection, play.asked[0][0], 0, decide=lambda process, command, at: play.events
        )
        if not isinstance(recorded.reply, Accepted):
            raise RuntimeError(f"the preparation was refused: {recorded.reply}")
    await pool.close()
    return concertation


async def _publish(stack: Stack, concertation: str, number: int) -> None:
    """Let everybody read, once all of them are there."""
    superuser = stack.database("owner").replace("concertation_owner@", "postgres@")
    connection = await asyncpg.connect(superuser)
    try:
        await connection.execute(
            "UPDATE stage SET contributions_visible = true WHERE concertation = $1", UUID(concertation)
        )
        count = await connection.fetchval(
            "SELECT count(*) FROM contribution WHERE concertation = $1", UUID(concertation)
        )
        if count != number:
            raise RuntimeError(f"{count} contributions came of {number} forms")
    finally:
        await connection.close()
