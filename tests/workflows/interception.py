"""Standing between a worker and its activities: what tests do there, as one function of the call and the way on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from store.pool import Pool, acquire
from store.recording import record
from store.replies import Recorded

#: Does what the activity does.
GoOn = Callable[[], Awaitable[Any]]
#: Takes the call and the way on; gives the result.
Between = Callable[[ExecuteActivityInput, GoOn], Awaitable[Any]]


class Around(Interceptor):
    """Lets `between` decide what becomes of every call of the activity `name`; the others go their way."""

    def __init__(self, name: str, between: Between) -> None:
        self.name = name
        self.between = between

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Between(next, self)


class _Between(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, around: Around) -> None:
        super().__init__(next)
        self._around = around

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        def go_on() -> Awaitable[Any]:
            return self.next.execute_activity(input)

        if input.fn.__name__ != self._around.name:
            return await go_on()
        return await self._around.between(input, go_on)


def sealing_aside(pool: Pool) -> Between:
    """Instead of `record`: a `record` that takes every set for too large to be sealed inside it."""

    async def between(call: ExecuteActivityInput, go_on: GoOn) -> Recorded:
        command, seen = call.args
        async with acquire(pool) as connection:
            return await record(connection, command, seen, few=-1)

    return between
