"""The one door: GraphQL over POST, and over WebSocket in the protocol graphql-transport-ws."""

import asyncio
import copy
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import lru_cache, partial
from ipaddress import ip_address, ip_network
from json import JSONDecodeError
from typing import Any
from uuid import uuid4

import orjson
from cross_web import HTTPException
from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http import process_result
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import ConnectionInitMessage, Message
from strawberry.types.graphql import OperationType
from strawberry.types.unset import UnsetType

from api.context import Context
from api.faults import FaultCode
from api.masking import masked
from api.proving import ProvingSchema
from domain.rights import Viewer
from domain.texts import negotiate, text
from server.authentication import Authentication
from server.bodies import BodyMalformed, BodyTooLarge, Malformed, decode, read_within, replayed
from server.tokens import TokenInvalid
from store.faults import StoreFault

#: Makes the context of an operation for a viewer, with languages and a reference.
Contexts = Callable[[Viewer, tuple[str, ...], str], Context]


_BY_POST = frozenset(OperationType.from_http("POST")) - {OperationType.SUBSCRIPTION}


LOOKED_AT_EVERY = 1.0
"""Seconds between two looks at whether the token of an open socket still works."""


class Socket(BaseGraphQLTransportWSHandler[Context, None]):
    """A socket whose operations share nothing that they read, and end with the token that began them."""

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        """Let a client in, or say to come back while nobody can tell whether its token works."""
        try:
            await super().handle_connection_init(message)
        except StoreFault:
            await self.websocket.close(code=1013, reason="Try again later")

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        """Run one operation."""
        own = copy.copy(self)
        own.context = self.context.fresh()
        left = self.context.seconds_left
        try:
            if not await self._still_works():
                raise TimeoutError
            async with (
                asyncio.timeout(None if left is None else max(0.0, left())) as end,
                self._watched(end),
            ):
                await super(Socket, own).run_operation(operation)
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


class View(GraphQL[Context, None]):
    """Answers GraphQL requests."""

    graphql_transport_ws_handler_class = Socket
    schema: ProvingSchema

    def __init__(
        self, schema: ProvingSchema, authentication: Authentication, contexts: Contexts, most: int
    ) -> None:
        """Take bodies and messages of at most `most` bytes."""
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=False,
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            connection_init_wait_timeout=timedelta(seconds=10),
            max_subscriptions_per_connection=50,
        )
        self._authentication = authentication
        self._contexts = contexts
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or serve a socket."""
        if scope["type"] == "websocket":
            socket = WebSocket(scope, receive=receive, send=send)
            try:
                await self.run(socket)
            except StoreFault:  # nobody can say whether the token of the handshake works
                await socket.close(1013)
            return
        response = await self._answer(Request(scope, receive=receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        languages = negotiate(request.headers.get("accept-language"))
        if request.method != "POST":
            return _error(405, FaultCode.BAD_USER_INPUT, languages, {"allow": "POST"})
        try:
            body = await read_within(request, self._most)
            bearer = await self._authentication.bearer(request.headers.get("authorization"))
            context = self._contexts(bearer.viewer, languages, uuid4().hex)
            context.address = address_of(request)
            response = await self._at_once(request, body, context) or await self.run(
                Request(request.scope, replayed(body)), context=context
            )
        except BodyTooLarge:
            said = text("body.size", languages, most=str(self._most))
            return _error(413, FaultCode.BAD_USER_INPUT, languages, {"connection": "close"}, message=said)
        except BodyMalformed as fault:
            said = text(f"body.{fault.fault}", languages)
            return _error(400, FaultCode.BAD_USER_INPUT, languages, message=said)
        except TokenInvalid:
            return _error(401, FaultCode.UNAUTHENTICATED, languages, {"www-authenticate": "Bearer"})
        except StoreFault:
            return _error(503, FaultCode.UNAVAILABLE, languages, {"retry-after": "1"})
        except HTTPException as fault:
            return _error(fault.status_code, FaultCode.BAD_USER_INPUT, languages, reason=fault.reason)
        if context.store_is_down:
            response.status_code = 503
            response.headers["retry-after"] = "1"
        return response

    async def _at_once(self, request: Request, body: bytes, context: Context) -> Response | None:
        """Answer what is plain JSON and asks a document that was proven; give nothing for all else."""
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            return None
        asked = decode(body)
        if isinstance(asked, list):
            raise BodyMalformed(Malformed.BATCH)
        if not isinstance(asked, dict) or not asked.keys() <= {"query", "operationName", "variables"}:
            return None
        query, name, variables = asked.get("query"), asked.get("operationName"), asked.get("variables")
        if (
            not isinstance(query, str)
            or not isinstance(name, str | None)
            or not isinstance(variables, dict | None)
        ):
            return None
        parsed = self.schema.proven(query, name, _BY_POST)
        if parsed is None:
            return None
        result = await self.schema.execute_proven(parsed, variables, context, name)
        return Response(orjson.dumps(process_result(result)), media_type="application/json")

    def decode_json(self, data: str | bytes) -> object:
        """Decode a body or a message: an object that holds nothing but text."""
        try:
            decoded: Any = decode(data)
        except BodyMalformed as fault:
            raise JSONDecodeError(str(fault), "", 0) from fault
        payload = decoded.get("payload", decoded) if isinstance(decoded, dict) else None
        if not isinstance(payload, dict) or not _is_request(payload):
            raise JSONDecodeError("no request", "", 0)
        return decoded

    def encode_json(self, data: object) -> str:
        """Encode an answer, as text: sockets send bytes as binary messages."""
        return orjson.dumps(data).decode()

    async def get_context(self, request: Request | WebSocket, response: Any) -> Context:
        """Give the context of a socket, before its client has said who they are."""
        languages = negotiate(request.headers.get("accept-language"))
        context = self._contexts(Viewer(), languages, uuid4().hex)
        context.address = address_of(request)
        context.connection_params = {"authorization": request.headers.get("authorization")}
        await self._admit(context)
        return context

    async def on_ws_connect(self, context: Context) -> UnsetType | dict[str, object] | None:
        """Take the token from the first message, `{"authorization": "Bearer …"}`, or else from the handshake."""
        await self._admit(context)
        return UnsetType()

    async def _admit(self, context: Context) -> None:
        given = (context.connection_params or {}).get("authorization")
        if given is None:
            return
        try:
            bearer = await self._authentication.bearer(given if isinstance(given, str) else "")
        except TokenInvalid as fault:
            raise ConnectionRejectionError from fault
        context.viewer = bearer.viewer
        context.seconds_left = None if bearer.expires == float("inf") else lambda: bearer.left
        revocable = bearer.revocable is not None
        context.still_works = partial(self._authentication.still_works, bearer) if revocable else None


def address_of(request: Request | WebSocket) -> str:
    """Say whence a request comes; of IPv6 the network of 64 bits, which one household or office has to itself.

    Behind a proxy, uvicorn takes it from X-Forwarded-For where the proxy is trusted (FORWARDED_ALLOW_IPS).
    """
    return _address(request.client.host if request.client else "")


@lru_cache(10_000)
def _address(host: str) -> str:
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return str(address) if address.version == 4 else str(ip_network((address, 64), strict=False))


def _is_request(payload: dict[str, Any]) -> bool:
    """Say whether what is there of a request has the form of one."""
    return (
        isinstance(payload.get("query"), str | None)
        and isinstance(payload.get("operationName"), str | None)
        and isinstance(payload.get("variables"), dict | None)
    )


def _error(
    status: int,
    code: FaultCode,
    languages: tuple[str, ...],
    headers: dict[str, str] | None = None,
    reason: str = "",
    message: str = "",
) -> Response:
    """Answer what is no GraphQL request in the shape of a GraphQL error."""
    message = message or text(f"fault.{code}", languages)
    error = {"message": f"{message} ({reason})" if reason else message, "extensions": {"code": code.value}}
    return Response(orjson.dumps({"errors": [error]}), status, headers, "application/json")
