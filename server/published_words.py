"""What the permanent pages of a decision say of it, French first: its version, what replaced it, its text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from domain.deciding.works import is_decided
from domain.process import Decision, Process
from domain.texts import LANGUAGES, instant, localised


class What(StrEnum):
    """Which document: each has addresses of its own."""

    DECISION = "decision"
    REASONS = "reasons"


TEXTS: Mapping[str, Mapping[str, str]] = {
    "fr": {
        "decision": "Décision",
        "reasons": "Motifs de la décision",
        "of": "{what} – {concertation}",
        "version": "Version",
        "number": "{version} sur {latest}",
        "at": "Rendue le",
        "rectified_at": "Rectifiée le",
        "published_at": "Publiée le",
        "reason": "Motif de la rectification",
        "in_force": "Cette version est en vigueur.",
        "returned": "Cette décision a été renvoyée pour réexamen. Elle n’est pas en vigueur.",
        "replaced": "Cette version a été remplacée, le {at}, par la version {by}. Elle reste publiée à cette adresse.",
        "still": "Ces motifs sont aussi ceux de la version {by}, en vigueur.",
        "see": "Lire la version en vigueur",
        "versions": "Toutes les versions",
        "line": "Version {version}, du {at}",
        "pdf": "Télécharger en PDF",
        "other": "Voir aussi",
        "digest": "Empreinte (SHA-256)",
        "proof": "Le journal public de la concertation et l’archive de clôture nomment ce texte par cette empreinte.",
        "skip": "Aller au texte",
        "none": "Aucune décision n’est publiée à cette adresse. Vérifiez-la et réessayez.",
        "embargo": "La décision a été rendue. Elle est sous embargo et sera publiée ici le {at}.",
        "later": "La page n’a pas pu être établie. Réessayez dans quelques minutes.",
        "fr": "Texte français",
        "en": "Texte anglais",
    },
    "en": {
        "decision": "Decision",
        "reasons": "Reasons of the decision",
        "of": "{what} – {concertation}",
        "version": "Version",
        "number": "{version} of {latest}",
        "at": "Issued on",
        "rectified_at": "Rectified on",
        "published_at": "Published on",
        "reason": "Reason of the rectification",
        "in_force": "This version is in force.",
        "returned": "This decision was sent back for another round. It is not in force.",
        "replaced": "This version was replaced, on {at}, by version {by}. It stays published at this address.",
        "still": "These reasons are those of version {by}, which is in force, too.",
        "see": "Read the version in force",
        "versions": "All versions",
        "line": "Version {version}, of {at}",
        "pdf": "Download as PDF",
        "other": "See also",
        "digest": "Digest (SHA-256)",
        "proof": "The public ledger of the concertation and its closing archive name this text by this digest.",
        "skip": "Go to the text",
        "none": "No decision is published at this address. Check it and try again.",
        "embargo": "The decision was issued. It is under an embargo and will be published here on {at}.",
        "later": "The page could not be made. Try again in a few minutes.",
        "fr": "French text",
        "en": "English text",
    },
}


def words(
    process: Process,
    what: What,
    shown: Decision,
    out: Sequence[Decision],
    content: Mapping[str, str],
    language: str,
) -> dict[str, Any]:
    """Give what a page says, in one language; the text itself in every language that it was written in.

    `out` are the versions that are published, `shown` one of them, `content` the text that is asked for.
    """
    own, latest = TEXTS[language], out[-1]
    title = localised(process.title, (language,))
    body = shown.text if what is What.DECISION else shown.reasons
    assert body is not None
    facts = [
        [own["version"], own["number"].format(version=shown.version, latest=latest.version)],
        [own["at" if shown.reason is None else "rectified_at"], instant(shown.at, language)],
    ]
    if shown.published_at is not None:
        facts.append([own["published_at"], instant(shown.published_at, language)])
    if shown.reason is not None:
        facts.append([own["reason"], shown.reason])
    return {
        **{name: own[name] for name in ("pdf", "digest", "proof", "skip", "versions", "other", "see")},
        "language": language,
        "title": own["of"].format(what=own[what], concertation=title),
        "what": own[what],
        "concertation": title,
        "facts": facts,
        "standing": _standing(process, shown, out, what, language),
        "is_latest": shown is latest,
        "texts": [
            {"language": tag, "name": own.get(tag, tag), "text": said}
            for tag, said in sorted(content.items(), key=lambda item: _order(item[0]))
        ],
        "named": body.digest,
    }


def _standing(process: Process, shown: Decision, out: Sequence[Decision], what: What, language: str) -> str:
    """Say whether it is in force, or what replaced it and when; or that its own gate sent it back."""
    own, latest = TEXTS[language], out[-1]
    if shown is latest:
        return own["in_force" if is_decided(process) else "returned"]
    if what is What.REASONS and shown.reasons == latest.reasons:
        return own["still"].format(by=latest.version)
    following = next(decision for decision in out if decision.version > shown.version)
    return own["replaced"].format(by=following.version, at=instant(following.at, language))


def _order(tag: str) -> tuple[int, str]:
    return (LANGUAGES.index(tag) if tag in LANGUAGES else len(LANGUAGES), tag)


def line(decision: Decision, language: str) -> str:
    """Name a version in a list."""
    at = instant(decision.at, language)
    return TEXTS[language]["line"].format(version=decision.version, at=at)
