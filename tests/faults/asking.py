"""Asking until there is an answer, always under the same key, and noting what came."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from time import monotonic
from typing import Any

from server.demo.documents import document
from tests.faults.answers import Answer, Said, read
from tests.faults.history import History, Operation
from tests.faults.wire import Silence, Wire

ATTEMPT = 15.0
"""Seconds that one attempt may take on a busy machine: the API bounds an operation by ten."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 0.8


class Unanswered(AssertionError):
    """Nobody answered for so long that a client may call the service down."""


class Faulty(AssertionError):
    """The API calls the request faulty, which no fault can bring about."""


class Asker:
    """One client with a connection of its own, who acts for many people, one at a time."""

    def __init__(
        self, url: Callable[[], str], history: History, *, patience: float = 90.0, within: float = ATTEMPT
    ) -> None:
        """Ask at what `url` says, for at most `patience` seconds."""
        self._history = history
        self._patience = patience
        self._wire = Wire(url(), within)

    async def do(self, operation: Operation, token: str) -> Operation:
        """Send it until it is done or refused; one that was neither for too long stays without an answer."""
        body = _body(operation.kind, {"input": operation.input})

        def silent() -> None:
            operation.was_unknown = True

        def sent() -> None:
            operation.attempts += 1

        with contextlib.suppress(Unanswered):
            operation.answer = await self._until_answered(operation.kind, body, token, sent, silent)
        return operation

    async def ask(self, query: str, token: str | None = None, /, **variables: Any) -> Answer:
        """Send a query until it is answered.

        Raises:
            Unanswered: it was not for too long.
        """
        return await self._until_answered(query, _body(query, variables), token, _nothing, _nothing)

    async def once(self, operation: Operation, token: str) -> Answer | None:
        """Send it once more and leave the history as it is; `None` if nobody answered."""
        try:
            return read(*await self._wire.post(_body(operation.kind, {"input": operation.input}), token))
        except Silence:
            return None

    def close(self) -> None:
        """Forget the connection."""
        self._wire.close()

    async def _until_answered(
        self,
        name: str,
        body: bytes,
        token: str | None,
        sent: Callable[[], None],
        silent: Callable[[], None],
    ) -> Answer:
        limit, pause = monotonic() + self._patience, _FIRST_PAUSE
        while True:
            sent()
            began, why, said = monotonic(), "", None
            try:
                answer = read(*await self._wire.post(body, token))
                said = answer.said
                if answer.said in (Said.DONE, Said.REFUSED):
                    return answer
                why = answer.code
                if answer.said is Said.FAULTY:
                    raise Faulty(f"{name}: {why}")
                if answer.said is Said.UNTYPED:
                    self._history.untyped[why] = self._history.untyped.get(why, 0) + 1
            except Silence as silence:
                why = str(silence)
            finally:
                self._history.waited(said, monotonic() - began)
            silent()
            if monotonic() > limit:
                raise Unanswered(f"{name} was not answered within {self._patience:g} s, the last time: {why}")
            await asyncio.sleep(pause)
            pause = min(_LONGEST_PAUSE, 2 * pause)


def _body(name: str, variables: dict[str, Any]) -> bytes:
    return json.dumps({"query": document(name), "operationName": name, "variables": variables}).encode()


def _nothing() -> None:
    pass
