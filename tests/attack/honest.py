"""An honest client: reads a page, contributes, reads again, on a schedule that no slow answer changes.

Latency counts from the instant at which a request should have been sent, so that waiting for an earlier one counts.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random
from time import perf_counter
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from benchmarks.clients import request
from benchmarks.crowd import SEED
from benchmarks.speech import Speech
from server.settings import Settings
from server.tokens import sign_token
from tests.attack.gun import Target

A_SECOND = 25
CONNECTIONS = 4
"""Browsers open some."""
WITHIN = 30.0
_OPERATIONS = Path(__file__).parents[2] / "graphql" / "operations"
_PEOPLE = UUID("5a0c1f4e-7a1b-5b77-8a0d-6a7a54f0c0de")


@dataclass(frozen=True, kw_only=True)
class Heard:
    """How an honest client was heard in one window."""

    #: Seconds of each answer.
    taken: Sequence[float]
    #: What came that was not the answer.
    faults: Sequence[str]

    @property
    def p99(self) -> float:
        """Seconds that 99 % of the answers stayed below."""
        return sorted(self.taken)[int(len(self.taken) * 0.99)]


class Honest:
    """Asks as several people from one address, as behind the one line of a town hall."""

    def __init__(self, target: Target) -> None:
        """Make ready what every request has in common."""
        self._target = target
        self._settings = Settings(data_dir=target.folder)
        self._at = urlsplit(target.url)
        self._numbers = count()
        self._speech = Speech(Random(SEED))
        self._reading = (_OPERATIONS / "Contributions.graphql").read_text()
        self._contributing = (_OPERATIONS / "SubmitContribution.graphql").read_text()

    async def window(self, seconds: float) -> Heard:
        """Ask for so long."""
        asked = [self._request() for _ in range(int(seconds * A_SECOND))]
        taken: list[float] = []
        faults: list[str] = []
        start = perf_counter() + 0.1
        due = iter(enumerate(asked))

        async def client() -> None:
            reader, writer = await asyncio.open_connection(self._at.hostname, self._at.port)
            for number, (sent, hoped_for) in due:
                at = start + number / A_SECOND
                await asyncio.sleep(max(0.0, at - perf_counter()))
                try:
                    async with asyncio.timeout(WITHIN):
                        writer.write(sent)
                        head = await reader.readuntil(b"\r\n\r\n")
                        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                        body = await reader.readexactly(length)
                except (TimeoutError, OSError, asyncio.IncompleteReadError) as fault:
                    faults.append(f"{type(fault).__name__} {fault}")
                    writer.close()
                    reader, writer = await asyncio.open_connection(self._at.hostname, self._at.port)
                else:
                    if hoped_for not in body:
                        faults.append(f"{head[:20].decode()} {body[:300].decode(errors='replace')}")
                taken.append(perf_counter() - at)
            writer.close()

        await asyncio.gather(*(client() for _ in range(CONNECTIONS)))
        return Heard(taken=taken, faults=faults)

    def _request(self) -> tuple[bytes, bytes]:
        number = next(self._numbers)
        member = uuid5(_PEOPLE, str(number))
        place = {"stage": self._target.stage, "round": 1}
        if number % 2:
            said = {"id": self._target.concertation, **place, "first": 20}
            asked, hoped_for = {"query": self._reading, "variables": said}, b'"totalCount"'
        else:
            answer = {"concertationId": self._target.concertation, **place, "answers": self._speech.answers()}
            said = {"input": answer | {"idempotencyKey": str(number)}}
            asked, hoped_for = {"query": self._contributing, "variables": said}, b'"ContributionAccepted"'
        token = sign_token(self._settings, roles=["participant"], member=member)
        return request(self._at.path, self._at.netloc, json.dumps(asked).encode(), token), hoped_for
