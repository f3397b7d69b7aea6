"""From the announcement to the first opening: two signatures, a request to paste, the council's gate."""

import json
from datetime import timedelta

from domain.procedure import Gate
from server.demo.board import CLOCKS
from server.demo.documents import document
from server.demo.faults import Unforeseen
from server.demo.papers import PLACE, REQUESTS, ROOMS, WITHDRAWAL
from server.demo.story import Story, fr, in_place
from server.demo.voting import TOO_LATE, pass_gate, show_count, sign

WITNESSES = {
    "politiques-publiques": ("chercheurs", "metropole"),
    "vie-publique": ("droits", "aide-usagers"),
    "metiers": ("syndicat-territorial", "secretaire-mairie"),
}
"""Who is heard, by axis: the first is called, the second asks for it."""
_ATTEMPTS = 6


async def launch(story: Story) -> None:
    """Propose the launch, and have both co-presidents sign: until then nothing is launched."""
    call = next(stage for stage in story.procedure.stages if stage.id == "appel")
    gate = call.approval(Gate.OPENING)
    notice = max(story.procedure.notice, gate.within if gate else timedelta(0))
    for attempt in range(1, _ATTEMPTS + 1):
        opens_at = await story.now() + notice + attempt * notice / 2
        await story.do(
            story.cast.coordinator,
            "Launch",
            f"propose l’ouverture à {opens_at.astimezone(CLOCKS[0][1]):%H:%M:%S}.",
            f"lancement/{attempt}",
            tolerate=("NOTICE_TOO_SHORT", "DATE_IN_PAST", "PROPOSAL_PENDING", "ALREADY_LAUNCHED"),
            opensAt=opens_at.isoformat(),
        )
        await sign(story, "launch", f"lancement/{attempt}")
        if (await story.look()).phase == "LAUNCHED":
            break
        story.screen.say("Le délai d’annonce n’est plus tenu : il faut une date plus lointaine.")
    else:
        raise Unforeseen("Le lancement n’a pas abouti.")
    await story.listen()
    await _schedule_hearings(story)


async def _schedule_hearings(story: Story) -> None:
    await story.all_of(
        "ScheduleHearing",
        "Une audition est fixée dans chacun des trois axes, dans sa fenêtre, avec une personne convoquée.",
        (_schedule(story, axis) for axis in WITNESSES),
    )
    axes = [axis for axis in WITNESSES if f"audition/{axis}" in story.ids]
    await story.all_of(
        "CallWitness",
        "Dans chaque axe, une autre personne demande à être entendue ; elle est convoquée à la même audition.",
        (_request_and_call(story, axis) for axis in axes),
    )
    await story.all_of(
        "AnswerCall",
        "Les personnes convoquées répondent qu’elles viendront.",
        (_answer(story, axis, key) for axis in axes for key in called(story, axis)),
    )


async def _schedule(story: Story, axis: str) -> None:
    """Set a hearing in the first half of its window; later in it, if that has passed meanwhile."""
    for attempt in range(1, _ATTEMPTS + 1):
        seen = await story.look()
        stage = seen.stage(f"auditions.{axis}")
        closes_at = stage.closes_at or stage.planned_closes_at
        starts_at = (
            max(stage.opens_at or stage.planned_opens_at, seen.read_at) + story.planned("auditions") / 8
        )
        answer = await story.do(
            story.cast.coordinator,
            "ScheduleHearing",
            "convoque.",
            f"audition/{axis}/{attempt}",
            quiet=True,
            tolerate=("DATE_IN_PAST", "HEARING_OUTSIDE_WINDOW", "STAGE_WRONG_STATE", "CONVOCATION_TOO_LATE"),
            **in_place(stage.key, stage.round),
            startsAt=starts_at.isoformat(),
            endsAt=(starts_at + (closes_at - starts_at) / 2).isoformat(),
            witnessIds=[story.cast[WITNESSES[axis][0]].id],
            place=fr(PLACE),
            room=ROOMS[axis],
        )
        if answer.done:
            story.ids[f"audition/{axis}"] = answer.data["hearing"]["id"]
            return


async def _request_and_call(story: Story, axis: str) -> None:
    """The second asks to be heard, and is called; on a late machine, until it is too late for it."""
    asking = story.cast[WITNESSES[axis][1]]
    place = in_place(f"auditions.{axis}", 1)
    requested = await story.do(
        asking,
        "RequestHearing",
        "demande à être entendu.",
        f"audition/{axis}/demande",
        quiet=True,
        tolerate=("STAGE_WRONG_STATE",),
        **place,
        text=fr(REQUESTS[axis]),
    )
    if not requested.done:
        return
    answer = await story.do(
        story.cast.coordinator,
        "CallWitness",
        "convoque.",
        f"audition/{axis}/convocation",
        quiet=True,
        tolerate=("CONVOCATION_TOO_LATE", "HEARING_WRONG_STATE"),
        **place,
        hearingId=story.ids[f"audition/{axis}"],
        witnessId=asking.id,
        requestId=requested.data["request"]["id"],
    )
    if answer.done:
        story.ids[f"convocation/{axis}"] = asking.id


def called(story: Story, axis: str) -> tuple[str, ...]:
    """Give who is called to the hearing of an axis, by their keys."""
    return WITNESSES[axis] if f"convocation/{axis}" in story.ids else WITNESSES[axis][:1]


async def _answer(story: Story, axis: str, key: str) -> None:
    await story.do(
        story.cast[key],
        "AnswerCall",
        "viendra.",
        f"audition/{axis}/reponse/{key}",
        quiet=True,
        tolerate=("HEARING_WRONG_STATE",),
        **in_place(f"auditions.{axis}", 1),
        hearingId=story.ids[f"audition/{axis}"],
        comes=True,
    )


async def hand_over(story: Story) -> None:
    """Give the reader a token and a request to paste, and show what it answers."""
    coordinator = story.cast.coordinator
    request = {
        "operationName": "OpenStages",
        "query": " ".join(document("OpenStages").split()),
        "variables": {"slug": story.slug},
    }
    story.screen.code(
        f"JETON={coordinator.token}\n"
        f"curl -s {story.stack.graphql_url} -H 'Content-Type: application/json' "
        f"-H \"Authorization: Bearer $JETON\" -d '{json.dumps(request, ensure_ascii=False)}'"
    )
    answer = await story.ask("OpenStages", coordinator, slug=story.slug)
    story.screen.line("read", "", "Réponse, à l’instant :", "OpenStages")
    story.screen.code(json.dumps(answer, ensure_ascii=False), "json")


async def approve_opening(story: Story) -> None:
    """The council votes on the questionnaire and the information file; one member stands aside."""
    withdrawn = story.cast["conseil-3"]
    await story.do(withdrawn, "WithdrawFromReview", f"se déporte. {WITHDRAWAL}.", "deport", reason=WITHDRAWAL)
    seen = await story.until(
        "porte avant l’ouverture",
        lambda now: now.ballot("OPENING", "appel") is not None or now.has_reached("appel", "OPEN"),
    )
    ballot = seen.ballot("OPENING", "appel")
    if ballot is not None:
        await story.do(
            withdrawn,
            "CastVote",
            "veut voter tout de même.",
            "vote/deporte",
            refused="MEMBER_WITHDRAWN",
            tolerate=TOO_LATE,
            ballotId=ballot.id,
            subject=ballot.subject,
            position="FAVOURABLE",
        )
    await pass_gate(story, "appel", "OPENING", "porte/1/ouverture")
    await show_count(story, "OPENING", "appel")
