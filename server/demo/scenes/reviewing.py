"""The council's review: referred back in the first round, favourable in the second."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from server.demo.faults import Unforeseen
from server.demo.papers import INFORMATION_FILE_2, OPINION_1, OPINION_2, POSITIONS, RESERVATION
from server.demo.scenes.articles import draft_article, vote_article
from server.demo.scenes.meeting import decline, evaluate, meet, minute
from server.demo.scenes.sealing import add_contributions, show_seal
from server.demo.story import Story, fr, in_place
from server.demo.voting import pass_gate, show_count, vote_all

_CONCLUSIONS = {
    "FAVOURABLE_WITH_RESERVATIONS": "favorable avec réserves",
    "REFER_BACK": "renvoi pour réexamen",
}
_ATTEMPTS = 4
_LATE = ("STAGE_NOT_OPEN", "ROUND_CHANGED")


async def refer_back(story: Story) -> None:
    """Three members state positions; the council adopts its opinion: back to the call for input."""
    round_ = await _open(story, 1)
    for key, (position, reasons) in POSITIONS.items():
        await story.do(
            story.cast[key],
            "StatePosition",
            f"position : {_CONCLUSIONS[position]}. « {reasons} »",
            f"position/{round_}/{key}",
            tolerate=_LATE,
            **in_place("avis", round_),
            position=position,
            statement=fr(reasons),
        )
    await decline(story, round_)
    await evaluate(story, round_)
    await _adopt(story, round_, await meet(story, round_), "REFER_BACK", OPINION_1)
    await story.until("second tour", lambda now: now.round == 2)
    story.screen.say("Le renvoi ouvre le tour 2 à l’appel à contributions, et à tout ce qui le suit.")


async def approve_again(story: Story) -> None:
    """The information file is completed, and the council's gate is passed in the second round."""
    await story.do(
        story.cast.coordinator,
        "AttachDocument",
        "verse la version 2 du dossier, complétée à la demande du conseil.",
        "piece/dossier/2",
        title=fr("Dossier de concertation"),
        text=fr(INFORMATION_FILE_2),
        documentId=story.ids["dossier"],
    )
    await pass_gate(story, "appel", "OPENING", "porte/2/ouverture")
    await show_count(story, "OPENING", "appel")


async def complete(story: Story) -> None:
    """The second call: no early closing below the minimum, then the seal and the council's gate again."""
    await add_contributions(story)
    await _close_early(story)
    await show_seal(story)
    await pass_gate(story, "appel", "CONCLUSION", "porte/2/sceau")


async def _close_early(story: Story) -> None:
    """Ask for a closing below the minimum, which is refused."""
    stage = (await story.look()).stage("appel")
    if stage.closes_at is None:
        return
    await story.do(
        story.cast.coordinator,
        "CloseStageEarly",
        "veut clore tout de suite, puisque tout est arrivé.",
        "cloture-anticipee",
        tolerate=("BELOW_MINIMUM", "DATE_IN_PAST", "DATE_NOT_EARLIER", "STAGE_CHANGED", *_LATE),
        **in_place("appel", stage.round),
        closesAt=((await story.now()) + timedelta(seconds=0.5)).isoformat(),
        seenClosesAt=stage.closes_at.isoformat(),
        reason="Toutes les réponses attendues sont arrivées",
    )


async def review_again(story: Story) -> None:
    """The second opinion: an article that is amended and voted on, and a reservation that the synthesis must lift."""
    story.screen.say("L’avis s’ouvrira à la date annoncée : même en avance, rien ne bouge en silence.")
    round_ = await _open(story, 2)
    reserved = await story.do(
        story.cast["conseil-4"],
        "MakeReservation",
        f"réserve : « {RESERVATION} »",
        f"reserve/{round_}",
        tolerate=_LATE,
        **in_place("avis", round_),
        text=fr(RESERVATION),
    )
    if reserved.done:
        story.ids["reserve"] = reserved.data["reservation"]["id"]
    article = await draft_article(story, round_)
    meeting = await meet(story, round_)
    drawn = await vote_article(story, round_, meeting, article)
    await _adopt(story, round_, meeting, "FAVOURABLE_WITH_RESERVATIONS", OPINION_2, drawn)
    await story.until("conclusion de l’avis", lambda now: now.has_reached("avis", "CONCLUDED"))


async def _open(story: Story, round_: int) -> int:
    seen = await story.until(
        "ouverture de l’avis",
        lambda now: now.stage("avis").round == round_ and now.has_reached("avis", "OPEN"),
    )
    return seen.stage("avis").round


async def _adopt(
    story: Story,
    round_: int,
    meeting: str,
    conclusion: str,
    text: str,
    articles: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Put the opinion to the vote in the meeting until it is adopted: once, unless votes came too late."""
    chair = story.cast["presidence"]
    drafted = await story.do(
        chair,
        "DraftOpinion",
        f"projet d’avis : {_CONCLUSIONS[conclusion]}{', tiré de l’article adopté' if articles else ''}.",
        f"avis/{round_}",
        **in_place("avis", round_),
        text=fr(text),
        conclusion=conclusion,
        articles=list(articles),
    )
    for attempt in range(1, _ATTEMPTS + 1):
        await story.do(
            chair,
            "PutOpinionToVote",
            "met l’avis aux voix : un texte, une empreinte, un scrutin.",
            f"avis/{round_}/voix/{attempt}",
            **in_place("avis", round_),
            text=drafted.data["opinion"]["text"]["digest"],
            meetingId=meeting,
        )
        ballot = (await story.look()).ballot("OPINION", "avis")
        if ballot is not None:
            await vote_all(story, ballot, f"avis/{round_}/vote/{attempt}", {"conseil-5": "UNFAVOURABLE"})
        seen = await story.until("scrutin sur l’avis", lambda now: now.ballot("OPINION", "avis") is None)
        if all(awaited.what != "opinion" for awaited in seen.awaited):
            break
    else:
        raise Unforeseen("L’avis n’a pas été adopté.")
    await show_count(story, "OPINION", "avis")
    await minute(story, round_, meeting)
