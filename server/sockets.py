"""Sockets in the protocol graphql-transport-ws, which Strawberry speaks; here is where it is held to the letter.

Operations share nothing that they read and end with the token that began them. A document that cannot be executed is
answered with `error`, as the protocol has it for all that happens before execution, and closes no socket.
"""

import asyncio
import copy
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any, Protocol, cast

from graphql import GraphQLError
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import ConnectionInitMessage, Message
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from api.context import Context
from api.masking import masked
from server.limits.guard import Guard, as_error
from server.limits.rates import RateLimited
from server.messages import fault_of
from server.signed import IssuerAway
from store.faults import StoreFault

LOOKED_AT_EVERY = 1.0
"""Seconds between two looks at whether the token of an open socket still works."""
_LONGEST_REASON = 123
"""Bytes of the reason in a closing frame (RFC 6455, 5.5)."""


class Charging(Protocol):
    """The view, as sockets ask it what an operation costs."""

    guard: Guard

    def charge(
        self, context: Context, query: str, operation: str | None, variables: Mapping[str, Any] | None
    ) -> None:
        """Charge an operation, or raise `RateLimited`."""
        ...


class Wire(ASGIWebSocketAdapter):
    """What messages go over."""

    async def close(self, code: int, reason: str) -> None:
        """Close; a reason that quotes what a client sent is cut to what a frame holds."""
        await super().close(code, reason.encode()[:_LONGEST_REASON].decode(errors="ignore"))


class Socket(BaseGraphQLTransportWSHandler[Context, None]):
    """One connection."""

    async def handle_message(self, message: Any) -> None:
        """Take a message of the protocol; close the socket at any other."""
        fault = fault_of(message)
        if fault:
            await self.handle_invalid_message(fault)
            return
        if message.get("payload", {}) is None:
            del message["payload"]
        await super().handle_message(message)

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        """Let a client in, or say to come back while nobody can tell whether its token works."""
        try:
            await super().handle_connection_init(message)
        except (StoreFault, IssuerAway):
            await self.websocket.close(code=1013, reason="Try again later")

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        """Run one operation."""
        own = copy.copy(self)
        own.context = self.context.fresh()
        left = self.context.seconds_left
        try:
            if not await self._still_works():
                raise TimeoutError
            view = cast("Charging", self.view)
            view.guard.request(own.context.viewer, own.context.address)
            view.charge(own.context, operation.query, operation.operation_name, operation.variables)
            async with (
                asyncio.timeout(None if left is None else max(0.0, left())) as end,
                self._watched(end),
            ):
                await super(Socket, own).run_operation(operation)
            view.guard.answered(own.context)
        except RateLimited as limited:
            await operation.send_initial_errors([as_error(limited, self.context.languages)])
        except StoreFault as fault:
            error = masked(GraphQLError("", original_error=fault), self.context)
            await operation.send_initial_errors([error])
        except TimeoutError:
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
        await super().send_message(message)

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
        async with aclosing(_with_request_errors(result_source)) as results:
            await super()._send_result_stream(operation, cast("Any", results))

    @staticmethod
    def _get_pre_execution_close_reason(error: object) -> None:
        """Close for no document: other operations go on."""


async def _with_request_errors(results: Any) -> AsyncGenerator[Any, None]:
    """Give results; variables that were refused before execution as such, and not as a result without data."""
    async for result in results:
        if (
            isinstance(result, ExecutionResult)
            and result.data is None
            and not any(error.path for error in result.errors or ())
        ):
            yield PreExecutionError(None, result.errors)
        else:
            yield result
