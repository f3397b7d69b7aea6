"""Request bodies: read up to a limit, decoded strictly."""

import asyncio
import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

import orjson
from starlette.requests import Request

#: An escape that GraphQL itself would turn into NUL, in a string of a query.
_NUL_ESCAPE = re.compile(r"\\u(?:0000|\{0+\})")

DEEPEST = 50
"""Lists and objects inside each other: no request of an honest client comes near."""


class BodyTooLarge(Exception):
    """The body of the request is larger than this service reads."""


class BodyTooSlow(Exception):
    """The body of the request did not come in time."""


class Malformed(StrEnum):
    """What a body has that no request has. The sentences are in the catalogues, `body.<value>`."""

    JSON = "json"
    """It is no JSON in UTF-8: half a surrogate pair is none either."""
    NUL = "nul"
    """A text holds NUL, which no text of people does and PostgreSQL does not keep."""
    DEPTH = "depth"
    BATCH = "batch"
    """It is a list of operations."""


class BodyMalformed(Exception):
    """The body of the request is none that this service takes."""

    def __init__(self, fault: Malformed) -> None:
        """Keep what is wrong with it."""
        super().__init__(fault)
        self.fault = fault


async def read_within(request: Request, most: int, seconds: float) -> bytes:
    """Read the body, and give up as soon as it is known to be larger than `most` bytes.

    Raises:
        BodyTooLarge: it is.
        BodyTooSlow: it takes longer than so many seconds.
    """
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > most:
        raise BodyTooLarge
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most:
                    raise BodyTooLarge
    except TimeoutError:
        raise BodyTooSlow from None
    return bytes(body)


def decode(data: str | bytes) -> Any:
    """Decode JSON that holds nothing but text, of a depth that whatever reads it can follow.

    Raises:
        BodyMalformed: it does not.
    """
    try:
        decoded = orjson.loads(data)
    except orjson.JSONDecodeError as fault:
        raise BodyMalformed(Malformed.JSON) from fault
    raw = data.encode() if isinstance(data, str) else data
    if raw.count(b"[") + raw.count(b"{") > DEEPEST and not _is_within(decoded, DEEPEST):
        raise BodyMalformed(Malformed.DEPTH)
    if b"u0000" in raw or b"u{0" in raw:
        refuse_nul(decoded)
    return decoded


def _is_within(value: Any, most: int) -> bool:
    level = [value]
    for _ in range(most + 1):
        level = [held for holder in level for held in _held(holder) if isinstance(held, list | dict)]
        if not level:
            return True
    return False


def _held(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def refuse_nul(value: Any) -> None:
    """Look for NUL in all texts of a decoded value, and for its escapes in a query.

    Raises:
        BodyMalformed: there is one.
    """
    if isinstance(value, str):
        if "\0" in value:
            raise BodyMalformed(Malformed.NUL)
    elif isinstance(value, list):
        for item in value:
            refuse_nul(item)
    elif isinstance(value, dict):
        query = value.get("query")
        if isinstance(query, str) and _NUL_ESCAPE.search(query):
            raise BodyMalformed(Malformed.NUL)
        for key, item in value.items():
            refuse_nul(key)
            refuse_nul(item)
