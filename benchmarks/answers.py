"""What one person answers to ten questions of the built-in questionnaire `assises`: some 800 characters."""

from __future__ import annotations

from typing import Any

from domain.questionnaires.builtin import builtin

QUESTIONNAIRE = builtin("assises")
ANSWERS: dict[str, Any] = {
    "experience-ia": True,
    "domaines": ["demarches", "education"],
    "bilan": "Un agent conversationnel a répondu à ma demande de rendez-vous, sans dire qu’il n’était pas une "
    "personne. La réponse était juste, mais je n’ai pas pu la corriger, et personne n’a rappelé.",
    "generalisation": "evaluation",
    "priorites": ["supervision"],
    "alternative": 5,
    "confiance": "Que l’on publie le code et les évaluations, et qu’un conseil d’usagers puisse arrêter un outil.",
    "agent": True,
    "formation": 3,
    "proposition": "Un guichet tenu par une personne, ouvert le samedi, dans chaque intercommunalité. " * 4,
}
