"""`python -m benchmarks [--only NAME,…]`: one JSON line per figure on standard output, all else on standard error."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import TextIO

from benchmarks.at_scale import FINDING, GROWING, SEALING, at_scale
from benchmarks.closing import archiving
from benchmarks.commanding import command_p50_ms
from benchmarks.crossing import crossing
from benchmarks.deciding import decide_per_s, fold_10k_s
from benchmarks.doubling import doubling
from benchmarks.figure import GOALS, Figure
from benchmarks.following import following
from benchmarks.guarding import guarding
from benchmarks.interchange import FIGURES as INTERCHANGE
from benchmarks.interchange import interchange
from benchmarks.mailing import mails_per_s
from benchmarks.progress import say
from benchmarks.running import running
from benchmarks.scale import is_published, scale
from benchmarks.starting import help_s, standing
from benchmarks.submitting import submitting
from benchmarks.table import write
from benchmarks.telling import telling
from benchmarks.thousand import thousand
from benchmarks.treating import FIGURES as TREATING
from benchmarks.treating import treating
from server.leaving import leave

MEASURES: dict[Callable[..., Awaitable[list[Figure]]], tuple[str, ...]] = {
    decide_per_s: ("decide_per_s",),
    fold_10k_s: ("fold_10k_s",),
    help_s: ("help_s",),
    standing: ("up_ready_s", "rss_api_mb", "rss_worker_mb"),
    command_p50_ms: ("command_p50_ms",),
    submitting: ("submit_ratio", "submit_vs_bare_ratio", "submit_p99_ratio"),
    guarding: ("guard_submit_ratio", "guard_page_ratio"),
    telling: ("telemetry_submit_ratio",),
    doubling: ("api_2_speedup",),
    at_scale: (*FINDING, *SEALING, *GROWING),
    interchange: INTERCHANGE,
    archiving: ("archive_s", "archive_rss_mb", "verify_s"),
    treating: TREATING,
    mails_per_s: ("mails_per_s",),
    crossing: ("transition_200_s", "deadline_lateness_s"),
    running: ("running_exponent",),
    following: ("subscribers_1000_p99_ms",),
    thousand: ("deadline_1000_lateness_s", "deadline_1000_spread_lateness_s"),
}
"""What to run for which figures."""


def main() -> int:
    """Measure, print, write the table. A fault ends it with another code than 0; a goal that is missed does not."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", type=named, metavar="NAME,…", help=f"some of {', '.join(GOALS)}")
    only = parser.parse_args().only
    try:
        scale()
    except ValueError as fault:
        parser.error(str(fault))
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # stop as for Ctrl-C: servers and folders too
    lines = _lines_alone()
    start = perf_counter()
    try:
        asyncio.run(_measure(only or frozenset(GOALS), lines, _command(only)))
    except KeyboardInterrupt:
        say(f"stopped; {_where()}")
        return 130
    say(f"all in {perf_counter() - start:.0f} s; {_where()}")
    return 0


def _where() -> str:
    if is_published():
        return "what was measured is in the table of benchmarks/README.md"
    return "everything runs, and nothing is written down: so little is no measure"


def _lines_alone() -> TextIO:
    """Keep standard output for the lines: what libraries print there goes to standard error."""
    lines = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return lines


def named(said: str) -> frozenset[str]:
    """Read names of figures.

    Raises:
        argparse.ArgumentTypeError: one is the name of none.
    """
    names = frozenset(said.split(","))
    if not names <= GOALS.keys():
        raise argparse.ArgumentTypeError(f"no figure is called {', '.join(sorted(names - GOALS.keys()))}")
    return names


def _command(only: frozenset[str] | None) -> str:
    said = ["make bench"]
    if scale():
        said.append(f"SCALE={scale()}")
    if only:
        said.append(f"ONLY={','.join(name for name in GOALS if name in only)}")
    return " ".join(said)


async def _measure(wanted: frozenset[str], lines: TextIO, command: str) -> None:
    """Measure what is wanted; print each figure, and write the table, as soon as there is one."""
    measured: list[Figure] = []
    for measure, names in MEASURES.items():
        if not wanted.intersection(names):
            continue
        say(f"— {', '.join(names)}")
        figures = await (at_scale(wanted) if measure is at_scale else measure())
        if missing := wanted.intersection(names) - {figure.name for figure in figures}:
            raise RuntimeError(f"{', '.join(sorted(missing))} came to nothing")
        for figure in figures:
            if figure.name in wanted:
                measured.append(figure)
                print(figure.as_json(scale()), file=lines, flush=True)
        if is_published():
            write(measured, command)


if __name__ == "__main__":
    leave(main())
