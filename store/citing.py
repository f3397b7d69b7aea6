"""Sources, checked before it is decided what comes of them: a process names no contribution (ADR 0026).

What is of another concertation, or of none, is refused; what is so already is left out, so that numbers in the process
stay exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from domain.acts import (
    Act,
    AssembleSynthesis,
    CiteSources,
    Command,
    MakeAscertainment,
    MakeRecommendation,
    SetAside,
    TakeBack,
)
from domain.process import Process, stage_in_round
from domain.refusals import Code, Refusal
from domain.treatment.sources import is_contribution
from store.identifiers import parse, parse_many
from store.pool import Connection
from store.treatment import ASIDE, figures

_REFUSED = {
    "unknown": Code.UNKNOWN_SOURCE,
    "elsewhere": Code.SOURCE_ELSEWHERE,
    "withdrawn": Code.CONTRIBUTION_WITHDRAWN,
}


async def check_item(connection: Connection, process: Process, command: Command) -> Act | Refusal:
    """Refuse an item that is born with a source that is none of this concertation."""
    act = command.act
    assert isinstance(act, MakeRecommendation | MakeAscertainment)
    named = [source for source in dict.fromkeys(act.sources) if is_contribution(process, source)]
    found = await _standings(connection, command, ASIDE, named)
    return _not_here(named, found) or act


async def check_sources(connection: Connection, process: Process, command: Command) -> Act | Refusal:
    """Refuse what is no source of this concertation; leave out what the item comes from already, or never did."""
    act = command.act
    assert isinstance(act, CiteSources)
    add = [source for source in dict.fromkeys(act.add) if is_contribution(process, source)]
    remove = [source for source in dict.fromkeys(act.remove) if is_contribution(process, source)]
    found = await _standings(connection, command, act.item, [*add, *remove])
    refusal = _not_here(add, found)
    unknown = next((source for source in remove if not _is_known(found, source)), None)
    if refusal is None and unknown is not None:
        refusal = Refusal(Code.UNKNOWN_SOURCE, {"source": unknown}, ("remove",))
    if refusal is not None:
        return refusal
    known = {source for source in add if _is_known(found, source) and source not in remove}
    return replace(act, add=tuple(source for source in act.add if source not in known))


async def check_set_aside(connection: Connection, process: Process, command: Command) -> Act | Refusal:
    """Refuse what is no contribution of this concertation; leave out what is set aside for that reason already."""
    act = command.act
    assert isinstance(act, SetAside)
    found = await _standings(connection, command, ASIDE, act.contributions)
    fresh = tuple(
        named
        for named in act.contributions
        if named not in found or not found[named].known or found[named].reason != act.reason
    )
    return _not_here(act.contributions, found) or replace(act, contributions=fresh)


async def check_take_back(connection: Connection, process: Process, command: Command) -> Act | Refusal:
    """Leave out what is not set aside."""
    act = command.act
    assert isinstance(act, TakeBack)
    found = await _standings(connection, command, ASIDE, act.contributions)
    return replace(act, contributions=tuple(c for c in act.contributions if _is_known(found, c)))


async def count(connection: Connection, process: Process, command: Command) -> Act | Refusal:
    """Put into the assembly what became of all contributions. People do not say that themselves."""
    act = command.act
    assert isinstance(act, AssembleSynthesis)
    if act.treatment is not None:
        return Refusal(Code.INPUT_INVALID, {"field": "treatment"}, ("treatment",))
    run = process.runs.get(command.stage or "")
    if run is None or run.round != command.round:
        return act  # the decider refuses it
    synthesis = process.syntheses.get(stage_in_round(run.round, run.key))
    if synthesis is None:
        return act
    return replace(act, treatment=await figures(connection, process, synthesis))


@dataclass(frozen=True, slots=True)
class _Standing:
    standing: str
    known: bool
    reason: str | None


async def _standings(
    connection: Connection, command: Command, item: str, contributions: Sequence[str]
) -> dict[str, _Standing]:
    named = parse_many(list(contributions))
    if not named:
        return {}
    rows = await connection.fetch(
        "SELECT * FROM source_standings($1, $2, $3, $4, $5)",
        parse(command.concertation),
        command.round,
        command.stage,
        item,
        named,
    )
    return {str(row["contribution"]): _Standing(row["standing"], row["known"], row["reason"]) for row in rows}


def _not_here(contributions: Iterable[str], found: dict[str, _Standing]) -> Refusal | None:
    for named in contributions:
        standing = found[named].standing if named in found else "unknown"
        if standing in _REFUSED:
            return Refusal(_REFUSED[standing], {"source": named}, ("sources",))
    return None


def _is_known(found: dict[str, _Standing], source: str) -> bool:
    return source in found and found[source].known
