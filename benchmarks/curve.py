"""How something grows: the exponent of the power of the size that fits best."""

from __future__ import annotations

from collections.abc import Mapping
from math import log
from statistics import fmean


def exponent(points: Mapping[int, float]) -> float:
    """Give the slope of the straight line, by least squares, through the logarithms of sizes and measures.

    0: the measure does not depend on the size; 1: it grows in proportion to it.

    Raises:
        ValueError: fewer than two sizes, or a measure that is not above 0.
    """
    if len(points) < 2:
        raise ValueError("one size makes no curve")
    sizes = [log(size) for size in points]
    measures = [log(measure) for measure in points.values()]
    middle, mean = fmean(sizes), fmean(measures)
    rise = sum((x - middle) * (y - mean) for x, y in zip(sizes, measures, strict=True))
    return rise / sum((x - middle) ** 2 for x in sizes)


def above(points: Mapping[int, float], least: float) -> dict[int, float]:
    """Give what each size takes more than the smallest one, per so many more; nothing below `least`, which is noise.

    What is there anyway, a program and its caches, would hide growth.
    """
    (smallest, base), *others = points.items()
    return {size - smallest: max(least, measure - base) for size, measure in others}
