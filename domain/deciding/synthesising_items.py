"""Items of the synthesis: recommendations and ascertainments, what they come from and what they take the place of.

That a source is a contribution of this concertation, cited once, the store finds out before (store/treatment.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from domain import events as ev
from domain.acts import MOST_SOURCES, CiteSources, MakeAscertainment, MakeRecommendation
from domain.deciding.act_rule import ActRule
from domain.deciding.synthesising_place import Writing, about_lane, in_progress, in_synthesis
from domain.deciding.turn import Turn
from domain.procedure import Role
from domain.process import Item, Process, Synthesis, items_of
from domain.refusals import Code, Refusal
from domain.treatment.lineage import all_items, ancestors


def make_recommendation(turn: Turn, act: MakeRecommendation) -> Refusal | None:
    """Add a recommendation, or a new version of one; each names who owes an answer (D11)."""
    found = in_synthesis(turn, act.kind, act.lane)
    if isinstance(found, Refusal):
        return found
    refusal = _themes(turn, act.themes) or _addressees(turn, act) or _colleges(turn, act)
    if refusal is not None:
        return refusal
    lane, run, synthesis = found
    known = synthesis.recommendations.get(act.recommendation)
    refusal = _item(turn, act, act.recommendation, known, found)
    if refusal is not None:
        return refusal
    turn.tell(
        ev.RecommendationMade(
            recommendation=act.recommendation,
            lane=lane,
            themes=act.themes,
            addressees=tuple(dict.fromkeys(act.addressees)),
            sources=act.sources,
            text=act.text,
            version=known.version + 1 if known else 1,
            in_favour=act.in_favour,
            against=act.against,
            replaces=act.replaces,
        ),
        run.key,
    )
    return None


def make_ascertainment(turn: Turn, act: MakeAscertainment) -> Refusal | None:
    """Add an ascertainment, or a new version of one: what was found, and asks nothing of anybody."""
    found = in_synthesis(turn, act.kind, act.lane)
    if isinstance(found, Refusal):
        return found
    lane, run, synthesis = found
    known = synthesis.ascertainments.get(act.ascertainment)
    refusal = _themes(turn, act.themes) or _item(turn, act, act.ascertainment, known, found)
    if refusal is not None:
        return refusal
    turn.tell(
        ev.AscertainmentMade(
            ascertainment=act.ascertainment,
            lane=lane,
            themes=act.themes,
            sources=act.sources,
            text=act.text,
            version=known.version + 1 if known else 1,
            replaces=act.replaces,
        ),
        run.key,
    )
    return None


def cite_sources(turn: Turn, act: CiteSources) -> Refusal | None:
    """Say what an item comes from, or does not. What is so already is left out; nothing new is no event."""
    found = in_progress(turn)
    if isinstance(found, Refusal):
        return found
    run, synthesis = found
    item = standing_item(turn.process, synthesis, act.item)
    if isinstance(item, Refusal):
        return item
    refusal = about_lane(turn, act.kind, item.lane) or too_many(act.add, act.remove)
    if refusal is not None:
        return refusal
    add = tuple(source for source in dict.fromkeys(act.add) if source not in item.sources)
    own = {*turn.process.hearings} | {
        name for opinion in turn.process.opinions.values() for name in opinion.reservations
    }
    remove = tuple(
        source for source in dict.fromkeys(act.remove) if source in item.sources or source not in own
    )
    if add or remove:
        turn.tell(ev.SourcesCited(item=act.item, add=add, remove=remove), run.key)
    return None


def standing_item(process: Process, synthesis: Synthesis, name: str) -> Item | Refusal:
    """Give an item of a synthesis whose place no other has taken, or refuse."""
    item = items_of(synthesis).get(name)
    if item is None:
        return Refusal(Code.ITEM_UNKNOWN, {"item": name}, ("item",))
    if name in process.replaced:
        return Refusal(Code.ITEM_REPLACED, {"item": name}, ("item",))
    return item


def too_many(*named: Sequence[str]) -> Refusal | None:
    """Refuse more sources than one command names."""
    if sum(map(len, named)) > MOST_SOURCES:
        return Refusal(Code.TOO_MANY_SOURCES, {"most": MOST_SOURCES}, ("sources",))
    return None


def _item(
    turn: Turn, act: MakeRecommendation | MakeAscertainment, name: str, known: Item | None, writing: Writing
) -> Refusal | None:
    """Refuse a name that is taken, too many sources, and a place that the item cannot take."""
    lane, _, synthesis = writing
    if known is None and name in all_items(turn.process):
        return Refusal(Code.ALREADY_EXISTS, {"id": name}, (_NAMED[type(act)],))
    if known is not None:
        standing = standing_item(turn.process, synthesis, name)
        if isinstance(standing, Refusal):
            return standing
        if known.lane != lane and (refusal := about_lane(turn, act.kind, known.lane)) is not None:
            return refusal
    return too_many(act.sources) or _replaced(turn, act, name, synthesis)


_NAMED: dict[type[Any], str] = {MakeRecommendation: "recommendation", MakeAscertainment: "ascertainment"}


def _replaced(
    turn: Turn, act: MakeRecommendation | MakeAscertainment, name: str, synthesis: Synthesis
) -> Refusal | None:
    """Refuse to take the place of what is no item, of what comes from this one, or of an item of another's lane."""
    items, here = all_items(turn.process), items_of(synthesis)
    for before in act.replaces or ():
        if before not in items or before == name or name in ancestors(items, before):
            return Refusal(Code.ITEM_UNKNOWN, {"item": before}, ("replaces",))
        if before in here and (refusal := about_lane(turn, act.kind, here[before].lane)) is not None:
            return refusal
    return None


def _themes(turn: Turn, themes: Sequence[str]) -> Refusal | None:
    for theme in themes:
        if theme not in turn.process.themes:
            return Refusal(Code.UNKNOWN_THEME, {"theme": theme}, ("themes",))
    return None


def _addressees(turn: Turn, act: MakeRecommendation) -> Refusal | None:
    if not act.addressees:
        return Refusal(Code.UNKNOWN_ADDRESSEE, {"addressee": ""}, ("addressees",))
    for addressee in act.addressees:
        office = turn.process.offices.get(addressee)
        if office is None or office.role is not Role.ADDRESSEE:
            return Refusal(Code.UNKNOWN_ADDRESSEE, {"addressee": addressee}, ("addressees",))
    return None


def _colleges(turn: Turn, act: MakeRecommendation) -> Refusal | None:
    known = {college.id for college in turn.procedure.colleges}
    for field in ("in_favour", "against"):
        for college in getattr(act, field) or ():
            if college not in known:
                return Refusal(Code.UNKNOWN_COLLEGE, {"college": college}, (field,))
    return None


RULES: dict[type, ActRule] = {
    MakeRecommendation: ActRule(make_recommendation, quiet=True),
    MakeAscertainment: ActRule(make_ascertainment, quiet=True),
    CiteSources: ActRule(cite_sources, quiet=True),
}
