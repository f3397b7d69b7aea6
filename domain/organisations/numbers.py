"""SIREN and SIRET: the numbers of the national register, checked by python-stdnum."""

from __future__ import annotations

import re

from stdnum.fr import siren as _siren
from stdnum.fr import siret as _siret

_BLANK = re.compile(r"[\s.\u00a0\u202f-]")


def read_siren(text: str) -> str | None:
    """Give a SIREN as nine digits, however it was spaced; `None` for what is none."""
    plain = _BLANK.sub("", text)
    return plain if plain.isascii() and _siren.is_valid(plain) else None


def read_siret(text: str) -> str | None:
    """Give a SIRET as fourteen digits, however it was spaced; `None` for what is none.

    The post offices of La Poste have a check of their own, which is known.
    """
    plain = _BLANK.sub("", text)
    return plain if plain.isascii() and _siret.is_valid(plain) else None
