"""Ports that nobody listens on, chosen where the kernel does not choose for others meanwhile."""

import random
import socket
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import closing
from itertools import chain

LISTENED_ON = range(20_000, 32_768)
"""Below what Linux (32,768) and IANA (49,152) give out to whoever connects.

A port that a server is told to listen on seconds later must not become the near end of somebody's connection meanwhile.
"""

_MOST_CHOSEN = 64
_chosen: deque[socket.socket] = deque()
"""The names under which this process tells others which ports it chose last."""


def free_port(host: str, first: int = 0, avoid: frozenset[int] = frozenset()) -> int:
    """A port of `host` that nobody has: `first` if it is free, else any of `LISTENED_ON`, else what the kernel gives.

    What is not wished for is not given to another process of this machine either, on Linux, as long as this one lives
    and has not chosen many others: the server that is to listen there may take seconds to start.

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
        if port not in avoid and (port == first or _is_ours(port)):
            return port
    raise OSError(f"no free port at {host}")


def _is_ours(port: int) -> bool:
    """Tell other processes that a port was chosen, by a name that the kernel gives to one alone; whether none had."""
    if sys.platform != "linux":
        return True
    name = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        name.bind(f"\0concertation/port/{port}")
    except OSError:
        name.close()
        return False
    _chosen.append(name)
    if len(_chosen) > _MOST_CHOSEN:
        _chosen.popleft().close()
    return True


def _shuffled() -> Iterator[int]:
    yield from random.SystemRandom().sample(LISTENED_ON, min(100, len(LISTENED_ON)))
