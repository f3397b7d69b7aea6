"""A crowd: contributions by the million, the same for the same seed, in minutes.

Each answers ten questions (speech.py). Départements weigh as their population does, and people come in two bursts:
after the opening and before the closing. One in sixteen speaks for an organisation of their own; one in sixty corrects
what they sent, one in two hundred withdraws it, moderation hides one in 250. Leaves are real: what is made here
can be sealed.
"""

from __future__ import annotations

import hashlib
import random
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any
from uuid import UUID, uuid5

from benchmarks.speech import Speech, questionnaire
from domain.digests import canonical
from domain.questionnaires.spoken import spoken
from store.leaves import MORE, leaf
from store.questionnaires import questionnaire_digest

SEED = 20_230_711
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
_SPEAKS_FOR = {"societe-civile": 0.3, "collectivites": 0.3, "agents": 0.05}
"""The share of each college that speaks for an organisation, each for another: an organisation has one voice."""
_REVISED, _WITHDRAWN, _HIDDEN = 1 / 60, 1 / 200, 1 / 250

_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PLAIN: dict[str, Any] = dict.fromkeys(MORE)
_NAMES = UUID("0d2f6f0a-6a57-4d4e-9f0e-3b0a1f4f8a10")

COLUMNS = (
    "id", "concertation", "round", "stage", "member", "college", "organisation", "territory", "channel", "themes",
    "body", "posted_at", "received_at", "submitted_at", "answers", "questionnaire", "version", "supersedes",
    "superseded_at", "withdrawn_at", "hidden_at", "measure", "actor", "command", "salt", "digest", "receipt",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody whom the concertation knows as a member: their college, organisation and territory are theirs."""

    member: str
    college: str
    organisation: str
    territory: str


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """Who comes where: `of` contributions to one stage of one concertation, the last of them before `until`."""

    concertation: UUID
    stage: str
    of: int
    until: datetime
    #: One half of them writes the first contributions, the other half those from the middle on.
    members: tuple[Person, ...] = ()

    def rows(self, first: int, last: int) -> Iterator[tuple[Any, ...]]:
        """Give the contributions from number `first` to before `last`, as `COLUMNS` say."""
        chance = random.Random(f"{SEED}/{self.of}/{first}")
        speech, asked = Speech(chance), questionnaire()
        named = questionnaire_digest(asked)
        departements, weights = list(POPULATION), list(accumulate(POPULATION.values()))
        before: dict[str, Any] | None = None
        following = self._instant(first, chance)
        for number in range(first, last):
            at, following = following, self._instant(number + 1, chance)
            answers = speech.answers()
            known = self._known(number)
            person = before or {
                "member": str(UUID(int=chance.getrandbits(128))),
                "college": (college := _drawn(_COLLEGES, chance)),
                "organisation": _organisation(college, chance),
                "territory": departements[bisect(weights, chance.random() * weights[-1])],
            }
            content: dict[str, Any] = {
                "id": _identifier(at, number, chance),
                "concertation": self.concertation,
                "round": 1,
                "stage": self.stage,
                "member": known.member if known else person["member"],
                "college": known.college if known else person["college"],
                "organisation": known.organisation if known else person["organisation"],
                "territory": known.territory if known else person["territory"],
                "channel": _drawn(_CHANNELS, chance),
                "themes": chance.sample(_THEMES, 2 if chance.random() < 0.3 else 1),
                "body": spoken(asked, answers),
                "posted_at": None,
                "received_at": None,
                "submitted_at": at,
                "answers": answers,
                "questionnaire": named,
                "version": 2 if before else 1,
                "supersedes": before["id"] if before else None,
            }
            salt = chance.randbytes(16)
            digest = leaf(salt, _PLAIN | content)
            fate = self._fate(at, chance)
            if known or before:
                fate = _Fate()
            elif fate.superseded_at:
                # By the next contribution, which is not somebody else's then.
                free = number + 1 < last and self._known(number + 1) is None
                fate = _Fate(superseded_at=following if free else None)
            content["answers"] = canonical(answers).decode()
            yield (
                *content.values(),
                fate.superseded_at,
                fate.withdrawn_at,
                fate.hidden_at,
                measure_of(content["id"]) if fate.hidden_at else None,
                content["member"],
                hashlib.sha256(b"%d/%d" % (number, self.of)).digest()[:16],
                salt,
                digest,
                _receipt(chance),
            )
            before = content if fate.superseded_at else None

    def _known(self, number: int) -> Person | None:
        """Give the member who writes contribution `number`, if one does."""
        half = len(self.members) // 2
        if number < half:
            return self.members[number]
        middle = number - self.of // 2
        return self.members[half + middle] if 0 <= middle < half else None

    def _fate(self, at: datetime, chance: random.Random) -> _Fate:
        drawn = chance.random()
        later = at + (self.until - at) * chance.random()
        if drawn < _REVISED:
            return _Fate(superseded_at=later)
        if drawn < _REVISED + _WITHDRAWN:
            return _Fate(withdrawn_at=later)
        return _Fate(hidden_at=later) if drawn < _REVISED + _WITHDRAWN + _HIDDEN else _Fate()

    def _instant(self, number: int, chance: random.Random) -> datetime:
        """Say when contribution `number` comes: after the one before it, and before the next."""
        share = min(1.0, (number + chance.random()) / self.of)
        return self.until - timedelta(days=DAYS * (1 - _moment(share)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fate:
    superseded_at: datetime | None = None
    withdrawn_at: datetime | None = None
    hidden_at: datetime | None = None


def _organisation(college: str, chance: random.Random) -> str | None:
    named = str(UUID(int=chance.getrandbits(128)))
    return named if chance.random() < _SPEAKS_FOR.get(college, 0.0) else None


def measure_of(contribution: UUID) -> UUID:
    """Name the measure that hides a contribution."""
    return uuid5(_NAMES, str(contribution))


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


def _receipt(chance: random.Random) -> str:
    code = "".join(chance.choices(_SIGNS, k=12))
    return f"{code[:4]}-{code[4:8]}-{code[8:]}"
