"""How a provider is asked: for so long, for so much, and without following it elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from ssl import SSLContext

import httpx2

WITHIN = 10.0
"""Seconds for all that a sign-in asks its provider. A code of ProConnect is good for 30."""
LARGEST = 262_144
"""Bytes of one answer."""


class Bounded(httpx2.AsyncBaseTransport):
    """Gives up on answers that do not end."""

    def __init__(self, context: SSLContext) -> None:
        """Trust what this context trusts."""
        self._inner = httpx2.AsyncHTTPTransport(verify=context)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Ask."""
        response = await self._inner.handle_async_request(request)
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        response.stream = _Counted(response.stream)
        return response

    async def aclose(self) -> None:
        """Close what is open."""
        await self._inner.aclose()


class _Counted(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        length = 0
        async for piece in self._inner:
            length += len(piece)
            if length > LARGEST:
                raise httpx2.ReadError(f"more than {LARGEST} bytes")
            yield piece

    async def aclose(self) -> None:
        await self._inner.aclose()
