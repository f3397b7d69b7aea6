"""A concertation with a bit of everything that an export has to get right: versions, paper, moderation, odd texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from domain import acts, grouping
from domain.digests import digest
from domain.grouping import Answer, Ask, Merge
from domain.moderation import Hand, Hide, ModerationReason, Redact
from domain.organisations.registration import OrganisationKind, Registration, checked
from domain.procedure import Channel
from domain.questionnaires.shapes import Questionnaire
from store import bodies, drafts, organisations, people, questionnaires
from store.batches import Batch, open_batch
from store.contributions import Receipt
from store.grouping import Grouped
from store.grouping import Request as GroupingRequest
from store.grouping import carry_out as group
from store.moderation import Moderated, Request, carry_out
from store.pool import Pool
from store.versions import withdraw
from tests.store.stage import DAY, Play
from tests.unit import procedures as write

OFFICES = [
    *write.OFFICES,
    {"id": "saisie", "role": "clerk", "label": "Saisie", "required": 0, "territory": "FR"},
]
QUESTIONS = {
    "id": "enquete", "label": {"fr": "Enquête"},
    "sections": [{"id": "s", "label": {"fr": "S"}, "questions": [
        {"id": "oui", "kind": "yes_no", "label": {"fr": "Oui ?"}, "required": True},
        {"id": "pourquoi", "kind": "long_text", "label": {"fr": "Pourquoi ?"}},
        {"id": "note", "kind": "scale", "label": {"fr": "Note"}},
        {"id": "choix", "kind": "multiple_choice", "label": {"fr": "Choix"}, "other": True, "choices": [
            {"id": "a", "label": {"fr": "Écoles"}}, {"id": "b", "label": {"fr": "Mairies"}}]},
    ]}],
}  # fmt: skip
FILE = {"fr": "Ce qu’il faut savoir avant de répondre.", "en": "What to know before answering."}
#: Names, mails and telephones of the participants: none of them may be in a public export.
NAMES = ("Zoé Quelquechose", "Gwenaëlle Le Guen-Ramirez", "Ousmane N’Diaye", "M. Personne")
MAILS = ("zoe@exemple.test", "gwen.leguen@exemple.test")
PHONES = ("06 12 34 56 78", "+33612345678")
ODD = '=SOMME(A1:A9)\n"guillemets", virgule ; 🎈 – et \t tabulation\nfin\\'


@dataclass(frozen=True)
class Held:
    """What was held."""

    id: str
    receipts: dict[str, Receipt]
    #: Contributions that moderation hid, and redacted.
    hidden: str
    redacted: str


def procedure(admission: str = "registered", **more: Any) -> Any:
    return write.procedure(
        write.call_for_input(admission=admission, entry_window="P10D"), offices=OFFICES,
        themes=[{"id": "sante", "label": "Santé"}, {"id": "social", "label": "Social"}], **more,
    )  # fmt: skip


def questionnaire() -> Questionnaire:
    from domain.questionnaires.checking import check

    found = check(QUESTIONS)
    assert found.questionnaire is not None, found
    return found.questionnaire


async def opened(play: Play, *, participants: int = 8, asks: bool = True, **more: Any) -> None:
    """Bring a concertation to its open call for input; its clerk is `saisie`."""
    await play.draft(procedure(**more))
    for number in range(participants):
        place = "57463" if number % 2 else "97105"
        await play.do(acts.EnrolMember(member=f"p{number}", college="locales", territory=place))
    for member, office in (("presidente", "presidence"), ("rapporteuse", "rapporteur"), ("saisie", "saisie")):
        await play.do(acts.EnrolMember(member=member))
        await play.do(acts.AppointMember(office=office, member=member))
    await play.do(acts.AttachDocument(document=await _kept(play, FILE), title={"fr": "Dossier"}))
    if asks:
        named = await questionnaires.put(play.worker, questionnaire(), "coordinator")
        asked = acts.Body(id=str(uuid4()), digest=named)
        await play.do(
            acts.AttachDocument(document=asked, title={"fr": "Enquête"}, stage="appel", questionnaire=True)
        )
    await play.do(acts.Launch(opens_at=await play.clock.now() + 16 * DAY))
    await play.clock.advance(17 * DAY)
    await play.tick()


async def _kept(play: Play, content: dict[str, str]) -> acts.Body:
    document = acts.Body(id=str(uuid4()), digest=digest(content))
    kept = await bodies.put(
        play.worker, id=bodies.version_id(document.id, document.digest), kind="document", content=content,
        author="coordinator", concertation=play.id,
    )  # fmt: skip
    assert isinstance(kept, acts.Body), kept
    return document


async def hold(play: Play, app: Pool) -> Held:
    """Hold one to its seal."""
    await opened(play, rounds={"maximum": 1})
    named = await questionnaires.put(play.worker, questionnaire(), "coordinator")
    answers = {"choix": ["a", {"other": "Gares"}], "note": 4, "oui": True, "pourquoi": "Parce que."}
    async with app.acquire() as connection:
        registration, faults = checked(
            Registration(
                name="=Ville de Metz", kind=OrganisationKind.OTHER, college="locales", reference="r1"
            ),
            {"locales"},
        )
        assert faults == ()
        organisation = str(uuid4())
        await organisations.register(
            connection, id=organisation, concertation=play.id, said=registration, by="coordinator"
        )
        await play.do(acts.AssignOrganisation(member="p5", organisation=organisation))
        await people.put_new(play.worker, {f"p{n}": name for n, name in enumerate(NAMES)})
        receipts = {
            "plain": await play.contribute(connection, "p0", body=ODD, themes=("sante",)),
            "answered": await play.contribute(
                connection,
                "p1",
                body="Parce que.",
                answers=answers,
                questionnaire=named,
                themes=("social", "sante"),
            ),
            "ticked": await play.contribute(
                connection, "p2", body="", answers={"oui": False}, questionnaire=named
            ),
        }
        batch = await open_batch(
            connection, concertation=play.id, round=1, stage="appel", actor="saisie", channel=Channel.PAPER,
            announced=3, key="lot", territory="FR", reference="Lot 1",
        )  # fmt: skip
        assert isinstance(batch, Batch)
        now = await play.clock.now()
        receipts["paper"] = await play.contribute(
            connection, "p3", actor="saisie", channel=Channel.PAPER, place=f"Mairie, {PHONES[0]}", reference="F-1",
            received_at=now - DAY, batch=batch.id,
        )  # fmt: skip
        receipts["revised"] = await play.contribute(
            connection, "p0", key="again", revises=receipts["plain"].contribution, body="'=1+1 et mieux"
        )
        gone = await play.contribute(connection, "p4", body="Retirée ensuite.")
        await withdraw(connection, play.id, gone.contribution, "p4", "retire")
        receipts["spoken for"] = await play.contribute(connection, "p5", body="Au nom de la ville.")
        hidden = await play.contribute(
            connection, "p6", body=f"Appelez {NAMES[3]} au {PHONES[1]}, {MAILS[0]}."
        )
        redacted = await play.contribute(connection, "p7", body=f"Je suis {NAMES[2]}, {PHONES[0]}.")
        begun = drafts.Draft(body="Un brouillon.", college=None, themes=(), answers=None)
        await drafts.save(connection, "presidente", play.id, 1, "appel", begun)
        for number, contribution in enumerate((hidden.contribution, redacted.contribution)):
            hide = Hide(reason=ModerationReason.PERSONAL_DATA, text="Des coordonnées.")
            await _moderate(connection, hide, Hand("first"), f"h{number}", contribution)
        redact = Redact(
            reason=ModerationReason.PERSONAL_DATA, text="Des coordonnées.", urgency="Elles circulent."
        )
        await _moderate(connection, redact, Hand("second"), "r", redacted.contribution)
    await play.worker.executemany(
        "INSERT INTO participant (concertation, reference, member, email, at) VALUES ($1, $2, $3, $4, instant())",
        [(play.id, f"ref {mail}", f"p{number}", mail) for number, mail in enumerate(MAILS)],
    )
    # It ends with this stage; only what is out, and not over, is grouped.
    await play.worker.execute(
        "UPDATE stage SET contributions_visible = true WHERE concertation = $1", play.id
    )
    async with app.acquire() as connection:
        alike = receipts["answered"].contribution, receipts["ticked"].contribution
        asked = await _group(connection, play.id, Ask(kept=alike[0], others=alike[1:]), "coordinator")
        for number, contribution in enumerate(alike, 1):
            answer = Answer(contribution=contribution, consents=True)
            await _group(connection, play.id, answer, f"p{number}", asked)
        await _group(connection, play.id, Merge(), "coordinator", asked)
    await play.close()
    return Held(play.id, receipts, hidden.contribution, redacted.contribution)


async def _group(
    connection: Any, concertation: str, act: grouping.Act, by: str, about: str | None = None
) -> str:
    request = GroupingRequest(
        concertation=concertation, act=act, by=Hand(by), key=f"{act.kind} {by}", grouping=about
    )
    done = await group(connection, request)
    assert isinstance(done, Grouped), done
    assert done.grouping is not None
    return done.grouping.id


async def _moderate(connection: Any, act: Any, by: Hand, key: str, contribution: str) -> None:
    done = await carry_out(connection, Request(act=act, by=by, key=key, contribution=contribution))
    assert isinstance(done, Moderated), done
