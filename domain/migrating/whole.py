"""What a procedure says of the whole, under another version: its legal frame, its rounds, its signatures, its rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from domain.legal import RULES
from domain.migrating.ballots import Weight
from domain.migrating.following import Followed
from domain.migrating.impact import Change, Effect
from domain.migrating.standing import has_been_called
from domain.procedure import Kind, Procedure, Rounds
from domain.process import Process

_ANEW: Weight = (Effect.ANNOUNCED, "announced_anew", "")
_NAME: Weight = (Effect.HARMLESS, "only_a_name", "")
_STRICTER: Weight = (Effect.ANNOUNCED, "stricter", "")
_FREE = "free"
_CARRYING = ("none", "ask", "keep")
"""What becomes of contributions in the next round, from the least to the most."""
_SINCERITY = "Conseil d’État, 19 juillet 2017, nº 403928"

WEIGHED = frozenset({
    "label", "summary", "legal_profile", "sandbox", "timezone", "notice", "signoffs", "rounds", "time_to_appeal",
    "set_aside_reasons", "overrules",
})  # fmt: skip
"""Fields of a procedure that are weighed here."""
ELSEWHERE = frozenset({
    "id", "version", "territories", "colleges", "lanes", "themes", "offices", "stages", "channels",
})  # fmt: skip
"""Those that are weighed with people and stages (channels are those of each stage), and those by which it is known."""


def whole_changes(process: Process, later: Followed) -> Iterator[Change]:
    """Give every change of what a procedure says of the whole."""
    old, new = process.procedure, later.procedure
    assert old is not None
    before, after = _written(old), _written(new)

    def change(part: str, path: tuple[str | int, ...], weight: Weight, was: Any, would_be: Any) -> Change:
        effect, because, source = weight
        return Change(
            path=path,
            part=part,
            before=was,
            after=would_be,
            effect=effect,
            because=because,
            source=source,
        )

    simple: dict[str, Weight] = {
        "label": _NAME,
        "summary": _NAME,
        "legal_profile": _ANEW
        if old.legal_profile == _FREE
        else (Effect.REFUSED, "legal_profile_fixed", "CRPA L131-1"),
        "sandbox": (Effect.REFUSED, "sandbox_fixed", ""),
        "timezone": _ANEW,
        "notice": (Effect.HARMLESS, "no_effect_after_launch", ""),
        "time_to_appeal": _weigh_appeal(process, new),
    }
    for name, weight in simple.items():
        if before.get(name) != after.get(name):
            yield change(name, (name,), weight, before.get(name), after.get(name))
    for name in Rounds.model_fields:
        was, would_be = before["rounds"][name], after["rounds"][name]
        if was != would_be:
            weight = _weigh_carrying(process, was, would_be) if name == "carry_over" else _ANEW
            if name == "maximum":
                weight = _weigh_rounds(process, new)
            yield change(f"rounds_{name}", ("rounds", name), weight, was, would_be)
    for act in sorted(before["signoffs"].keys() | after["signoffs"].keys()):
        was, would_be = before["signoffs"].get(act), after["signoffs"].get(act)
        if was != would_be:
            yield change("signoff", ("signoffs", act), _ANEW, was, would_be)
    yield from _reasons(process, later, change)
    yield from _overrules(old, new, change)


def _written(procedure: Procedure) -> dict[str, Any]:
    return procedure.model_dump(mode="json", include=set(WEIGHED))


def _weigh_appeal(process: Process, new: Procedure) -> Weight:
    """Unset: two clear months, the longest that the law asks for (CJA R421-1)."""
    assert process.procedure is not None
    before, after = process.procedure.time_to_appeal, new.time_to_appeal
    shorter = after is not None and (before is None or after < before)
    if shorter and has_been_called(process, Kind.CALL_FOR_INPUT):
        return Effect.REFUSED, "appeal_shortened", "CJA R421-1"
    return _ANEW


def _weigh_rounds(process: Process, new: Procedure) -> Weight:
    if new.rounds.maximum < process.round:
        return Effect.REFUSED, "round_running", ""
    return _ANEW


def _weigh_carrying(process: Process, before: str, after: str) -> Weight:
    """What was given under the promise to be kept in the next round is kept."""
    less = _CARRYING.index(after) < _CARRYING.index(before)
    if less and has_been_called(process, Kind.CALL_FOR_INPUT):
        return Effect.REFUSED, "carrying_promised", _SINCERITY
    return _ANEW


def _reasons(process: Process, later: Followed, change: Any) -> Iterator[Change]:
    """Compare the reasons for setting contributions aside: once a synthesis has begun, those that there are stay."""
    assert process.procedure is not None
    old, new = process.procedure.labels_of_reasons(), later.procedure.labels_of_reasons()
    used = has_been_called(process, Kind.SYNTHESIS)
    gone: Weight = (Effect.REFUSED, "reason_used", "CNDP") if used else _ANEW
    for place, reason in enumerate(new):
        if reason not in old:
            yield change("set_aside_reason", ("set_aside_reasons", place), _ANEW, None, reason)
        elif old[reason] != new[reason]:
            was, would_be = old[reason], new[reason]
            yield change("set_aside_reason", ("set_aside_reasons", place), _NAME, was, would_be)
    for place, reason in enumerate(old):
        if reason not in new:
            yield change("set_aside_reason", ("set_aside_reasons", place), gone, reason, None)


def _overrules(old: Procedure, new: Procedure, change: Any) -> Iterator[Change]:
    """Compare the rules of law that the operator set aside: no further one is, once the concertation runs."""
    errors = {rule.id for rule in RULES if rule.severity == "error"}
    before = {overrule.rule: overrule.reason for overrule in old.overrules}
    after = {overrule.rule: overrule.reason for overrule in new.overrules}
    for place, (rule, reason) in enumerate(after.items()):
        if before.get(rule) == reason:
            continue
        weight = _ANEW
        if rule not in before and rule in errors:
            weight = (Effect.REFUSED, "legal_rule_set_aside", "CRPA L131-1")
        yield change("overrule", ("overrules", place), weight, rule if rule in before else None, rule)
    for place, rule in enumerate(before):
        if rule not in after:
            yield change("overrule", ("overrules", place), _STRICTER, rule, None)
