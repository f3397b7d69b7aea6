"""What a process depends on: looked at when somebody asks, within a bound, and not more often than makes sense."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

#: The longest that one look may take, in seconds.
WITHIN = 1.0


class Wrong(Exception):
    """It is not as this process needs it."""

    def __init__(self, fault: str) -> None:
        """`fault` is one word for it that names neither an address nor a secret."""
        super().__init__(fault)
        self.fault = fault


class Dependency:
    """One thing that a process depends on, and what was last seen of it."""

    def __init__(
        self,
        name: str,
        look: Callable[[], Awaitable[None]],
        *,
        needed: bool = False,
        fresh: float = 0.5,
        ill: float = 0.0,
    ) -> None:
        """`look` returns where all is well and raises otherwise: `Wrong` with its word, anything else is `unreachable`.

        Without what is `needed` the process can serve nobody. What was seen well holds for `fresh` seconds, what was
        seen ill for `ill`: by default whoever asks next looks again. Those who ask at one time wait for one look.
        """
        self.name = name
        self.needed = needed
        self.fault: str | None = "not looked at yet"
        self._look = look
        self._fresh = fresh
        self._ill = ill
        self._latency = 0.0
        self._changed = time.monotonic()
        self._seen = float("-inf")
        self._looking: asyncio.Task[None] | None = None

    @property
    def up(self) -> bool:
        """Whether it was well when it was last seen."""
        return self.fault is None

    async def seen(self) -> None:
        """Look at it, unless what was seen is still fresh."""
        if time.monotonic() - self._seen < (self._fresh if self.up else self._ill):
            return
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._once(), name=f"looking at {self.name}")
        await asyncio.shield(self._looking)

    def said(self) -> dict[str, Any]:
        """Say how it is: state, the word of the fault, for how many seconds so, and how long the last look took."""
        found: dict[str, Any] = {
            "name": self.name,
            "state": "up" if self.up else "down",
            "needed": self.needed,
        }
        if self.fault is not None:
            found["fault"] = self.fault
        return found | {
            "for_s": round(time.monotonic() - self._changed, 1),
            "latency_ms": round(self._latency * 1000, 1),
        }

    async def _once(self) -> None:
        began = time.monotonic()
        fault: str | None = None
        try:
            async with asyncio.timeout(WITHIN):
                await self._look()
        except Wrong as wrong:
            fault = wrong.fault
        except TimeoutError:
            fault = "too slow"
        except Exception:  # whatever it was, it cannot be used; what it says may name addresses
            fault = "unreachable"
        self._seen = time.monotonic()
        self._latency = self._seen - began
        if fault != self.fault:
            self.fault, self._changed = fault, self._seen
