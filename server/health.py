"""What this process can do at this moment: /healthz says that it lives, /readyz what it reaches."""

import asyncio
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from temporalio.client import Client
from temporalio.service import RPCError

from api.asking import ask
from server.draining import Draining
from store.clock import instant
from store.faults import StoreFault
from store.pool import Pool

_WITHIN = 1.0


class Health:
    """Looks at the dependencies of the API."""

    def __init__(self, pool: Pool, client: Client, draining: Draining) -> None:
        """Look through these."""
        self._draining = draining
        self._pool = pool
        self._client = client

    async def alive(self, request: Request) -> Response:
        """Answer whoever asks whether the process lives."""
        return PlainTextResponse("ok\n")

    async def ready(self, request: Request) -> Response:
        """Say what is up. 503 without PostgreSQL, and once it is about to stop: requests should go elsewhere.

        Without Temporal, reading and contributing still work.
        """
        postgresql, temporal = await asyncio.gather(self._postgresql(), self._temporal())
        ready = postgresql and not self._draining.begun
        said: dict[str, Any] = {
            "ready": ready,
            "postgresql": "up" if postgresql else "down",
            "temporal": "up" if temporal else "down",
        }
        if self._draining.begun:
            said["draining"] = True
        return JSONResponse(said, status_code=200 if ready else 503)

    async def _postgresql(self) -> bool:
        try:
            await ask(self._pool, _WITHIN, instant)
        except StoreFault:
            return False
        return True

    async def _temporal(self) -> bool:
        try:
            async with asyncio.timeout(_WITHIN):
                return await self._client.service_client.check_health(timeout=timedelta(seconds=_WITHIN))
        except (TimeoutError, RPCError, RuntimeError):
            return False
