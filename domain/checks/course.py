"""The graph of stages: order, cycles, what no path leads to, what would be open twice, referrals back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from domain.graph import expand
from domain.procedure import Kind, Procedure, ReferBack, Stage
from domain.refusals import Finding


def check_course(procedure: Procedure) -> Iterator[Finding]:
    """Give what is wrong with the order of stages."""
    before = predecessors(procedure)
    place = {stage.id: index for index, stage in reversed(list(enumerate(procedure.stages)))}
    known = {key: [name for name in names if name in before] for key, names in before.items()}
    above = ancestors(known)
    lost = {key for key, names in before.items() if len(names) > len(known[key])}
    lost |= {key for key in before if above[key] & lost}

    for key, names in before.items():
        for name in names:
            if name not in before:
                yield Finding("unknown_after", ("stages", place[key], "after"), {"stage": key, "after": name})
    yield from _cycles(known, above, place)
    yield from _twice_open(procedure, place, lost)
    for path, target, stage in referrals(procedure):
        if target not in before:
            yield Finding("refer_back_unknown", path, {"stage": target})
        elif target != stage.id and target not in above[stage.id] and stage.id not in lost:
            yield Finding("refer_back_not_before", path, {"stage": stage.id, "target": target})
        if procedure.rounds.maximum == 1:
            yield Finding("refer_back_without_rounds", path, {"stage": stage.id}, "advice")


def predecessors(procedure: Procedure) -> dict[str, tuple[str, ...]]:
    """Give, by id of stage, the ids of those it comes after."""
    found: dict[str, tuple[str, ...]] = {}
    previous: tuple[str, ...] = ()
    for stage in procedure.stages:
        found.setdefault(stage.id, previous if stage.after is None else stage.after)
        previous = (stage.id,)
    return found


def ancestors(before: Mapping[str, list[str]] | Mapping[str, tuple[str, ...]]) -> dict[str, set[str]]:
    """Give all that comes before each key. In a cycle, a key comes before itself."""
    bits = {key: 1 << number for number, key in enumerate(before)}
    above = dict.fromkeys(before, 0)
    moved = True
    while moved:
        moved = False
        for key, names in before.items():
            mask = above[key]
            for name in names:
                if name in bits:
                    mask |= bits[name] | above[name]
            moved |= mask != above[key]
            above[key] = mask
    return {key: {name for name, bit in bits.items() if mask & bit} for key, mask in above.items()}


def referrals(procedure: Procedure) -> Iterator[tuple[tuple[str | int, ...], str, Stage]]:
    """Give every referral back: its path, the id it names, the stage that it stands in."""
    path: tuple[str | int, ...]
    for index, stage in enumerate(procedure.stages):
        if stage.refer_back is not None:
            yield ("stages", index, "refer_back"), stage.refer_back, stage
        for number, approval in enumerate(stage.approvals):
            if isinstance(approval.if_refused, ReferBack):
                path = ("stages", index, "approvals", number, "if_refused", "refer_back")
                yield path, approval.if_refused.refer_back, stage
        if stage.opinion is not None and isinstance(stage.opinion.if_refused, ReferBack):
            path = ("stages", index, "opinion", "if_refused", "refer_back")
            yield path, stage.opinion.if_refused.refer_back, stage


def _cycles(
    before: Mapping[str, list[str]], above: Mapping[str, set[str]], place: Mapping[str, int]
) -> Iterator[Finding]:
    told: set[str] = set()
    circular = {key for key in before if key in above[key]}
    for key in before:
        if key in circular and key not in told:
            ring = [other for other in before if other in above[key] and key in above[other]]
            told.update(ring)
            yield Finding("cycle", ("stages", place[key], "after"), {"stages": " → ".join([*ring, ring[0]])})
        elif key not in circular and above[key] & circular:
            yield Finding("unreachable_stage", ("stages", place[key]), {"stage": key})


def _twice_open(procedure: Procedure, place: Mapping[str, int], lost: set[str]) -> Iterator[Finding]:
    stages = expand(procedure)
    above = ancestors({key: stage.after or () for key, stage in stages.items()})
    lines: dict[tuple[Kind, str | None], list[str]] = {}
    for key, stage in stages.items():
        lines.setdefault((stage.kind, stage.lane), []).append(key)
    told: set[tuple[str, str]] = set()
    for (kind, _), keys in lines.items():
        for one, other in combinations(keys, 2):
            pair = (stages[one].id, stages[other].id)
            if one in above[other] or other in above[one] or pair in told or lost & set(pair):
                continue
            told.add(pair)
            yield Finding(
                "parallel_same_kind",
                ("stages", place[pair[1]]),
                {"stage": pair[1], "other": pair[0], "kind": kind},
            )
