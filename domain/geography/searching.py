"""Finding a place by the beginning of its name, as people type it: without accents, hyphens or articles."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache
from unicodedata import normalize

from domain.geography.places import Place, PlaceKind, places

MOST = 50
"""The most that one search gives."""
_LONGEST = 100
_ARTICLE = re.compile(r"(?:l|la|le|les|d|du|de la|des)\s+")
_SAINT = re.compile(r"\bst(e?)\b")
_ORDER = {
    PlaceKind.COMMUNE: 0, PlaceKind.INTERCOMMUNALITY: 1, PlaceKind.DEPARTEMENT: 2, PlaceKind.REGION: 3,
    PlaceKind.DISTRICT: 4, PlaceKind.FORMER_COMMUNE: 5,
}  # fmt: skip


def folded(name: str) -> str:
    """Give a name as it is compared: `Saint-Étienne-du-Bois` is `saint etienne du bois`, as is `St Etienne du Bois`."""
    text = normalize("NFKD", name.replace("œ", "oe").replace("Œ", "Oe").replace("æ", "ae")).casefold()
    bare = re.sub(r"[^a-z0-9]+", " ", "".join(sign for sign in text if not "\u0300" <= sign <= "\u036f"))
    return _SAINT.sub(r"saint\1", bare.strip())


def search(beginning: str, kinds: frozenset[PlaceKind] = frozenset(PlaceKind), most: int = 20) -> list[Place]:
    """Give places whose name or code begins like this: those of exactly this name first, then by kind."""
    wanted = folded(beginning[:_LONGEST])
    if not wanted:
        return []
    index = _index()
    found: dict[str, tuple[tuple[bool, int, str, str], Place]] = {}
    for position in range(bisect_left(index, (wanted,)), len(index)):
        name, code = index[position]
        if not name.startswith(wanted):
            break
        place = places()[code]
        if place.kind in kinds:
            found.setdefault(code, ((name != wanted, _ORDER[place.kind], name, code), place))
    ranked = sorted(found.values(), key=lambda pair: pair[0])
    return [place for _, place in ranked[: min(most, MOST)]]


@cache
def _index() -> list[tuple[str, ...]]:
    names: set[tuple[str, ...]] = set()
    for place in places().values():
        name = folded(place.name)
        names |= {(name, place.code), (place.code.casefold(), place.code)}
        if found := _ARTICLE.match(name):
            names.add((name[found.end() :], place.code))
    return sorted(names)
