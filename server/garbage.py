"""Collecting garbage seldom: where what is made stays, or none of it does."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

OBJECTS = 200_000
"""New objects before some are looked through: those of several thousand lines, some 20 MB."""


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
