"""`submit_ratio`, `submit_p99_ratio`, `submit_vs_bare_ratio`: contributions a second through the whole door.

32 clients send contributions, each from a person of its own with a token of its own, to the one API process of the
stack, which has seen that token before. In alternating windows they send others to the floors of `bare_door`: the same
SQL function with nothing around it, and a bare insert.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4, uuid5

import asyncpg

from benchmarks.answers import ANSWERS, QUESTIONNAIRE
from benchmarks.bare_door import TABLE
from benchmarks.clients import Load, load, request
from benchmarks.crossing import OPEN_FOR, prepare
from benchmarks.figure import Figure
from benchmarks.progress import say
from benchmarks.scale import sized
from benchmarks.stack import Stack, data_folder
from domain.digests import canonical
from domain.questionnaires.answering import Validator
from domain.questionnaires.shapes import Questionnaire
from domain.questionnaires.spoken import spoken
from server.settings import Settings
from server.tokens import sign_token
from store.pool import open_pool
from store.questionnaires import questionnaire_digest

CLIENTS = 32
REQUESTS = 1_500
"""In one window of the API; the floors, being faster, get more, so that windows last about as long."""
FLOOR_REQUESTS = 3_000
PAIRS = 7
WARM_UP = 500
STAGE = "appel"

_MEMBERS = UUID("3c0c2d9e-9f1d-4bb6-8a4f-6f3f0f7a7c55")
_OPERATIONS = Path(__file__).parents[1] / "graphql" / "operations"


@dataclass(frozen=True, kw_only=True)
class _Stored:
    """A contribution as the API hands it to the SQL function: what the floors are given."""

    body: str
    answers: str
    questionnaire: str

    @classmethod
    def of(cls, questionnaire: Questionnaire, answers: dict[str, Any]) -> _Stored:
        """Do what the API does with answers before it stores them."""
        found = Validator(questionnaire)(answers, as_written=False)
        if not found.is_accepted:
            raise RuntimeError(f"the answers are refused: {found.problems}")
        return cls(
            body=spoken(questionnaire, found.answers),
            answers=canonical(found.answers).decode(),
            questionnaire=questionnaire_digest(questionnaire),
        )


@dataclass(frozen=True, kw_only=True)
class Windows:
    """The three windows of one repetition."""

    door: Load
    floor: Load
    bare: Load


async def submitting() -> list[Figure]:
    """Measure in alternating windows; no answer may be anything but a receipt."""
    pairs, requests = sized(PAIRS, small=1), sized(REQUESTS, small=100)
    floor_requests, warm_up = sized(FLOOR_REQUESTS, small=100), sized(WARM_UP, small=CLIENTS)
    with data_folder() as folder, folder.stack() as stack:
        people = _People(warm_up + pairs * requests, 2 * (warm_up + pairs * floor_requests))
        concertation = await _opened(stack, people.all)
        async with _bare_door(stack) as floor:
            door, bare = _Door(stack, concertation), _Floor(floor, concertation)
            await door.load(people.take_signed(warm_up))
            await bare.submit(people.take(warm_up))
            await bare.insert(people.take(warm_up))
            windows = []
            for number in range(pairs):
                one = Windows(
                    door=await door.load(people.take_signed(requests)),
                    floor=await bare.submit(people.take(floor_requests)),
                    bare=await bare.insert(people.take(floor_requests)),
                )
                windows.append(one)
                say(
                    f"{number + 1}: {one.door.rate:.0f}/s, p99 {one.door.p99 * 1000:.0f} ms; the same function bare "
                    f"{one.floor.rate:.0f}/s, p99 {one.floor.p99 * 1000:.0f} ms; bare insert {one.bare.rate:.0f}/s"
                )
        await _all_are_there(stack, concertation, warm_up * 2 + pairs * (requests + floor_requests))
    return _figures(windows)


def _figures(windows: Sequence[Windows]) -> list[Figure]:
    rate, bare = (median(w.door.rate for w in windows), median(w.floor.rate for w in windows))
    bound = (
        f"The API's one core: {rate:.0f} a second, {bare:.0f} without token and GraphQL, on two processors that the "
        f"database and the {CLIENTS} clients share. Every answer was a receipt, and every receipt is in the stage."
    )
    return [
        Figure(name="submit_ratio", values=tuple(w.door.rate / w.floor.rate for w in windows), bound=bound),
        Figure(
            name="submit_vs_bare_ratio",
            values=tuple(w.door.rate / w.bare.rate for w in windows),
            bound="Beside the above: guard, membership, idempotency, leaf, receipt and outbox, in the SQL function.",
        ),
        Figure(
            name="submit_p99_ratio",
            values=tuple(w.door.p99 / w.floor.p99 for w in windows),
            bound=f"Waiting for the API's core behind {CLIENTS - 1} others.",
        ),
    ]


_STORED = _Stored.of(QUESTIONNAIRE, ANSWERS)


class _People:
    """Persons, each of whom contributes once: the first of them with a token."""

    def __init__(self, signed: int, others: int) -> None:
        self.all = [uuid5(_MEMBERS, str(number)) for number in range(signed + others)]
        self._signed, self._others = iter(self.all[:signed]), iter(self.all[signed:])

    def take(self, number: int) -> list[UUID]:
        """Give so many who have not contributed."""
        return [next(self._others) for _ in range(number)]

    def take_signed(self, number: int) -> list[UUID]:
        """Give so many of those whose contributions the API takes."""
        return [next(self._signed) for _ in range(number)]


class _Door:
    """The API of the stack."""

    def __init__(self, stack: Stack, concertation: str) -> None:
        self._at = urlsplit(stack.graphql_url)
        self._settings = Settings(data_dir=stack.data_dir)
        self._concertation = concertation

    async def load(self, people: Sequence[UUID]) -> Load:
        """Let everyone submit, having asked who they are: nobody's first request is their contribution."""
        tokens = [self._token(person) for person in people]
        await self._load([self._ask("Viewer", {}, token) for token in tokens], b'"viewer"')
        return await self._load([self._submission(token) for token in tokens], b'"ContributionAccepted"')

    async def _load(self, requests: Sequence[bytes], hoped_for: bytes) -> Load:
        assert self._at.hostname is not None
        assert self._at.port is not None
        return await load(self._at.hostname, self._at.port, requests, hoped_for, CLIENTS)

    def _token(self, person: UUID) -> str:
        return sign_token(self._settings, roles=["participant"], member=person)

    def _submission(self, token: str) -> bytes:
        asked = {
            "concertationId": self._concertation,
            "stage": STAGE,
            "round": 1,
            "answers": ANSWERS,
            "idempotencyKey": str(uuid4()),
        }
        return self._ask("SubmitContribution", {"input": asked}, token)

    def _ask(self, operation: str, variables: dict[str, Any], token: str) -> bytes:
        document = (_OPERATIONS / f"{operation}.graphql").read_text()
        asked = {"query": document, "operationName": operation, "variables": variables}
        return request(self._at.path, self._at.netloc, json.dumps(asked).encode(), token)


class _Floor:
    """The two endpoints of `bare_door`."""

    def __init__(self, port: int, concertation: str) -> None:
        self._port = port
        self._concertation = concertation

    async def submit(self, people: Sequence[UUID]) -> Load:
        """Let everyone submit through the same SQL function."""
        return await self._load("/submit", people, b'"receipt"')

    async def insert(self, people: Sequence[UUID]) -> Load:
        """Insert a bare row for everyone."""
        return await self._load("/insert", people, b"{}")

    async def _load(self, path: str, people: Sequence[UUID], hoped_for: bytes) -> Load:
        requests = [request(path, "127.0.0.1", self._body(person)) for person in people]
        return await load("127.0.0.1", self._port, requests, hoped_for, CLIENTS)

    def _body(self, person: UUID) -> bytes:
        asked = {
            "concertation": self._concertation,
            "stage": STAGE,
            "round": 1,
            "member": str(person),
            "body": _STORED.body,
            "answers": _STORED.answers,
            "questionnaire": _STORED.questionnaire,
            "key": str(uuid4()),
        }
        return json.dumps(asked).encode()


async def _opened(stack: Stack, people: Sequence[UUID]) -> str:
    """Open a call for input of which all these are members; give the concertation."""
    concertation = str(uuid4())
    pool = await open_pool(stack.database("worker"), application="bench", statement_timeout=60)
    async with pool.acquire() as connection:
        began: datetime = await connection.fetchval("SELECT instant()")
        await prepare(connection, concertation, began + OPEN_FOR - timedelta(seconds=1), QUESTIONNAIRE)
        await connection.copy_records_to_table(
            "member",
            records=[(UUID(concertation), str(person), "citoyens", False) for person in people],
            columns=["concertation", "member", "college", "elected"],
        )
    await pool.close()
    return concertation


@asynccontextmanager
async def _bare_door(stack: Stack) -> AsyncIterator[int]:
    """Serve the floors with as many connections as the API has; give the port."""
    owner = await asyncpg.connect(stack.database("owner"))
    await owner.execute(
        f"CREATE TABLE {TABLE} (id uuid PRIMARY KEY DEFAULT uuidv7(), member text, body text, answers json, key text);"
        f"GRANT INSERT ON {TABLE} TO concertation_app"
    )
    await owner.close()
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.bare_door", stack.database("app"), str(Settings().pool_max_size)),
        stdout=asyncio.subprocess.PIPE,
    )
    assert server.stdout is not None
    try:
        yield int(await server.stdout.readline())
    finally:
        server.terminate()
        await server.wait()


async def _all_are_there(stack: Stack, concertation: str, number: int) -> None:
    connection = await asyncpg.connect(stack.database("worker"))
    try:
        kept = await connection.fetchval(
            "SELECT count(*) FROM contribution WHERE concertation = $1", UUID(concertation)
        )
    finally:
        await connection.close()
    if kept != number:
        raise RuntimeError(f"{number} receipts were given, and {kept} contributions are there")
