"""The part of a dossier about participation: over time, by college, channel and département; each drawn, and told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, timedelta

from domain.geography.places import place
from server.closing.archived import Archived, table, when
from server.closing.blocks import Block, Both, Chart, Section, Table, labelled, plain, word, words
from server.closing.charts import Bar, bars, columns

_MOST_BARS = 20
_MOST_COLUMNS = 120


def participation(archived: Archived) -> Section:
    """Tell how many contributed, when, from where, and by which way."""
    names = _colleges(archived)
    blocks: list[Block] = [_seals(archived)]
    if days := {day: count for day, count in _counted(archived, "day").items() if day}:
        blocks.append(_over_time(days))
    blocks.append(_by("college", _counted(archived, "college"), lambda key: names.get(key, plain(key))))
    blocks.append(_by("channel", _counted(archived, "channel"), _channel))
    blocks.append(_by("departement", _counted(archived, "departement"), _place))
    return Section(key="participation", title=words("dossier.participation"), blocks=blocks)


def _colleges(archived: Archived) -> Mapping[str, Both]:
    procedure = archived.process.procedure
    return {one.id: labelled(one.label) for one in procedure.colleges} if procedure is not None else {}


def _counted(archived: Archived, of: str) -> Mapping[str, int]:
    """Add up figures over rounds and stages, in the order of their values."""
    found: Counter[str] = Counter()
    for row in archived.figures:
        if row["of"] == of:
            found[str(row["value"])] += int(row["count"])
    return dict(sorted(found.items()))


def _seals(archived: Archived) -> Table:
    rows = [
        (archived.stage(run.key, run.round), when(seal.at), seal.figures.count, seal.figures.root)
        for run in (*archived.process.past_runs, *archived.process.runs.values())
        for seal in run.seals
    ]
    return table("seals", "stage sealed_at count root", rows)


def _over_time(days: Mapping[str, int]) -> Chart:
    """Draw days as they are; where they are too many, weeks."""
    first, last = (date.fromisoformat(day) for day in (min(days), max(days)))
    step = 1 if (last - first).days < _MOST_COLUMNS else 7
    told: Counter[int] = Counter()
    for day, count in days.items():
        told[(date.fromisoformat(day) - first).days // step] += count
    drawn = [Bar(str(first + timedelta(days=number * step)), told[number]) for number in range(max(told) + 1)]
    return Chart(
        title=words("dossier.chart.day" if step == 1 else "dossier.chart.week"),
        svg=columns(drawn),
        table=table("day", "day count", list(days.items())),
    )


def _by(of: str, counts: Mapping[str, int], name: Callable[[str], Both]) -> Chart:
    """Draw the greatest, where there are too many; the table has all."""
    named = [(name(key) if key else words("dossier.unknown"), count) for key, count in counts.items()]
    named.sort(key=lambda row: -row[1])
    title = words(f"dossier.chart.{of}")
    if len(named) > _MOST_BARS:
        title = words("dossier.chart.greatest", chart=title, count=_MOST_BARS)
    drawn = [Bar(both.fr, count) for both, count in named[:_MOST_BARS]]
    return Chart(title=title, svg=bars(drawn), table=table(of, f"{of} count", named))


def _channel(key: str) -> Both:
    return word(key, "channel")


def _place(code: str) -> Both:
    found = place(code)
    return plain(f"{code} {found.name}" if found else code)
