"""What ends without being asked to is started again."""

import asyncio
import signal
from pathlib import Path

from server.embedded.child import ChildFailed
from server.supervisor import Supervisor, describe_end, stop_all


class Fake:
    """A service that ends when told and fails to start as often as told."""

    def __init__(self, name: str, journal: list[str], failures: int = 0) -> None:
        self.name = name
        self.pid: int | None = 1
        self.failures = failures
        self._journal = journal
        self._end: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def end(self, code: int) -> None:
        self._end.set_result(code)

    async def start(self) -> None:
        if self.failures:
            self.failures -= 1
            raise ChildFailed(self.name, "does not start", Path("nowhere"))
        self._end = asyncio.get_running_loop().create_future()
        self._journal.append(f"{self.name} started")

    async def ended(self) -> int:
        return await self._end

    async def stop(self) -> None:
        self._journal.append(f"{self.name} stopped")


async def test_a_killed_service_comes_back_and_the_screen_says_so() -> None:
    lines: list[str] = []
    back = asyncio.Event()
    supervisor = Supervisor(lines.append, back.set)
    service = Fake("worker", [])
    supervisor.watch(service)
    service.end(-signal.SIGKILL)
    await asyncio.wait_for(back.wait(), 5)
    await supervisor.release()
    assert lines[0] == "worker ended (signal 9, SIGKILL); starting it again"


async def test_a_service_that_does_not_start_is_tried_until_it_does() -> None:
    lines: list[str] = []
    journal: list[str] = []
    back = asyncio.Event()
    supervisor = Supervisor(lines.append, back.set)
    service = Fake("api", journal, failures=1)
    supervisor.watch(service)
    service.end(1)
    await asyncio.wait_for(back.wait(), 10)
    await supervisor.release()
    assert journal == ["api stopped", "api started"]
    assert "api: does not start" in lines[1]


async def test_a_released_service_may_end() -> None:
    lines: list[str] = []
    supervisor = Supervisor(lines.append, lambda: None)
    service = Fake("api", [])
    supervisor.watch(service)
    await supervisor.release()
    service.end(0)
    assert lines == []


async def test_services_stop_from_the_top_down() -> None:
    journal: list[str] = []
    layers = [["postgres"], ["temporal"], ["worker-1", "worker-2"]]
    await stop_all([[Fake(name, journal) for name in layer] for layer in layers])
    assert journal == ["worker-1 stopped", "worker-2 stopped", "temporal stopped", "postgres stopped"]


def test_the_end_of_a_process_is_told_in_words() -> None:
    assert [describe_end(code) for code in (0, 3, -15)] == [
        "exit code 0",
        "exit code 3",
        "signal 15, SIGTERM",
    ]
