"""Those who contribute elsewhere meanwhile: clients of the API, one after the other each, for as long as they are let.

Every contribution is a new person's, with a token of their own and answers to ten questions.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, overload
from urllib.parse import urlsplit
from uuid import uuid4

from api.ids import global_id
from benchmarks.clients import Load, load, request
from benchmarks.crowd import SEED, Crowd
from benchmarks.speech import Speech
from benchmarks.stack import Stack
from server.settings import Settings
from server.tokens import sign_token

CLIENTS = 32
_DOCUMENT = Path(__file__).parents[1] / "graphql" / "operations" / "SubmitContribution.graphql"


class Elsewhere:
    """Another call for input of the same installation, and those who answer it."""

    def __init__(self, stack: Stack, crowd: Crowd) -> None:
        """Hold what every request has in common."""
        self._at = urlsplit(stack.graphql_url)
        self._settings = Settings(data_dir=stack.data_dir)
        self._crowd = crowd
        self._query = _DOCUMENT.read_text()
        self._speech = Speech(random.Random(SEED))

    async def load(self, is_over: Callable[[], bool], clients: int = CLIENTS) -> Load:
        """Let so many contribute until it is over. Anything but a receipt is a fault."""
        assert self._at.hostname is not None
        assert self._at.port is not None
        asked = _Until(self._submission, is_over)
        return await load(self._at.hostname, self._at.port, asked, b'"ContributionAccepted"', clients)

    def _submission(self) -> bytes:
        token = sign_token(self._settings, roles=["participant"], member=uuid4())
        asked = {
            "concertationId": global_id("Concertation", str(self._crowd.concertation)),
            "stage": self._crowd.stage,
            "round": 1,
            "answers": self._speech.answers(),
            "idempotencyKey": str(uuid4()),
        }
        said = {"query": self._query, "operationName": "SubmitContribution", "variables": {"input": asked}}
        return request(self._at.path, self._at.netloc, json.dumps(said).encode(), token)


class _Until(Sequence[bytes]):
    """Requests that are made as they are asked for, until it is over."""

    def __init__(self, make: Callable[[], bytes], is_over: Callable[[], bool]) -> None:
        self._make = make
        self._is_over = is_over

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[bytes]: ...
    def __getitem__(self, index: int | slice) -> Any:
        if self._is_over():
            raise IndexError(index)
        return self._make()

    def __len__(self) -> int:
        raise TypeError("nobody knows before it is over")
