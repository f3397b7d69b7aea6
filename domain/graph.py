"""The graph of stages of a procedure: expansion by axis, predecessors, successors, descendants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from domain.procedure import Procedure, Stage

EACH = "each"


def expand(procedure: Procedure, lanes: Iterable[str] | None = None) -> dict[str, Stage]:
    """Give the stages by key, with one stage per axis where a stage says `lane: each`.

    The key of a stage is its id, or `id.lane` when it was expanded. `after` is resolved: to the
    stage of the same axis where there is one, otherwise to the stages of every axis.
    """
    axes = tuple(lane.id for lane in procedure.lanes) if lanes is None else tuple(lanes)
    keys: dict[str, dict[str | None, str]] = {
        stage.id: {lane: f"{stage.id}.{lane}" for lane in axes}
        if stage.lane == EACH and axes
        else {None: stage.id}
        for stage in procedure.stages
    }
    stages: dict[str, Stage] = {}
    previous: str | None = None
    for stage in procedure.stages:
        named = stage.after if stage.after is not None else ((previous,) if previous else ())
        for lane, key in keys[stage.id].items():
            own_lane = lane if lane is not None else (None if stage.lane == EACH else stage.lane)
            after: list[str] = []
            for name in named:
                choices = keys.get(name)
                if choices is None:
                    after.append(name)
                elif own_lane is not None and own_lane in choices:
                    after.append(choices[own_lane])
                else:
                    after.extend(choices.values())
            stages[key] = stage.model_copy(update={"lane": own_lane, "after": tuple(after)})
        previous = stage.id
    return stages


def keys_of(stages: Mapping[str, Stage], stage_id: str) -> tuple[str, ...]:
    """Give the keys of a stage by its id in the file: one, or one per axis."""
    return tuple(key for key, stage in stages.items() if stage.id == stage_id)


def successors(stages: Mapping[str, Stage], key: str) -> tuple[str, ...]:
    """Give the keys of the stages that come right after `key`."""
    return tuple(k for k, stage in stages.items() if key in (stage.after or ()))


def with_descendants(stages: Mapping[str, Stage], keys: Iterable[str]) -> tuple[str, ...]:
    """Give `keys` and all that follows them, in the order of the file."""
    found = set(keys)
    waiting = list(found)
    while waiting:
        for key in successors(stages, waiting.pop()):
            if key not in found:
                found.add(key)
                waiting.append(key)
    return tuple(key for key in stages if key in found)
