"""`python -m benchmarks [--only NAME]`: one JSON line per figure on standard output, all else on standard error."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import TextIO

from benchmarks.at_scale import FINDING, SEALING, at_scale
from benchmarks.commanding import command_p50_ms
from benchmarks.crossing import crossing
from benchmarks.deciding import decide_per_s, fold_10k_s
from benchmarks.figure import GOALS, Figure
from benchmarks.progress import say
from benchmarks.starting import help_s, standing
from benchmarks.submitting import submitting
from benchmarks.table import write
from server.leaving import leave

MEASURES: dict[Callable[..., Awaitable[list[Figure]]], tuple[str, ...]] = {
    decide_per_s: ("decide_per_s",),
    fold_10k_s: ("fold_10k_s",),
    help_s: ("help_s",),
    standing: ("up_ready_s", "rss_api_mb", "rss_worker_mb"),
    command_p50_ms: ("command_p50_ms",),
    submitting: ("submit_ratio", "submit_vs_bare_ratio", "submit_p99_ratio"),
    at_scale: (*FINDING, *SEALING),
    crossing: ("transition_200_s", "deadline_lateness_s"),
}
"""What to run for which figures."""


def main() -> int:
    """Measure, print, write the table."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", choices=GOALS, metavar="NAME", help=f"one of {', '.join(GOALS)}")
    only = parser.parse_args().only
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # stop as for Ctrl-C: servers and folders too
    lines = _lines_alone()
    start = perf_counter()
    try:
        figures = asyncio.run(_measure(only, lines))
    except KeyboardInterrupt:
        say("stopped; nothing was written")
        return 130
    said = [f"SCALE={os.environ['SCALE']}"] if "SCALE" in os.environ else []
    write(figures, " ".join(["make bench", *said, *([f"ONLY={only}"] if only else [])]))
    say(f"all in {perf_counter() - start:.0f} s; the table is in benchmarks/README.md")
    return 0


def _lines_alone() -> TextIO:
    """Keep standard output for the lines: what libraries print there goes to standard error."""
    lines = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return lines


async def _measure(only: str | None, lines: TextIO) -> list[Figure]:
    """Measure what is wanted; a figure that two measures give is printed once both have."""
    measured: dict[str, Figure] = {}
    wanted = [(measure, names) for measure, names in MEASURES.items() if only is None or only in names]
    for place, (measure, names) in enumerate(wanted):
        say(f"— {', '.join(names)}")
        later = {name for _, others in wanted[place + 1 :] for name in others}
        figures = await (at_scale(only) if measure is at_scale else measure())
        for figure in figures:
            if only not in (None, figure.name):
                continue
            known = measured.get(figure.name)
            measured[figure.name] = figure if known is None else known.joined(figure)
            if figure.name not in later:
                print(measured[figure.name].as_json(), file=lines, flush=True)
    return list(measured.values())


if __name__ == "__main__":
    leave(main())
