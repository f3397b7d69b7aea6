"""Vectors that are put together from words are those that PostgreSQL makes of the text."""

from __future__ import annotations

import random

import pytest

from store import words as module
from store.pool import Connection, Pool
from store.words import LONGEST_WORD, MOST_PLACES, MOST_TIMES, Words

PARTS = (
    "la", "l’agent", "l'école", "Saint-Étienne", "aujourd’hui", "e-mail", "3,5", "-12", "+33", "1e5",
    "12/03/2026", "a.b", "jean@exemple.fr", "https://exemple.fr/a?b=c&d=%20", "www.exemple.fr", "/var/tmp/x",
    "..\\y", "&amp;", "&", ">", "<b>", "<a href='x y'>", "</b>", "<!-- a b -->", "1<2", "a>b", "(sic)", "«",
    "»", "?", "œuvre", "ŒUVRE", "ÉVALUER", "évaluées", "straße", "ﬁn", "日本語", "שלום", "🙂", "e\u0301te\u0301",
    "\u200b", "\u00a0", "\u2028", "x\u00a0y", "\t", "\n", "\n\n", "  ", "'", "''", "\\", "\\'", ":", "a:b",
    "'a':1", "zzz", "x-y-z", "chemin/de/fer", "C++", "v1.2.3", "n°4", "100%", "_", "-", "--", "a-", "-a", "@",
    "~", "~a", "a~b", "a@", "http://", "mailto:a@b.fr", "généralisation", "des", "formations",
    "X" * LONGEST_WORD, "X" * (LONGEST_WORD + 1), "x" * 3000,
)  # fmt: skip


async def made(connection: Connection, texts: list[str], words: Words | None = None) -> list[str | None]:
    """Give vectors, after comparing each with PostgreSQL's own."""
    vectors = await (words or Words()).vectors(connection, texts)
    differing = await connection.fetch(
        """
        SELECT g.text FROM unnest($1::text[], $2::text[]) AS g (text, vector)
        WHERE g.vector::tsvector <> to_tsvector('public.french_unaccented', g.text)
        """,
        texts,
        vectors,
    )
    assert not differing
    return vectors


async def test_vectors_are_those_of_postgresql_whatever_is_written(worker: Pool) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    texts = [
        chance.choice(("", " ", "\n")).join(chance.choices(PARTS, k=chance.randrange(1, 12)))
        if chance.random() < 0.3
        else " ".join(chance.choices(PARTS, k=chance.randrange(0, 30)))
        for _ in range(3_000)
    ]
    async with worker.acquire() as connection:
        vectors = await made(connection, texts)
    assert 500 < sum(vector is not None for vector in vectors) < 3_000


async def test_each_sign_alone_and_between_two_words_is_read_alike(worker: Pool) -> None:
    signs = [chr(code) for code in (*range(32, 0x250), *range(0x2000, 0x2070), 0xFEFF, 0x1F642, 0x3000)]
    async with worker.acquire() as connection:
        await made(
            connection, [text for sign in signs for text in (sign, f"vu {sign} lu", f"vu{sign}lu {sign}su")]
        )


async def test_a_word_that_is_said_as_often_as_its_places_are_kept_is_counted_alike(worker: Pool) -> None:
    texts = ["commune du " * MOST_TIMES, "commune du " * (MOST_TIMES + 1), "vous " * 20 + "du " * 500]
    async with worker.acquire() as connection:
        vectors = await made(connection, texts)
    assert [vector is None for vector in vectors] == [False, True, False]


async def test_texts_beyond_the_bounds_and_those_with_tags_are_left_to_postgresql(worker: Pool) -> None:
    beyond = ["mot " * (MOST_PLACES + 1), "a <b c> d", "a ~b", "u" * (LONGEST_WORD + 1)]
    async with worker.acquire() as connection:
        assert await Words().vectors(connection, [*beyond, "mot"]) == [None, None, None, None, "'mot':1"]


async def test_words_are_asked_for_once_and_forgotten_when_they_are_too_many(
    worker: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_WORDS", 3)
    words = Words()
    async with worker.acquire() as connection:
        assert await made(connection, ["un deux"], words) == await made(connection, ["un deux"], words)
        assert await made(connection, ["trois quatre cinq six", "deux"], words) == [
            "'trois':1 'quatr':2 'cinq':3 'six':4",
            "'deux':1",
        ]
