"""Request bodies: read up to a limit, decoded strictly."""

import re
from typing import Any

import orjson
from starlette.requests import Request
from starlette.types import Message, Receive

#: An escape that GraphQL itself would turn into NUL, in a string of a query.
_NUL_ESCAPE = re.compile(r"\\u(?:0000|\{0+\})")


class BodyTooLarge(Exception):
    """The body of the request is larger than this service reads."""


class BodyMalformed(Exception):
    """The body of the request is no JSON, or holds what is no text: NUL, a lone surrogate, broken UTF-8."""


async def read_within(request: Request, most: int) -> bytes:
    """Read the body, and give up as soon as it is known to be larger than `most` bytes.

    Raises:
        BodyTooLarge: it is.
    """
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > most:
        raise BodyTooLarge
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise BodyTooLarge
    return bytes(body)


def replayed(body: bytes) -> Receive:
    """Give a body that was read to whoever reads it next."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def decode(data: str | bytes) -> Any:
    """Decode JSON that holds nothing but text.

    Raises:
        BodyMalformed: it does not.
    """
    try:
        decoded = orjson.loads(data)
    except orjson.JSONDecodeError as fault:
        raise BodyMalformed from fault
    raw = data.encode() if isinstance(data, str) else data
    if b"u0000" in raw or b"u{0" in raw:
        _refuse_nul(decoded)
    return decoded


def _refuse_nul(value: Any) -> None:
    if isinstance(value, str):
        if "\0" in value:
            raise BodyMalformed
    elif isinstance(value, list):
        for item in value:
            _refuse_nul(item)
    elif isinstance(value, dict):
        query = value.get("query")
        if isinstance(query, str) and _NUL_ESCAPE.search(query):
            raise BodyMalformed
        for key, item in value.items():
            _refuse_nul(key)
            _refuse_nul(item)
