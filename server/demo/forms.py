"""What the forty answer to the questionnaire `assises`, by question; and what is particular on forms filled in by hand.

To the last question each answers what their voice says.
"""

from collections.abc import Mapping
from typing import Any

from server.demo.voices import COLLEGES, Voice

Answers = dict[str, Any]
"""Answers by the key of their question, as JSON."""

_BY_COLLEGE: dict[str, Answers] = {
    "etat": {
        "experience-ia": True, "domaines": ["demarches"], "generalisation": "evaluation",
        "priorites": ["supervision", "transparence", "recours"], "alternative": 4,
        "agent": True, "dialogue": "instances", "formation": 7,
    },
    "collectivites": {
        "experience-ia": True, "domaines": ["demarches", "social"], "generalisation": "volontariat",
        "priorites": ["souverainete", "supervision"], "alternative": 5,
        "agent": True, "dialogue": "informel", "formation": 3,
    },
    "agents": {
        "experience-ia": True, "generalisation": "cadre", "priorites": ["supervision", "acces"], "alternative": 5,
        "agent": True, "dialogue": "non", "formation": 0,
    },
    "societe-civile": {
        "experience-ia": False, "generalisation": "evaluation", "priorites": ["recours", "transparence", "acces"],
        "alternative": 5, "agent": False,
    },
    "citoyens": {
        "experience-ia": False, "generalisation": "sans-avis", "priorites": ["acces"], "alternative": 5, "agent": False,
    },
}  # fmt: skip
"""What those of a college answer alike."""

_OWN: dict[str, Answers] = {
    "rectorat": {"domaines": ["education"], "priorites": ["supervision", "donnees"]},
    "ars": {
        "domaines": ["sante"], "outil": "Résumé automatique de dossier médical", "depuis": "2025-03-10",
        "bilan": "Le résumé fait gagner deux minutes par dossier ; le relire en coûte une.",
    },
    "securite-civile": {"domaines": ["securite"], "priorites": ["supervision"], "dialogue": "informel"},
    "finances": {"domaines": ["demarches", "economie"], "priorites": ["recours", "transparence"]},
    "secretariat-re": {
        "outil": "Aide à la rédaction de courriers", "depuis": "2025-09-01",
        "bilan": "Les adresses et les noms de lieux de l’île sont corrigés à tort une fois sur trois.",
        "formation": 0,
    },
    "petite-commune": {"experience-ia": False, "domaines": None, "formation": None},
    "metropole": {
        "domaines": ["demarches", {"other": "Comptes rendus de séance"}],
        "outil": "Assistant de rédaction de la métropole", "depuis": "2025-11-03",
        "bilan": "Huit mois d’essai dans quatre services. Le temps passé à relire figure au tableau joint.",
        "formation": 14,
    },
    "departement": {"domaines": ["social"], "priorites": ["supervision", "donnees", "recours"]},
    "region": {"formation": 14, "dialogue": "instances"},
    "commune-gp": {"priorites": ["acces", "sobriete"]},
    "interco-re": {"generalisation": {"other": "Oui, quand ces outils comprendront les langues parlées ici"}},
    "syndicat-territorial": {
        "travail": "La charge se déplace : moins de rédaction, davantage de contrôle, et personne ne le compte.",
    },
    "syndicat-etat": {"generalisation": "evaluation", "dialogue": "instances"},
    "secretaire-mairie": {
        "domaines": ["demarches"], "outil": "Un assistant de rédaction, essayé sans commande", "depuis": "2026-01-15",
        "bilan": "Utile pour une première version, jamais pour la dernière.",
        "travail": "Je gagne du temps à écrire et j’en perds à vérifier.",
    },
    "accueil": {"experience-ia": False, "formation": None, "travail": "Les gens demandent si c’est moi qui réponds."},
    "travail-social": {"domaines": ["social"], "generalisation": "jamais", "priorites": ["donnees", "supervision"]},
    "etat-civil": {"generalisation": "jamais"},
    "informatique": {"domaines": ["securite"], "priorites": ["souverainete", "transparence"], "formation": 21},
    "infirmiere-mq": {"domaines": ["sante", "education"], "priorites": ["donnees"], "generalisation": "jamais"},
    "aide-usagers": {
        "confiance": "Que la décision a été préparée par un outil, lequel, et qui peut la revoir.",
    },
    "droits": {"generalisation": "cadre", "confiance": "Le texte appliqué, le nom du service, la voie de recours."},
    "cooperative": {"experience-ia": True, "domaines": ["economie"], "priorites": ["souverainete", "transparence"]},
    "chercheurs": {
        "debat-public": "On lira davantage de textes bien écrits et moins de textes pensés ; il faut le mesurer.",
    },
    "climat": {"priorites": ["sobriete", "transparence"], "generalisation": "jamais"},
    "citoyen-lyon": {
        "experience-ia": True, "domaines": ["demarches"], "generalisation": "cadre",
        "outil": "L’agent conversationnel du site de la ville", "depuis": "2025-05-20",
    },
    "citoyenne-brest": {"priorites": ["sobriete", "acces", "supervision"], "generalisation": "evaluation"},
    "citoyen-lens": {"priorites": ["donnees", "recours"], "generalisation": "jamais"},
    "citoyenne-re": {"generalisation": "evaluation", "priorites": ["acces", "transparence"]},
}  # fmt: skip
"""What somebody answers otherwise than their college, or besides; `None`: nothing."""

BLANK: dict[str, Any] = {"blank": True}
"""What a clerk enters where a question was left without the answer that was expected."""

_BY_HAND: dict[str, Answers] = {
    # Two boxes ticked where one was asked for, and a scale that was left blank: neither is refused, neither is guessed.
    "petite-commune": {"generalisation": {"ticked": ["evaluation", "volontariat"]}, "alternative": BLANK},
    "consommateurs": {"experience-ia": {"unreadable": True}},
}

FAULTY: Answers = {"priorites": ["donnees", "recours", "acces", "sobriete"], "alternative": 9, "formation": 2}
"""What somebody gets wrong at first: four ranked of three, a mark beyond the scale, a question that was not asked."""

RECONSIDERED = (
    "À la relecture : un outil peut aider à préparer un cours si l’équipe pédagogique l’a choisi ; il ne doit ni "
    "noter, ni orienter."
)
"""What the rectorate says in its second version."""

TABLE_NAME = "bilan-essai.csv"
TABLE = (
    "service;actes préparés;minutes gagnées;minutes de relecture\n"
    "accueil;1240;2100;1980\n"
    "urbanisme;310;1550;620\n"
    "état civil;0;0;0\n"
    "secrétariat;905;2715;1130\n"
).encode()
"""The table that goes with an answer."""


def answers(voice: Voice) -> Answers:
    """Give what somebody answers online."""
    college = next(key for key, voices in COLLEGES.items() if voice in voices)
    said = {**_BY_COLLEGE[college], **_OWN.get(voice.key, {}), "proposition": voice.says}
    return {question: answer for question, answer in said.items() if answer is not None}


def by_hand(voice: Voice) -> Answers:
    """Give the form as a clerk has it before them."""
    return {**answers(voice), **_BY_HAND.get(voice.key, {})}


def completed(voice: Voice, before: Mapping[str, Any]) -> Answers:
    """Give what somebody answers in the second round: what they said before, and what they add.

    What could not be read in a form is answered now.
    """
    kept = {question: answer for question, answer in before.items() if not _is_mark(answer)}
    words = [part for part in (before.get("proposition"), voice.adds) if isinstance(part, str)]
    return {**answers(voice), **kept, "proposition": " ".join(words)}


def _is_mark(answer: Any) -> bool:
    return isinstance(answer, dict) and not {"blank", "unreadable", "ticked"}.isdisjoint(answer)
