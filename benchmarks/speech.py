"""What a crowd says: sentences of common and rare words, texts of realistic lengths, answers to ten questions.

Half of the texts are below 350 characters, a few are pages long, as in public consultations; some sign the text of a
campaign.
"""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from typing import Any

from domain.questionnaires.reading import read
from domain.questionnaires.shapes import Questionnaire

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
    "ba", "cour", "dre", "fon", "gui", "lac", "mon", "nou", "pré", "quin", "rou", "saint", "tour", "val", "ville",
)  # fmt: skip


_FIELDS = ("demarches", "economie", "education", "sante", "securite", "social")
_CONDITIONS = ("cadre", "evaluation", "jamais", "oui", "sans-avis", "volontariat")
_SAFEGUARDS = ("acces", "donnees", "recours", "sobriete", "souverainete", "supervision", "transparence")


@cache
def questionnaire() -> Questionnaire:
    """Give the ten questions that the crowd answers: questionnaire.yaml."""
    found = read(Path(__file__).with_name("questionnaire.yaml").read_text("utf-8")).questionnaire
    assert found is not None
    return found


class Speech:
    """Says things, the same for the same chance."""

    def __init__(self, chance: random.Random) -> None:
        """Make sentences to choose from; each tenth names a place, of which most are rare."""
        self._chance = chance
        self._sentences = []
        for number in range(3_000):
            words = [chance.choice(part) for part in (_WHO, _DOES, _WHAT, _HOW)]
            if number % 10 == 0:
                words.append("à " + "".join(chance.choice(_SYLLABLES) for _ in range(3)).capitalize())
            self._sentences.append(" ".join(words).capitalize() + ".")

    def answers(self) -> dict[str, Any]:
        """Give answers to the ten questions of `questionnaire`, by question, in the order of their keys."""
        chance = self._chance
        share = chance.random
        length = min(8_000.0, chance.lognormvariate(5.85, 0.9))
        told, trusting = share() < 0.4, share() < 0.6
        part = length / (1 + told + trusting)
        said: dict[str, Any] = {"accueil": 1 + int(5 * share()), "agent": share() < 0.2}
        if trusting:
            said["confiance"] = self._text(part)
        if told:
            said["domaines"] = sorted(chance.sample(_FIELDS, 2 if share() < 0.4 else 1))
            said["experience"] = self._text(part)
        said["formation"] = int(30 * share() ** 3)
        said["generalisation"] = _CONDITIONS[int(6 * share() ** 2)]
        said["priorites"] = chance.sample(_SAFEGUARDS, 3)
        campaign = share() < 0.03
        said["proposition"] = f"{_CAMPAIGN} {self._text(0)}" if campaign else self._text(part)
        said["usage"] = told
        return said

    def _text(self, length: float) -> str:
        sentences, share = self._sentences, self._chance.random
        text = sentences[int(3_000 * share())]
        while len(text) < length:
            text += " " + sentences[int(3_000 * share())]
        return text
