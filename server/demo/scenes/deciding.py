"""From the synthesis to the follow-up: every recommendation answered, the decision signed twice, a commitment dated."""

from datetime import timedelta

from server.demo.faults import Unforeseen
from server.demo.papers import (
    CHAPTERS,
    COMMITMENT,
    DECISION,
    GUARANTOR_ANSWER,
    GUARANTOR_REPORT,
    INDICATOR,
    PROGRESS,
    REASONS,
    RECOMMENDATION_BILAN,
    RECOMMENDATION_GUICHET,
    REPORT,
    RESPONSES,
    SYNTHESIS,
)
from server.demo.scenes.treating import treat
from server.demo.story import Answer, Story, fr, in_place
from server.demo.voices import FOLLOWED
from server.demo.voting import sign

_RAPPORTEURS = {
    "politiques-publiques": "rapporteur-politiques",
    "vie-publique": "rapporteur-vie-publique",
    "metiers": "rapporteur-metiers",
}
_ANSWERS = {"FOLLOWED": "suivie", "FOLLOWED_IN_PART": "suivie en partie"}
_ATTEMPTS = 4


async def synthesise(story: Story) -> None:
    """A chapter per axis, two recommendations with their sources and addressees, all treated, one synthesis."""
    seen = await story.until("ouverture de la synthèse", lambda now: now.has_reached("synthese", "OPEN"))
    place = in_place("synthese", seen.stage("synthese").round)
    for axis, text in CHAPTERS.items():
        await story.do(
            story.cast[_RAPPORTEURS[axis]],
            "SubmitChapter",
            f"chapitre : « {text} »",
            f"chapitre/{axis}",
            **place,
            lane=axis,
            text=fr(text),
        )
    sources = [
        story.ids[f"contribution/1/{key}"]
        for key in (FOLLOWED, "droits", "accueil")
        if f"contribution/1/{key}" in story.ids
    ]
    await _recommend(
        story, "guichet", "vie-publique", RECOMMENDATION_GUICHET, ["ministere", "associations-elus"], sources
    )
    reserved = [story.ids["reserve"]] if "reserve" in story.ids else []
    await _recommend(story, "bilan", "metiers", RECOMMENDATION_BILAN, ["ministere"], reserved)
    await story.do(
        story.cast["rapporteur-general"],
        "AssembleSynthesis",
        "veut assembler la synthèse.",
        "synthese/trop-tot",
        refused="RESERVATION_OPEN" if reserved else "TREATMENT_TOO_LOW",
        **place,
        text=fr(SYNTHESIS),
    )
    await treat(story, place)
    await story.do(
        story.cast["rapporteur-general"],
        "AssembleSynthesis",
        "assemble les trois chapitres : ils ne bougeront plus.",
        "synthese",
        **place,
        text=fr(SYNTHESIS),
    )


async def _recommend(
    story: Story, key: str, axis: str, text: str, addressees: list[str], sources: list[str]
) -> Answer:
    stage = (await story.look()).stage("synthese")
    made = await story.do(
        story.cast["rapporteur-general"],
        "MakeRecommendation",
        f"recommande : « {' '.join(text.split())} » ({len(sources)} source{'s' if len(sources) > 1 else ''}, "
        f"{len(addressees)} destinataire{'s' if len(addressees) > 1 else ''})",
        f"recommandation/{key}",
        **in_place("synthese", stage.round),
        lane=axis,
        themes=["ethique"],
        addressees=addressees,
        sourceIds=sources,
        text=fr(text),
    )
    story.ids[f"recommandation/{key}"] = made.data["recommendation"]["id"]
    return made


async def decide(story: Story) -> None:
    """No decision without every response; then the decision, which both co-presidents sign."""
    seen = await story.until("ouverture de la décision", lambda now: now.has_reached("decision", "OPEN"))
    round_ = seen.stage("decision").round
    responses = list(RESPONSES)
    for recommendation, addressee in responses[:-1]:
        await _respond(story, recommendation, addressee, round_)
    await story.do(
        story.cast["autorite"],
        "IssueDecision",
        "veut décider.",
        "decision/trop-tot",
        refused="RESPONSE_MISSING",
        **in_place("decision", round_),
        text=fr(DECISION),
    )
    await _respond(story, *responses[-1], round_)
    for attempt in range(1, _ATTEMPTS + 1):
        await story.do(
            story.cast["autorite"],
            "IssueDecision",
            "rend la décision, et ses motifs à part.",
            f"decision/{attempt}",
            tolerate=("PROPOSAL_PENDING", "DECISION_OUT", "STAGE_NOT_OPEN"),
            **in_place("decision", round_),
            text=fr(DECISION),
            reasons=fr(REASONS),
        )
        await sign(story, "issue_decision", f"decision/{attempt}")
        seen = await story.look()
        if all(awaited.what != "decision" for awaited in seen.awaited):
            break
    else:
        raise Unforeseen("La décision n’a pas été signée.")
    await _read_pages(story)


async def _read_pages(story: Story) -> None:
    """Read the permanent pages as anybody does, with nothing but their addresses."""
    for document, said in (("decision/1", DECISION), ("reasons/1", REASONS)):
        address = f"/concertations/{story.slug}/{document}"
        page = await story.client.fetch(address, story.tell_silence)
        if said.split(".")[0].split("\n")[0] not in page.decode():
            raise Unforeseen(f"{address} ne dit pas ce qui a été décidé.")
        story.screen.line("read", "", f"à lire pour toujours : {address} (et .pdf)")


async def _respond(story: Story, recommendation: str, addressee: str, round_: int) -> None:
    answer, reasons = RESPONSES[recommendation, addressee]
    await story.do(
        story.cast[addressee],
        "Respond",
        f"recommandation « {recommendation} » {_ANSWERS[answer]} : « {reasons} »",
        f"reponse/{recommendation}/{addressee}",
        **in_place("decision", round_),
        recommendationId=story.ids[f"recommandation/{recommendation}"],
        addressee=addressee,
        answer=answer,
        reasons=fr(reasons),
    )


async def follow_up(story: Story) -> None:
    """A commitment with an owner, a date and an indicator; reports, the guarantor's too; the end."""
    seen = await story.until("ouverture du suivi", lambda now: now.has_reached("suivi", "OPEN"))
    place = in_place("suivi", seen.stage("suivi").round)
    due_at = seen.read_at + timedelta(days=365)
    made = await story.do(
        story.cast["ministere"],
        "MakeCommitment",
        f"s’engage pour le {due_at:%d/%m/%Y} : « {COMMITMENT} »",
        "engagement",
        **place,
        recommendationId=story.ids["recommandation/guichet"],
        owner="ministere",
        dueAt=due_at.isoformat(),
        text=fr(COMMITMENT),
        indicator=fr(INDICATOR),
    )
    await story.do(
        story.cast["ministere"],
        "ReportProgress",
        f"rend compte : « {PROGRESS} »",
        "engagement/point",
        **place,
        commitmentId=made.data["commitment"]["id"],
        status="UNDER_WAY",
        report=fr(PROGRESS),
    )
    await story.do(
        story.cast["garant"],
        "PublishGuarantorReport",
        f"rend son rapport : « {GUARANTOR_REPORT} »",
        "rapport-du-garant",
        text=fr(GUARANTOR_REPORT),
    )
    await story.do(
        story.cast["autorite"],
        "AnswerGuarantorReport",
        f"répond au garant : « {GUARANTOR_ANSWER} »",
        "rapport-du-garant/reponse",
        text=fr(GUARANTOR_ANSWER),
    )
    await story.do(
        story.cast["autorite"],
        "PublishImplementationReport",
        "publie le bilan de mise en œuvre.",
        "bilan",
        **place,
        text=fr(REPORT),
    )
    await story.until("fin de la concertation", lambda now: now.phase == "ENDED")
