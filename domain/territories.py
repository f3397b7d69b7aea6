"""Territories of the Republic by their codes: time zone, main town, calendar of public holidays.

A territory is written `FR` (the mainland), an ISO 3166-1 code (`GP`, `RE`, …), a département or an overseas
collectivity (`971`, `FR-971`, `57`, `FR-2A`), a region by ISO 3166-2 (`FR-IDF`) or the INSEE code of a commune.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo


class Territory(NamedTuple):
    """What calendars need to know of a territory."""

    code: str
    zone: str
    """IANA name of its time zone."""
    town: str
    """The town whose clock is shown to people."""
    holidays: str | None
    """Subdivision of the package `holidays`; `None` where the national list applies alone."""


MAINLAND = Territory("FR", "Europe/Paris", "Paris", None)

_OVERSEAS: dict[str, Territory] = {
    t.code: t
    for t in (
        Territory("GP", "America/Guadeloupe", "Pointe-à-Pitre", "971"),
        Territory("MQ", "America/Martinique", "Fort-de-France", "972"),
        Territory("GF", "America/Cayenne", "Cayenne", "973"),
        Territory("RE", "Indian/Reunion", "Saint-Denis", "974"),
        Territory("PM", "America/Miquelon", "Saint-Pierre", "PM"),
        Territory("YT", "Indian/Mayotte", "Mamoudzou", "976"),
        Territory("BL", "America/St_Barthelemy", "Gustavia", "BL"),
        Territory("MF", "America/Marigot", "Marigot", "MF"),
        Territory("TF", "Indian/Kerguelen", "Port-aux-Français", "TF"),
        Territory("WF", "Pacific/Wallis", "Mata-Utu", "WF"),
        Territory("PF", "Pacific/Tahiti", "Papeete", "PF"),
        Territory("NC", "Pacific/Noumea", "Nouméa", "NC"),
    )
}
_BY_NUMBER = {
    "971": "GP", "972": "MQ", "973": "GF", "974": "RE", "975": "PM", "976": "YT", "977": "BL", "978": "MF",
    "984": "TF", "986": "WF", "987": "PF", "988": "NC",
}  # fmt: skip
_REGIONS = {"ARA", "BFC", "BRE", "CVL", "GES", "HDF", "IDF", "NAQ", "NOR", "OCC", "PAC", "PDL", "20R", "COR"}
_LOCAL_LAW = {"57": "57", "67": "6AE", "68": "6AE", "6AE": "6AE"}
"""Alsace and Moselle: Good Friday and 26 December are holidays (labour code, L3134-13)."""
_DEPARTEMENT = re.compile(r"0[1-9]|1\d|2[1-9AB]|[3-8]\d|9[0-5]|6AE|69[DM]")
_COMMUNE = re.compile(r"(?P<overseas>9[78]\d)\d{2}|(?P<mainland>\d{2}|2A|2B)\d{3}")


class UnknownTerritory(ValueError):
    """No territory has this code."""


@lru_cache(maxsize=4096)
def territory(code: str) -> Territory:
    """Give the territory of a code.

    Raises:
        UnknownTerritory: no territory has this code.
    """
    short = code.removeprefix("FR-")
    if code == MAINLAND.code:
        return MAINLAND
    if short in _OVERSEAS or short in _BY_NUMBER:
        return _OVERSEAS[_BY_NUMBER.get(short, short)]._replace(code=code)
    if _DEPARTEMENT.fullmatch(short):
        return MAINLAND._replace(code=code, holidays=_LOCAL_LAW.get(short))
    if code != short and short in _REGIONS:
        return MAINLAND._replace(code=code)
    if code == short and (commune := _COMMUNE.fullmatch(code)):
        within = commune["overseas"] or commune["mainland"]
        try:
            return territory(within)._replace(code=code)
        except UnknownTerritory:
            raise UnknownTerritory(code) from None
    raise UnknownTerritory(code)


def known(code: str) -> bool:
    """Say whether a territory has this code."""
    try:
        territory(code)
    except UnknownTerritory:
        return False
    return True


@lru_cache(maxsize=256)
def zones(codes: tuple[str, ...]) -> tuple[ZoneInfo, ...]:
    """Give the time zones of the territories, each once; of the mainland where none is named."""
    names = dict.fromkeys(territory(code).zone for code in codes) or {MAINLAND.zone: None}
    return tuple(ZoneInfo(name) for name in names)
