"""Who answers: organisations with checked numbers, those who speak for them, a code that arrives by letter."""

from server.demo.cast import Person
from server.demo.faults import Unforeseen
from server.demo.organisations import MISTYPED, VOICES, organisation
from server.demo.story import Answer, Story, in_place
from server.demo.voices import DESIGNATED, INVITED

_TOO_LATE = ("STAGE_WRONG_STATE", "ROUND_CHANGED")


async def register_organisations(story: Story) -> None:
    """Register the organisations; a number with a wrong digit is refused."""
    await story.do(
        story.cast.coordinator,
        "RegisterOrganisation",
        f"inscrit la métropole, SIRET {MISTYPED}.",
        "organisme/chiffre-faux",
        refused="SIRET_INVALID",
        name=story.cast[DESIGNATED].label,
        kind="INTERCOMMUNALITY",
        college=story.cast[DESIGNATED].college,
        siret=MISTYPED,
    )
    people = [story.cast[key] for key in VOICES]
    registered: list[Answer] = await story.all_of(
        "RegisterOrganisation",
        f"{len(people)} organismes inscrits, numéros vérifiés (fictifs, mais de clé juste).",
        (_register(story, person) for person in people),
    )
    for person, done in zip(people, registered, strict=True):
        story.ids[f"organisme/{person.key}"] = done.data["organisation"]["id"]
        if person.key != DESIGNATED:
            person.organisation = done.data["organisation"]["key"]


async def _register(story: Story, person: Person) -> Answer:
    what = organisation(person.key)
    assert what is not None
    return await story.do(
        story.cast.coordinator,
        "RegisterOrganisation",
        f"inscrit {person.label}.",
        f"organisme/{person.key}",
        quiet=True,
        name=person.label,
        kind=what.kind,
        college=person.college,
        siret=what.siret,
    )


async def designate(story: Story) -> None:
    """Let a member speak for an organisation."""
    person = story.cast[DESIGNATED]
    done = await story.do(
        story.cast.coordinator,
        "AddRepresentative",
        f"désigne qui parle pour : {person.label}.",
        "organisme/designation",
        organisationId=story.ids[f"organisme/{person.key}"],
        representative={"memberId": person.id},
    )
    person.organisation = done.data["member"]["organisation"]


async def invite(story: Story) -> None:
    """Invite an organisation by letter. Its code is opened without an account, and taken up once."""
    person = story.cast[INVITED]
    code = await _issue(story, story.ids[f"organisme/{person.key}"])
    if code is None:
        return
    story.screen.say(
        f"La lettre porte ce code, montré une seule fois : {code}. La base n’en garde que l’empreinte."
    )
    await story.do(
        person,
        "OpenInvitation",
        "tape le code, avec une lettre fausse.",
        "invitation/mal-lue",
        keyed=False,
        refused="CODE_MISREAD",
        code=misread(code),
    )
    opened = await story.command(
        person, "OpenInvitation", "invitation/ouverte", keyed=False, code=code.lower().replace("-", " ")
    )
    if not opened.done:
        raise Unforeseen(f"OpenInvitation: {opened.code} {opened.message}")
    story.screen.line(
        "read", "", f"Code lu : il invite « {opened.data['organisation']['name']} ».", "OpenInvitation"
    )
    taken = await story.do(
        person,
        "AcceptInvitation",
        "accepte : qui tient le code devient membre et parle en son nom.",
        "invitation/acceptee",
        keyed=False,
        code=code,
        name=person.label,
    )
    person.organisation = taken.data["organisation"]["key"]
    person.admitted = True
    await story.do(
        story.cast.stranger,
        "AcceptInvitation",
        "essaie le même code.",
        "invitation/deux-fois",
        keyed=False,
        refused="INVITATION_USED",
        code=code,
    )


async def _issue(story: Story, organisation_id: str) -> str | None:
    """Have an invitation made, and give its code; `None` where the call is over.

    Codes are given only once: where the answer was lost, the code is lost, and a new one voids it.
    """
    call = (await story.look()).stage("appel")
    invited = await story.do(
        story.cast.coordinator,
        "Invite",
        "invite un organisme que personne ne représente encore.",
        "invitation",
        tolerate=_TOO_LATE,
        **in_place("appel", call.round),
        organisationIds=[organisation_id],
    )
    if not invited.done:
        return None
    (issued,) = invited.data["invitations"]
    if issued["code"] is None:
        again = await story.do(
            story.cast.coordinator,
            "ReissueInvitationCode",
            "n’a pas reçu la réponse : un nouveau code remplace celui qui s’est perdu.",
            "invitation/nouveau-code",
            keyed=False,
            invitationId=issued["id"],
        )
        (issued,) = again.data["invitations"]
    code: str = issued["code"]
    return code


def misread(code: str) -> str:
    """Give the code with another first letter: the last one, which checks the others, then does not fit."""
    return ("A" if code[0] != "A" else "B") + code[1:]
