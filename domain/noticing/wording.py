"""The words of a notice: a title and one sentence, in every language. The rest is behind the link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from domain.events import DecisionRectified, Event, ResponseGiven, VoteCast
from domain.procedure import Visibility
from domain.process import Process
from domain.summaries import Names, summary
from domain.texts import LANGUAGES, PARIS, Shown, clock, localised, text

_LONGEST_SUBJECT = 150
_MOST_ITEMS = 100
"""Notices that a bulletin tells one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a notice says, by language. `path` is where more is to be read, below the site's address."""

    subject: dict[str, str]
    body: dict[str, str]
    path: str


def of_event(event: Event, process: Process) -> Words:
    """Word an event: what its public summary says.

    Never what an opinion, a position or a vote says, nor whose vote it is: these have their own hour.
    """
    fact: Any = event.fact
    unsaid = [name for name in ("conclusion", "position") if hasattr(fact, name)]
    if isinstance(fact, VoteCast):
        unsaid.append("seat")
        event = replace(event, on_behalf_of=None)
    if isinstance(fact, ResponseGiven) and not _is_live(event, process):
        unsaid.append("answer")
    if isinstance(fact, DecisionRectified) and _is_embargoed(event.at, fact, process):
        unsaid.append("reason")
    if unsaid:
        event = replace(event, fact=replace(fact, **dict.fromkeys(unsaid)))
    return _words(process, {language: summary(event, process, (language,)) for language in LANGUAGES})


def _is_embargoed(at: datetime, fact: DecisionRectified, process: Process) -> bool:
    """Say whether a rectification was made under an embargo: webhooks are told of it at once."""
    version = next((d for d in process.decisions if d.version == fact.version), None)
    if version is None or version.embargo_until is None:
        return False
    return version.published_at is None or at < version.published_at


def _is_live(event: Event, process: Process) -> bool:
    """Say whether responses are public at once, which is so where their stage says nothing else."""
    stage = process.stages.get(event.stage or "")
    return stage is None or stage.visibility.get("responses", Visibility.LIVE) is Visibility.LIVE


def of_occasion(kind: str, process: Process, stage: str | None, **more: Shown) -> Words:
    """Word what happened outside the ledger; `stage` is its key."""
    said = {}
    for language in LANGUAGES:
        name = Names(process, (language,)).stage(stage) if stage else None
        said[language] = text(f"notice.{kind}", (language,), stage=name, **more)
    return _words(process, said)


def of_bulletin(
    process: Process, now: datetime, items: Sequence[tuple[datetime, Mapping[str, str]]]
) -> Words:
    """Word a bulletin: each notice on a paragraph of its own, with its day, the first ones where they are many."""
    said = {}
    for language in LANGUAGES:
        lines = [f"{_day(at, language)} – {body[language]}" for at, body in items[:_MOST_ITEMS]]
        if len(items) > _MOST_ITEMS:
            lines.append(text("notice.bulletin.more", (language,), count=len(items) - _MOST_ITEMS))
        said[language] = "\n\n".join(lines)
    heads = {
        language: text("notice.bulletin", (language,), day=_day(now, language), count=len(items))
        for language in LANGUAGES
    }
    return replace(_words(process, heads), body=said)


def of_question() -> Words:
    """Word the question to an address that was given: whether it is theirs."""
    said = {language: text("notice.address_confirmation", (language,)) for language in LANGUAGES}
    return Words(
        subject={
            language: text("notice.address_confirmation.subject", (language,)) for language in LANGUAGES
        },
        body=said,
        path="",
    )


def _words(process: Process, said: dict[str, str]) -> Words:
    return Words(
        subject={
            language: _short(f"{localised(process.title, (language,))} – {sentence}")
            for language, sentence in said.items()
        },
        body=said,
        path=f"/concertations/{process.slug}",
    )


def _day(at: datetime, language: str) -> str:
    day, _ = clock(at.astimezone(PARIS), language)
    return day


def _short(line: str) -> str:
    line = " ".join(line.split())
    return line if len(line) <= _LONGEST_SUBJECT else line[: _LONGEST_SUBJECT - 1].rstrip() + "…"
