"""The API under test: the real application on a real PostgreSQL, commands brought to `record` without Temporal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import httpx
from starlette.applications import Starlette
from starlette.types import ASGIApp

from domain.acts import SYSTEM, Actor, Command, Tick
from server.limits.guard import Guard
from server.settings import Settings
from server.tokens import sign_token
from store.pool import Pool, acquire
from store.recording import record
from store.replies import Accepted, Refused
from tests.fixtures.clock import TestClock

DAY = timedelta(days=1)
OPERATIONS = Path(__file__).parents[2] / "graphql" / "operations"
_PEOPLE = UUID("7d2b1c0e-0a52-5b0d-8a33-5f1f4f2f9c55")
TYPED = {
    "ALREADY_CONTRIBUTED", "ANSWERS_INVALID", "IDEMPOTENCY_KEY_REUSED", "LAUNCH_NOT_READY", "NOT_ALLOWED",
    "CONVOCATION_TOO_LATE", "HEARING_CONFLICT", "PROCEDURE_INVALID", "QUESTIONNAIRE_INVALID", "ROUND_CHANGED",
    "STAGE_CHANGED", "STAGE_NOT_OPEN",
    "SUBJECT_CHANGED", "TREATMENT_TOO_LOW",
}  # fmt: skip
"""The codes that have a case of their own: none of them is ever answered by the plain one."""
_PLATFORM = {"coordinator": ["coordinator"], "operator": ["operator"]}


def pseudonym(name: str) -> str:
    """The pseudonymous id of somebody in these tests."""
    return str(uuid5(_PEOPLE, name))


def document(name: str) -> str:
    """A document that the project's own clients send."""
    return (OPERATIONS / f"{name}.graphql").read_text()


class DirectSender:
    """Brings commands straight to `record`, as the worker would."""

    def __init__(self, worker: Pool) -> None:
        self.worker = worker
        self.sent: list[Command] = []

    async def send(self, command: Command) -> Accepted | Refused:
        self.sent.append(command)
        async with acquire(self.worker) as connection:
            return (await record(connection, command, 0)).reply


class House:
    """Asks the API as somebody."""

    def __init__(
        self,
        app: Starlette,
        settings: Settings,
        sender: DirectSender,
        clock: TestClock,
        guard: Guard | None = None,
        before: Callable[[ASGIApp], ASGIApp] = lambda app: app,
    ) -> None:
        self.app = app
        #: The same behind what measures it.
        self.measured = before(app)
        #: What the application was given to hold callers to limits.
        self.guard = guard or Guard(None)
        #: For how long whoever was paced would have waited, in seconds; nobody does here.
        self.paused: list[float] = []
        self.guard.pacing.pause = self._paused
        self.settings = settings
        self.sender = sender
        self.clock = clock
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.measured, raise_app_exceptions=False),
            base_url="http://127.0.0.1",
        )
        self._keys = 0

    @property
    def keys(self) -> int:
        """How many keys were made up."""
        return self._keys

    def keys_after(self, number: int) -> None:
        """Make up keys after this number from now on."""
        self._keys = max(self._keys, number)

    async def _paused(self, seconds: float) -> None:
        self.paused.append(seconds)

    def token(self, name: str) -> str:
        return sign_token(self.settings, roles=_PLATFORM.get(name, []), member=UUID(pseudonym(name)))

    def headers(self, name: str | None, language: str | None = None) -> dict[str, str]:
        found = {"authorization": f"Bearer {self.token(name)}"} if name else {}
        return found | ({"accept-language": language} if language else {})

    async def post(
        self,
        query: str,
        variables: dict[str, Any] | None = None,
        as_: str | None = None,
        language: str | None = None,
    ) -> httpx.Response:
        return await self.http.post(
            "/graphql",
            json={"query": query, "variables": variables or {}},
            headers=self.headers(as_, language),
        )

    async def ask(
        self,
        query: str,
        variables: dict[str, Any] | None = None,
        as_: str | None = None,
        language: str | None = None,
    ) -> Any:
        """The data of an answer without errors. `query` is a text, or the name of one of the project's documents."""
        text = query if "{" in query else document(query)
        response = await self.post(text, variables, as_, language)
        answer = response.json()
        assert "errors" not in answer, answer["errors"]
        assert response.status_code == 200
        return answer["data"]

    async def do(self, operation: str, as_: str | None, /, **fields: Any) -> Any:
        """Send a mutation by the name of its document; a key is made up unless one is given."""
        self._keys += 1
        given = {"idempotencyKey": f"k{self._keys}", **fields}
        data = await self.ask(operation, {"input": given}, as_)
        return next(iter(data.values()))

    async def done(self, operation: str, as_: str | None, /, **fields: Any) -> Any:
        """Send a mutation that must be accepted."""
        answer = await self.do(operation, as_, **fields)
        assert answer["__typename"].endswith("Accepted"), answer
        return answer

    async def done_without_key(self, operation: str, as_: str, /, **fields: Any) -> Any:
        """Send a mutation that takes no key."""
        answer = next(iter((await self.ask(operation, {"input": fields}, as_)).values()))
        assert answer["__typename"].endswith("Accepted"), answer
        return answer

    async def refused(self, code: str, operation: str, as_: str | None, /, **fields: Any) -> Any:
        """Send a mutation that must be refused with this code, and change nothing."""
        before = await self.clock_and_ledger()
        answer = await self.do(operation, as_, **fields)
        assert answer.get("code") == code, answer
        assert answer["__typename"] != "Refused" or code not in TYPED, f"a client cannot act on {answer}"
        assert answer["message"]
        assert "…" not in answer["message"], "a placeholder was not filled"
        assert answer["message"] != f"refusal.{code}"
        assert await self.clock_and_ledger() == before
        return answer

    async def clock_and_ledger(self) -> int:
        """How many events there are in all ledgers."""
        async with acquire(self.sender.worker) as connection:
            count: int = await connection.fetchval(
                "SELECT (SELECT count(*) FROM ledger) + (SELECT count(*) FROM contribution)"
            )
            return count

    async def tick(self, concertation: str) -> None:
        """Do what is due, as the workflow would."""
        async with acquire(self.sender.worker) as connection:
            self._keys += 1
            key = f"tick{self._keys}"
            command = Command(id=key, concertation=concertation, actor=Actor(member=SYSTEM), act=Tick())
            await record(connection, command, 0)
