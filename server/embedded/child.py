"""A program run as a child process: its log, its death with its parent, its orderly end.

A child has a session of its own, so that the terminal's Ctrl-C reaches only the parent, which then stops its children
in order. On Linux the kernel also ends the child when the parent dies without having had the time to (`kill -9`).
"""

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from server.embedded.account import Account
from server.errors import CommandFailed

_PR_SET_PDEATHSIG = 1
#: How often the end of a process is looked for, in seconds.
_EVERY = 0.02
#: A log longer than this, in bytes, is set aside at the next start; one earlier one is kept.
_LONGEST_LOG = 10_000_000


class Service(Protocol):
    """What `up` starts, watches and stops, whatever is behind it."""

    @property
    def name(self) -> str:
        """One word, shown on the screen and used for the log file."""
        ...

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        ...

    async def start(self) -> None:
        """Return once the service answers; raise `ChildFailed` if it does not."""
        ...

    async def stop(self) -> None:
        """Return once the process is gone. Stopping what is stopped does nothing."""
        ...


class ChildFailed(CommandFailed):
    """A program did not start, or ended when it should not have."""

    def __init__(self, name: str, reason: str, log: Path) -> None:
        super().__init__(f"{name}: {reason}\n{_tail(log)}\nThe whole log is in {log}.")


class Child:
    """One child process that appends what it prints to `log`."""

    def __init__(self, name: str, log: Path) -> None:
        self.name = name
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process id, or None before the start and after the end."""
        if self._process is None or self._process.poll() is not None:
            return None
        return self._process.pid

    def spawn(
        self,
        command: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        account: Account | None = None,
        dies_with_parent: bool = True,
        death_signal: signal.Signals = signal.SIGTERM,
        handed: Sequence[int] = (),
    ) -> None:
        """Start `command`. Only root may ask for another `account`. It inherits the files that are `handed` to it."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > _LONGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=None if env is None else dict(env),
                cwd="/",
                user=account and account.user,
                group=account and account.group,
                extra_groups=None if account is None else [],
                umask=0o077,
                pass_fds=handed,
                start_new_session=True,
                preexec_fn=_die_with_parent(death_signal) if dies_with_parent else None,
            )

    async def until(self, ready: Callable[[], Awaitable[bool]], within: float) -> None:
        """Wait until `ready()`; `ChildFailed` if the process has ended, or is not ready after `within` seconds."""
        try:
            async with asyncio.timeout(within):
                while True:
                    answered = await ready()
                    if self.pid is None:  # then it was someone else who answered
                        code = self._process.returncode if self._process else None
                        raise ChildFailed(self.name, f"ended at once with exit code {code}", self.log)
                    if answered:
                        return
                    await asyncio.sleep(_EVERY)
        except TimeoutError:
            raise ChildFailed(self.name, f"did not answer within {within:g} s", self.log) from None

    async def ended(self) -> int:
        """Wait for the end of the process and return its exit code (negative: the signal that ended it)."""
        if self._process is None:
            return 0
        while True:
            if (code := self._process.poll()) is not None:
                return code
            await asyncio.sleep(5 * _EVERY)

    def release(self) -> None:
        """Leave the process to others who use it: this one neither waits for its end nor complains that it runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.returncode = 0
        self._process = None

    async def stop(self, first: signal.Signals = signal.SIGTERM, within: float = 10.0) -> None:
        """Send `first`, wait, and kill what is still there after `within` seconds."""
        if self.pid is None or self._process is None:
            return
        self._process.send_signal(first)
        try:
            async with asyncio.timeout(within):
                await self.ended()
        except TimeoutError:
            self._process.kill()
            await self.ended()


async def stop_stranger(pid: int, first: signal.Signals, within: float = 10.0) -> None:
    """End a process left behind by an earlier run, which is nobody's child any more."""
    limit = time.monotonic() + within
    wanted: signal.Signals = first
    while is_alive(pid):
        try:
            os.kill(pid, wanted)
        except ProcessLookupError:
            return
        wanted = signal.SIGKILL if time.monotonic() > limit else signal.Signals(first)
        for _ in range(10):
            await asyncio.sleep(_EVERY)
            if not is_alive(pid):
                return


def is_alive(pid: int, program: str | None = None) -> bool:
    """Whether `pid` runs and, where the system tells (Linux), whether its command line names `program`.

    A pid written down in a file may since have been given to someone else's process: always name the program then.
    """
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    proc = Path(f"/proc/{pid}")
    if not proc.exists():
        return True
    try:
        if (proc / "stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return False
        return program is None or program in (proc / "cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return False


def _die_with_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def ask_kernel() -> None:
        prctl(_PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent:
            os._exit(1)

    return ask_kernel


def _tail(log: Path, lines: int = 12) -> str:
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
