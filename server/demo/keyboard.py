"""The keyboard during the demonstration: keys are not echoed into the screen, and only a fresh Enter counts."""

import asyncio
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet() -> Iterator[None]:
    """Let the terminal not show what is typed; without a terminal, nothing."""
    if not sys.stdin.isatty():
        yield
        return
    before = termios.tcgetattr(sys.stdin)
    silent = list(before)
    silent[3] &= ~termios.ECHO
    termios.tcsetattr(sys.stdin, termios.TCSADRAIN, silent)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


async def enter() -> None:
    """Wait for the Enter key; what was typed before does not count. At the end of a piped input: at once."""
    if sys.stdin.isatty():
        termios.tcflush(sys.stdin, termios.TCIFLUSH)
    await asyncio.to_thread(sys.stdin.readline)
