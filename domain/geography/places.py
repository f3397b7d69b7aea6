"""The places of the official geographic code: communes, their groups, départements and regions, by code and by name.

A commune, a municipal district, a former commune: its INSEE code; a group of communes (EPCI, EPT): its SIREN; a
département: its number; a region: ISO 3166-2 (`FR-IDF`), for INSEE's own codes are those of départements too.
The vintage and the source stand in the first row of the file. What calendars need is in `domain.territories`.
"""

from __future__ import annotations

import lzma
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class PlaceKind(StrEnum):
    """What a place is."""

    COMMUNE = "commune"
    DISTRICT = "district"
    """A municipal district (arrondissement municipal) of Paris, Lyon or Marseille."""
    FORMER_COMMUNE = "former_commune"
    """A delegated or associated commune: it is part of another one now."""
    INTERCOMMUNALITY = "intercommunality"
    """A group of communes: an EPCI with its own taxes, or a territory (EPT) of Greater Paris."""
    DEPARTEMENT = "departement"
    REGION = "region"


class Place(NamedTuple):
    """A place. Where it lies is given by codes of other places."""

    kind: PlaceKind
    code: str
    name: str
    departement: str | None
    """For a group of communes: the one where most of its inhabitants live."""
    region: str | None
    within: str | None
    """A commune: its group. A district: its commune. A former commune: the one that it is part of."""
    form: str | None
    """A group: `CC`, `CA`, `CU`, `METRO`, `MET69` or `EPT`."""


class Vintage(NamedTuple):
    """Which state of the territory the file tells of."""

    year: int
    source: str
    licence: str


def place(code: str) -> Place | None:
    """Give the place of a code, if there is one."""
    return places().get(code)


def known(code: str) -> bool:
    """Say whether a place has this code."""
    return code in places()


def vintage() -> Vintage:
    """Say which year's official geographic code this is, and where it comes from."""
    return _read()[0]


def places() -> Mapping[str, Place]:
    """Give every place by its code."""
    return _read()[1]


def contains(territory: str, code: str) -> bool:
    """Say whether a place lies in a territory, itself included. `FR` is the whole Republic, overseas included.

    A territory may be written in the ways of `domain.territories`: `971`, `FR-971` and `GP` are the same.
    """
    if territory in (code, "FR"):
        return True
    wanted, found = _plain(territory), places().get(_plain(code))
    while found is not None:
        if wanted in (found.code, found.departement, found.region):
            return True
        found = places().get(found.within) if found.within else None
    return False


_OVERSEAS = {
    "GP": "971", "MQ": "972", "GF": "973", "RE": "974", "PM": "975", "YT": "976", "BL": "977", "MF": "978",
    "TF": "984", "WF": "986", "PF": "987", "NC": "988",
}  # fmt: skip


def _plain(code: str) -> str:
    """Give a code in the form that the file has it in; overseas, the département stands for the region."""
    short = code.removeprefix("FR-")
    if short in _OVERSEAS:
        return _OVERSEAS[short]
    return code if code in places() else short


@cache
def _read() -> tuple[Vintage, dict[str, Place]]:
    packed = files("domain.geography").joinpath("places.tsv.xz").read_bytes()
    head, *lines = lzma.decompress(packed).decode().splitlines()
    _, year, source, licence, *_ = head.split("\t")
    kinds = {kind.value: kind for kind in PlaceKind}
    found: dict[str, Place] = {}
    for line in lines:
        kind, code, name, departement, region, within, form = line.split("\t")
        found[code] = Place(
            kinds[kind], code, name, departement or None, region or None, within or None, form or None
        )
    return Vintage(int(year), source, licence), found
