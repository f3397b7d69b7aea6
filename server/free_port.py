"""Ports that nobody listens on, chosen where the kernel does not choose for others meanwhile."""

import random
import socket
from collections.abc import Iterator
from contextlib import closing
from itertools import chain

LISTENED_ON = range(20_000, 32_768)
"""Below what Linux (32,768) and IANA (49,152) give out to whoever connects.

A port that a server is told to listen on seconds later must not become the near end of somebody's connection meanwhile.
"""


def free_port(host: str, first: int = 0, avoid: frozenset[int] = frozenset()) -> int:
    """A port of `host` that nobody has: `first` if it is free, else any of `LISTENED_ON`, else what the kernel gives.

    `OSError` where `host` is no address of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in chain([first] * bool(first), _shuffled(), [0]):
        with closing(socket.socket(family)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host.strip("[]"), candidate))
            except OSError:
                continue
            port: int = probe.getsockname()[1]
        if port not in avoid:
            return port
    raise OSError(f"no free port at {host}")


def _shuffled() -> Iterator[int]:
    yield from random.SystemRandom().sample(LISTENED_ON, 100)
