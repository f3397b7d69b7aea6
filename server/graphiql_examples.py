"""The examples of /graphiql: documents of graphql/operations by role, each with a line in French and one in English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from domain.texts import text
from server.demo.documents import document


class Example(NamedTuple):
    """A document, and what one does with it."""

    name: str
    french: str
    english: str


_ROLES: Mapping[str, tuple[Example, ...]] = {
    "anybody": (
        Example(
            "Concertations", "Parcourir les concertations publiées.", "Look through published concertations."
        ),
        Example("OpenStages", "Trouver ce qui est ouvert en ce moment.", "Find what is open at this moment."),
        Example("Questionnaire", "Lire les questions d’une étape.", "Read the questions of a stage."),
        Example(
            "Contributions", "Lire les contributions visibles.", "Read the contributions that are shown."
        ),
        Example("Receipt", "Vérifier un récépissé par son code.", "Verify a receipt by its code."),
        Example("FollowUp", "Suivre les engagements pris.", "Follow the commitments that were made."),
        Example("Events", "S’abonner à ce qui arrive.", "Subscribe to what happens."),
    ),
    "participant": (
        Example("Viewer", "Voir qui je suis, et ce que je peux faire.", "See who I am, and what I may do."),
        Example(
            "AcceptInvitation", "Accepter une invitation par son code.", "Accept an invitation by its code."
        ),
        Example("SaveDraft", "Garder une réponse inachevée.", "Keep an unfinished answer."),
        Example(
            "SubmitContribution", "Contribuer, et recevoir un récépissé.", "Contribute, and get a receipt."
        ),
        Example("ReviseContribution", "Corriger ce que j’ai envoyé.", "Correct what I sent."),
        Example("CreateAccessToken", "Créer un jeton pour un programme.", "Create a token for a program."),
    ),
    "coordinator": (
        Example("DraftConcertation", "Préparer une concertation.", "Draft a concertation."),
        Example(
            "PreviewCalendar", "Voir le calendrier avant de lancer.", "See the calendar before launching."
        ),
        Example("Launch", "Lancer la concertation.", "Launch the concertation."),
        Example(
            "ProcedureImpact",
            "Étudier le passage à une autre version de la procédure.",
            "Examine the move to another version of the procedure.",
        ),
        Example("Situation", "Voir où elle en est.", "See where it stands."),
        Example("Invite", "Inviter des organismes.", "Invite organisations."),
        Example("ExtendStage", "Proposer de prolonger une étape.", "Propose to extend a stage."),
        Example("ScheduleHearing", "Fixer une audition.", "Schedule a hearing."),
    ),
    "sponsor": (
        Example("Situation", "Voir où en est la concertation.", "See where the concertation stands."),
        Example("Outcome", "Lire ce qui en est sorti.", "Read what came of it."),
    ),
    "co_president_state": (
        Example("Ballots", "Voir ce qui attend ma signature.", "See what waits for my signature."),
        Example("CastVote", "Signer, pour l’État.", "Sign, for the State."),
    ),
    "co_president_local": (
        Example("Ballots", "Voir ce qui attend ma signature.", "See what waits for my signature."),
        Example("CastVote", "Signer, pour les collectivités.", "Sign, for local authorities."),
    ),
    "council_chair": (
        Example("Council", "Voir le conseil et ses réunions.", "See the council and its meetings."),
        Example("ConveneMeeting", "Convoquer une réunion.", "Convene a meeting."),
        Example("DraftOpinion", "Rédiger l’avis.", "Draft the opinion."),
        Example("PutOpinionToVote", "Mettre l’avis aux voix.", "Put the opinion to the vote."),
        Example("RecuseMember", "Récuser un membre.", "Recuse a member."),
    ),
    "council_member": (
        Example("Review", "Lire ce que le conseil examine.", "Read what the council reviews."),
        Example("DeclareInterest", "Déclarer un intérêt.", "Declare an interest."),
        Example("CastVote", "Voter.", "Vote."),
        Example("RecordDissent", "Joindre une opinion divergente.", "Add a dissent."),
    ),
    "rapporteur": (
        Example("Treatment", "Voir ce qui reste à traiter.", "See what is left to treat."),
        Example("SubmitChapter", "Remettre un chapitre.", "Submit a chapter."),
        Example(
            "CiteSources",
            "Citer les contributions qui fondent une recommandation.",
            "Cite contributions as sources.",
        ),
        Example(
            "SetAside",
            "Écarter une contribution, avec le motif.",
            "Set a contribution aside, with the reason.",
        ),
    ),
    "general_rapporteur": (
        Example("SynthesisTreatment", "Voir le taux de traitement.", "See the treatment rate."),
        Example("AssembleSynthesis", "Assembler la synthèse.", "Assemble the synthesis."),
    ),
    "deciding_authority": (
        Example("Outcome", "Lire la synthèse et l’avis.", "Read the synthesis and the opinion."),
        Example("DraftArticle", "Rédiger un article de la décision.", "Draft an article of the decision."),
        Example("IssueDecision", "Rendre la décision.", "Issue the decision."),
        Example("MakeCommitment", "Prendre un engagement.", "Make a commitment."),
    ),
    "addressee": (
        Example("FollowUp", "Voir ce qui attend ma réponse.", "See what waits for my response."),
        Example("Respond", "Répondre à une recommandation.", "Respond to a recommendation."),
        Example("ReportProgress", "Rendre compte d’un engagement.", "Report progress on a commitment."),
    ),
    "clerk": (
        Example("OpenBatch", "Annoncer un lot de papiers.", "Announce a batch of papers."),
        Example(
            "RecordContribution", "Saisir ce qui est arrivé sur papier.", "Record what arrived on paper."
        ),
        Example("Batches", "Voir mes lots.", "See my batches."),
    ),
    "guarantor": (
        Example("ModerationLog", "Lire le journal de la modération.", "Read the log of moderation."),
        Example("PublishObservation", "Publier une observation.", "Publish an observation."),
        Example("PublishGuarantorReport", "Publier le rapport final.", "Publish the final report."),
    ),
    "panellist": (
        Example("Situation", "Voir où en est le tour.", "See where the round stands."),
        Example("Evaluate", "Remplir la grille d’évaluation.", "Fill in the evaluation grid."),
    ),
    "operator": (
        Example("PublishProcedure", "Publier une procédure.", "Publish a procedure."),
        Example("DispatchedNotices", "Voir les avis envoyés.", "See the notices that were sent."),
        Example("RetryNotice", "Renvoyer un avis qui a échoué.", "Send a notice again that failed."),
    ),
}
_OTHERS = {
    "anybody": ("Tout le monde", "Anybody"),
    "participant": ("Participant, participante", "Participant"),
    "operator": ("Exploitant de la plateforme", "Operator of the platform"),
}
"""Who has no role in a procedure."""


def examples() -> Iterator[dict[str, Any]]:
    """Give the roles with their names and operations; each text begins with what it is for, in both languages."""
    for role, operations in _ROLES.items():
        french, english = _OTHERS.get(role) or (text(f"role.{role}", ["fr"]), text(f"role.{role}", ["en"]))
        yield {
            "role": role,
            "french": french,
            "english": english,
            "operations": [one._asdict() | {"text": _commented(one)} for one in operations],
        }


def _commented(one: Example) -> str:
    return f"# {one.french}\n# {one.english}\n{document(one.name)}"
