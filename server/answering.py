"""Answers over HTTP: bodies and status codes by GraphQL over HTTP, in the media type that was agreed on."""

from typing import Any, NamedTuple

import orjson
from starlette.responses import Response
from strawberry.types import ExecutionResult

from api.faults import FaultCode
from domain.texts import text
from server.asked import FormFault
from server.bodies import Malformed
from server.limits.guard import as_error
from server.limits.rates import RateLimited
from server.media_types import GRAPHQL

_STATUS = {
    FormFault.MISDIRECTED: 421,
    FormFault.METHOD: 405,
    FormFault.MUTATION_BY_GET: 405,
    FormFault.NOT_ACCEPTABLE: 406,
    FormFault.PREFLIGHT: 403,
    FormFault.ORIGIN: 403,
    FormFault.TOO_LONG: 414,
}


_THEIRS = frozenset(
    {FaultCode.BAD_USER_INPUT, FaultCode.PERSISTED_QUERY_NOT_FOUND, FaultCode.DOCUMENT_NOT_TRUSTED}
)
"""Codes of documents that were not executed, and not by our fault."""


class Answering(NamedTuple):
    """How one client is answered: in which media type, and in which languages."""

    kind: str
    languages: tuple[str, ...]

    def result(self, result: ExecutionResult, *, store_is_down: bool) -> Response:
        """Answer with what an operation gave.

        A document that was not executed has no `data`; its answer is 200 in plain JSON, 400 in the type of GraphQL's
        own (500 where the fault is ours). Where PostgreSQL did not answer and nothing was found, the answer is 503:
        clients and proxies may try again.
        """
        errors = [error.formatted for error in result.errors or ()]
        content: dict[str, Any] = {"data": result.data}
        if errors:
            content["errors"] = errors
        status, headers = 200, None
        if store_is_down and not any(value is not None for value in (result.data or {}).values()):
            content["data"] = None
            status, headers = 503, {"retry-after": "1"}
        elif result.data is None and not any(error.path for error in result.errors or ()):
            del content["data"]
            codes = {error.get("extensions", {}).get("code") for error in errors}
            ours = not codes <= _THEIRS
            status = 200 if self.kind != GRAPHQL else 500 if ours else 400
        return self._response(content, status, headers)

    def refusal(self, fault: FormFault, *, allow: str) -> Response:
        """Answer what is no request, in the shape of a GraphQL error. `allow` names methods that would do."""
        status = _STATUS.get(fault, 400)
        headers = {"allow": allow} if status == 405 else {}
        message = text(f"fault.{FaultCode.BAD_USER_INPUT}", self.languages)
        reason = text(f"form.{fault}", self.languages)
        return self._fault(status, FaultCode.BAD_USER_INPUT, f"{message} {reason}", headers)

    def malformed(self, fault: Malformed) -> Response:
        """Answer a body that holds no request."""
        return self._fault(400, FaultCode.BAD_USER_INPUT, text(f"body.{fault}", self.languages), {})

    def too_large(self, most: int) -> Response:
        """Answer a body of more than `most` bytes, most of which was not read."""
        said = text("body.size", self.languages, most=str(most))
        return self._fault(413, FaultCode.BAD_USER_INPUT, said, {"connection": "close"})

    def too_slow(self, seconds: float) -> Response:
        """Answer a body that did not come within so many seconds."""
        said = text("body.slow", self.languages, seconds=round(seconds))
        return self._fault(408, FaultCode.BAD_USER_INPUT, said, {"connection": "close"})

    def session_ended(self) -> Response:
        """Answer whoever comes with the cookie of a session that is over."""
        return self._fault(401, FaultCode.UNAUTHENTICATED, text("sign_in.ended", self.languages), {})

    def unauthenticated(self) -> Response:
        """Answer whoever comes with a token that is not valid."""
        code = FaultCode.UNAUTHENTICATED
        return self._fault(401, code, text(f"fault.{code}", self.languages), {"www-authenticate": "Bearer"})

    def unavailable(self) -> Response:
        """Answer while nobody can tell whether a token works."""
        code = FaultCode.UNAVAILABLE
        return self._fault(503, code, text(f"fault.{code}", self.languages), {"retry-after": "1"})

    def rate_limited(self, limited: RateLimited) -> Response:
        """Answer whoever asks for too much in too short a time."""
        content = {"errors": [as_error(limited, self.languages).formatted]}
        return self._response(content, 429, {"retry-after": str(limited.seconds)})

    def _fault(self, status: int, code: FaultCode, message: str, headers: dict[str, str]) -> Response:
        error = {"message": message, "extensions": {"code": code.value}}
        return self._response({"errors": [error]}, status, headers)

    def _response(
        self, content: dict[str, Any], status: int, headers: dict[str, str] | None = None
    ) -> Response:
        return Response(orjson.dumps(content), status, headers, f"{self.kind}; charset=utf-8")
