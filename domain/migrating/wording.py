"""What people read of a report: what changes, in one sentence, and what that means, in another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from domain.migrating.impact import Change
from domain.migrating.reporting import finding_of
from domain.process import Process
from domain.summaries import Names
from domain.texts import Shown, has_text, localised, text

_WORDS = {"visibility": "visibility", "kind": "kind", "channel": "channel", "office_role": "role"}
"""Parts whose values are words of an enumeration."""
_NAMED_BY_THEIR_NAME = frozenset({"stage", "college", "lane", "theme", "office"})


def change_text(change: Change, languages: Sequence[str]) -> str:
    """Say in one sentence what changes, and where."""
    before, after = (_shown(change, value, languages) for value in (change.before, change.after))
    if change.before is None:
        template = "impact.added"
    elif change.after is None:
        template = "impact.removed"
    else:
        template = "impact.altered" if before is None or after is None else "impact.changed"
    return text(
        template,
        languages,
        part=text(f"part.{change.part}", languages),
        place=localised(change.name, languages) if change.name else None,
        what=_what(change, languages),
        before=before,
        after=after,
    )


def invitations_text(
    process: Process, stage: str, languages: Sequence[str], *, count: int, accepted: int, declined: int
) -> str:
    """Say what becomes of the invitations to a stage that is taken out."""
    name = Names(process, languages).stage(stage)
    return text(
        "impact.invitations", languages, stage=name, count=count, accepted=accepted, declined=declined
    )


def because_text(change: Change, languages: Sequence[str]) -> str:
    """Say what a change means for those whom the concertation was announced to."""
    return text(f"finding.{change.because}", languages, **finding_of(change).args)


def _what(change: Change, languages: Sequence[str]) -> str | None:
    """Name the act that is signed, or the kind of object that is published."""
    if change.part == "signoff":
        return text(f"act.{change.path[-1]}", languages)
    return str(change.path[-1]) if change.part == "visibility" else None


def _shown(change: Change, value: Any, languages: Sequence[str]) -> Shown:
    """Give a value as a sentence can hold it; nothing of what is a rule, or said already."""
    if change.part in _NAMED_BY_THEIR_NAME or isinstance(value, bool | list):
        return None
    if change.part in _WORDS and has_text(f"{_WORDS[change.part]}.{value}"):
        return text(f"{_WORDS[change.part]}.{value}", languages)
    if isinstance(value, Mapping):
        is_label = change.part.endswith("label") or change.part in ("summary", "set_aside_reason")
        return localised(value, languages) if is_label else None
    return value if isinstance(value, str | int) else None
