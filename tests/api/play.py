"""Scenes of a concertation played through the API."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.api.stage import Stage

COUNCIL = ("chair", "ada", "bob", "cleo")


async def hear(stage: Stage) -> Any:
    """Schedule, hold and record a hearing of the citizen."""
    seen = await stage.until("auditions", "OPEN")
    starts = datetime.fromisoformat(seen["opensAt"]) + timedelta(hours=1)
    place = {"stage": "auditions", "round": seen["round"]}
    answer = await stage.do(
        "ScheduleHearing", "coordinator", **place,
        startsAt=starts.isoformat(), endsAt=(starts + timedelta(hours=1)).isoformat(),
        witnessIds=[stage.members["citizen"]], place="Salle du conseil",
    )  # fmt: skip
    hearing = answer["hearing"]["id"]
    await stage.house.clock.reach(starts + timedelta(hours=2))
    await stage.do(
        "HoldHearing", "coordinator", **place, hearingId=hearing, heardIds=[stage.members["citizen"]]
    )
    return await stage.do("RecordHearing", "coordinator", **place, hearingId=hearing, record="Compte rendu.")


async def vote(stage: Stage, ballot: dict[str, Any], *names: str, position: str = "FAVOURABLE") -> Any:
    """Let people vote in a ballot."""
    for name in names:
        answer = await stage.do(
            "CastVote", name, ballotId=ballot["id"], subject=ballot["subject"], position=position
        )
    return answer


async def adopt(stage: Stage, conclusion: str = "FAVOURABLE") -> Any:
    """Let the council draft, put to the vote and adopt its opinion."""
    seen = await stage.until("avis", "OPEN")
    place = {"stage": "avis", "round": seen["round"]}
    await stage.do("StatePosition", "ada", **place, position=conclusion, statement="Mes raisons.")
    drafted = await stage.do("DraftOpinion", "ada", **place, text="L’avis.", conclusion=conclusion)
    await stage.do("MakeReservation", "bob", **place, text="Une réserve.")
    put = await stage.do("PutOpinionToVote", "chair", **place, text=drafted["opinion"]["text"]["digest"])
    return await vote(stage, put["opinion"]["ballot"], *COUNCIL)


async def synthesise(stage: Stage, sources: list[str]) -> str:
    """Write chapter, recommendation and synthesis; gives the id of the recommendation."""
    seen = await stage.until("synthese", "OPEN")
    place = {"stage": "synthese", "round": seen["round"]}
    await stage.do("SubmitChapter", "writer", **place, text="Le chapitre.")
    made = await stage.do(
        "MakeRecommendation", "writer", **place,
        text="Former tous les agents.", addressees=["dinum", "asso"], themes=["sante"], sourceIds=sources,
    )  # fmt: skip
    await answer_reservations(stage, place)
    await stage.do("AssembleSynthesis", "editor", **place, text="La synthèse.")
    found: str = made["recommendation"]["id"]
    return found


async def answer_reservations(stage: Stage, place: dict[str, Any]) -> None:
    """Declare every reservation of the council maintained."""
    opinions = (await stage.about("{ opinions { reservations { id } } }"))["opinions"]
    for reservation in (r for opinion in opinions for r in opinion["reservations"]):
        await stage.do(
            "AnswerReservation", "editor", **place,
            reservationId=reservation["id"], answer="MAINTAINED", reasons="Elle reste.",
        )  # fmt: skip


async def decide(stage: Stage, recommendation: str) -> Any:
    """Let both addressees answer, and the deciding authority decide."""
    seen = await stage.until("decision", "OPEN")
    place = {"stage": "decision", "round": seen["round"]}
    for name, office in (("dinum", "dinum"), ("mayor", "asso")):
        await stage.do(
            "Respond", name, **place,
            recommendationId=recommendation, addressee=office, answer="FOLLOWED", reasons="Nous le ferons.",
        )  # fmt: skip
    return await stage.do("IssueDecision", "minister", **place, text="La décision.")


async def follow_up(stage: Stage, recommendation: str) -> Any:
    """Commit, report, and publish the implementation report."""
    seen = await stage.until("suivi", "OPEN")
    place = {"stage": "suivi", "round": seen["round"]}
    due = datetime.fromisoformat(seen["opensAt"]) + timedelta(days=300)
    made = await stage.do(
        "MakeCommitment", "dinum", **place,
        recommendationId=recommendation, owner="dinum", dueAt=due.isoformat(), text="20 heures par agent.",
    )  # fmt: skip
    await stage.do(
        "ReportProgress",
        "dinum",
        **place,
        commitmentId=made["commitment"]["id"],
        status="KEPT",
        report="Fait.",
    )
    await stage.do("PublishImplementationReport", "minister", **place, text="Le bilan.")
    return made
