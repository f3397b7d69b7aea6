"""The council meets: it fills in its grid, is convened, counts its quorum, and leaves minutes."""

import asyncio
from datetime import timedelta
from typing import Any

from server.demo.cast import Person
from server.demo.faults import Unforeseen
from server.demo.papers import AGENDA, EVALUATION, MARKS, MINUTES, NO_WITHDRAWAL, TAUGHT
from server.demo.story import Answer, Story, fr, in_place

_ATTEMPTS = 40
_MARGIN = 0.4
"""Seconds more than the notice asks for: those that the convocation is under way."""
_LATE = ("STAGE_NOT_OPEN", "ROUND_CHANGED", "MEMBER_WITHDRAWN", "MEMBER_RECUSED")


async def council(story: Story) -> dict[str, Any]:
    """Look at the council's part of the concertation."""
    seen: dict[str, Any] = await story.ask(
        "Council", story.cast.coordinator, id=story.concertation, stage="avis"
    )
    return dict(seen["concertation"])


async def decline(story: Story, round_: int) -> None:
    """A member answers the engine, which proposed to withdraw: a declared interest meets who is heard."""
    await story.do(
        story.cast[TAUGHT],
        "DeclineWithdrawal",
        f"ne se déporte pas : « {NO_WITHDRAWAL} » La présidence, qui le lit, peut récuser.",
        f"deport/{round_}/refus",
        tolerate=("NO_WITHDRAWAL_PROPOSED", "ROUND_CHANGED"),
        **in_place("avis", round_),
        reason=NO_WITHDRAWAL,
    )


async def evaluate(story: Story, round_: int) -> None:
    """Every member fills in the grid; the screen shows the median and the spread of each criterion."""
    grid = (await council(story))["stage"]["evaluationGrid"]["digest"]

    async def fill(member: Person, marks: tuple[int, ...]) -> Answer:
        answers = {
            criterion: {"mark": mark, "justification": why}
            for (criterion, why), mark in zip(EVALUATION, marks, strict=True)
        }
        return await story.do(
            member,
            "Evaluate",
            "remplit la grille.",
            f"evaluation/{round_}/{member.key}",
            quiet=True,
            tolerate=_LATE,
            **in_place("avis", round_),
            questionnaire=grid,
            answers=answers,
        )

    await story.all_of(
        "Evaluate",
        "Chaque membre remplit la grille d’évaluation : une note et sa justification par critère.",
        (fill(story.cast[key], marks) for key, marks in MARKS.items()),
    )
    found = (await council(story))["stage"]["opinion"]
    story.screen.table(
        "La grille, tous membres réunis",
        ("Critère", "Réponses", "Médiane", "Dispersion"),
        [
            (one["label"], str(one["count"]), f"{one['median']:g}", f"{one['spread']:g}")
            for one in (found or {}).get("evaluationSummary", ())
        ],
    )


async def meet(story: Story, round_: int) -> str:
    """Convene the council with the notice asked for, hold the meeting, and give its id."""
    chair = story.cast["presidence"]
    place = in_place("avis", round_)
    rule = next(stage.meeting for stage in story.procedure.stages if stage.id == "avis")
    notice = rule.notice if rule is not None else timedelta(0)
    for attempt in range(1, _ATTEMPTS + 1):
        starts_at = await story.now() + notice + timedelta(seconds=_MARGIN)
        convened = await story.do(
            chair,
            "ConveneMeeting",
            "convoque le conseil, avec son ordre du jour.",
            f"reunion/{round_}/{attempt}",
            tolerate=("NOTICE_TOO_SHORT", "DATE_IN_PAST"),
            **place,
            startsAt=starts_at.isoformat(),
            endsAt=(starts_at + timedelta(seconds=1)).isoformat(),
            agenda=fr(AGENDA),
        )
        if convened.done:
            return await _hold(story, place, str(convened.data["meeting"]["id"]), f"reunion/{round_}")
    raise Unforeseen("Le conseil n’a pas pu être convoqué.")


async def _hold(story: Story, place: dict[str, Any], meeting: str, key: str) -> str:
    chair = story.cast["presidence"]
    attendance = await _attendance(story)
    for attempt in range(1, _ATTEMPTS + 1):
        held = await story.command(
            chair, "HoldMeeting", f"{key}/tenue/{attempt}", **place, meetingId=meeting, attendance=attendance
        )
        if held.code != "MEETING_NOT_STARTED":
            break
        await asyncio.sleep(0.1)
    if not held.done:
        raise Unforeseen(f"HoldMeeting: {held.code} {held.message}")
    counted = held.data["meeting"]["count"]
    story.screen.line(
        "done",
        chair.label,
        f"constate le quorum : {counted['present']} sièges présents, à distance ou représentés sur "
        f"{counted['entitled']}, pour {counted['quorum']}.",
        "HoldMeeting",
    )
    return meeting


async def _attendance(story: Story) -> list[dict[str, str]]:
    """Say who is there: everybody who does not stand aside, the chair in the room, the others remotely."""
    seen = await council(story)
    aside = {withdrawal["member"]["pseudonym"] for withdrawal in seen["withdrawals"]}
    return [
        {
            "seat": f"{office['key']}/{term['seat']}",
            "attendance": "PRESENT" if office["key"] == "presidence-conseil" else "REMOTE",
        }
        for office in seen["offices"]
        if office["key"] in ("presidence-conseil", "conseil")
        for term in office["terms"]
        if term["running"] and term["member"]["pseudonym"] not in aside
    ]


async def minute(story: Story, round_: int, meeting: str) -> None:
    """Hand in the minutes."""
    await story.do(
        story.cast.coordinator,
        "RecordMinutes",
        "dépose le procès-verbal : il nomme la réunion, ses présents et ses scrutins.",
        f"reunion/{round_}/proces-verbal",
        **in_place("avis", round_),
        meetingId=meeting,
        minutes=fr(MINUTES),
    )
