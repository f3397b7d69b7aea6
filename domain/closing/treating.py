"""The treatment in an archive: what the ledger says of each contribution, and whether the rates follow from it.

An archive shows the contributions that count, and neither their earlier versions nor what they were carried over from
or merged under. What was treated by one of these is more than the rows say, and is told apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.acts import Treated
from domain.events import Event
from domain.process import Process, Synthesis
from domain.treatment.changes import ASIDE, change_of
from domain.treatment.figures import ORGANISATIONS, OTHERS
from domain.treatment.lineage import with_ancestors
from domain.treatment.sources import calls_for_input

TABLE = "treatment.csv"
COLUMNS = ("round", "stage", "item", "contribution", "reason")

Place = tuple[int, str, str]
"""Round and stage of a synthesis, and an item; empty: what is set aside."""


@dataclass(slots=True)
class Treatments:
    """What was said of contributions, event by event."""

    _said: dict[Place, dict[str, str | None]] = field(default_factory=dict)

    def note(self, process: Process, event: Event) -> None:
        """Take up an event; most change nothing."""
        change = change_of(process, event.fact)
        if change is None or event.round is None or event.stage is None:
            return
        said = self._said.setdefault((event.round, event.stage, change.item), {})
        if change.anew:
            said.clear()
        for contribution in change.drop:
            said.pop(contribution, None)
        said.update(dict.fromkeys(change.put, change.reason))

    def rows(self) -> Iterator[dict[str, Any]]:
        """Give the rows of the table, in their order."""
        for (round, stage, item), said in sorted(self._said.items()):
            for contribution, reason in sorted(said.items()):
                values = (round, stage, item, contribution, reason)
                yield dict(zip(COLUMNS, values, strict=True))

    def of(self, process: Process, synthesis: Synthesis) -> dict[str, bool]:
        """Say of each contribution that a synthesis names whether it is a source of an item, or set aside alone."""
        items = set(with_ancestors(process, synthesis))
        found: dict[str, bool] = {}
        for (round, stage, item), said in self._said.items():
            if item in items:
                found |= dict.fromkeys(said, True)
            elif item == ASIDE and (round, stage) == (synthesis.round, synthesis.stage):
                found = dict.fromkeys(said, False) | found
        return found


@dataclass(frozen=True, slots=True)
class Rated:
    """Whether the rates of a synthesis follow from the ledger and from the contributions: unset, it cannot be told."""

    name: str
    holds: bool | None
    #: How many were treated by what the archive does not show.
    through: int = 0


def rated(
    process: Process, treatments: Treatments, rows: Iterable[Mapping[str, Any]], public: set[tuple[int, str]]
) -> list[Rated]:
    """Count again what became of contributions in each synthesis that was assembled with figures.

    `rows` are the contributions that count, `public` the sets that are sealed for good: those of which
    nothing is shown are not public.
    """
    counted = [s for s in process.syntheses.values() if s.treatment is not None]
    if not counted:
        return []
    scopes = [set(calls_for_input(process, s.round, s.stage)) for s in counted]
    named = [treatments.of(process, s) for s in counted]
    tallies = [{ORGANISATIONS: [0, 0], OTHERS: [0, 0]} for _ in counted]
    shown = [0] * len(counted)
    seen = {place for place in public if not _live(process, place)}
    for row in rows:
        place = (row["round"], row["stage"])
        if place in public:
            seen.add(place)
        for number, scope in enumerate(scopes):
            if place in scope:
                tally = tallies[number][ORGANISATIONS if row["organisation"] is not None else OTHERS]
                tally[0] += 1
                if row["id"] in named[number]:
                    tally[1] += 1
                    shown[number] += 1
    return [
        _rated(process, synthesis, tally, len(said) - count, scope <= seen)
        for synthesis, scope, said, tally, count in zip(counted, scopes, named, tallies, shown, strict=True)
    ]


def _rated(
    process: Process, synthesis: Synthesis, tallies: Mapping[str, list[int]], elsewhere: int, is_public: bool
) -> Rated:
    """Compare stated figures with counted ones; `elsewhere`: how many are named that are not shown."""
    name = f"{synthesis.round}/{synthesis.stage}"
    assert synthesis.treatment is not None
    if not is_public or _was_rectified(process, synthesis):
        return Rated(name, None)
    through = 0
    for kind, (all_, treated) in tallies.items():
        stated = synthesis.treatment.by_kind.get(kind, Treated(all=0, cited=0))
        more = stated.cited + stated.set_aside - treated
        if stated.all != all_ or more < 0 or stated.cited + stated.set_aside > stated.all:
            return Rated(name, False)
        through += more
    return Rated(name, True if through <= elsewhere else None, through)


def _live(process: Process, place: tuple[int, str]) -> int:
    """Give how many contributions of a set its last seal counts."""
    runs = (*process.past_runs, *process.runs.values())
    seals = next((run.seals for run in runs if (run.round, run.key) == place), ())
    return sum(seals[-1].figures.by_channel.values()) if seals else 0


def _was_rectified(process: Process, synthesis: Synthesis) -> bool:
    """Say whether a set was sealed again after the synthesis was assembled: it was counted before that."""
    places = set(calls_for_input(process, synthesis.round, synthesis.stage))
    at = synthesis.assembled_at
    runs = (*process.past_runs, *process.runs.values())
    return at is None or any(
        seal.at > at for run in runs if (run.round, run.key) in places for seal in run.seals
    )
