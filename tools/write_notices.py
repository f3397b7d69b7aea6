"""Write docs/notices.md: who is told of what, from the table that notices follow.

    python -m tools.write_notices

A test compares the page with the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from domain.noticing.table import FIXED, NOTICE_THEME, NOTICES, Audience, Theme
from domain.texts import label

TARGET = Path(__file__).parents[1] / "docs" / "notices.md"

_HEAD = """\
# Who is told of what

Everything that happens is in the outbox; this table says whom it is told. It is written from
`domain/noticing/table.py` by `python -m tools.write_notices`. A theme can be switched off by its reader unless it is
**bold**: those ask them something, or their rights hang on them. What is not here is told to nobody, and is to be seen
in the ledger all the same. What can be switched off may come in a bulletin instead, each morning or on Mondays; what is
**bold** never waits.

A notice is told once: one row for an occasion, a recipient and a way. It holds a sentence in French and in English
and a link, never the text of a contribution, of an opinion or of a decision. Addresses are looked up when it goes: a
mail where an address works, else a letter where a postal one is known. Whoever is called to a hearing or a meeting gets
an entry for their calendar with it, and again with each reminder of it.
"""


def page() -> str:
    """Give the whole page."""
    return "\n".join([_HEAD, *_rows(), ""])


def _rows() -> Iterator[str]:
    yield f"| occasion | theme | {' | '.join(label(audience, ('en',)) for audience in Audience)} |"
    yield f"|---|---|{'---|' * len(Audience)}"
    for kind, rule in NOTICES.items():
        told = " | ".join("×" if audience in rule.to else "" for audience in Audience)
        yield f"| `{kind}` | {_theme(rule.theme)} | {told} |"


def _theme(theme: Theme) -> str:
    name = label(theme, ("en",), NOTICE_THEME)
    return f"**{name}**" if theme in FIXED else name


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
