"""Collecting garbage seldom: where what is made stays, or none of it does."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

OBJECTS = 200_000
"""New objects before some are looked through: those of several thousand lines, some 20 MB."""


SERVING = (10_000, 20, 50)
"""When a server looks for garbage: so many new objects, so many times that, so many times that.

What lives long (parsed documents, open sockets, workflows in memory) is looked through by the last alone, for 50 to
100 ms in which nobody is answered: usually that is once in some seconds under load.
"""


def collect_seldom() -> None:
    """Never look through what was made up to now, and through the rest as a server should, until the process ends.

    What a server makes before it serves, the schema above all, stays as long as it does. To look through it again and
    again held up whoever asked just then for 100 ms; and a worker spent a sixth of its time looking through workflows.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SERVING)


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Look through what there is once and no more, and through what is new seldom; then as before."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


@contextmanager
def kept() -> Iterator[None]:
    """Look for no garbage meanwhile, and never look through what was made: modules that are imported, a schema.

    A process that starts spends a third of its time looking through them otherwise.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
