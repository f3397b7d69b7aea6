"""The lineage of items: what an item takes the place of, and what took its place, in its round and in later ones.

Two that become one are merged, one that becomes two is split; an item of a later round names those it goes on from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from domain.process import Item, Process, Recommendation, Synthesis, items_of

_Next = Callable[[str], Iterable[str]]


def all_items(process: Process) -> dict[str, Item]:
    """Give the items of every synthesis of every round: no name is used twice."""
    found: dict[str, Item] = {}
    for synthesis in process.syntheses.values():
        found |= items_of(synthesis)
    return found


def standing_recommendations(process: Process, synthesis: Synthesis) -> dict[str, Recommendation]:
    """Give the recommendations of a synthesis whose place no other item of it has taken: those that want an answer."""
    if not process.replaced:
        return synthesis.recommendations
    replaced = frozenset(process.replaced)
    return {name: found for name, found in synthesis.recommendations.items() if name not in replaced}


def ancestors(items: Mapping[str, Item], name: str) -> tuple[str, ...]:
    """Name what an item goes back to, the nearest first."""
    return tuple(_reached(name, lambda of: items[of].replaces if of in items else ()))


def descendants(items: Mapping[str, Item], name: str) -> tuple[str, ...]:
    """Name what became of an item, the nearest first."""
    becomes: dict[str, list[str]] = {}
    for item in items.values():
        for before in item.replaces:
            becomes.setdefault(before, []).append(item.id)
    return tuple(_reached(name, lambda of: becomes.get(of, ())))


def becoming(process: Process, name: str) -> tuple[str, ...]:
    """Name the items that take the place of one, without those that take theirs."""
    return tuple(item.id for item in all_items(process).values() if name in item.replaces)


def with_ancestors(process: Process, synthesis: Synthesis) -> tuple[str, ...]:
    """Name the items of a synthesis and all they go back to: what is a source of these has been treated."""
    items = all_items(process)
    found: dict[str, None] = {}
    for name in items_of(synthesis):
        found |= dict.fromkeys((name, *ancestors(items, name)))
    return tuple(found)


def _reached(name: str, next_of: _Next) -> Iterator[str]:
    waiting, seen = [name], {name}
    while waiting:
        for found in next_of(waiting.pop(0)):
            if found not in seen:
                seen.add(found)
                waiting.append(found)
                yield found
