"""A crowd: contributions by the million, the same for the same seed, in minutes.

Lengths are those of free texts in public consultations (half of them below 350 characters, a few of pages), words are
common and rare as in any language, départements weigh as their population does, and people come in two bursts: after
the opening and before the closing. Some sign the text of a campaign. Leaves are real: what is made here can be sealed.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
from bisect import bisect
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any
from uuid import UUID

import asyncpg

from benchmarks.progress import say
from store.leaves import MORE, leaf
from store.pool import set_codecs

SEED = 20_230_711
AT_ONCE = 10_000
DAYS = 45.0

POPULATION = {
    "01": 663, "02": 523, "03": 333, "04": 166, "05": 141, "06": 1104, "07": 332, "08": 267, "09": 155, "10": 311,
    "11": 378, "12": 279, "13": 2057, "14": 698, "15": 144, "16": 350, "17": 661, "18": 299, "19": 239, "21": 535,
    "22": 606, "23": 115, "24": 414, "25": 547, "26": 521, "27": 598, "28": 431, "29": 922, "2A": 162, "2B": 185,
    "30": 757, "31": 1434, "32": 192, "33": 1654, "34": 1201, "35": 1098, "36": 217, "37": 613, "38": 1284, "39": 258,
    "40": 422, "41": 328, "42": 769, "43": 227, "44": 1457, "45": 684, "46": 175, "47": 330, "48": 76, "49": 823,
    "50": 495, "51": 564, "52": 169, "53": 306, "54": 732, "55": 180, "56": 769, "57": 1051, "58": 201, "59": 2611,
    "60": 830, "61": 275, "62": 1461, "63": 663, "64": 693, "65": 230, "66": 488, "67": 1153, "68": 769, "69": 1895,
    "70": 232, "71": 549, "72": 566, "73": 443, "74": 842, "75": 2134, "76": 1256, "77": 1439, "78": 1457, "79": 374,
    "80": 566, "81": 392, "82": 263, "83": 1096, "84": 563, "85": 696, "86": 438, "87": 371, "88": 361, "89": 333,
    "90": 139, "91": 1317, "92": 1628, "93": 1668, "94": 1415, "95": 1259, "971": 384, "972": 361, "973": 287,
    "974": 871, "976": 300,
}  # fmt: skip
"""Inhabitants of each département, in thousands, rounded."""

_COLLEGES = {"citoyens": 70, "societe-civile": 12, "agents": 10, "collectivites": 6, "etat": 2}
_CHANNELS = {"online": 86, "paper": 8, "counter": 3, "phone": 2, "hearing": 1}
_THEMES = ("economie", "social", "sante", "education", "securite")

_WHO = (
    "la commune", "notre mairie", "le service public", "une intelligence artificielle", "chaque agent", "le guichet",
    "ma caisse d’allocations", "l’école du quartier", "l’hôpital", "un algorithme", "la préfecture", "le département",
    "les usagers", "les associations", "les élus", "un conseil de citoyens", "la médiathèque", "le transport scolaire",
)  # fmt: skip
_DOES = (
    "devrait", "doit", "ne peut pas", "pourrait", "aurait intérêt à", "a besoin de", "refuse de", "commence à",
    "hésite à", "continue de",
)  # fmt: skip
_WHAT = (
    "expliquer ses décisions", "répondre au téléphone", "former les agents", "écouter les habitants", "publier le code",
    "évaluer l’expérimentation", "protéger les données personnelles", "garder un accueil humain", "réduire les délais",
    "traduire les courriers", "aider les personnes âgées", "vérifier les réponses", "économiser l’énergie",
    "embaucher des médiateurs", "ouvrir le samedi", "simplifier les formulaires", "respecter la loi",
    "rendre des comptes",
)  # fmt: skip
_HOW = (
    "avant toute généralisation", "dans les zones rurales", "avec les syndicats", "sans surveillance", "dès la rentrée",
    "à l’échelle de l’intercommunalité", "pour les étudiants", "chaque année", "en toute transparence", "gratuitement",
    "avec un budget clair", "au moins une fois par mois", "comme à l’étranger", "malgré les promesses",
)  # fmt: skip
_CAMPAIGN = (
    "Nous demandons une évaluation indépendante des expérimentations conduites dans les collectivités, une formation "
    "sérieuse des fonctionnaires territoriaux, la publication des algorithmes et le maintien d’un interlocuteur humain."
)
_SYLLABLES = (
    "ba",
    "cour",
    "dre",
    "fon",
    "gui",
    "lac",
    "mon",
    "nou",
    "pré",
    "quin",
    "rou",
    "saint",
    "tour",
    "val",
    "ville",
)

_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PLAIN = {**dict.fromkeys(MORE), "version": 1}
"""First versions, of plain text, carried from nowhere."""

COLUMNS = (
    "id", "concertation", "round", "stage", "member", "college", "organisation", "territory", "channel", "themes",
    "body", "posted_at", "received_at", "submitted_at", "actor", "command", "salt", "digest", "receipt",
)  # fmt: skip


def rows(
    concertation: UUID, stage: str, first: int, last: int, until: datetime, of: int
) -> Iterator[tuple[Any, ...]]:
    """Give the contributions from number `first` to before `last`, of `of` in all, the last of them before `until`."""
    chance = random.Random(f"{SEED}/{of}/{first}")
    sentences = _sentences(chance)
    departements, weights = list(POPULATION), list(accumulate(POPULATION.values()))
    for number in range(first, last):
        at = until - timedelta(days=DAYS * (1 - _moment((number + chance.random()) / of)))
        content: dict[str, Any] = {
            "id": _identifier(at, number, chance),
            "concertation": concertation,
            "round": 1,
            "stage": stage,
            "member": str(UUID(int=chance.getrandbits(128))),
            "college": _drawn(_COLLEGES, chance),
            "organisation": None,
            "territory": departements[bisect(weights, chance.random() * weights[-1])],
            "channel": _drawn(_CHANNELS, chance),
            "themes": chance.sample(_THEMES, 2 if chance.random() < 0.3 else 1),
            "body": _body(sentences, chance),
            "posted_at": None,
            "received_at": None,
            "submitted_at": at,
        }
        salt = chance.randbytes(16)
        code = "".join(chance.choices(_SIGNS, k=12))
        yield (
            *content.values(),
            content["member"],
            hashlib.sha256(b"%d/%d" % (number, of)).digest()[:16],
            salt,
            leaf(salt, content | _PLAIN),
            f"{code[:4]}-{code[4:8]}-{code[8:]}",
        )


def _moment(share: float) -> float:
    """Say when, from 0 to 1, this share of all has come: a burst of four days, a plain, a burst of four days."""
    burst = 4 / DAYS
    if share < 0.3:
        return burst * share / 0.3
    if share < 0.6:
        return burst + (1 - 2 * burst) * (share - 0.3) / 0.3
    late: float = ((share - 0.6) / 0.4) ** 0.7
    return 1 - burst + burst * late


def _identifier(at: datetime, number: int, chance: random.Random) -> UUID:
    """Give a version 7 identifier of that instant."""
    since = at - datetime(1970, 1, 1, tzinfo=UTC)
    us = since // timedelta(microseconds=1)
    high = (us // 1000) << 80 | 7 << 76 | (us % 1000 * 4096 // 1000) << 64
    return UUID(int=high | 2 << 62 | (number & 0xFFFFFF) << 38 | chance.getrandbits(38))


def _drawn(weights: dict[str, int], chance: random.Random) -> str:
    left = chance.random() * 100
    for name, weight in weights.items():
        left -= weight
        if left < 0:
            return name
    return next(iter(weights))


def _sentences(chance: random.Random) -> list[str]:
    """Make sentences to choose from; each tenth names a place, of which most are rare."""
    made = []
    for number in range(3_000):
        words = [chance.choice(part) for part in (_WHO, _DOES, _WHAT, _HOW)]
        if number % 10 == 0:
            words.append("à " + "".join(chance.choice(_SYLLABLES) for _ in range(3)).capitalize())
        made.append(" ".join(words).capitalize() + ".")
    return made


def _body(sentences: list[str], chance: random.Random) -> str:
    if chance.random() < 0.03:
        return f"{_CAMPAIGN} {chance.choice(sentences)}"
    length = min(8_000.0, chance.lognormvariate(5.85, 0.9))
    body = chance.choice(sentences)
    while len(body) < length:
        body += " " + chance.choice(sentences)
    return body


async def settle(superuser: str, concertation: str, stage: str, number: int) -> None:
    """Put so many contributions into a stage, through two connections, then bring indexes and counters up to date."""
    connection = await asyncpg.connect(superuser, server_settings={"maintenance_work_mem": "1GB"})
    try:
        until: datetime = await connection.fetchval("SELECT instant() - interval '1 minute'")
        index = await connection.fetchval("SELECT pg_get_indexdef('contribution_by_term'::regclass)")
        await connection.execute("DROP INDEX contribution_by_term")
        await connection.execute("ALTER TABLE contribution DISABLE TRIGGER contribution_is_counted")
        parts = [range(start, min(start + AT_ONCE, number)) for start in range(0, number, AT_ONCE)]
        with ProcessPoolExecutor(2) as two:
            loop = asyncio.get_running_loop()
            jobs = [
                loop.run_in_executor(
                    two, _copy, superuser, concertation, stage, p.start, p.stop, until, number
                )
                for p in parts
            ]
            for done, job in enumerate(asyncio.as_completed(jobs), 1):
                await job
                if done % 20 == 0:
                    say(f"{done * AT_ONCE:,} contributions of {number:,}")
        await connection.execute("ALTER TABLE contribution ENABLE TRIGGER contribution_is_counted")
        await connection.execute(index)
        await connection.execute("SELECT recount_contributions($1, 1, $2)", UUID(concertation), stage)
        await connection.execute("VACUUM (ANALYZE) contribution")
    finally:
        await connection.close()


def _copy(
    superuser: str, concertation: str, stage: str, first: int, last: int, until: datetime, of: int
) -> None:
    async def copy() -> None:
        connection = await asyncpg.connect(superuser)
        await set_codecs(connection)
        try:
            await connection.copy_records_to_table(
                "contribution",
                records=rows(UUID(concertation), stage, first, last, until, of),
                columns=COLUMNS,
            )
        finally:
            await connection.close()

    asyncio.run(copy())
