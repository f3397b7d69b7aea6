"""Small procedures for tests, in days, that say only what a test needs."""

from __future__ import annotations

from typing import Any

from domain.procedure import Procedure

COLLEGES = [{"id": "etat", "label": "État"}, {"id": "locales", "label": "Collectivités"}]

OFFICES: list[dict[str, Any]] = [
    {"id": "coordination", "role": "coordinator", "label": "Coordination", "seats": 3},
    {"id": "etat", "role": "co_president_state", "label": "Coprésidence État", "required": 0},
    {"id": "locale", "role": "co_president_local", "label": "Coprésidence locale", "required": 0},
    {"id": "presidence", "role": "council_chair", "label": "Présidence", "appointment": "in_person"},
    {"id": "conseil", "role": "council_member", "label": "Conseil", "seats": 4, "required": 0},
    {"id": "rapporteur", "role": "rapporteur", "label": "Rapporteur", "seats": 3, "required": 0},
    {"id": "general", "role": "general_rapporteur", "label": "Rapporteur général", "required": 0},
    {"id": "ministre", "role": "deciding_authority", "label": "Ministre", "required": 0},
    {"id": "dinum", "role": "addressee", "label": "Direction du numérique", "required": 0},
    {"id": "asso", "role": "addressee", "label": "Association", "required": 0},
    {"id": "garant", "role": "guarantor", "label": "Garant", "required": 0},
]

OPINION = {
    "by": "scientific_council", "quorum": "1/2", "majority": "present", "within": "P5D", "casting_vote": True,
    "proxies": True, "second_within": "P3D", "if_silent": "hold", "if_refused": "return_to_draft",
}  # fmt: skip

GATE_OPENING = {
    "gate": "opening", "subject": ["information_file", "questionnaire"], "by": "scientific_council",
    "quorum": "1/2", "majority": "simple", "within": "P5D", "if_silent": "given", "if_refused": "return_to_draft",
}  # fmt: skip

GATE_CONCLUSION = {
    "gate": "conclusion", "subject": "seal", "by": "scientific_council", "quorum": "1/2", "majority": "simple",
    "within": "P5D", "if_silent": "hold", "if_refused": "reopen",
}  # fmt: skip


def days(planned: int, minimum: int = 0, maximum: int | None = None) -> dict[str, str]:
    """Write a duration in days."""
    found = {"planned": f"P{planned}D", "minimum": f"P{minimum}D"}
    return found if maximum is None else {**found, "maximum": f"P{maximum}D"}


def call_for_input(**more: Any) -> dict[str, Any]:
    """Write a call for input of 45 days (30 to 75)."""
    return {"id": "appel", "kind": "call_for_input", "label": "Appel", "duration": days(45, 30, 75), **more}


def review(**more: Any) -> dict[str, Any]:
    """Write a scientific review of 20 days that may refer back to the call for input."""
    return {
        "id": "avis", "kind": "scientific_review", "label": "Avis", "duration": days(20, 5, 60),
        "opinion": OPINION, "refer_back": "appel", **more,
    }  # fmt: skip


def synthesis(**more: Any) -> dict[str, Any]:
    """Write a synthesis of 30 days."""
    return {"id": "synthese", "kind": "synthesis", "label": "Synthèse", "duration": days(30), **more}


def decision(**more: Any) -> dict[str, Any]:
    """Write a decision of 30 days."""
    return {"id": "decision", "kind": "decision", "label": "Décision", "duration": days(30, 4), **more}


def follow_up(**more: Any) -> dict[str, Any]:
    """Write a follow-up of two years."""
    return {"id": "suivi", "kind": "follow_up", "label": "Suivi", "duration": days(730), **more}


def hearings(**more: Any) -> dict[str, Any]:
    """Write hearings of ten days, records approved by silence."""
    return {
        "id": "auditions", "kind": "hearings", "label": "Auditions", "duration": days(10, 5, 40),
        "record_approval": {
            "majority": "unanimous", "quorum": 1, "within": "P8D", "if_silent": "given",
            "if_refused": "return_to_draft",
        }, **more,
    }  # fmt: skip


def procedure(*stages: dict[str, Any], **more: Any) -> Procedure:
    """Write a procedure of these stages (a call for input where none is given)."""
    raw: dict[str, Any] = {
        "id": "essai",
        "label": "Essai",
        "notice": "P15D",
        "territories": ["FR"],
        "channels": ["online", "paper"],
        "colleges": COLLEGES,
        "offices": OFFICES,
        "themes": [{"id": "sante", "label": "Santé"}],
        "stages": list(stages) or [call_for_input()],
        "rounds": {"maximum": 2},
        "set_aside_reasons": [{"fr": "Hors du sujet", "en": "Off topic"}, "Illisible"],
        **more,
    }
    return Procedure.model_validate(raw)
