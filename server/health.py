"""What this process can do at this moment: /healthz says that it lives, /readyz what it reaches."""

import asyncio
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from server.dependencies import Dependency
from server.draining import Draining


class Health:
    """Tells how the API is, and what it depends on."""

    def __init__(self, dependencies: Sequence[Dependency], draining: Draining) -> None:
        """Look at these."""
        self._dependencies = dependencies
        self._draining = draining

    async def alive(self, request: Request) -> Response:
        """Answer whoever asks whether the process lives."""
        return PlainTextResponse("ok\n")

    async def ready(self, request: Request) -> Response:
        """Say what is up, one by one. 503 without what nobody can be served without, and once it is about to stop:
        requests should go elsewhere.

        Without Temporal, or without a worker, reading and contributing still work; without the bucket all but files,
        without a provider all but signing in with it: `degraded` says that anything is down. Whoever asks often gets
        what was seen half a second ago, or waits for the look of another, a second at most.
        """
        await asyncio.gather(*(one.seen() for one in self._dependencies))
        ready = all(one.up for one in self._dependencies if one.needed) and not self._draining.begun
        said: dict[str, Any] = {"ready": ready, "degraded": not all(one.up for one in self._dependencies)}
        said |= {one.name: "up" if one.up else "down" for one in self._dependencies if one.name in _FIRST}
        if self._draining.begun:
            said["draining"] = True
        said["dependencies"] = [one.said() for one in self._dependencies]
        return JSONResponse(said, status_code=200 if ready else 503)


_FIRST = ("postgresql", "temporal")
"""What the answer said before it told of each."""
