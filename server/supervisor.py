"""Keeps services running: what ends without being asked to is started again, with a line on the screen."""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from server.embedded.child import ChildFailed, Service

#: A service that ran for less than so many seconds is started again only after a pause, which doubles.
_SHORT_LIFE = 5.0
_LONGEST_PAUSE = 10.0


class Watched(Service, Protocol):
    """A service whose end can be waited for."""

    async def ended(self) -> int:
        """Wait for the end of the process; its exit code, negative when a signal ended it."""
        ...


class Supervisor:
    """Watches services from the moment they are given to `watch` until `stop`."""

    def __init__(self, say: Callable[[str], None], changed: Callable[[], None]) -> None:
        self._say = say
        self._changed = changed
        self._tasks: list[asyncio.Task[None]] = []
        self._awaited: dict[str, asyncio.Event] = {}

    def watch(self, service: Watched) -> None:
        """Start `service` again whenever it ends. It must be running."""
        self._tasks.append(asyncio.create_task(self._keep(service), name=f"keep {service.name}"))

    async def renew(self, service: Watched, within: float) -> None:
        """Let a service that is watched end, and wait until it is back; kill it after so many seconds."""
        pid = service.pid
        if pid is None:
            return  # it is being started
        back = self._awaited[service.name] = asyncio.Event()
        os.kill(pid, signal.SIGTERM)
        try:
            async with asyncio.timeout(within):
                await back.wait()
        except TimeoutError:
            if service.pid == pid:
                os.kill(pid, signal.SIGKILL)
            await back.wait()

    async def release(self) -> None:
        """Stop watching, so that the services can be stopped for good."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    async def _keep(self, service: Watched) -> None:
        pause = 0.0
        while True:
            since = time.monotonic()
            how = describe_end(await service.ended())
            lived = time.monotonic() - since
            pause = 0.0 if lived > _SHORT_LIFE else min(_LONGEST_PAUSE, max(0.5, 2 * pause))
            self._say(f"{service.name} ended ({how}); starting it again")
            await self._start_again(service, pause)

    async def _start_again(self, service: Watched, pause: float) -> None:
        while True:
            await asyncio.sleep(pause)
            try:
                await service.start()
            except ChildFailed as failure:
                self._say(str(failure))
                await service.stop()
                pause = min(_LONGEST_PAUSE, max(1.0, 2 * pause))
            else:
                self._changed()
                if service.name in self._awaited:
                    self._awaited.pop(service.name).set()
                self._say(f"{service.name} is back as process {service.pid}")
                return


async def stop_all(layers: Sequence[Sequence[Service]]) -> None:
    """Stop services, the topmost layer first; those below it stay up until it is gone."""
    for layer in reversed(layers):
        await asyncio.gather(*(service.stop() for service in layer))


def describe_end(code: int) -> str:
    """How a process ended, from its exit code."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {-code}, {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"
