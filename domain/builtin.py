"""The built-in procedures: files of domain/procedures/, each also in seconds as `<id>-bac-a-sable`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from domain.procedure import Procedure
from domain.reading import read
from domain.sandbox import SUFFIX, sandbox

IDS = ("standard", "consultation-ouverte", "environnement", "delphi", "assises-ia")
"""The built-in procedures, the simplest first; `assises-ia` is the one that demonstrations play."""


class UnknownProcedure(LookupError):
    """There is no built-in procedure of this name."""


def names() -> tuple[str, ...]:
    """Give the ids of all built-in procedures, sandboxes last."""
    return (*IDS, *(name + SUFFIX for name in IDS))


def source(name: str) -> str:
    """Give the file of a built-in procedure as it is written; a sandbox has that of what it is derived from.

    Raises:
        UnknownProcedure: there is no built-in procedure of this name.
    """
    if name not in names():
        raise UnknownProcedure(name)
    return files("domain").joinpath("procedures", f"{name.removesuffix(SUFFIX)}.yaml").read_text("utf-8")


@cache
def builtin(name: str) -> Procedure:
    """Give a built-in procedure.

    Raises:
        UnknownProcedure: there is no built-in procedure of this name.
    """
    procedure = read(source(name)).procedure
    assert procedure is not None, name
    return sandbox(procedure) if name.endswith(SUFFIX) else procedure
