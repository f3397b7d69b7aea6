"""Sockets in the protocol graphql-transport-ws, which Strawberry speaks; here is where it is held to the letter.

Operations share nothing that they read and end with the token that began them. A document that cannot be executed is
answered with `error`, as the protocol has it for all that happens before execution, and closes no socket.
"""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from datetime import timedelta
from time import monotonic
from typing import Any, NamedTuple, Protocol, cast
from uuid import uuid4

from graphql import GraphQLError
from starlette.types import Scope
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
    ConnectionInitMessage,
    Message,
    SubscribeMessage,
)
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from api.context import Context
from api.masking import masked
from api.proving import ProvingSchema
from server.draining import COME_AGAIN, Draining
from server.limits.bucket import Bucket, Limit
from server.limits.guard import Guard, as_error
from server.limits.rates import RateLimited
from server.limits.waiting import Waiting
from server.messages import fault_of, identifier_of
from server.signed import IssuerAway
from server.telemetry.over_sockets import SocketOperation, turned_back
from server.trusted_documents import DocumentRefused, TrustedDocuments
from store.faults import StoreFault

LOOKED_AT_EVERY = 1.0
"""Seconds between two looks at whether the token of an open socket still works."""
MESSAGES = Limit(rate=50.0, burst=200.0)
"""Messages of one socket, in a second and at once: those that come faster are read more slowly."""
_LONGEST_REASON = 123
"""Bytes of the reason in a closing frame (RFC 6455, 5.5)."""


class Bounds(NamedTuple):
    """What one socket, and those that do not begin, may take."""

    init_within: timedelta = timedelta(seconds=10)
    #: How long it may be open. Clients come again and go on where they were.
    life: timedelta = timedelta(hours=12)
    #: Operations of one socket at a time, subscriptions among them.
    operations: int = 50
    #: Sockets that did not begin: of one address; in all.
    uninitialised: int = 50
    uninitialised_in_all: int = 500


class Charging(Protocol):
    """The view, as sockets ask it what they may."""

    guard: Guard
    bounds: Bounds
    draining: Draining
    uninitialised: Waiting[Socket]
    trusted: TrustedDocuments

    def charge(
        self, context: Context, query: str, operation: str | None, variables: Mapping[str, Any] | None
    ) -> None:
        """Charge an operation, or raise `RateLimited`."""
        ...


class Wire(ASGIWebSocketAdapter):
    """What messages go over."""

    @property
    def scope(self) -> Scope:
        """That of the handshake."""
        return self.ws.scope

    async def close(self, code: int, reason: str) -> None:
        """Close; a reason that quotes what a client sent is cut to what a frame holds."""
        await super().close(code, reason.encode()[:_LONGEST_REASON].decode(errors="ignore"))


class Socket(BaseGraphQLTransportWSHandler[Context, None]):
    """One connection. Each of its operations runs in a copy, with a context of its own."""

    _asked: SocketOperation
    """The operation of a copy."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begin with nothing said."""
        super().__init__(*args, **kwargs)
        self._messages = Bucket(MESSAGES, at=monotonic())
        self._sending = asyncio.Lock()
        self._closing: asyncio.Task[None] | None = None
        self._scope = cast("Wire", self.websocket).scope
        self._in_hand = 0
        self._answered = asyncio.Event()
        self._answered.set()

    @property
    def _view(self) -> Charging:
        return cast("Charging", self.view)

    async def handle(self) -> None:
        """Serve until it is closed, and no longer than a socket may be open."""
        self._view.uninitialised.enter(self.context.address, self)
        self._view.draining.enter(self)
        ends = asyncio.get_running_loop().call_later(
            self._view.bounds.life.total_seconds(), self._close_soon, *COME_AGAIN
        )
        try:
            await super().handle()
        finally:
            ends.cancel()
            self._view.uninitialised.leave(self.context.address, self)
            self._view.draining.leave(self)
            if self.context.leave is not None:
                self.context.leave()

    def dismiss(self) -> None:
        """Close before it has begun: others wait."""
        self._close_soon(4408, "Connection initialisation timeout")

    async def go_away(self) -> None:
        """Close once all that is no subscription is answered: the client connects anew, to another process."""
        await self._answered.wait()
        with suppress(RuntimeError):  # it is closed already
            await self.websocket.close(*COME_AGAIN)

    def _close_soon(self, code: int, reason: str) -> None:
        async def close() -> None:
            with suppress(RuntimeError):  # it is closed already
                await self.websocket.close(code=code, reason=reason)

        self._closing = asyncio.create_task(close(), name="closing a socket")

    async def handle_message(self, message: Any) -> None:
        """Take a message of the protocol; close the socket at any other."""
        now = monotonic()
        wait = self._messages.wait(1.0, now)
        self._messages.use(1.0, now)
        if wait > 0:
            await asyncio.sleep(wait)
        identifier = identifier_of(message)
        if identifier is not None and self.connection_acknowledged:
            try:
                message["payload"]["query"] = self._view.trusted.named(identifier)
            except DocumentRefused as refused:
                turned_back(self._scope, "refused")
                payload = [refused.said(self.context.languages).formatted]
                await self.send_message({"type": "error", "id": message["id"], "payload": payload})
                return
        fault = fault_of(message)
        if fault:
            await self.handle_invalid_message(fault)
            return
        if message.get("payload", {}) is None:
            del message["payload"]
        await super().handle_message(message)

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        """Let a client in, or say to come back while nobody can tell whether its token works."""
        self._view.uninitialised.leave(self.context.address, self)
        try:
            await super().handle_connection_init(message)
        except RateLimited:
            await self.websocket.close(code=1013, reason="Too many sockets")
        except (StoreFault, IssuerAway):
            await self.websocket.close(code=1013, reason="Try again later")

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        """Begin an operation; count one that does not begin, since as many are at work as may be."""
        known, most = self.operations, self.max_subscriptions_per_connection
        full = most is not None and len(known) >= most
        if full and self.connection_acknowledged and message["id"] not in known:
            turned_back(self._scope, "turned_away")
        await super().handle_subscribe(message)

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        """Run one operation, counted and traced."""
        with SocketOperation(self._scope) as asked:
            await self._run(operation, asked)

    async def _run(self, operation: Operation[Context, None], asked: SocketOperation) -> None:
        own = copy.copy(self)
        own._asked = asked
        own.context = self.context.fresh()
        own.context.reference, own.context.followed = uuid4().hex, asked.follows
        left = self.context.seconds_left
        try:
            if not await self._still_works():
                raise TimeoutError
            await self._view.guard.request(own.context.viewer, own.context.address)
            self._view.trusted.require(operation.query, by_cookie=own.context.session is not None)
            self._view.charge(own.context, operation.query, operation.operation_name, operation.variables)
            kind = cast("ProvingSchema", self.schema).kind(operation.query, operation.operation_name)
            asked.reads(kind, self._view.trusted.name(operation.query), own.context.reference)
            async with self._sending:  # while the client does not read, nothing is read for it either
                pass
            with self._at_work(own.context, kind):
                async with (
                    asyncio.timeout(None if left is None else max(0.0, left())) as end,
                    self._watched(end),
                ):
                    await super(Socket, own).run_operation(operation)
        except RateLimited as limited:
            asked.note("turned_away")
            await operation.send_initial_errors([as_error(limited, self.context.languages)])
        except DocumentRefused as refused:
            asked.note("refused")
            await operation.send_initial_errors([refused.said(self.context.languages)])
        except StoreFault as fault:
            asked.note("unavailable")
            error = masked(GraphQLError("", original_error=fault), own.context)
            await operation.send_initial_errors([error])
        except TimeoutError:
            asked.note("refused")
            await self._forbid()

    async def send_message(self, message: Message) -> None:
        """Send a message; what was read goes to nobody whose token was revoked meanwhile.

        While PostgreSQL does not say, it waits: nothing goes out that should not.
        """
        while message["type"] == "next" and message["payload"].get("data") is not None:
            try:
                if not await self._still_works():
                    await self._forbid()
                    return
                break
            except StoreFault:
                await asyncio.sleep(LOOKED_AT_EVERY)
        async with self._sending:
            await super().send_message(message)

    @contextmanager
    def _at_work(self, context: Context, kind: str) -> Iterator[None]:
        """Count an operation; subscriptions go on, and are counted by sockets."""
        if kind == OperationType.SUBSCRIPTION.value:
            yield
            return
        with self._view.guard.at_work(context):
            self._in_hand += 1
            self._answered.clear()
            try:
                yield
            finally:
                self._in_hand -= 1
                if not self._in_hand:
                    self._answered.set()

    async def _still_works(self) -> bool:
        return self.context.still_works is None or await self.context.still_works()

    async def _forbid(self) -> None:
        with suppress(RuntimeError):
            await self.websocket.close(code=4403, reason="Forbidden")

    @asynccontextmanager
    async def _watched(self, end: asyncio.Timeout) -> AsyncIterator[None]:
        """End a block when the token stops to work, however quiet it is."""
        if self.context.still_works is None:
            yield
            return

        async def watch() -> None:
            while True:
                await asyncio.sleep(LOOKED_AT_EVERY)
                with suppress(StoreFault):  # nothing is sent meanwhile
                    if not await self._still_works():
                        end.reschedule(asyncio.get_running_loop().time())
                        return

        watching = asyncio.create_task(watch(), name="token of a socket")
        try:
            yield
        finally:
            watching.cancel()

    async def _send_result_stream(self, operation: Operation[Context, None], result_source: Any) -> None:
        async with aclosing(_with_request_errors(result_source, self._asked)) as results:
            await super()._send_result_stream(operation, cast("Any", results))

    @staticmethod
    def _get_pre_execution_close_reason(error: object) -> None:
        """Close for no document: other operations go on."""


async def _with_request_errors(results: Any, asked: SocketOperation) -> AsyncGenerator[Any, None]:
    """Give results; variables that were refused before execution as such, and not as a result without data."""
    async for result in results:
        asked.answered(result.errors)
        if (
            isinstance(result, ExecutionResult)
            and result.data is None
            and not any(error.path for error in result.errors or ())
        ):
            yield PreExecutionError(None, result.errors)
        else:
            yield result
