"""What did not come online: forms of a batch, words at the counter, by telephone, at a hearing. Clerks enter them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from server.demo.cast import Person
from server.demo.forms import by_hand
from server.demo.papers import PLACE
from server.demo.scenes.contributing import CLOSED, NOT_YET, answer_twice
from server.demo.situation import Situation
from server.demo.story import Answer, Story, in_place, spell
from server.demo.voices import CHANNELS, HEARD, POSTED_IN_TIME, SUPERSEDED

BATCH = ("petite-commune", SUPERSEDED, POSTED_IN_TIME)
"""Whose forms arrived together, in the order in which they are typed."""
PLACES = {
    "petite-commune": "Mairie",
    SUPERSEDED: "Médiathèque, Brest",
    POSTED_IN_TIME: "Préfecture, Paris",
    "citoyenne-gp": "Bureau de poste, Pointe-à-Pitre",
    "mediation": "Espace numérique, Basse-Terre",
    "citoyenne-mayotte": "Mairie annexe, Mamoudzou",
    "accueil": "Numéro vert, Paris",
    "citoyen-cayenne": "Numéro vert, Cayenne",
    HEARD: PLACE,
}
"""Where it was handed in or heard."""
_REASON = "La personne confirme par téléphone que son formulaire, plus récent, remplace sa réponse en ligne"


async def enter_forms(story: Story) -> None:
    """Enter what came on paper, at the counter and by telephone. A second answer of one person waits for a word."""
    seen = await story.look()
    round_, at = seen.stage("appel").round, in_hand(seen)
    form = await story.client.fetch(story.ids["formulaire"], story.tell_silence)
    story.screen.line(
        "read",
        "",
        f"Le formulaire imprimable, numéro de version et code sur chaque page : PDF de {len(form) // 1000} ko.",
        "GET /questionnaires",
    )
    await _open_batch(story, round_)
    for person in story.cast.participants:
        if person.voice and person.voice.channel != "ONLINE" and person.key not in NOT_YET:
            await enter(story, person, round_, at)
    await _say_who_typed(story, story.cast[BATCH[0]], round_)
    await _supersede(story, story.cast[SUPERSEDED], round_, at)
    await show_batch(story, round_)
    await answer_twice(story, round_)


def in_hand(seen: Situation) -> datetime:
    """Give an instant at which all that is entered now was in hand: this one, or the last before the closing."""
    closes_at = seen.stage("appel").closes_at
    return min(seen.read_at, closes_at - timedelta(milliseconds=1)) if closes_at else seen.read_at


async def enter(story: Story, person: Person, round_: int, at: datetime) -> Answer:
    """Enter what somebody posted at this instant, or said at it, as a clerk."""
    assert person.voice is not None
    form = _form(story, person, person.voice.channel, at)
    said = f"{CHANNELS[person.voice.channel]}, {form['place']}"
    answer = await story.do(
        clerk(story, person),
        "RecordContribution",
        f"saisit pour {person.label} ({said}){marks(form['answers'], story.ids)}.",
        f"contribution/{round_}/{person.key}",
        tolerate=CLOSED,
        **in_place("appel", round_),
        **form,
    )
    story.keep(answer, person, round_)
    return answer


def _form(story: Story, person: Person, channel: str, at: datetime) -> dict[str, Any]:
    """Give what a clerk knows of what is before them."""
    assert person.voice is not None
    in_batch = person.key in BATCH
    return {
        "channel": channel,
        "author": {"memberId": person.id},
        "postedAt": at.isoformat() if channel == "PAPER" else None,
        "receivedAt": None if channel == "PAPER" else at.isoformat(),
        "place": PLACES[person.key],
        "reference": f"12/{BATCH.index(person.key) + 1}" if in_batch else None,
        "batchId": story.ids.get("bordereau" if in_batch else f"bordereau/{person.key}"),
        "answers": by_hand(person.voice),
        "themes": list(person.voice.themes),
    }


def clerk(story: Story, person: Person) -> Person:
    """Give the clerk within whose territory somebody is; a batch is one clerk's."""
    near = person.territory in ("GP", "GF") and person.key not in BATCH
    return story.cast["saisie-gp" if near else "saisie-paris"]


def marks(answers: Mapping[str, Any], numbers: Mapping[str, str]) -> str:
    """Say what a form has that only paper can have, by the number of the question."""
    words = {"blank": "en blanc", "unreadable": "illisible", "ticked": "à deux cases cochées"}
    found = [
        f"question {numbers.get(f'question/{question}', '?')} {words[mark]}"
        for question, answer in answers.items()
        if isinstance(answer, dict)
        for mark in answer
        if mark in words
    ]
    return f", tel quel : {spell(found)}" if found else ""


async def _open_batch(story: Story, round_: int) -> None:
    opened = await story.do(
        story.cast["saisie-paris"],
        "OpenBatch",
        f"annonce le bordereau n° 12 : {len(BATCH)} formulaires reçus ensemble.",
        "bordereau",
        tolerate=CLOSED,
        **in_place("appel", round_),
        channel="PAPER",
        announced=len(BATCH),
        territory="FR",
        reference="Bordereau n° 12",
    )
    if opened.done:
        story.ids["bordereau"] = opened.data["batch"]["id"]


async def open_batch_of_hearing(story: Story, person: Person, hearing: str, round_: int) -> None:
    """Announce what somebody said at a hearing: it is entered as a contribution that names the hearing."""
    opened = await story.do(
        clerk(story, person),
        "OpenBatch",
        f"annonce ce que {person.label} a dit à son audition : une contribution.",
        f"bordereau/{person.key}",
        tolerate=CLOSED,
        **in_place("appel", round_),
        channel="HEARING",
        announced=1,
        territory="FR",
        hearingId=hearing,
    )
    if opened.done:
        story.ids[f"bordereau/{person.key}"] = opened.data["batch"]["id"]


async def show_batch(story: Story, round_: int) -> None:
    """Show how many forms of the batch were announced, and how many are typed: a missing one shows."""
    found = await story.ask(
        "Batches", story.cast["saisie-paris"], concertationId=story.concertation, stage="appel", round=round_
    )
    for batch in found["batches"]:
        missing = batch["announced"] - batch["entered"]
        story.screen.line(
            "read",
            "",
            f"{batch['reference']} : {batch['announced']} formulaires annoncés, {batch['entered']} saisis ; "
            f"{f'il en manque {missing}, et cela se voit' if missing else 'le compte y est'}.",
            "Batches",
        )


async def _say_who_typed(story: Story, person: Person, round_: int) -> None:
    """Show what the author of a form finds: who typed it, from where, under which reference."""
    entered = story.ids.get(f"contribution/{round_}/{person.key}")
    if entered is None:
        return
    found = (await story.ask("Versions", person, id=entered))["node"]
    story.screen.line(
        "read",
        person.label,
        f"retrouve son formulaire {found['reference']} ({found['place']}), "
        f"{'saisi par un agent' if found['enteredByClerk'] else 'saisi en ligne'}, sous son propre récépissé.",
        "Versions",
    )


async def _supersede(story: Story, person: Person, round_: int, at: datetime) -> None:
    """Enter a form of somebody who has answered online: refused, unless the clerk says why it takes its place."""
    assert person.voice is not None
    form = _form(story, person, "PAPER", at)
    if f"contribution/{round_}/{person.key}" not in story.ids:
        return
    await story.do(
        clerk(story, person),
        "RecordContribution",
        f"saisit le formulaire papier de {person.label}.",
        f"remplacement/{round_}/{person.key}/refuse",
        refused="ALREADY_CONTRIBUTED",
        tolerate=CLOSED,
        **in_place("appel", round_),
        **form,
    )
    answer = await story.do(
        clerk(story, person),
        "RecordContribution",
        f"le fait prévaloir, avec son motif. {_REASON}.",
        f"remplacement/{round_}/{person.key}",
        tolerate=CLOSED,
        **in_place("appel", round_),
        supersede={"reason": _REASON},
        **form,
    )
    story.keep(answer, person, round_)
