"""People: what their offices entitle to, how they came to them, how they left them."""

from __future__ import annotations

from api.enumerations.publishing import publish
from domain.acts import TermEnd
from domain.procedure import Appointment, Role

__all__ = ["Appointment", "Role", "TermEnd"]

publish(
    Role,
    "Role",
    "What an office entitles to.",
    {
        Role.SPONSOR: "Orders the concertation.",
        Role.CO_PRESIDENT_STATE: "Signs for the State.",
        Role.CO_PRESIDENT_LOCAL: "Signs for the local authorities.",
        Role.COORDINATOR: "Conducts it, and never decides on the substance.",
        Role.COUNCIL_CHAIR: "Presides over the scientific council.",
        Role.COUNCIL_MEMBER: "Sits on the scientific council.",
        Role.RAPPORTEUR: "Writes a chapter of the synthesis.",
        Role.GENERAL_RAPPORTEUR: "Assembles the synthesis.",
        Role.DECIDING_AUTHORITY: "Issues the decision.",
        Role.ADDRESSEE: "Owes an answer to recommendations.",
        Role.CLERK: "Enters what arrived on paper, at the counter or by telephone, in a territory.",
        Role.GUARANTOR: "Sees everything, publishes observations, decides nothing.",
        Role.PANELLIST: "Answers the rounds of a panel.",
    },
)
publish(
    Appointment,
    "Appointment",
    "How the holder of an office came to it; decides who may stand in (CRPA R133-3).",
    {
        Appointment.BY_FUNCTION: "By the function they hold elsewhere.",
        Appointment.IN_PERSON: "In person: nobody may stand in.",
        Appointment.ELECTED: "As an elected official: only a peer may stand in.",
    },
)
publish(
    TermEnd,
    "TermEnd",
    "Why a term ended.",
    {
        TermEnd.RESIGNATION: "The holder resigned.",
        TermEnd.END_OF_TERM: "The term came to its end.",
        TermEnd.DEATH: "The holder died.",
        TermEnd.REVOCATION: "The holder was revoked.",
    },
)
