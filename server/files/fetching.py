"""Fetching: a content as an attachment that no browser opens or runs, whole or in part."""

from __future__ import annotations

from collections.abc import Mapping
from unicodedata import normalize
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from domain.refusals import Code, Refusal
from server.files.answering import refused
from server.files.ranges import Part, part_of
from server.files.shelf import Shelf
from server.security_headers import SENT
from store.files import File

_ATTRIBUTE_CHARACTERS = "!#$&+-.^_`|~"
"""Those of RFC 8187, section 3.2.1, beside letters and digits."""


async def answer(request: Request, file: File, shelf: Shelf) -> Response:
    """Give a file that has arrived.

    Raises:
        ShelfFault: its content cannot be read; nothing was answered yet.
    """
    if file.digest is None:
        return refused(request, Refusal(Code.FILE_NOT_SENT))
    tag = f'"{file.digest}"'
    headers = _headers(file, tag)
    if _matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=_without_content(headers))
    asked = request.headers.get("range") if request.headers.get("if-range", tag) == tag else None
    part = part_of(asked, file.size)
    if part is not None and part.is_nothing:
        return Response(
            status_code=416, headers={**_without_content(headers), "content-range": f"bytes */{file.size}"}
        )
    given = part or Part(0, file.size)
    headers["content-length"] = str(given.end - given.start)
    if part is not None:
        headers["content-range"] = f"bytes {part.start}-{part.end - 1}/{file.size}"
    status = 200 if part is None else 206
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    return StreamingResponse(await shelf.open(file.digest, *given), status, headers)


def disposition(name: str) -> str:
    """Write a name into Content-Disposition (RFC 6266): in ASCII for old clients, and as it is (RFC 8187)."""
    plain = normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = "".join("_" if sign in '"\\%;' else sign for sign in plain)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe=_ATTRIBUTE_CHARACTERS)}"


def _headers(file: File, tag: str) -> dict[str, str]:
    return {
        "accept-ranges": "bytes",
        "cache-control": "private, no-cache",
        "content-disposition": disposition(file.name),
        "content-security-policy": SENT,
        "content-type": file.media_type,
        "cross-origin-resource-policy": "same-origin",
        "etag": tag,
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }


def _without_content(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if not name.startswith("content-t")}


def _matches(header: str | None, tag: str) -> bool:
    tags = {part.strip().removeprefix("W/") for part in (header or "").split(",")}
    return tag in tags or "*" in tags
