"""Sentences for people, from the catalogues of the domain."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from domain.events import Event
from domain.process import Process


def text(key: str, languages: Sequence[str], **args: str | int) -> str:
    """Give the text of a key in the first language that it exists in."""
    found: Any = import_module("domain.texts")
    return str(found.text(key, languages, **args))


def summary(event: Event, process: Process, languages: Sequence[str]) -> str:
    """Say in one sentence what happened."""
    found: Any = import_module("domain.summaries")
    return str(found.summary(event, process, languages))
