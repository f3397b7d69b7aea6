"""What may be registered as an organisation. Every fault is told at once, each with its field."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from domain.free_text import is_storable, read
from domain.geography.places import PlaceKind, place, vintage
from domain.organisations.numbers import read_siren, read_siret
from domain.refusals import Code, Refusal

LONGEST_NAME = 300
"""Characters of the name of an organisation."""
LONGEST_REFERENCE = 100
"""Characters of an external reference."""
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@[^\s@<>()\[\],;:\\\".]+(\.[^\s@<>()\[\],;:\\\".]+)+")


class OrganisationKind(StrEnum):
    """What an organisation is."""

    STATE = "state"
    """A ministry, a service or an agency of the State."""
    REGION = "region"
    DEPARTEMENT = "departement"
    INTERCOMMUNALITY = "intercommunality"
    COMMUNE = "commune"
    PUBLIC_BODY = "public_body"
    """Any other public body: hospital, social action centre, social security, …"""
    ELECTED_ASSOCIATION = "elected_association"
    """An association of elected officials or of local authorities."""
    UNION = "union"
    """A union of agents or employees."""
    EMPLOYERS = "employers"
    RESEARCH = "research"
    """Teaching and research."""
    ASSOCIATION = "association"
    COMPANY = "company"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What is said of an organisation."""

    name: str
    kind: OrganisationKind
    #: The college that its representatives answer in.
    college: str
    #: How another system calls it: the same reference is the same organisation.
    reference: str | None = None
    siren: str | None = None
    #: Of one establishment; its first nine digits are the SIREN.
    siret: str | None = None
    #: Code of the commune, group of communes, département or region that it is of, or has its seat in.
    place: str | None = None
    #: Where invitations and reminders are sent.
    email: str | None = None

    @property
    def departement(self) -> str | None:
        """The département that it is counted in."""
        found = place(self.place) if self.place else None
        return found.departement if found else None


_OF_ITS_KIND = {
    OrganisationKind.COMMUNE: (PlaceKind.COMMUNE, PlaceKind.DISTRICT),
    OrganisationKind.INTERCOMMUNALITY: (PlaceKind.INTERCOMMUNALITY,),
    OrganisationKind.DEPARTEMENT: (PlaceKind.DEPARTEMENT,),
    OrganisationKind.REGION: (PlaceKind.REGION,),
}
"""Local authorities are those of a place: what kind of place that must be, where one is named."""


def checked(said: Registration, colleges: Collection[str]) -> tuple[Registration, tuple[Refusal, ...]]:
    """Give a registration in its one form (numbers without blanks, a SIREN for each SIRET), and its every fault."""
    found: list[Refusal] = []
    texts: dict[str, str | None] = {}
    for name, longest in (("name", LONGEST_NAME), ("reference", LONGEST_REFERENCE)):
        given = getattr(said, name)
        tidied = read(given, longest, (name,)) if given is not None else None
        if isinstance(tidied, Refusal):
            found.append(tidied)
        texts[name] = None if isinstance(tidied, Refusal) else tidied
    if said.college not in colleges:
        found.append(Refusal(Code.UNKNOWN_COLLEGE, {"college": said.college}, ("college",)))
    siren, siret, numbers = _numbers(said)
    found += numbers
    found += _faults_of_place(said)
    if said.email is not None and not is_email(said.email):
        found.append(Refusal(Code.INPUT_INVALID, {"field": "email"}, ("email",)))
    tidy = replace(said, name=texts["name"] or "", reference=texts["reference"], siren=siren, siret=siret)
    return tidy, tuple(found)


def is_email(text: str) -> bool:
    """Say whether a text has the form of a mail address. Whether somebody reads it, only a mail can tell."""
    return len(text) <= 254 and is_storable(text) and _EMAIL.fullmatch(text) is not None


def _numbers(said: Registration) -> tuple[str | None, str | None, list[Refusal]]:
    siren = read_siren(said.siren) if said.siren is not None else None
    siret = read_siret(said.siret) if said.siret is not None else None
    found = []
    if said.siren is not None and siren is None:
        found.append(Refusal(Code.SIREN_INVALID, {}, ("siren",)))
    if said.siret is not None and siret is None:
        found.append(Refusal(Code.SIRET_INVALID, {}, ("siret",)))
    if siren is not None and siret is not None and not siret.startswith(siren):
        found.append(Refusal(Code.SIRET_OF_ANOTHER, {}, ("siret",)))
    return siren or (siret[:9] if siret else None), siret, found


def _faults_of_place(said: Registration) -> list[Refusal]:
    if said.place is None:
        return []
    refusal = fault_of_place(said.place)
    if refusal is not None:
        return [refusal]
    known = place(said.place)
    wanted = _OF_ITS_KIND.get(said.kind)
    if known is not None and wanted is not None and known.kind not in wanted:
        return [Refusal(Code.INPUT_INVALID, {"field": "place", "kind": said.kind}, ("place",))]
    return []


def fault_of_place(code: str, path: tuple[str, ...] = ("place",)) -> Refusal | None:
    """Say why a code cannot be that of a place: there is none, or the commune is part of another one now."""
    known = place(code)
    if known is None:
        return Refusal(Code.UNKNOWN_PLACE, {"vintage": vintage().year}, path)
    now = place(known.within) if known.kind is PlaceKind.FORMER_COMMUNE and known.within else None
    if now is not None:
        return Refusal(Code.PLACE_MERGED, {"into": now.name, "code": now.code}, path)
    return None
