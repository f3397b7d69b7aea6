"""`make attack`: programs and volleys set on Concertation. Exit code 1 at any finding that has no reason.

bandit and semgrep read the code; schemathesis asks a running stack what it makes up from its schema; then the hostile
list, each volley alone and then together in windows that alternate with calm ones, while an honest client asks.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import secrets
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import Sequence
from statistics import median
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.figure import rounded, spread
from benchmarks.stack import Stack, data_folder
from tests.attack import static
from tests.attack.finding import Finding, left, reasons
from tests.attack.firing import Fired, fire
from tests.attack.fuzzing import schemathesis
from tests.attack.gun import Gun, Target
from tests.attack.honest import Heard, Honest
from tests.attack.opening import opened
from tests.attack.volleys import LASTING, VOLLEYS

GOAL = 2.0
"""An honest client's p99 under attack is at most so many times the calm one (issue: hostile input)."""
AS_OUTSIDE = {"CONCERTATION_INTROSPECTION": "false", "CONCERTATION_TRUSTED_DOCUMENTS": "cookie"}
"""What is otherwise outside loopback. The development key is not: the hostile tokens are made with it."""
PARTS = ("bandit", "semgrep", "schemathesis", "volleys")
_LEAD = 3.0
"""Seconds from the beginning of a storm to the window in which it is measured: what is used at once is used then."""
_BOMB_WITHIN = 0.020
"""Seconds in which a fragment bomb is refused, the best of some tries: others share the processors."""

_REFERENCE = re.compile(r"[0-9a-f]{32}")

console = Console(soft_wrap=True, stderr=True)


def processors() -> tuple[list[int], list[int]]:
    """Share them out: to the stack and the honest client, and to the attackers; none to pin where there is but one."""
    all_ = sorted(os.sched_getaffinity(0))
    aside = max(1, len(all_) // 4)
    return (all_[:-aside], all_[-aside:]) if len(all_) > 1 else ([], [])


async def alone(target: Target) -> list[Fired]:
    """Fire each volley some times with nobody else about."""
    fired = []
    for volley in (*VOLLEYS, *LASTING):
        async with Gun(target=target, address="127.0.0.50") as gun:
            fired += [await fire(volley, gun) for _ in range(3 if volley in VOLLEYS else 1)]
    return fired


async def besieged(
    target: Target, theirs: Sequence[int], pairs: int, seconds: float
) -> tuple[list[tuple[Heard, Heard]], list[Fired]]:
    """Ask in alternating windows, calm and under attack; give what was heard, and what was fired."""
    honest = Honest(target)
    words = [sys.executable, "-m", "tests.attack.storm", target.written(), json.dumps(theirs)]
    storm = await asyncio.create_subprocess_exec(*words, stdin=PIPE, stdout=PIPE, limit=2**24)
    assert storm.stdin
    assert storm.stdout
    windows, fired = [], []
    try:
        await honest.window(seconds)  # what is asked for the first time is slower
        for number in range(pairs):
            calm = await honest.window(seconds)
            storm.stdin.write(b"begin\n")
            await asyncio.sleep(_LEAD)
            attacked = await honest.window(seconds)
            storm.stdin.write(b"end\n")
            told = json.loads(await storm.stdout.readline())
            fired += [Fired(**one) for one in told]
            windows.append((calm, attacked))
            console.print(
                f"window {number + 1}: p99 {calm.p99 * 1000:.0f} ms calm, {attacked.p99 * 1000:.0f} ms under attack; "
                f"{sum(one['shots'] for one in told)} shots, {sum(one['turned_away'] for one in told)} turned away"
            )
            await asyncio.sleep(1)
    finally:
        storm.stdin.close()
        await asyncio.wait_for(storm.wait(), 60)
    return windows, fired


def table(alone: Sequence[Fired], together: Sequence[Fired]) -> Table:
    """Write down the volleys."""
    shown = Table(
        "volley", "alone", "together, worst", "shots", "turned away", "as it must be", title="Hostile list"
    )
    for name in dict.fromkeys(one.name for one in alone):
        first = [one for one in alone if one.name == name]
        all_ = [one for one in together if one.name == name]
        shown.add_row(
            name.replace("_", " "),
            f"{min(one.seconds for one in first) * 1000:.0f} ms",
            f"{max((one.seconds for one in all_), default=0) * 1000:.0f} ms",
            str(sum(one.shots for one in (*first, *all_))),
            str(sum(one.turned_away for one in (*first, *all_))),
            "no" if any(one.why for one in (*first, *all_)) else "yes",
        )
    return shown


def judged(
    alone: Sequence[Fired], together: Sequence[Fired], windows: Sequence[tuple[Heard, Heard]]
) -> list[Finding]:
    """Say what is not as it must be, each thing once; print the figure."""
    why = {(one.name, one.why): one for one in (*alone, *together) if one.why}
    found = [Finding(tool="volleys", rule="answer", path=name, said=said) for name, said in why]
    bomb = min(one.seconds for one in alone if one.name == "fragment_bomb")
    if bomb > _BOMB_WITHIN:
        found.append(Finding(tool="volleys", rule="slow", path="fragment_bomb", said=f"{bomb * 1000:.0f} ms"))
    faults = Counter(
        _REFERENCE.sub("…", fault) for both in windows for heard in both for fault in heard.faults
    )
    found += [
        Finding(tool="volleys", rule="honest", path="", said=f"{number} × {fault}")
        for fault, number in faults.items()
    ]
    ratios = [attacked.p99 / calm.p99 for calm, attacked in windows]
    line: dict[str, Any] = {
        "figure": "honest_p99_ratio", "value": rounded(median(ratios)), "unit": "×", "goal": GOAL,
        "holds": median(ratios) <= GOAL, "spread": spread(ratios),
        "calm_ms": spread([calm.p99 * 1000 for calm, _ in windows]),
        "attacked_ms": spread([attacked.p99 * 1000 for _, attacked in windows]),
    }  # fmt: skip
    print(json.dumps(line), flush=True)
    if not line["holds"]:
        found.append(
            Finding(tool="volleys", rule="honest_p99_ratio", path="", said=f"{median(ratios):.2f} > {GOAL}")
        )
    return found


def fired_upon(stack: Stack, theirs: Sequence[int], arguments: argparse.Namespace) -> list[Finding]:
    """Fire the hostile list at a running stack."""
    target = asyncio.run(opened(stack))
    first = asyncio.run(alone(target))
    windows, together = asyncio.run(besieged(target, theirs, arguments.pairs, arguments.seconds))
    console.print(table(first, together))
    return judged(first, together, windows)


def main() -> int:
    """Run what was asked for; all by default."""
    parser = argparse.ArgumentParser(prog="make attack ARGS=…", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32), help="of schemathesis")
    parser.add_argument("--examples", type=int, default=3, help="of schemathesis for each field of the roots")
    parser.add_argument("--pairs", type=int, default=5, help="windows, calm and under attack")
    parser.add_argument("--seconds", type=float, default=6.0, help="of each window")
    arguments = parser.parse_args()
    found: list[Finding] = []
    rows: list[tuple[str, str, float]] = []

    def done(name: str, start: float, these: list[Finding], looked_at: str) -> None:
        found.extend(these)
        rows.append((name, looked_at, perf_counter() - start))
        console.print(f"{name}: {len(these)} found, {looked_at}, {perf_counter() - start:.0f} s")

    for name, read in (("bandit", static.bandit), ("semgrep", static.semgrep)):
        if name in arguments.only:
            start = perf_counter()
            done(name, start, read(), ", ".join(static.READ))
    ours, theirs = processors()
    if ours:
        os.sched_setaffinity(0, ours)
    if not {"schemathesis", "volleys"} & set(arguments.only):
        return told(found, rows, arguments.only)
    with data_folder() as folder:
        if "schemathesis" in arguments.only:
            console.print(f"schemathesis: ARGS=--seed={arguments.seed} asks the same again")
            with folder.stack() as stack:
                start = perf_counter()
                these, cases = schemathesis(
                    stack.graphql_url, stack.token("coordinator"), arguments.seed, arguments.examples
                )
                done("schemathesis", start, these, f"{cases} cases, seed {arguments.seed}")
        if "volleys" in arguments.only:
            with folder.stack(**AS_OUTSIDE) as stack:
                start = perf_counter()
                these = fired_upon(stack, theirs, arguments)
                done("volleys", start, these, f"{len(VOLLEYS) + len(LASTING)} kinds")
    return told(found, rows, arguments.only)


def told(found: list[Finding], rows: Sequence[tuple[str, str, float]], only: Sequence[str]) -> int:
    """Print what is left; give the exit code."""
    open_, unused = left(found, reasons(), only)
    shown = Table("program", "looked at", "found", "without a reason", "s", title="Attack")
    for name, looked_at, seconds in rows:
        counts = (sum(one.tool == name for one in these) for these in (found, open_))
        shown.add_row(name, looked_at, *map(str, counts), f"{seconds:.0f}")
    console.print(shown)
    for one in open_:
        console.print(str(one), markup=False)
    for reason in unused:
        console.print(f"reasons.yaml: nothing needs this any more: {reason}", markup=False)
    return 1 if open_ or unused else 0


if __name__ == "__main__":
    sys.exit(main())
