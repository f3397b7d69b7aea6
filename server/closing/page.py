"""The dossier as a page that opens from a folder: HTML and a style sheet, no script, nothing from anywhere else.

French first, English beside it, each marked with its language; headings, landmarks, and behind each chart its table.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from server.closing.blocks import Block, Both, Cell, Chart, Dossier, Item, Section, Table, Written, words

PAGE, STYLE = "index.html", "style.css"
_NUMBER = ' class="number"'

STYLE_SHEET = """\
:root { color: #1d1d1f; background: #ffffff; font: 1.05rem/1.5 system-ui, sans-serif; }
body { max-width: 62rem; margin: 0 auto; padding: 0 1rem 4rem; }
h1, h2, h3 { line-height: 1.2; }
h2 { margin-top: 3rem; border-bottom: 2px solid #1b4f8a; padding-bottom: 0.3rem; }
[lang="en"].beside { color: #545b63; font-weight: normal; }
[lang="en"].beside::before { content: " / "; }
a { color: #1b4f8a; }
a:focus-visible, summary:focus-visible { outline: 3px solid #9a4a00; outline-offset: 2px; }
.skip { position: absolute; left: -100rem; }
.skip:focus { position: static; }
nav ol { columns: 2 18rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.3rem 1.5rem; }
dt { font-weight: bold; }
dd { margin: 0; overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: 1rem 0; }
caption { text-align: left; font-weight: bold; padding: 0.3rem 0; }
th, td { border: 1px solid #767c84; padding: 0.25rem 0.6rem; text-align: left; vertical-align: top; }
th { background: #eef1f4; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
figure { margin: 2rem 0; }
figcaption { font-weight: bold; margin-bottom: 0.5rem; }
figure svg { max-width: 100%; height: auto; }
summary { cursor: pointer; padding: 0.5rem 0; }
.written { border-left: 4px solid #1b4f8a; padding-left: 1rem; margin: 0.7rem 0; overflow-wrap: anywhere; }
.written[lang="en"] { border-color: #767c84; }
@media (max-width: 40rem) { dl { display: block; } }
@media print { nav, .skip { display: none; } }
"""


def readable(dossier: Dossier) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Give the files of the page, with their names."""
    yield PAGE, (piece.encode() for piece in page(dossier))
    yield STYLE, iter([STYLE_SHEET.encode()])


def page(dossier: Dossier) -> Iterator[str]:
    """Write the page, piece by piece."""
    title = escape(dossier.title.fr)
    yield (
        '<!DOCTYPE html>\n<html lang="fr">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n"
        f'<link rel="stylesheet" href="{STYLE}">\n</head>\n<body>\n'
        f'<a class="skip" href="#main">{_both(words("dossier.skip"))}</a>\n'
        f"<header>\n<h1>{_both(dossier.title)}</h1>\n<dl>\n"
    )
    for name, said in dossier.facts:
        yield f"<dt>{_both(name)}</dt><dd>{_cell(said)}</dd>\n"
    contents = words("dossier.contents")
    yield f'</dl>\n</header>\n<nav aria-label="{escape(contents.fr)}">\n<h2>{_both(contents)}</h2>\n<ol>\n'
    for section in dossier.sections:
        yield f'<li><a href="#{section.key}">{_both(section.title)}</a></li>\n'
    yield '</ol>\n</nav>\n<main id="main">\n'
    for section in dossier.sections:
        yield from _section(section)
    yield "</main>\n</body>\n</html>\n"


def _section(section: Section) -> Iterator[str]:
    yield (f'<section aria-labelledby="{section.key}">\n<h2 id="{section.key}">{_both(section.title)}</h2>\n')
    for block in section.blocks:
        yield from _block(block)
    yield "</section>\n"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Both():
            yield f"<p>{_both(block)}</p>\n"
        case Written():
            yield from _written(block)
        case Table():
            yield from _table(block)
        case Chart():
            yield from _chart(block)
        case Item():
            yield f"<article>\n<h3>{_both(block.title)}</h3>\n"
            for inner in block.blocks:
                yield from _block(inner)
            yield "</article>\n"


def _written(written: Written) -> Iterator[str]:
    """Write a text of people in every language that it has, French first, a paragraph for each of its own."""
    for tag in sorted(written.content, key=lambda tag: (tag != "fr", tag)):
        paragraphs = (part.strip() for part in written.content[tag].split("\n"))
        said = "".join(f"<p>{escape(part)}</p>" for part in paragraphs if part)
        yield f'<div class="written" lang="{escape(tag)}">{said}</div>\n'


def _table(table: Table) -> Iterator[str]:
    yield f'<div class="wide">\n<table>\n<caption>{_both(table.caption)}</caption>\n<thead><tr>'
    yield "".join(f'<th scope="col">{_both(column)}</th>' for column in table.columns)
    yield "</tr></thead>\n<tbody>\n"
    for first, *others in table.rows:
        cells = "".join(
            f"<td{_NUMBER if isinstance(said, int) else ''}>{_cell(said)}</td>" for said in others
        )
        yield f'<tr><th scope="row">{_cell(first)}</th>{cells}</tr>\n'
    yield "</tbody>\n</table>\n</div>\n"


def _chart(chart: Chart) -> Iterator[str]:
    named = f'<svg role="img" aria-label="{escape(f"{chart.title.fr} / {chart.title.en}")}" '
    yield f"<figure>\n<figcaption>{_both(chart.title)}</figcaption>\n"
    yield chart.svg.replace("<svg ", named, 1)
    yield f"\n<details>\n<summary>{_both(words('dossier.as_table'))}</summary>\n"
    yield from _table(chart.table)
    yield "</details>\n</figure>\n"


def _both(said: Both) -> str:
    if said.fr == said.en:
        return escape(said.fr)
    return f'{escape(said.fr)}<span class="beside" lang="en">{escape(said.en)}</span>'


def _cell(said: Cell) -> str:
    match said:
        case None:
            return "–"
        case Both():
            return _both(said)
        case int():
            return f"{said:,}".replace(",", "\u202f")
    return escape(said)
