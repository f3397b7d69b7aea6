"""The people of the demonstration: functions, never names. Forty participants, a council of seven, the offices."""

from dataclasses import dataclass, field
from uuid import UUID, uuid5

from server.demo.voices import COLLEGES, Voice

_PEOPLE = UUID("0d4f0a0c-8b0f-5a52-9d7c-3a0c8f0e51aa")


@dataclass(kw_only=True)
class Person:
    """Somebody who acts, by the function in which they do."""

    key: str
    label: str
    #: The pseudonymous id, in tokens and in the ledger.
    member: UUID
    college: str | None = None
    territory: str | None = None
    elected: bool = False
    #: The office to be given, if any.
    office: str | None = None
    #: What the token says of them.
    platform_roles: tuple[str, ...] = ("participant",)
    voice: Voice | None = None
    token: str = field(default="", repr=False)
    #: The global id in the concertation, once enrolled.
    id: str = ""
    #: Whether they are a member, by enrolment or by invitation.
    admitted: bool = False
    #: The name in the ledger of the organisation that they speak for, once it is registered.
    organisation: str | None = None


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Everybody, in the order in which they are enrolled."""

    coordinator: Person
    operator: Person
    #: Somebody who is no member.
    stranger: Person
    people: tuple[Person, ...]

    def __getitem__(self, key: str) -> Person:
        """Give a person by key; `KeyError` if there is none."""
        for person in self.everybody:
            if person.key == key:
                return person
        raise KeyError(key)

    def by_member(self, pseudonym: str) -> Person:
        """Give a person by the pseudonymous id; `KeyError` if there is none."""
        for person in (self.coordinator, *self.people):
            if str(person.member) == pseudonym:
                return person
        raise KeyError(pseudonym)

    @property
    def everybody(self) -> tuple[Person, ...]:
        """Everybody, whoever runs the service and who is no member included."""
        return (self.coordinator, self.operator, self.stranger, *self.people)

    @property
    def participants(self) -> tuple[Person, ...]:
        """The forty members of the five colleges."""
        return tuple(person for person in self.people if person.college is not None)

    @property
    def council(self) -> tuple[Person, ...]:
        """The seven of the scientific council, the chair first."""
        return tuple(person for person in self.people if person.office in ("presidence-conseil", "conseil"))


_COUNCIL = (
    ("presidence", "Présidence du conseil", "presidence-conseil"),
    *((f"conseil-{n}", f"Membre {n} du conseil", "conseil") for n in range(2, 8)),
)
#: The offices that are not held by a participant: key, what to call them, the office, their territory.
_OFFICES = (
    ("commanditaire", "Commanditaire", "commanditaire", None),
    ("rapporteur-politiques", "Rapporteur « politiques publiques »", "rapporteur-politiques", None),
    ("rapporteur-vie-publique", "Rapporteur « vie publique »", "rapporteur-vie-publique", None),
    ("rapporteur-metiers", "Rapporteur « métiers »", "rapporteur-metiers", None),
    ("rapporteur-general", "Rapporteur général", "rapporteur-general", None),
    ("autorite", "Autorité compétente", "autorite", None),
    ("saisie-paris", "Agent de saisie, Paris", "saisie", "FR"),
    ("saisie-gp", "Agent de saisie, Pointe-à-Pitre", "saisie", "GP"),
    ("garant", "Garant", "garant", None),
)


def make_cast(run: str) -> Cast:
    """Give the cast of one demonstration: the same functions, other pseudonyms for each `run`."""

    def member(key: str) -> UUID:
        return uuid5(_PEOPLE, f"{run}/{key}")

    council = [
        Person(key=key, label=label, member=member(key), office=office) for key, label, office in _COUNCIL
    ]
    participants = [
        Person(
            key=voice.key,
            label=voice.label,
            member=member(voice.key),
            college=college,
            territory=voice.territory,
            elected=voice.elected,
            office=voice.office,
            voice=voice,
        )
        for college, voices in COLLEGES.items()
        for voice in voices
    ]
    offices = [
        Person(key=key, label=label, member=member(key), office=office, territory=place)
        for key, label, office, place in _OFFICES
    ]
    return Cast(
        coordinator=Person(
            key="coordination",
            label="Coordination",
            member=member("coordination"),
            platform_roles=("coordinator",),
        ),
        operator=Person(
            key="exploitation",
            label="Exploitation",
            member=member("exploitation"),
            platform_roles=("operator",),
        ),
        stranger=Person(key="inconnu", label="Quelqu’un d’autre", member=member("inconnu")),
        people=(*participants, *council, *offices),
    )
