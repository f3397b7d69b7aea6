"""The dossier as a PDF to read and to print: the words and the drawings of the page, set by typst."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from asyncio.subprocess import PIPE
from typing import Any

from server.closing.blocks import Block, Both, Cell, Chart, Dossier, Item, Table, Written, words
from server.typesetting import pdf

PRINTED = "dossier.pdf"
_MOST = 150_000
"""Letters of people's texts in one dossier: some fifty pages. Where there are more, each text is cut to its share."""
_LEAST = 200
"""Letters that are left of each text all the same."""
_LONG = re.compile(r"\S{25,}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_BREAK = "\u200b"


async def printed(dossier: Dossier) -> bytes:
    """Set the dossier: the same bytes for the same words. Of very many texts it has the beginnings.

    In a process of its own: typst keeps in memory, some megabytes a page, whatever it has set.

    Raises:
        RuntimeError: it could not be set.
    """
    longest = _longest(dossier)
    said = {
        "title": _both(dossier.title),
        "contents": _both(words("dossier.contents")),
        "facts": [(_both(name), _cell(value)) for name, value in dossier.facts],
        "sections": [
            {
                "key": section.key,
                "title": _both(section.title),
                "blocks": [_block(block, longest) for block in section.blocks],
            }
            for section in dossier.sections
        ],
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server.closing.printed", stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    made, fault = await process.communicate(json.dumps(said).encode())
    if process.returncode != 0:
        raise RuntimeError(fault.decode("utf-8", "replace"))
    return made


def _longest(dossier: Dossier) -> int | None:
    """Say how long a text may be, if all of them are too long."""
    lengths = [
        len(said)
        for section in dossier.sections
        for block in section.blocks
        for inner in (block.blocks if isinstance(block, Item) else (block,))
        if isinstance(inner, Written)
        for said in inner.content.values()
    ]
    return max(_LEAST, _MOST // len(lengths)) if sum(lengths) > _MOST else None


def _block(block: Block, longest: int | None) -> dict[str, Any]:
    match block:
        case Both():
            return {"kind": "words", "words": _both(block)}
        case Written():
            return {"kind": "written", "texts": _texts(block, longest)}
        case Table():
            return {"kind": "table", **_table(block)}
        case Chart():
            return {
                "kind": "chart",
                "title": _both(block.title),
                "svg": block.svg,
                "table": _table(block.table),
            }
        case Item():
            return {
                "kind": "item",
                "title": _both(block.title),
                "blocks": [_block(inner, longest) for inner in block.blocks],
            }


def _texts(written: Written, longest: int | None) -> list[tuple[str, list[str]]]:
    """Give the paragraphs of a text by the language that they are set in, French first."""
    return [
        (_language(tag), [part for part in _cut(written.content[tag], longest).split("\n") if part.strip()])
        for tag in sorted(written.content, key=lambda tag: (tag != "fr", tag))
    ]


def _cut(said: str, longest: int | None) -> str:
    return said if longest is None or len(said) <= longest else f"{said[:longest].rstrip()} […]"


def _language(tag: str) -> str:
    found = _LANGUAGE.match(tag)
    return found[0] if found else "fr"


def _table(table: Table) -> dict[str, Any]:
    return {
        "caption": _both(table.caption),
        "columns": [_both(column) for column in table.columns],
        "rows": [[_cell(cell) for cell in row] for row in table.rows],
    }


def _both(said: Both) -> dict[str, str]:
    return {"fr": said.fr, "en": said.en}


def _cell(said: Cell) -> dict[str, str]:
    """Give a cell; long words of it may be broken anywhere."""
    match said:
        case None:
            both = Both("–", "–")
        case Both():
            both = said
        case int():
            both = Both(f"{said:,}".replace(",", "\u202f"), f"{said:,}".replace(",", "\u202f"))
        case _:
            both = Both(said, said)
    return {"fr": _breakable(both.fr), "en": _breakable(both.en)}


def _breakable(said: str) -> str:
    return _LONG.sub(lambda found: _BREAK.join(found[0]), said)


if __name__ == "__main__":
    sys.stdout.buffer.write(pdf("closing/dossier.typ", json.load(sys.stdin.buffer)))
