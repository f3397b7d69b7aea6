"""The one door: GraphQL over HTTP, and over WebSocket in the protocol graphql-transport-ws."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from json import JSONDecodeError
from typing import Any
from uuid import uuid4

import orjson
from graphql import GraphQLError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType
from strawberry.types.unset import UnsetType

from api.context import Context
from api.masking import masked
from api.proving import ProvingSchema
from domain.auditing import What
from domain.rights import Viewer
from domain.texts import negotiate
from server import session_cookie
from server.addresses import address_of
from server.answering import Answering
from server.asked import Asked, FormFault, FormRefused, asked_by_get, asked_by_post
from server.authentication import Authentication, Bearer
from server.bodies import BodyMalformed, BodyTooLarge, BodyTooSlow, decode, read_within
from server.browser_sessions import SessionEnded
from server.draining import Draining
from server.limits.guard import Guard
from server.limits.prices import OPENED, Asking
from server.limits.rates import RateLimited
from server.limits.waiting import Waiting
from server.media_types import JSON, answered_as, is_json
from server.patience import TRY_AGAIN_LATER
from server.signed import IssuerAway, TokenInvalid
from server.sockets import Bounds, Socket, Wire
from server.telemetry.outcomes import note, operation
from server.trusted_documents import DocumentRefused, TrustedDocuments, digest
from store.faults import StoreFault

#: Makes the context of an operation for a viewer, with languages and a reference.
Contexts = Callable[[Viewer, tuple[str, ...], str], Context]


_BY_GET = frozenset({OperationType.QUERY})
_BY_POST = _BY_GET | {OperationType.MUTATION}


class View(GraphQL[Context, None]):
    """Answers GraphQL requests. Strawberry serves the sockets; what comes over HTTP is read and answered here."""

    graphql_transport_ws_handler_class = Socket
    websocket_adapter_class = Wire
    schema: ProvingSchema

    def __init__(
        self,
        schema: ProvingSchema,
        authentication: Authentication,
        contexts: Contexts,
        most: int,
        guard: Guard,
        trusted: TrustedDocuments,
        *,
        queries_by_get: bool,
        body_within: float,
        bounds: Bounds,
        draining: Draining,
    ) -> None:
        """Take bodies of at most `most` bytes, sockets that begin in time, and of each caller what `guard` allows."""
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=queries_by_get,
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            connection_init_wait_timeout=bounds.init_within,
            max_subscriptions_per_connection=bounds.operations,
        )
        self._authentication = authentication
        self._contexts = contexts
        self._most = most
        self._body_within = body_within
        self.guard = guard
        self.bounds = bounds
        self.draining = draining
        self.uninitialised: Waiting[Socket] = Waiting(
            bounds.uninitialised, bounds.uninitialised_in_all, Socket.dismiss
        )
        self.trusted = trusted
        self._methods = "GET, POST" if queries_by_get else "POST"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or serve a socket."""
        if scope["type"] == "websocket":
            await self._connect(WebSocket(scope, receive=receive, send=send))
            return
        response = await self._answer(Request(scope, receive=receive))
        await response(scope, receive, send)

    async def _connect(self, socket: WebSocket) -> None:
        try:
            self.guard.stranger(address_of(socket), OPENED)
        except RateLimited as limited:
            await self.guard.turned_away(limited)
            answering = Answering(JSON, negotiate(socket.headers.get("accept-language")))
            await socket.send_denial_response(answering.rate_limited(limited))
            return
        try:
            await self.run(socket)
        except ConnectionRejectionError:  # by what came with the handshake: it is accepted by then
            await socket.close(4403, "Forbidden")
        except (StoreFault, IssuerAway):
            await socket.close(TRY_AGAIN_LATER, "Try again later")

    async def _answer(self, request: Request) -> Response:
        address = address_of(request)
        kind = answered_as(request.headers.get("accept"))
        answering = Answering(kind or JSON, negotiate(request.headers.get("accept-language")))
        try:
            if request.method not in self._methods.split(", "):
                raise FormRefused(FormFault.METHOD)
            if kind is None:
                raise FormRefused(FormFault.NOT_ACCEPTABLE)
            self.guard.crowd.look()
            bearer = await self._bearer(self._authentication.of(request), address)
            await self.guard.request(bearer.viewer, address)
            asked, size = await self._asked(request)
            context = self._contexts(bearer.viewer, answering.languages, uuid4().hex)
            context.session = bearer.session and bearer.session.use
            context.address = address
            asked = self._trustworthy(asked, by_cookie=bearer.session is not None)
            self.charge(context, asked.query, asked.operation, asked.variables, size)
            with self.guard.at_work(context):
                kind = self.schema.kind(asked.query, asked.operation)
                with operation(request.scope, kind, self.trusted.name(asked.query), context.reference):
                    result = await self._execute(asked, context, by_get=request.method == "GET")
            note(request.scope, kind, result.errors)
        except FormRefused as refused:
            by_get = refused.fault is FormFault.MUTATION_BY_GET
            return answering.refusal(refused.fault, allow="POST" if by_get else self._methods)
        except BodyTooLarge:
            return answering.too_large(self._most)
        except BodyTooSlow:
            return answering.too_slow(self._body_within)
        except ClientDisconnect:  # while it sent the body: nobody reads this
            return Response(status_code=400)
        except BodyMalformed as malformed:
            self.guard.malformed(bearer.viewer, address)
            return answering.malformed(malformed.fault)
        except SessionEnded:
            refusal = answering.session_ended()
            session_cookie.forget(refusal)
            return refusal
        except TokenInvalid:
            return answering.unauthenticated()
        except RateLimited as limited:
            await self.guard.turned_away(limited)
            return answering.rate_limited(limited)
        except DocumentRefused as refusal:
            return answering.result(
                ExecutionResult(None, [refusal.said(answering.languages)]), store_is_down=False
            )
        except (StoreFault, IssuerAway):
            return answering.unavailable()
        response = answering.result(result, store_is_down=context.store_is_down)
        if request.method == "GET":
            response.headers["cache-control"] = "no-store"
        if bearer.session and bearer.session.renewed:
            session_cookie.remember(response, bearer.session.renewed)
        return response

    async def _bearer(self, asked: Awaitable[Bearer], address: str) -> Bearer:
        try:
            bearer = await asked
        except TokenInvalid:
            self.guard.failed(address)
            raise
        if bearer.fresh:
            issuer = bearer.account[0] if bearer.account else None
            self.guard.audit.note(What.SIGNED_IN, member=bearer.viewer.member, address=address, about=issuer)
        return bearer

    async def _asked(self, request: Request) -> tuple[Asked, int]:
        if request.method == "GET":
            return asked_by_get(request.scope["query_string"]), len(request.scope["query_string"])
        body = await read_within(request, self._most, self._body_within)
        if not is_json(request.headers.get("content-type", "")):
            raise FormRefused(FormFault.CONTENT_TYPE)
        return asked_by_post(body), len(body)

    def _trustworthy(self, asked: Asked, *, by_cookie: bool) -> Asked:
        """Find the document that is only named, and let pass what whoever asks may ask.

        Raises:
            DocumentRefused, FormRefused: it is none of these.
        """
        if asked.document is not None:
            if not asked.query:
                return asked._replace(query=self.trusted.named(asked.document))
            if asked.document.removeprefix("sha256:") != digest(asked.query):
                raise FormRefused(FormFault.DOCUMENT_ID)
        self.trusted.require(asked.query, by_cookie=by_cookie)
        return asked

    async def _execute(self, asked: Asked, context: Context, *, by_get: bool) -> ExecutionResult:
        """Execute what is asked. What was proven goes at once, all else the long way."""
        allowed = _BY_GET if by_get else _BY_POST
        parsed = self.schema.proven(asked.query, asked.operation, allowed)
        if parsed is not None:
            return await self.schema.execute_proven(parsed, asked.variables, context, asked.operation)
        try:
            result = await self.schema.execute(
                asked.query, asked.variables, context, None, asked.operation, allowed
            )
            result.errors = [
                masked(error, context, suggest=self.schema.introspection) for error in result.errors or ()
            ]
            return result
        except InvalidOperationTypeError as fault:
            mutation = fault.operation_type is OperationType.MUTATION
            raise FormRefused(FormFault.MUTATION_BY_GET if mutation else FormFault.SUBSCRIPTION) from None
        except CannotGetOperationTypeError as fault:
            error = GraphQLError(fault.as_http_error_reason())
            return ExecutionResult(None, [masked(error, context)])

    def charge(
        self,
        context: Context,
        query: str,
        operation: str | None,
        variables: Mapping[str, Any] | None,
        size: int = 0,
    ) -> None:
        """Charge an operation before it is executed; `size`: the bytes that it came in.

        Raises:
            RateLimited: it is not.
        """
        read, known = self.schema.documents.read(query), self.schema.knows(query)
        self.guard.operation(context, Asking(read, operation, variables, size, known=known))

    def decode_json(self, data: str | bytes) -> object:
        """Decode a message of a socket, which holds nothing but text."""
        try:
            return decode(data)
        except BodyMalformed as fault:
            raise JSONDecodeError(str(fault), "", 0) from fault

    def encode_json(self, data: object) -> str:
        """Encode an answer, as text: sockets send bytes as binary messages."""
        return orjson.dumps(data).decode()

    async def get_context(self, request: Request | WebSocket, response: Any) -> Context:
        """Give the context of a socket, before its client has said who they are."""
        languages = negotiate(request.headers.get("accept-language"))
        context = self._contexts(Viewer(), languages, uuid4().hex)
        context.address = address_of(request)
        context.connection_params = {"authorization": request.headers.get("authorization")}
        await self._let_in(context, self._authentication.of(request))
        return context

    async def on_ws_connect(self, context: Context) -> UnsetType | dict[str, object] | None:
        """Take the token from the first message, `{"authorization": "Bearer …"}`, or else from the handshake."""
        await self._admit(context)
        context.leave = self.guard.socket(context.viewer, context.address)
        return UnsetType()

    async def _admit(self, context: Context) -> None:
        given = (context.connection_params or {}).get("authorization")
        if given is None:
            return
        await self._let_in(context, self._authentication.bearer(given if isinstance(given, str) else ""))

    async def _let_in(self, context: Context, asked: Awaitable[Bearer]) -> None:
        try:
            bearer = await self._bearer(asked, context.address)
        except (TokenInvalid, FormRefused, RateLimited) as fault:
            raise ConnectionRejectionError from fault
        context.viewer = bearer.viewer
        context.session = bearer.session and bearer.session.use
        context.seconds_left = None if bearer.expires == float("inf") else lambda: bearer.left
        context.still_works = partial(self._authentication.still_works, bearer) if bearer.may_end else None
