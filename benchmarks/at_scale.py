"""What is measured among very many contributions: 100,000, or 2,000,000 with SCALE=full, made once for all of it."""

from __future__ import annotations

from contextlib import ExitStack

from benchmarks.crowd import Crowd
from benchmarks.figure import Figure
from benchmarks.finding import finding
from benchmarks.growing import growing
from benchmarks.guarding import HIGH, PATIENT
from benchmarks.opening import open_for
from benchmarks.scale import sized
from benchmarks.sealing import sealing
from benchmarks.settling import settle
from benchmarks.stack import Stack, data_folder

FINDING = ("page_flatness", "facets_ms", "search_p95_ms")
SEALING = ("seal_2m_s", "seal_p99_ratio", "peak_rss_mb")
GROWING = ("contributions_exponent", "seal_exponent")
FEW = 20_000
BETWEEN = 200_000
MANY, VERY_MANY = 100_000, 2_000_000


async def at_scale(wanted: frozenset[str]) -> list[Figure]:
    """Fill an installation, and smaller ones to compare with, then ask and seal what is wanted of them."""
    figures: list[Figure] = []
    with ExitStack() as running:
        large = await _filled(running, sized(MANY, small=4_000, full=VERY_MANY))
        small = None
        if wanted.intersection((*FINDING, *GROWING)):
            small = await _filled(running, sized(FEW, small=2_000))
        if small and wanted.intersection(FINDING):
            figures += await finding(small, large)
        if wanted.intersection(SEALING):
            figures += await sealing(*large)
        if small and wanted.intersection(GROWING):
            between = [await _filled(running, BETWEEN)] if sized(False, small=False, full=True) else []
            figures += await growing([small, *between, large])
    return figures


async def _filled(running: ExitStack, number: int) -> tuple[Stack, Crowd]:
    stack = running.enter_context(running.enter_context(data_folder()).stack(**HIGH | PATIENT))
    crowd = await open_for(stack, number)
    await settle(stack.superuser, crowd)
    return stack, crowd
