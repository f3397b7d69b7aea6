"""Pacing: whoever is turned away, or has used much and is nobody, waits a moment for the answer.

A client that asks again as soon as it is answered then asks once in that moment, and not as often as one process can
refuse. Whoever waits costs a connection and no processor time. So many may wait, and no more: others need not.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

Pause = Callable[[float], Awaitable[None]]
"""Lets so many seconds pass."""

AT_ONCE = 5.0
"""So many seconds' worth of what strangers at an address may use is used at once; the rest, little by little."""
LONGEST = 1.0
"""Seconds that anybody is kept waiting."""
MOST_WAITING = 500
"""Of one process."""


@dataclass
class Pacing:
    """Those of this process who wait."""

    pause: Pause = asyncio.sleep
    waiting: int = 0

    async def wait(self, seconds: float) -> None:
        """Let a caller wait, if there is room to."""
        if seconds <= 0 or self.waiting >= MOST_WAITING:
            return
        self.waiting += 1
        try:
            await self.pause(min(seconds, LONGEST))
        finally:
            self.waiting -= 1
