"""Answers about files that are no files: a code and a sentence, as JSON."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse

from api.faults import FaultCode
from domain.refusals import Code, Refusal
from domain.summaries import refusal_text
from domain.texts import negotiate, text

STATUS: dict[Code, int] = {
    Code.TICKET_INVALID: 403,
    Code.TICKET_EXPIRED: 410,
    Code.UNKNOWN_FILE: 404,
    Code.FILE_NOT_SENT: 404,
    Code.FILE_ALREADY_SENT: 409,
    Code.FILE_TOO_LARGE: 413,
    Code.FILE_TYPE_MISMATCH: 415,
    Code.UPLOAD_NOT_RESUMABLE: 400,
}


def refused(request: Request, refusal: Refusal, headers: dict[str, str] | None = None) -> JSONResponse:
    """Say why not, in the language of the request. 422 for what is wrong with a content."""
    languages = negotiate(request.headers.get("accept-language"))
    return _said(
        STATUS.get(refusal.code, 422),
        refusal.code,
        refusal_text(refusal, None, languages),
        # What is left of an upload is not read: the connection cannot be used again.
        {"connection": "close"} if request.method == "PUT" else {},
        headers or {},
    )


def unavailable(request: Request) -> JSONResponse:
    """Say that this does not work at the moment, and that nothing was changed."""
    languages = negotiate(request.headers.get("accept-language"))
    message = text(f"fault.{FaultCode.UNAVAILABLE}", languages)
    more = {"connection": "close"} if request.method == "PUT" else {}
    return _said(503, FaultCode.UNAVAILABLE, message, {"retry-after": "10"}, more)


def _said(status: int, code: str, message: str, *headers: dict[str, str]) -> JSONResponse:
    whole = {name: value for some in headers for name, value in some.items()}
    return JSONResponse(
        {"code": str(code), "message": message},
        status,
        {"cache-control": "no-store", "vary": "accept-language", **whole},
    )
