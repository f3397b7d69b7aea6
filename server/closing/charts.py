"""Charts as SVG, drawn by hand: nothing but shapes and words, without script, style sheet or reference to anything.

Numbers are written where they are drawn, and no meaning is in colour alone: every mark has its word beside it. Colours
have a contrast of 4.5 and more with white.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate
from typing import Literal

INK, PAPER, FAINT = "#1d1d1f", "#ffffff", "#d5d8dc"
PALETTE = ("#1b4f8a", "#9a4a00", "#2f6f3a", "#7a2f6b", "#5b6770")
WIDTH = 720
_LINE = 22
_LEFT = 230
_FONT = 13
_LETTER = 6.6
"""Width of a letter, on average."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A number with its name."""

    name: str
    value: int


@dataclass(frozen=True, slots=True)
class Stack:
    """Parts of a whole, with its name; the parts in the order of their legend."""

    name: str
    parts: Sequence[int]


@dataclass(frozen=True, slots=True)
class Link:
    """What flows from one node to another: both are places in their columns."""

    source: int
    target: int
    value: int


def bars(rows: Sequence[Bar]) -> str:
    """Draw horizontal bars, one below the other."""
    most = max((row.value for row in rows), default=0) or 1
    drawn = []
    for number, row in enumerate(rows):
        top, wide = number * _LINE, round((WIDTH - _LEFT - 70) * row.value / most, 1)
        drawn += [
            _text(_LEFT - 8, top + 15, _short(row.name, _LEFT - 12), "end"),
            _rectangle(_LEFT, top + 3, wide, _LINE - 6, PALETTE[0]),
            _text(_LEFT + wide + 6, top + 15, _number(row.value)),
        ]
    return _svg(max(1, len(rows)) * _LINE, drawn)


def columns(rows: Sequence[Bar]) -> str:
    """Draw columns beside one another, in the order of time; the first, the middle and the last are named."""
    height, most = 180, max((row.value for row in rows), default=0) or 1
    step = (WIDTH - 60) / max(1, len(rows))
    drawn = [
        _line(50, height + 10, WIDTH - 10, height + 10),
        _text(44, 20, _number(most), "end"),
        _text(44, height + 14, "0", "end"),
    ]
    for number, row in enumerate(rows):
        tall = round(height * row.value / most, 1)
        drawn.append(
            _rectangle(
                50 + number * step, 10 + height - tall, max(0.5, step - min(2, step / 4)), tall, PALETTE[0]
            )
        )
    for number in sorted({0, len(rows) // 2, len(rows) - 1} if rows else ()):
        anchor = "start" if number == 0 else "end" if number == len(rows) - 1 else "middle"
        where = 50 + (number + (0 if number == 0 else 1 if number == len(rows) - 1 else 0.5)) * step
        drawn.append(_text(where, height + 30, rows[number].name, anchor))
    return _svg(height + 40, drawn)


def stacks(rows: Sequence[Stack], legend: Sequence[str]) -> str:
    """Draw each row as the whole of its parts, whose numbers are written in them where there is room."""
    drawn, place = [], 0.0
    for name, colour in zip(legend, PALETTE, strict=False):
        drawn += [_rectangle(place, 4, 14, 14, colour), _text(place + 20, 16, name)]
        place += 20 + len(name) * _LETTER + 24
    for number, row in enumerate(rows):
        top, whole = 30 + number * (_LINE + 4), sum(row.parts) or 1
        drawn.append(_text(_LEFT - 8, top + 16, _short(row.name, _LEFT - 12), "end"))
        place = float(_LEFT)
        for part, colour in zip(row.parts, PALETTE, strict=False):
            wide = (WIDTH - _LEFT - 10) * part / whole
            drawn.append(_rectangle(place, top, wide, _LINE, colour, stroke=PAPER))
            if wide > len(_number(part)) * 8 + 6:
                drawn.append(_text(place + wide / 2, top + 16, _number(part), "middle", PAPER))
            place += wide
    return _svg(30 + len(rows) * (_LINE + 4), drawn)


def flow(nodes: Sequence[Sequence[Bar]], links: Sequence[Sequence[Link]]) -> str:
    """Draw columns of nodes, and what flows from each column to the next; each column is as tall as all it has.

    `links` are one list for each pair of neighbours: each takes its share of what leaves its source, and of what
    comes to its target.
    """
    gap, thick = 10.0, 14.0
    rows = max((len(column) for column in nodes), default=1)
    height = max(300.0, rows * 34.0)
    talls = [_talls(column, height - gap * (rows - 1)) for column in nodes]
    tops = [[0.0, *accumulate(tall + gap for tall in column)][: len(column)] for column in talls]
    lefts = [i * (WIDTH - thick) / max(1, len(nodes) - 1) for i in range(len(nodes))]
    drawn = []
    for number, some in enumerate(links):
        out, come = list(tops[number]), list(tops[number + 1])
        left, right = _sums(some, "source"), _sums(some, "target")
        for link in sorted(some, key=lambda link: (link.source, link.target)):
            broad = talls[number][link.source] * link.value / left[link.source]
            arriving = talls[number + 1][link.target] * link.value / right[link.target]
            drawn.append(
                _ribbon(
                    (lefts[number] + thick, out[link.source], broad),
                    (lefts[number + 1], come[link.target], arriving),
                    PALETTE[link.source % len(PALETTE)],
                )
            )
            out[link.source] += broad
            come[link.target] += arriving
    for number, column in enumerate(nodes):
        for node, top, tall in zip(column, tops[number], talls[number], strict=True):
            drawn.append(_rectangle(lefts[number], top, thick, tall, INK))
            last = number == len(nodes) - 1
            where, anchor = (lefts[number] - 6, "end") if last else (lefts[number] + thick + 6, "start")
            said = f"{_short(node.name, WIDTH / len(nodes) - 70)} · {_number(node.value)}"
            drawn.append(_text(where, top + min(tall, 20) / 2 + 5, said, anchor))
    return _svg(height + 10, drawn)


def _talls(column: Sequence[Bar], height: float) -> list[float]:
    whole = sum(node.value for node in column) or 1
    return [max(1.0, height * node.value / whole) for node in column]


def _sums(links: Sequence[Link], end: Literal["source", "target"]) -> dict[int, int]:
    found: dict[int, int] = {}
    for link in links:
        place = link.source if end == "source" else link.target
        found[place] = found.get(place, 0) + link.value
    return found


def _ribbon(leaves: tuple[float, float, float], comes: tuple[float, float, float], colour: str) -> str:
    """Draw what flows from an edge to another: the place of each, its top, and how broad it is."""
    (left, top, broad), (right, end, arriving) = leaves, comes
    middle = (left + right) / 2
    path = (
        f"M{left:.1f},{top:.1f} C{middle:.1f},{top:.1f} {middle:.1f},{end:.1f} {right:.1f},{end:.1f} "
        f"L{right:.1f},{end + arriving:.1f} "
        f"C{middle:.1f},{end + arriving:.1f} {middle:.1f},{top + broad:.1f} {left:.1f},{top + broad:.1f} Z"
    )
    return f'<path d="{path}" fill="{colour}" fill-opacity="0.25"/>'


def _svg(height: float, drawn: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}" '
        f'height="{height:g}" font-family="sans-serif" font-size="{_FONT}">{"".join(drawn)}</svg>'
    )


def _rectangle(
    left: float, top: float, width: float, height: float, fill: str, stroke: str | None = None
) -> str:
    line = f' stroke="{stroke}"' if stroke else ""
    return (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}"{line}/>'
    )


def _line(left: float, top: float, right: float, bottom: float) -> str:
    return f'<line x1="{left:g}" y1="{top:g}" x2="{right:g}" y2="{bottom:g}" stroke="{INK}"/>'


def _text(left: float, base: float, said: str, anchor: str = "start", fill: str = INK) -> str:
    return f'<text x="{left:.1f}" y="{base:.1f}" text-anchor="{anchor}" fill="{fill}">{escape(said)}</text>'


def _short(said: str, room: float) -> str:
    most = max(4, int(room / _LETTER))
    return said if len(said) <= most else said[: most - 1].rstrip() + "…"


def _number(value: int) -> str:
    """Write a number with thin spaces between thousands."""
    return f"{value:,}".replace(",", "\u202f")
