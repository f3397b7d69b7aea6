"""A client over HTTP that takes silence for what it is: unknown. It then asks again, with the same key.

A command may have been done although its answer was lost. Only the same request, with the same idempotency key,
finds out without doing it twice. Files, and pages to print, come and go beside GraphQL in the same way.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urljoin

import httpx

from server.demo.documents import document
from server.demo.faults import RequestFaulty, Unanswered

#: Codes of `errors[].extensions.code` after which nobody knows, or nothing was done: ask again.
ASK_AGAIN = frozenset({"UNAVAILABLE", "OUTCOME_UNKNOWN"})
#: What says for certain that a command was not sent on: the API's own word, or nobody to take it.
NOTHING_DONE = frozenset({"UNAVAILABLE", "ConnectError", "ConnectTimeout"})
_BUSY = frozenset({408, 429, 502, 503, 504})
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 1.0

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Silence:
    """A request that got no answer and will be sent again as it is."""

    operation: str
    #: How often it has been sent so far.
    attempt: int
    #: What came instead of an answer: a code of the API, a status, the kind of network fault.
    why: str


class _NoAnswer(Exception):
    """Carries what came instead of an answer."""


class Client:
    """Sends the documents of graphql/operations, and files; use it as an async context manager."""

    def __init__(
        self,
        url: str,
        *,
        patience: float = 60.0,
        timeout: float = 5.0,
        language: str = "fr",
    ) -> None:
        """Ask at `url`; give up after `patience` seconds of silence, each attempt lasting at most `timeout`."""
        self.url = url
        self._patience = patience
        self._http = httpx.AsyncClient(timeout=timeout, headers={"Accept-Language": language})

    async def __aenter__(self) -> Self:
        """Begin."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def ask(
        self,
        operation: str,
        variables: Mapping[str, Any] | None = None,
        token: str | None = None,
        told: Callable[[Silence], None] | None = None,
    ) -> dict[str, Any]:
        """Send an operation until it is answered, and give its `data`. `told` learns of each silence.

        Raises:
            Unanswered: nobody answered in time.
            RequestFaulty: the API calls the request faulty.
        """
        request = {
            "operationName": operation,
            "query": document(operation),
            "variables": dict(variables or {}),
        }
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return await self._until_answered(operation, lambda: self._once(operation, request, headers), told)

    async def fetch(self, address: str, told: Callable[[Silence], None] | None = None) -> bytes:
        """Get what is at an address, which may be relative to that of the API.

        Raises:
            Unanswered: nobody answered in time.
            RequestFaulty: it is not there for us.
        """
        url = urljoin(self.url, address)
        return await self._until_answered("GET", lambda: self._plain("GET", url), told)

    async def send(self, address: str, content: bytes, told: Callable[[Silence], None] | None = None) -> None:
        """Put a content at the address of an upload ticket. Sent again, the same content changes nothing.

        Raises:
            Unanswered: nobody answered in time.
            RequestFaulty: it was not taken.
        """
        url = urljoin(self.url, address)
        await self._until_answered("PUT", lambda: self._plain("PUT", url, content), told)

    async def _until_answered(
        self, what: str, once: Callable[[], Awaitable[T]], told: Callable[[Silence], None] | None
    ) -> T:
        limit = time.monotonic() + self._patience
        pause, attempt = _FIRST_PAUSE, 1
        while True:
            try:
                return await once()
            except _NoAnswer as silence:
                if time.monotonic() + pause > limit:
                    raise Unanswered(
                        f"{what}: pas de réponse en {self._patience:g} s ({silence}). "
                        "On ne sait pas si la demande a été suivie d’effet."
                    ) from None
                if told is not None:
                    told(Silence(operation=what, attempt=attempt, why=str(silence)))
            await asyncio.sleep(pause)
            pause, attempt = min(2 * pause, _LONGEST_PAUSE), attempt + 1

    async def _plain(self, method: str, url: str, content: bytes | None = None) -> bytes:
        try:
            response = await self._http.request(method, url, content=content)
        except httpx.TransportError as fault:
            raise _NoAnswer(type(fault).__name__) from None
        if response.status_code in _BUSY:
            raise _NoAnswer(f"HTTP {response.status_code}")
        if not response.is_success:
            # The path alone: what follows is a ticket.
            raise RequestFaulty(
                f"{method} {response.url.path}: HTTP {response.status_code} {response.text[:200]}"
            )
        return response.content

    async def _once(
        self, operation: str, request: Mapping[str, Any], headers: Mapping[str, str]
    ) -> dict[str, Any]:
        try:
            response = await self._http.post(self.url, json=request, headers=headers)
        except httpx.TransportError as fault:
            raise _NoAnswer(type(fault).__name__) from None
        try:
            answer = response.json()
        except ValueError:
            answer = {}
        errors = answer.get("errors") or []
        codes = [error.get("extensions", {}).get("code", "") for error in errors]
        if waiting := next((code for code in codes if code in ASK_AGAIN), None):
            raise _NoAnswer(waiting)
        if response.status_code in _BUSY:
            raise _NoAnswer(f"HTTP {response.status_code}")
        if errors or "data" not in answer:
            said = "; ".join(error.get("message", "?") for error in errors) or response.text[:200]
            raise RequestFaulty(f"{operation}: {said}")
        data: dict[str, Any] = answer["data"]
        return data
