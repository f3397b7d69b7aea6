"""One sentence for every event, and for every refusal, with the labels of its concertation in place of its keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

from domain.acts import Body, SealFigures
from domain.deciding.works import recommendations
from domain.delegated import delegations_of
from domain.events import Event
from domain.procedure import Label, Office, Procedure, Stage
from domain.process import Count, Presence, Process
from domain.refusals import Refusal
from domain.texts import Shown, has_text, localised, text

_FLAGS = (
    "questionnaire", "late", "automatic", "supplementary", "in_spite_of_refusal", "by_proxy", "casting_vote", "tacit",
    "comes",
)  # fmt: skip
"""Fields that, where true, choose the variant of a text that has one: `event.stage_opened.late`."""


def summary(event: Event, process: Process | None, languages: Sequence[str]) -> str:
    """Say in one sentence what happened. `process`, where given, lends the labels of stages and offices.

    The sentence holds no name and no member id: only what the ledger says of the concertation itself.
    """
    fact = event.fact
    key = f"event.{fact.kind}"
    if not has_text(key):
        return text("event.unknown", languages, kind=fact.kind)
    names = Names(process, languages)
    variant = next((f"{key}.{flag}" for flag in _variants(event) if has_text(f"{key}.{flag}")), key)
    said = text(variant, languages, **_arguments(event, names))
    by_delegation = delegation_text(event, process, languages)
    return f"{said} {by_delegation}" if by_delegation else said


def delegation_text(event: Event, process: Process | None, languages: Sequence[str]) -> str:
    """Say by delegation of which office something was done, where it was; of nobody by name."""
    if event.on_behalf_of is None or getattr(event.fact, "by_proxy", False):
        return ""
    names = Names(process, languages)
    found = delegations_of(process, event) if process is not None else ()
    offices = dict.fromkeys(names.office(delegation.office) for delegation in found)
    return text("delegation.of", languages, offices=" / ".join(offices) or None)


def refusal_text(refusal: Refusal, process: Process | None, languages: Sequence[str]) -> str:
    """Say what is wrong, what was kept and what to do, with labels in place of keys."""
    names = Names(process, languages)
    args: dict[str, Shown] = {
        name: _KEYS[name](names, str(value)) if name in _KEYS else value
        for name, value in refusal.args.items()
    }
    return text(f"refusal.{refusal.code}", languages, **args)


def stage_name(stage: Stage, lanes: Mapping[str, Label], languages: Sequence[str]) -> str:
    """Name a stage, with its axis where it has one."""
    name = localised(stage.label, languages)
    if not stage.lane:
        return name
    return f"{name} – {localised(lanes.get(stage.lane, {}), languages) or stage.lane}"


class Names:
    """The labels of a concertation, in the languages of a reader; a key that has none is shown as it is."""

    def __init__(self, process: Process | None, languages: Sequence[str]) -> None:
        self.process = process
        self.languages = languages

    def stage(self, key: str) -> str:
        """Name a stage, with its axis."""
        stage = self.process.stages.get(key) if self.process else None
        if stage is None and self.process and self.process.removed and key in self.process.removed:
            stage = self.process.removed[key].stage
        if stage is None:
            return key
        return stage_name(stage, self.process.lanes if self.process else {}, self.languages)

    def lane(self, lane: str) -> str:
        """Name an axis."""
        return self._named(self.process.lanes.get(lane) if self.process else None, lane)

    def theme(self, theme: str) -> str:
        """Name a theme."""
        return self._named(self.process.themes.get(theme) if self.process else None, theme)

    def college(self, college: str) -> str:
        """Name a college."""
        known = self.process.procedure.colleges if self.process and self.process.procedure else ()
        return self._named(next((c.label for c in known if c.id == college), None), college)

    def office(self, office: str) -> str:
        """Name an office, or a seat (`office/number`)."""
        held = self.process.offices.get(office.partition("/")[0]) if self.process else None
        return self._named(held.label if held else None, office)

    def seat(self, seat: str) -> str:
        """Name the office of a seat; nothing where the voter is a person heard."""
        return self.office(seat) if "/" in seat or (self.process and seat in self.process.offices) else ""

    def recommendation(self, recommendation: str) -> str:
        """Number a recommendation, in the order they were made: its id says nothing to anybody."""
        known = list(recommendations(self.process)) if self.process else []
        if recommendation not in known:
            return recommendation
        return text("recommendation.number", self.languages, number=known.index(recommendation) + 1)

    def set_aside_reason(self, reason: str) -> str:
        """Name a reason for setting contributions aside, whose French text is its name."""
        procedure = self.process.procedure if self.process else None
        return self._named(procedure.labels_of_reasons().get(reason) if procedure else None, reason)

    def _named(self, label: Mapping[str, str] | None, key: str) -> str:
        return (localised(label, self.languages) if label else "") or key


_KEYS: dict[str, Callable[[Names, str], str]] = {
    "stage": Names.stage,
    "from_stage": Names.stage,
    "office": Names.office,
    "owner": Names.office,
    "addressee": Names.office,
    "recommendation": Names.recommendation,
    "college": Names.college,
    "lane": Names.lane,
    "theme": Names.theme,
}


def _variants(event: Event) -> Iterator[str]:
    fact = event.fact
    if event.stage is None:
        yield "whole"
    if fact.kind == "ballot_opened" and fact.act is not None:
        yield "act"
    if fact.kind == "meeting_convened" and fact.second_of is not None:
        yield "second"
    if fact.kind == "vote_cast" and fact.commitment is not None:
        yield "secret"
    if fact.kind == "decision_issued" and fact.embargo_until is not None:
        yield "embargoed"
    yield from (flag for flag in _FLAGS if getattr(fact, flag, False) is True)


def _arguments(event: Event, names: Names) -> dict[str, Shown]:
    """Give what fills the sentence: the fields of the fact, in words; and the stage of the event."""
    found: dict[str, Shown] = {"stage": names.stage(event.stage) if event.stage else None}
    fact = event.fact
    for part in fields(fact):
        value: Any = getattr(fact, part.name)
        if part.name in _KEYS and isinstance(value, str):
            found[part.name] = _KEYS[part.name](names, value)
        else:
            found.update(_in_words(part.name, value, names))
    if fact.kind == "contributions_set_aside":
        found["reason"] = names.set_aside_reason(fact.reason)
    if fact.kind == "quorum_missed":
        found["missed"] = "; ".join(
            f"{_asked_of(college, names)} {fact.reached.get(college, 0)}/{number}"
            for college, number in fact.asked.items()
        )
    if fact.kind == "resumed":
        found["shift"] = text_of_seconds(fact.seconds)
    return found


def _in_words(name: str, value: Any, names: Names) -> Iterator[tuple[str, Shown]]:
    match name, value:
        case "seat", str():
            yield "office", names.seat(value)
        case "addressees", tuple():
            yield name, ", ".join(names.office(addressee) for addressee in value)
        case _, Office():
            yield name, localised(value.label, names.languages)
        case _, Procedure():
            yield from (("procedure", localised(value.label, names.languages)), ("version", value.version))
        case _, Count() | Presence():
            yield from ((part.name, getattr(value, part.name)) for part in fields(value))
        case _, SealFigures():
            yield "count", value.count
        case _, Body():
            return
        case "act", _ if value is not None:
            yield name, text(f"act.{value.kind}", names.languages)
        case (("witnesses" | "heard"), tuple()):
            yield name, len(value)
        case "title", dict():
            yield name, localised(value, names.languages)
        case _, tuple() | dict():
            return
        case _:
            yield name, value


def _asked_of(college: str, names: Names) -> str:
    return text("kind.hearings", names.languages) if college == "hearings" else names.college(college)


def text_of_seconds(seconds: float) -> str:
    """Write seconds in ISO 8601, whole ones: what `texts` shows as a length of time."""
    return f"PT{seconds:.0f}S"
