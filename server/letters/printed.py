"""Letters for window envelopes, set by server/letter.typ: French first, then English; the same bytes each time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from domain.process import Process
from domain.texts import LANGUAGES, PARIS, clock, localised
from server import typesetting
from store.letters import Batch, Letter

TEXTS = {
    "fr": {
        "title": "Lettres",
        "dated": "Le {day}",
        "item": "{day} – {body}",
        "code": "Votre code personnel : {code}",
        "more": "Pour en savoir plus : {url}",
        "why": "Cette lettre vous est envoyée parce qu’aucune adresse électronique où vous écrire n’est connue. Vous "
        "pouvez en donner une sur la plateforme de la concertation.",
    },
    "en": {
        "title": "Letters",
        "dated": "{day}",
        "item": "{day} – {body}",
        "code": "Your personal code: {code}",
        "more": "To know more: {url}",
        "why": "This letter is sent to you because no mail address to write to you is known. You can give one on the "
        "platform of the concertation.",
    },
}


def printed(
    process: Process, batch: Batch, letters: Sequence[Letter], codes: Mapping[str, str], site: str | None
) -> bytes:
    """Set the letters of a batch as one PDF, each on a sheet of its own."""
    return typesetting.pdf("letter.typ", words(process, batch, letters, codes, site))


def words(
    process: Process, batch: Batch, letters: Sequence[Letter], codes: Mapping[str, str], site: str | None
) -> dict[str, Any]:
    """Give what the letters say. `codes` are by invitation; `site` is where people read concertations."""
    return {
        "title": f"{TEXTS['fr']['title']} / {TEXTS['en']['title']}",
        "letters": [
            {
                "address": letter.sent_to.split("\n"),
                "parts": [_part(process, batch, letter, codes, site, language) for language in LANGUAGES],
            }
            for letter in letters
        ],
    }


def _part(
    process: Process,
    batch: Batch,
    letter: Letter,
    codes: Mapping[str, str],
    site: str | None,
    language: str,
) -> dict[str, Any]:
    own = TEXTS[language]
    given = [codes[item.invitation] for item in letter.items if item.invitation]
    paths = dict.fromkeys(item.path for item in letter.items if item.path)
    return {
        "language": language,
        "sender": localised(process.title, (language,)),
        "dated": own["dated"].format(day=_day(batch.made_at, language)),
        "items": [
            own["item"].format(day=_day(item.at, language), body=item.body[language]) for item in letter.items
        ],
        "codes": [own["code"].format(code=code) for code in dict.fromkeys(given)],
        "more": [own["more"].format(url=f"{site.rstrip('/')}{path}") for path in paths] if site else [],
        "why": own["why"],
    }


def _day(at: datetime, language: str) -> str:
    day, _ = clock(at.astimezone(PARIS), language)
    return day
