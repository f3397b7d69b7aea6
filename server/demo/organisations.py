"""The organisations in whose name some of the forty speak. Their numbers have right check digits, and are nobody's."""

from dataclasses import dataclass

_KINDS = {
    "ministere": "STATE",
    "prefecture": "STATE",
    "rectorat": "STATE",
    "ars": "STATE",
    "securite-civile": "STATE",
    "finances": "STATE",
    "secretariat-re": "STATE",
    "associations-elus": "ELECTED_ASSOCIATION",
    "petite-commune": "COMMUNE",
    "metropole": "INTERCOMMUNALITY",
    "departement": "DEPARTEMENT",
    "region": "REGION",
    "commune-gp": "COMMUNE",
    "interco-re": "INTERCOMMUNALITY",
    "syndicat-territorial": "UNION",
    "syndicat-etat": "UNION",
    "aide-usagers": "ASSOCIATION",
    "droits": "ASSOCIATION",
    "handicap": "ASSOCIATION",
    "cooperative": "COMPANY",
    "chercheurs": "RESEARCH",
    "consommateurs": "ASSOCIATION",
    "climat": "ASSOCIATION",
    "mediation": "ASSOCIATION",
}

#: No register gives numbers that begin with so many noughts.
_SIRETS = {"metropole": "000 000 018 00010", "cooperative": "000 000 026 00013"}
MISTYPED = "000 000 018 00011"
"""The number of the metropolis with one digit that is not its own."""


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """What the coordination registers."""

    kind: str
    siret: str | None


def organisation(voice: str) -> Organisation | None:
    """Give the organisation in whose name somebody speaks, by their key; `None`: in their own."""
    kind = _KINDS.get(voice)
    return None if kind is None else Organisation(kind=kind, siret=_SIRETS.get(voice))


VOICES = tuple(_KINDS)
"""The keys of those who speak for one."""
