"""`guard_submit_ratio`, `guard_page_ratio`: what is left of the throughput with limits, gate and row-level security.

Two processes of the API on one database: one as it is, and one without any of these (guard_door.py). Clients
contribute, and then read pages, through one and the other in short windows by turns; the one that comes first changes
each time. Both are started anew for each round: of two processes of one program, one may be a fifth slower all its
life. Limits are so high that nobody is turned away, and are asked, settled and counted as ever.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4, uuid5

import asyncpg

from api.ids import global_id
from benchmarks.clients import Load, load, request
from benchmarks.crowd import SEED
from benchmarks.figure import Figure
from benchmarks.opening import STAGE, open_for
from benchmarks.progress import say
from benchmarks.scale import sized
from benchmarks.speech import Speech
from benchmarks.stack import Stack, data_folder
from benchmarks.submitting import CLIENTS
from server.settings import Settings
from server.tokens import sign_token

ROUNDS = 7
TURNS = 6
"""Windows of each of the two in one round."""
SUBMISSIONS = 300
PAGES = 120
"""Requests of one window: about a third of a second of either."""
PAGE = 20
READERS = 8
"""Clients who read pages: with more, all wait for the connections of the pool."""
ANSWERS = 50
"""Sets of answers, the same in every window."""
ROLE = "concertation_unguarded"
NEVER = "1e9"
"""A rate that nobody reaches."""

_MEMBERS = UUID("5b0a6c3e-7d5e-4f5f-8a53-3b8f0a4b8f11")
_OPERATIONS = Path(__file__).parents[1] / "graphql" / "operations"
HIGH = {
    f"CONCERTATION_{name}": value
    for name, value in {
        "RATE_OF_MEMBER": NEVER,
        "RATE_OF_ANONYMOUS": NEVER,
        "RATE_OF_ADDRESS": NEVER,
        "OPERATIONS_OF_MEMBER": "1000",
        "OPERATIONS_OF_ADDRESS": "1000",
    }.items()
}
PATIENT = {"CONCERTATION_DATABASE_TIMEOUT": "20", "CONCERTATION_OPERATION_TIMEOUT": "30"}
"""A full machine is no fault: what is measured is throughput."""

Work = Callable[["Door"], Awaitable[Load]]


@dataclass(frozen=True, kw_only=True)
class Door:
    """One of the two processes."""

    host: str
    port: int

    @classmethod
    def at(cls, url: str) -> Door:
        """Give the one that answers at this address."""
        address = urlsplit(url)
        assert address.hostname is not None
        assert address.port is not None
        return cls(host=address.hostname, port=address.port)

    def asks(self, operation: str, variables: dict[str, Any], token: str) -> bytes:
        """Write the request for one of the project's operations."""
        document = (_OPERATIONS / f"{operation}.graphql").read_text()
        asked = {"query": document, "operationName": operation, "variables": variables}
        return request("/graphql", f"{self.host}:{self.port}", json.dumps(asked).encode(), token)

    async def load(self, requests: Sequence[bytes], hoped_for: bytes, clients: int = CLIENTS) -> Load:
        """Send all of them."""
        return await load(self.host, self.port, requests, hoped_for, clients)


async def guarding() -> list[Figure]:
    """Measure both, by turns; no answer may be anything but what was asked for."""
    submitting, reading = [], []
    with data_folder() as folder, folder.stack() as stack:
        crowd = await open_for(stack, 0)
        await _make_role(stack)
        work = Audience(stack, str(crowd.concertation))
        for number in range(sized(ROUNDS, small=1)):
            async with _doors(stack, number) as (guarded, bare):
                for door in (guarded, bare):
                    await work.submit(door)
                    await work.read(door)
                submitting.append(await compare("contributions", work.submit, guarded, bare))
                reading.append(await compare(f"pages of {PAGE}", work.read, guarded, bare))
    return [
        _figure("guard_submit_ratio", submitting, "One contribution"),
        _figure("guard_page_ratio", reading, f"A page of {PAGE} contributions with author and answers"),
    ]


def _figure(name: str, rounds: Sequence[tuple[float, float]], what: str) -> Figure:
    with_, without = (median(side) for side in zip(*rounds, strict=True))
    lost = 1e6 * (1 / with_ - 1 / without)
    return Figure(
        name=name,
        values=tuple(guarded / bare for guarded, bare in rounds),
        bound=f"{what}: {with_:.0f} a second with all guards, {without:.0f} without limits, gate and policies; about "
        f"{lost:.0f} µs each, on processors that the clients share.",
    )


async def compare(
    what: str, work: Work, guarded: Door, bare: Door, unlike: str = "all guards"
) -> tuple[float, float]:
    """Give the rates of both in one round: of the middle one of their windows, half of which came first."""
    seen: dict[Door, list[float]] = {guarded: [], bare: []}
    for turn in range(sized(TURNS, small=2)):
        for door in (guarded, bare) if turn % 2 else (bare, guarded):
            seen[door].append((await work(door)).rate)
    rates = (median(seen[guarded]), median(seen[bare]))
    say(f"{rates[0]:.0f} {what} a second with {unlike}, {rates[1]:.0f} without: {rates[0] / rates[1]:.3f}")
    return rates


class Audience:
    """Who contributes and reads, at any of them."""

    def __init__(self, stack: Stack, concertation: str) -> None:
        self._settings = Settings(data_dir=stack.data_dir)
        self._concertation = concertation
        self._coordinator = stack.token("coordinator")
        self._people = _people()
        speech = Speech(random.Random(SEED))
        self._answers = [speech.answers() for _ in range(ANSWERS)]

    async def submit(self, door: Door) -> Load:
        """Let new people contribute, having asked who they are: nobody's first request is their contribution."""
        people = [next(self._people) for _ in range(sized(SUBMISSIONS, small=64))]
        tokens = [sign_token(self._settings, roles=["participant"], member=person) for person in people]
        await door.load([door.asks("Viewer", {}, token) for token in tokens], b'"viewer"')
        requests = [
            door.asks("SubmitContribution", {"input": self._said(number)}, token)
            for number, token in enumerate(tokens)
        ]
        return await door.load(requests, b'"ContributionAccepted"')

    async def read(self, door: Door) -> Load:
        """Read the latest page, with names, as who coordinates."""
        named = {"id": global_id("Concertation", self._concertation), "stage": STAGE, "first": PAGE}
        asked = door.asks("ContributionsInFull", named, self._coordinator)
        return await door.load([asked] * sized(PAGES, small=32), b'"nodes":[{', READERS)

    def _said(self, number: int) -> dict[str, Any]:
        return {
            "concertationId": global_id("Concertation", self._concertation),
            "stage": STAGE,
            "round": 1,
            "answers": self._answers[number % ANSWERS],
            "idempotencyKey": str(uuid4()),
        }


def _people() -> Iterator[UUID]:
    number = 0
    while True:
        yield uuid5(_MEMBERS, str(number))
        number += 1


async def _make_role(stack: Stack) -> None:
    superuser = await asyncpg.connect(stack.superuser)
    await superuser.execute(
        f"CREATE ROLE {ROLE} LOGIN BYPASSRLS IN ROLE concertation_app;"
        f"ALTER ROLE {ROLE} SET statement_timeout = '2s'; ALTER ROLE {ROLE} SET lock_timeout = '1s'"
    )
    await superuser.close()


@asynccontextmanager
async def _doors(stack: Stack, number: int) -> AsyncIterator[tuple[Door, Door]]:
    """Run the API twice more, with all guards and without any; the other one first each time."""
    app = stack.database("app")
    seed = {"PYTHONHASHSEED": str(number)}
    bare = {"DATABASE_URL": app.replace("concertation_app@", f"{ROLE}@"), "CONCERTATION_RATE_LIMITS": "false"}
    given = {"with": {"DATABASE_URL": app} | seed, "without": bare | seed}
    first, second = ("with", "without") if number % 2 else ("without", "with")
    async with door(stack, first, given[first]) as one, door(stack, second, given[second]) as other:
        doors = {first: one, second: other}
        yield doors["with"], doors["without"]


@asynccontextmanager
async def door(stack: Stack, which: str, given: dict[str, str]) -> AsyncIterator[Door]:
    """Run the API once more, `with` guards or `without`, given these settings besides."""
    usual = {name: value for name, value in os.environ.items() if not name.startswith("CONCERTATION_")}
    folder = {"TEMPORAL_ADDRESS": stack.temporal_address, "CONCERTATION_DATA_DIR": str(stack.data_dir)}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.guard_door", which),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=usual | folder | HIGH | PATIENT | given,
    )
    assert process.stdout is not None
    try:
        yield Door.at((await process.stdout.readline()).decode().strip())
    finally:
        process.terminate()
        await process.wait()
