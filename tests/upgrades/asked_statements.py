"""Read from the code every statement that it asks PostgreSQL, as text: for write_release.py."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PACKAGES = ("store", "activities", "server", "graphql/api")
ASKING = {"fetch", "fetchrow", "fetchval", "execute", "executemany", "cursor", "prepare"}
_BEGINS = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "LOCK", "CALL")


@dataclass(frozen=True, slots=True, order=True)
class Asked:
    """One statement, and the module that asks it."""

    module: str
    line: int
    #: Unset where the text is put together when it is asked.
    text: str | None


def asked_statements() -> Iterator[Asked]:
    """Give the statements of all modules, in order of their places."""
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            yield from _of(file)


def _of(file: Path) -> Iterator[Asked]:
    tree = ast.parse(file.read_text("utf-8"))
    name = _module(file)
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        if node.func.attr in ASKING:
            found: list[str | None] = list(_texts(node.args[0], name))
            if found or _may_be_sql(node.args[0]):
                yield from (Asked(name, node.lineno, text) for text in found or [None])


def _texts(node: ast.expr, module: str) -> Iterator[str]:
    """Give what the expression may come to, where the module's own names say it."""
    if isinstance(node, ast.IfExp):
        yield from _texts(node.body, module)
        yield from _texts(node.orelse, module)
        return
    try:
        value: Any = eval(  # noqa: S307 - expressions of our own code, in the module they come from
            compile(ast.Expression(node), module, "eval"), vars(import_module(module)), {}
        )
    except Exception:
        return
    if isinstance(value, str) and value.lstrip().upper().startswith(_BEGINS):
        yield value


def _may_be_sql(node: ast.expr) -> bool:
    """Say whether text is put together here that is a statement."""
    parts = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant)]
    return any(isinstance(part, str) and part.lstrip().upper().startswith(_BEGINS) for part in parts)


def _module(file: Path) -> str:
    path = file.relative_to(ROOT / "graphql" if "graphql" in file.parts else ROOT).with_suffix("")
    return ".".join(path.parts).removesuffix(".__init__")
