"""The words that texts are found by: what PostgreSQL makes of each, asked for once and not again for every text.

PostgreSQL reads a text for longer than all the rest of keeping it takes. Texts repeat their words, so what one comes
to is kept here, and the vector of a text is put together from that. See docs/adr/0023-words-once.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain, compress
from operator import add
from typing import Final

from store.pool import Connection

MOST_WORDS: Final = 200_000
"""Words that are kept, some 30 MB; beyond that all are forgotten, and asked for anew."""
LONGEST_WORD: Final = 80
"""Characters of a word that is kept. A text with a longer one is left to PostgreSQL."""
MOST_PLACES: Final = 10_000
"""Words of a text that is put together here: PostgreSQL counts no further than 16,383."""
MOST_TIMES: Final = 250
"""How often a text that is put together here says one word: PostgreSQL keeps no more than 255 of its places."""

_PLACES: Final = tuple(map(str, range(1, MOST_PLACES + 1)))
_Said = tuple[str | None, ...]
"""What a word comes to: at each place that it takes a quoted lexeme, or nothing where search passes over it."""


class Words:
    """Makes vectors of texts, and keeps what words come to for as long as it is kept itself."""

    __slots__ = ("_known", "_unkept")

    def __init__(self) -> None:
        """Know no word yet."""
        self._known: dict[str, _Said] = {}
        self._unkept: set[str] = set()

    async def vectors(self, connection: Connection, texts: Sequence[str]) -> list[str | None]:
        """Give the `tsvector` of each text as one is written; `None` where PostgreSQL has to read the text itself.

        Blanks end words, but not within what looks like a tag; and a tilde is read as what comes before it says.
        """
        split = [None if "<" in text or "~" in text else text.replace("\n", " ").split(" ") for text in texts]
        made = [None if words is None else self._vector(words) for words in split]
        # Most texts are of known words alone: which words there are is looked at only where that was not so.
        left = [place for place, one in enumerate(made) if one is None and split[place] is not None]
        if left:
            await self._learn(connection, set().union(*(split[place] or () for place in left)))
            for place in left:
                made[place] = self._vector(split[place] or ())
        return made

    def _vector(self, words: Sequence[str]) -> str | None:
        try:
            said = list(chain.from_iterable(map(self._known.__getitem__, words)))
        except KeyError:  # a word that is not kept
            return None
        if len(said) > MOST_TIMES and (len(said) > MOST_PLACES or _most(said) > MOST_TIMES):
            return None
        return " ".join(map(add, compress(said, said), compress(_PLACES, said)))

    async def _learn(self, connection: Connection, words: set[str]) -> None:
        while new := self._new(words):
            if len(self._known) + len(self._unkept) + len(new) > MOST_WORDS:
                self._known, self._unkept = {}, set()
                new = self._new(words)
            known, unkept = self._known, self._unkept
            # The word after it stands at the first place that it leaves free.
            rows = await connection.fetch(
                """
                SELECT w.word, array_agg(l.lexeme ORDER BY p.place), array_agg(p.place::integer ORDER BY p.place)
                FROM unnest($1::text[]) AS w (word),
                    unnest(to_tsvector('public.french_unaccented', w.word || ' zzz')) AS l,
                    unnest(l.positions) AS p (place)
                GROUP BY w.word
                """,
                list(new),
            )
            for word, lexemes, places in rows:
                said = _said(lexemes, places)
                if said is None:
                    unkept.add(word)
                else:
                    known[word] = said

    def _new(self, words: set[str]) -> set[str]:
        return {word for word in words - self._known.keys() - self._unkept if len(word) <= LONGEST_WORD}


def _most(said: Sequence[str | None]) -> int:
    """Give how often what is said most often is said."""
    return max(Counter(filter(None, said)).values(), default=0)


def _said(lexemes: Sequence[str], places: Sequence[int]) -> _Said | None:
    said: list[str | None] = [None] * (places[-1] - 1)
    for lexeme, place in zip(lexemes[:-1], places[:-1], strict=True):
        if said[place - 1] is not None:
            return None  # two at one place: not of the dictionaries that there are
        quoted = lexeme.replace("\\", "\\\\").replace("'", "''")
        said[place - 1] = f"'{quoted}':"
    return tuple(said)
