"""`make faults`: break what can break, as seeds say, and see whether anything is lost, doubled, or let in late.

Exit code 1 if anything is. Without a seed and seconds it tries the fixed set that continuous integration tries. A run
that fails prints the command that replays it.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, replace
from time import monotonic

from rich.console import Console
from rich.table import Table

from server.leaving import leave
from tests.faults import defect, seeds
from tests.faults.place import Place
from tests.faults.registry import ROWS
from tests.faults.row import Row
from tests.faults.tally import Tally

_MOST_TOLD = 20
"""Sentences of one run: what one cause brings about is often the same again and again."""

console = Console(soft_wrap=True, highlight=False, width=120)


@dataclass(frozen=True, slots=True)
class Line:
    """A row with what came of its runs."""

    row: Row
    runs: int
    seconds: float
    tally: Tally


async def tried(row: Row, seed: int, place: Place) -> Tally:
    """Run a row once; what it raises is an invariant that did not hold."""
    try:
        async with asyncio.timeout(row.within):
            return await row.run(seed, place)
    except Exception as error:
        traceback.print_exc()
        return Tally(broken=(f"{type(error).__name__}: {error}",))


def told(row: Row, seed: int, tally: Tally) -> None:
    """Say what failed, and how to see it again."""
    console.print(f"{row.name}, seed {seed}: lost {tally.lost}, doubled {tally.doubled}", style="bold red")
    sentences = list(dict.fromkeys(tally.broken))
    for sentence in sentences[:_MOST_TOLD]:
        console.print(f"  {sentence}", markup=False)
    if len(sentences) > _MOST_TOLD:
        console.print(f"  … and {len(sentences) - _MOST_TOLD} more")
    console.print(f"  again: python -m tests.faults --only {row.name} --seed {seed}", markup=False)


async def driven(
    plan: Iterator[tuple[Row, int]], seconds: float | None, *, first: bool = False
) -> list[Line]:
    """Try what is planned, until the plan or the time is over; or until the `first` run that fails."""
    lines: dict[str, Line] = {}
    end = None if seconds is None else monotonic() + seconds
    async with Place(long=seconds is not None) as place:
        for row, seed in plan:
            if end is not None and monotonic() > end:
                break
            start = monotonic()
            tally = await tried(row, seed, place)
            taken = monotonic() - start
            line = lines.get(row.name, Line(row, 0, 0.0, Tally()))
            lines[row.name] = replace(
                line, runs=line.runs + 1, seconds=line.seconds + taken, tally=line.tally + tally
            )
            console.print(
                f"{row.name} {seed}: {tally.acknowledged} of {tally.operations} acknowledged, "
                f"{tally.unknown} asked again, {taken:.0f} s",
                style="dim",
            )
            if not tally.holds:
                told(row, seed, tally)
                if first:
                    break
                await place.forget()
    return list(lines.values())


def table(lines: list[Line]) -> Table:
    """Write down each row with its figures."""
    numbers = ("runs", "operations", "acknowledged", "refused", "unknown", "lost", "doubled", "broken", "s")
    shown = Table("fault", *numbers, title="Faults")
    for line in lines:
        figures = (
            line.runs,
            line.tally.operations,
            line.tally.acknowledged,
            line.tally.refused,
            line.tally.unknown,
            line.tally.lost,
            line.tally.doubled,
            len(line.tally.broken),
            round(line.seconds),
        )
        shown.add_row(line.row.name, *map(str, figures))
    return shown


def found(rows: list[str]) -> int:
    """Try rows on code with the defects that they must find; exit code 1 if one does not."""
    missed = []
    for name in (name for row in rows for name in defect.of(row)):
        console.rule(name)
        if defect.run_with(name, ["--only", name.partition("--")[0], "--first"]) != 1:
            missed.append(name)
    console.print(f"not found: {', '.join(missed)}" if missed else "each defect was found")
    return 1 if missed else 0


def main() -> int:
    """Do what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--only", metavar="ROW,…", help=", ".join(row.name for row in ROWS))
    parser.add_argument("--seed", metavar="N|random", help="the seed, or the first one of a long run")
    parser.add_argument("--seconds", type=float, help="go on for so long, with new seeds")
    parser.add_argument("--defect", choices=defect.names(), help="try it on code with this defect")
    parser.add_argument(
        "--defects", action="store_true", help="try each row on code with a defect of its own"
    )
    parser.add_argument("--first", action="store_true", help="end with the first run that fails")
    arguments = parser.parse_args()
    if arguments.defect:
        asked = [("--only", arguments.only), ("--seed", arguments.seed), ("--seconds", arguments.seconds)]
        return defect.run_with(
            arguments.defect, [word for name, said in asked if said for word in (name, str(said))]
        )
    wanted = arguments.only.split(",") if arguments.only else [row.name for row in ROWS]
    if arguments.defects:
        return found(wanted)
    strange = sorted(set(wanted) - {row.name for row in ROWS})
    if strange:
        parser.error(f"there is no row {', '.join(strange)}; rows: {', '.join(row.name for row in ROWS)}")
    rows = [row for row in ROWS if row.name in wanted]
    if arguments.seed == "random":
        seed: int | None = secrets.randbelow(2**31)
        console.print(f"first seed: {seed}")
    else:
        seed = int(arguments.seed) if arguments.seed else None
    if arguments.seconds:
        plan = seeds.endless(rows, seed or 1)
    else:
        plan = seeds.fixed(rows) if seed is None else seeds.one(rows, seed)
    lines = asyncio.run(driven(plan, arguments.seconds, first=arguments.first))
    console.print(table(lines))
    whole = sum((line.tally for line in lines), Tally())
    console.print(
        f"{sum(line.runs for line in lines)} runs, {whole.acknowledged} operations acknowledged, "
        f"lost {whole.lost}, doubled {whole.doubled}, invariants broken {len(whole.broken)}"
    )
    return 0 if whole.holds else 1


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    leave(code)
