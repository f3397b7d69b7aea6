"""What is measured among very many contributions: 100,000, or 2,000,000 with SCALE=full, made once for all of it."""

from __future__ import annotations

from benchmarks.crowd import Crowd
from benchmarks.figure import Figure
from benchmarks.finding import finding
from benchmarks.opening import open_for
from benchmarks.scale import sized
from benchmarks.sealing import sealing
from benchmarks.settling import settle
from benchmarks.stack import Stack, data_folder

FINDING = ("page_flatness", "facets_ms", "search_p95_ms")
SEALING = ("seal_2m_s", "seal_p99_ratio", "peak_rss_mb")
FEW = 20_000
MANY, VERY_MANY = 100_000, 2_000_000


async def at_scale(wanted: frozenset[str]) -> list[Figure]:
    """Fill an installation, and a small one to compare with, then ask and seal what is wanted of both."""
    figures: list[Figure] = []
    with data_folder() as folder, folder.stack() as stack:
        many = await _filled(stack, sized(MANY, small=4_000, full=VERY_MANY))
        if wanted.intersection(FINDING):
            with data_folder() as beside, beside.stack() as small:
                figures += await finding(
                    (small, await _filled(small, sized(FEW, small=2_000))), (stack, many)
                )
        if wanted.intersection(SEALING):
            figures += await sealing(stack, many)
    return figures


async def _filled(stack: Stack, number: int) -> Crowd:
    crowd = await open_for(stack, number)
    await settle(stack.superuser, crowd)
    return crowd
