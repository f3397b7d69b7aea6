"""What becomes of every contribution: cited by an item, or set aside with a reason that the procedure knows."""

from typing import Any

from server.demo.papers import ASCERTAINMENT, RESERVATION_ANSWER
from server.demo.scenes.launching import WITNESSES
from server.demo.story import Story, fr

_PAGE = 100
_REASON = "Déjà exprimée par la même personne"


async def treat(story: Story, place: dict[str, Any]) -> None:
    """Answer the council's reservation, then cite what is left over, but for one contribution that is set aside."""
    rapporteur = story.cast["rapporteur-general"]
    if "reserve" in story.ids:
        await story.do(
            rapporteur,
            "AnswerReservation",
            f"répond à la réserve du conseil : « {RESERVATION_ANSWER} »",
            "reserve/reponse",
            tolerate=("UNKNOWN_RESERVATION",),
            **place,
            reservationId=story.ids["reserve"],
            answer="LIFTED",
            reasons=fr(RESERVATION_ANSWER),
        )
    left, _ = await _left(story)
    made = await story.do(
        rapporteur,
        "MakeAscertainment",
        f"constate : « {ASCERTAINMENT} »",
        "constat",
        **place,
        text=fr(ASCERTAINMENT),
        sourceIds=[story.ids[key] for axis in WITNESSES if (key := f"audition/{axis}") in story.ids],
    )
    for page, aside in enumerate(left[-1:]):
        await story.do(
            rapporteur,
            "SetAside",
            f"écarte une contribution : « {_REASON} ».",
            f"ecarter/{page}",
            **place,
            contributionIds=[aside],
            reason=_REASON,
        )
    page = 0
    while cited := (await _left(story))[0]:
        page += 1
        await story.do(
            rapporteur,
            "CiteSources",
            f"cite {len(cited)} contributions à l’appui de son constat.",
            f"constat/sources/{page}",
            **place,
            itemId=made.data["item"]["id"],
            addIds=cited,
        )
    _, kinds = await _left(story)
    said = ", ".join(f"{kind['cited'] + kind['setAside']}/{kind['all']}" for kind in kinds if kind["all"])
    story.screen.say(f"Tout est traité : {said}. Chaque contribution sait où elle est allée.")


async def _left(story: Story) -> tuple[list[str], list[dict[str, Any]]]:
    """Give the contributions that are not treated yet, a page of them, and the rates by kind."""
    rapporteur = story.cast["rapporteur-general"]
    seen = await story.ask("Treatment", rapporteur, id=story.concertation, first=_PAGE)
    synthesis = max(seen["concertation"]["syntheses"], key=lambda found: found["round"])
    gaps = [gap["contribution"]["id"] for gap in synthesis["treatmentGaps"]["nodes"] if gap["contribution"]]
    return gaps, synthesis["treatment"]["byKind"]
