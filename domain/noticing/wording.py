"""The words of a notice: a title and one sentence, in every language. The rest is behind the link."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from domain.events import Event
from domain.process import Process
from domain.summaries import Names, summary
from domain.texts import LANGUAGES, Shown, localised, text

_LONGEST_SUBJECT = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a notice says, by language. `path` is where more is to be read, below the site's address."""

    subject: dict[str, str]
    body: dict[str, str]
    path: str


def of_event(event: Event, process: Process) -> Words:
    """Word an event: what its public summary says, and never what an opinion concludes, which has its own hour."""
    fact: Any = event.fact
    if hasattr(fact, "conclusion"):
        event = replace(event, fact=replace(fact, conclusion=None))
    return _words(process, {language: summary(event, process, (language,)) for language in LANGUAGES})


def of_occasion(kind: str, process: Process, stage: str | None, **more: Shown) -> Words:
    """Word what happened outside the ledger; `stage` is its key."""
    said = {}
    for language in LANGUAGES:
        name = Names(process, (language,)).stage(stage) if stage else None
        said[language] = text(f"notice.{kind}", (language,), stage=name, **more)
    return _words(process, said)


def _words(process: Process, said: dict[str, str]) -> Words:
    return Words(
        subject={
            language: _short(f"{localised(process.title, (language,))} – {sentence}")
            for language, sentence in said.items()
        },
        body=said,
        path=f"/concertations/{process.slug}",
    )


def _short(line: str) -> str:
    line = " ".join(line.split())
    return line if len(line) <= _LONGEST_SUBJECT else line[: _LONGEST_SUBJECT - 1].rstrip() + "…"
