"""Opens a call for input to a crowd: anybody may answer its ten questions and read the answers, for hours.

Its commands are real and were decided one by one, as of a moment ago; `record` is told their events at once. A hundred
of its people are members with a name, who speak for organisations; the others come as they are.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4, uuid5

from benchmarks.crowd import POPULATION, Crowd, Person
from benchmarks.play import Play, body
from benchmarks.speech import questionnaire
from benchmarks.stack import Stack
from domain import acts
from domain.builtin import builtin
from domain.organisations.registration import OrganisationKind, Registration
from domain.procedure import Kind, Procedure, Visibility
from domain.process import State
from domain.sandbox import Pace, sandbox
from server.tokens import demo_member
from store import organisations, people, questionnaires
from store.pool import Connection, open_pool
from store.recording import record
from store.replies import Accepted

STAGE = "appel"
OPEN_FOR = timedelta(hours=6)
MEMBERS = 120
"""Twice more than a page has."""
PAGE = 50

_KINDS = {
    "societe-civile": OrganisationKind.ASSOCIATION,
    "collectivites": OrganisationKind.ELECTED_ASSOCIATION,
    "agents": OrganisationKind.UNION,
}
_MEMBERS = UUID("e0a1e7b2-6f0b-4f2b-9f53-2d7a6f3f0c44")


async def open_for(stack: Stack, number: int) -> Crowd:
    """Open a concertation for so many contributions, which are not there yet."""
    concertation = str(uuid4())
    now, known = await _launched(stack, concertation)
    api = await open_pool(stack.database("app"), application="bench")
    async with api.acquire() as connection:
        for place, person in enumerate(known):
            await people.keep(connection, person.member, f"Personne {place:03}")
        await questionnaires.put(connection, questionnaire(), "coordinator")
        await _register(connection, concertation, known)
    await api.close()
    return Crowd(
        concertation=UUID(concertation),
        stage=STAGE,
        of=number,
        until=now - timedelta(minutes=1),
        members=tuple(known),
    )


async def _launched(stack: Stack, concertation: str) -> tuple[datetime, list[Person]]:
    """Bring a concertation to its open call for input, now; give its members."""
    known = _members(concertation)
    pool = await open_pool(stack.database("worker"), application="bench", statement_timeout=60)
    async with pool.acquire() as connection:
        now: datetime = await connection.fetchval("SELECT instant()")
        play = Play(_procedure(), concertation, now - timedelta(minutes=2))
        _launch(play, known, now)
        recorded = await record(
            connection, play.asked[0][0], 0, decide=lambda process, command, now: play.events
        )
    await pool.close()
    if not isinstance(recorded.reply, Accepted):
        raise RuntimeError(f"the preparation was refused: {recorded.reply}")
    return now, known


def _procedure() -> Procedure:
    """Give that of five stages, whose first takes everybody's contributions and shows them at once."""
    pace = Pace(notice=1, stages={kind: OPEN_FOR.total_seconds() for kind in Kind}, entry_window=0)
    standard = sandbox(builtin("standard"), pace)
    first, *others = standard.stages
    opened = first.model_copy(update={"admission": "open", "visibility": {"contributions": Visibility.LIVE}})
    return standard.model_copy(update={"stages": (opened, *others)})


def _launch(play: Play, known: list[Person], now: datetime) -> None:
    for person in known:
        play.do(
            acts.EnrolMember(
                member=person.member,
                college=person.college,
                organisation=person.organisation,
                territory=person.territory,
            )
        )
    coordinator = str(demo_member("coordinator"))
    play.do(acts.EnrolMember(member=coordinator))
    play.do(acts.AppointMember(office="coordination", member=coordinator))
    play.appoint_all()
    play.do(acts.AttachDocument(document=body("Dossier"), title={"fr": "Dossier"}))
    asked = acts.Body(id=str(uuid4()), digest=questionnaires.questionnaire_digest(questionnaire()))
    play.do(acts.AttachDocument(document=asked, title={"fr": "Questions"}, stage=STAGE, questionnaire=True))
    play.do(acts.Launch(opens_at=now - timedelta(seconds=30)))
    play.until(STAGE, State.OPEN)


def _members(concertation: str) -> list[Person]:
    colleges, departements = list(_KINDS), list(POPULATION)
    return [
        Person(
            member=str(uuid5(_MEMBERS, f"{concertation}/{number}")),
            college=colleges[number % len(colleges)],
            organisation=str(uuid5(_MEMBERS, f"{concertation}/organisation/{number}")),
            territory=departements[number % len(departements)],
        )
        for number in range(MEMBERS)
    ]


async def _register(connection: Connection, concertation: str, known: list[Person]) -> None:
    for number, person in enumerate(known):
        await organisations.register(
            connection,
            id=person.organisation,
            concertation=concertation,
            said=Registration(
                name=f"Organisme {number:03}", kind=_KINDS[person.college], college=person.college
            ),
            by="coordinator",
        )
