"""Before the launch: the real calendar, the draft, the people, a launch that is not ready."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.questionnaires.builtin import source
from server.demo.cast import Person
from server.demo.papers import INFORMATION_FILE, TAUGHT, TITLE
from server.demo.scenes.admitting import designate, register_organisations
from server.demo.story import Answer, Story, fr
from server.demo.voices import INVITED

_SHOWN = ("appel", "auditions.politiques-publiques", "avis", "synthese", "decision", "suivi")
_TERRITORIES = ["FR", "GP", "RE"]
_DAYS = ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim.")
_MIDNIGHT = time()
_SHARES = "participation au capital d’un éditeur d’assistants conversationnels."


async def show_calendar(story: Story) -> None:
    """Lay out the procedure as it would really run, with the end of each day in three towns."""
    paris = ZoneInfo("Europe/Paris")
    today = (await story.now()).astimezone(paris).date()
    monday = today + timedelta(days=28 - today.weekday())
    opens_at = datetime.combine(monday, _MIDNIGHT, paris).astimezone(UTC)
    answer = await story.ask(
        "PreviewCalendar", procedure="assises-ia", opensAt=opens_at.isoformat(), territories=_TERRITORIES
    )
    stages = {stage["key"]: stage for stage in answer["previewCalendar"]["stages"]}
    rows = []
    for key in _SHOWN:
        stage = stages[key]
        local = {place["territory"]: place["at"] for place in stage["localClosesAt"]}
        opening = f"{datetime.fromisoformat(stage['opensAt']).astimezone(paris):%d/%m/%Y}"
        rows.append((stage["label"], opening, *(end_of_day(local[code]) for code in _TERRITORIES)))
    story.screen.table(
        "Procédure « assises-ia », lancée dans quatre semaines : le calendrier prévu",
        ("Étape", "Ouverture", "Clôture à Paris", "à Pointe-à-Pitre", "à Saint-Denis"),
        rows,
    )
    story.screen.line(
        "read", "", "La fin de journée est la plus tardive des territoires concernés.", "PreviewCalendar"
    )
    story.screen.say(
        "Ici, la même procédure dure des secondes au lieu de mois : mêmes étapes, mêmes règles, mêmes signatures."
    )


def end_of_day(instant: str) -> str:
    """Write a closing as clocks show it there; midnight as the end of the day that it ends."""
    at = datetime.fromisoformat(instant)
    if at.time() == _MIDNIGHT:
        day = at - timedelta(days=1)
        return f"{_DAYS[day.weekday()]} {day:%d/%m/%Y} 24:00"
    return f"{_DAYS[at.weekday()]} {at:%d/%m/%Y %H:%M}"


async def draft(story: Story) -> None:
    """Draft the concertation, enrol forty people and a council, and be told what is missing for the launch."""
    coordinator = story.cast.coordinator
    answer = await story.do(
        coordinator,
        "DraftConcertation",
        f"ouvre le projet « {TITLE} ».",
        "projet",
        slug=story.slug,
        title=fr(TITLE),
        procedure=story.procedure.id,
    )
    story.concertation = answer.data["concertation"]["id"]
    await register_organisations(story)
    people = [person for person in story.cast.people if person.key != INVITED]
    enrolled: list[Answer] = await story.all_of(
        "EnrolMember",
        f"{len(story.cast.participants) - 1} membres de cinq collèges, un conseil scientifique de "
        f"{len(story.cast.council)}, les fonctions : inscrits.",
        (_enrol(story, person) for person in people),
    )
    for person, done in zip(people, enrolled, strict=True):
        person.id, person.admitted = done.data["member"]["id"], True
    await designate(story)
    await story.all_of(
        "AppointMember",
        "Chaque fonction a son titulaire : coprésidences, rapporteurs, garant, agents de saisie.",
        (_appoint(story, person) for person in people if person.office is not None),
    )
    await story.all_of(
        "DeclareInterest",
        "Le conseil scientifique dépose ses déclarations d’intérêts ; deux ne sont pas vides.",
        (_declare(story, person) for person in story.cast.council),
    )
    await _launch_too_early(story)
    attached = await story.do(
        coordinator,
        "AttachDocument",
        "verse au dossier : dossier de concertation.",
        "piece/dossier/1",
        title=fr("Dossier de concertation"),
        text=fr(INFORMATION_FILE),
    )
    story.ids["dossier"] = attached.data["document"]["id"]
    await story.do(
        coordinator,
        "AttachDocument",
        "dépose le questionnaire de l’appel, tel que son fichier l’écrit : vérifié, puis gardé sous son empreinte.",
        "piece/questionnaire/1",
        title=fr("Questionnaire"),
        stage="appel",
        source=source("assises"),
        questionnaire=True,
    )
    await story.do(
        coordinator,
        "AttachDocument",
        "dépose la grille d’évaluation que chaque membre du conseil remplira.",
        "piece/grille/1",
        title=fr("Grille d’évaluation"),
        stage="avis",
        source=source("evaluation"),
        questionnaire=True,
    )


async def _launch_too_early(story: Story) -> None:
    refused = await story.do(
        story.cast.coordinator,
        "Launch",
        "veut lancer sans attendre.",
        "lancement/trop-tot",
        refused="LAUNCH_NOT_READY",
        opensAt=((await story.now()) + timedelta(minutes=1)).isoformat(),
    )
    for finding in refused.data["findings"]:
        story.screen.line("refused", "", finding["message"], "Launch")


async def _enrol(story: Story, person: Person) -> Answer:
    return await story.do(
        story.cast.coordinator,
        "EnrolMember",
        f"inscrit {person.label}.",
        f"inscription/{person.key}",
        quiet=True,
        pseudonym=str(person.member),
        name=person.label,
        college=person.college,
        organisation=person.organisation,
        territory=person.territory,
        elected=person.elected,
    )


async def _appoint(story: Story, person: Person) -> Answer:
    return await story.do(
        story.cast.coordinator,
        "AppointMember",
        f"nomme {person.label}.",
        f"nomination/{person.key}",
        quiet=True,
        office=person.office,
        memberId=person.id,
    )


async def _declare(story: Story, person: Person) -> Answer:
    interested, taught = person.key == "conseil-3", person.key == TAUGHT
    said = "a enseigné dans un organisme qui sera entendu." if taught else _SHARES
    return await story.do(
        person,
        "DeclareInterest",
        f"déclare un intérêt : {said}",
        f"interets/{person.key}",
        quiet=not (interested or taught),
        organisationIds=[story.ids["organisme/chercheurs"]] if taught else [],
        themes=["economie"] if interested else [],
        organisations=["Éditeur d’assistants conversationnels"] if interested else [],
    )
