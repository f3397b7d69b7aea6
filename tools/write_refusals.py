"""Write docs/refusals: a page for each code of a refusal and of a fault, French first, and their index.

    python -m tools.write_refusals

From the published lists of codes, the catalogues, the schema, and what tools/answered.py reads from the code. A test
compares.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from graphql import GraphQLSchema, GraphQLUnionType, build_schema, get_named_type

from api.faults import FaultCode
from domain.refusals import Code
from domain.texts import LANGUAGES, catalogue
from server.files.answering import STATUS
from tools.answered import EVERY, answered

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "docs" / "refusals"
SCHEMA = ROOT / "graphql" / "schema.graphql"
MANY = 50
"""More mutations than that are not named one by one."""

_HEAD = """\
# Refus et défauts · Refusals and faults

Une page par code. Un **refus** est une réponse attendue, une valeur de l’union que la mutation répond : rien n’a été
changé. Lisez-le par `... on Refusal { code message path }` ; certains ont un type à eux, avec de quoi agir. Un
**défaut** est dans `errors`, avec son code dans `extensions.code`. Un code ne change jamais de sens ; d’autres peuvent
venir.

A page for each code. A **refusal** is an expected answer, a value of the union that the mutation answers: nothing was
changed. Read it by `... on Refusal { code message path }`; some have a type of their own, with what it takes to act. A
**fault** is in `errors`, with its code in `extensions.code`. A code never changes its meaning; more may come.

In the sentences, `{…}` is filled in by the answer; what it knows nothing of is left out. Which mutations may answer a
code is read from the program. Written by `python -m tools.write_refusals`.
"""
_TITLES = {
    "fr": ("## Français", "Quand", "Ce qui est gardé", "Que faire", "\u00a0"),
    "en": ("## English", "When", "What is kept", "What to do", ""),
}
_ALL_KEPT = {
    "fr": "Tout : un refus ne change rien.",
    "en": "Everything: a refusal changes nothing.",
}
_KEPT = {
    "fr": re.compile(r"Rien n|conserv|gardé|\breste|n’a pas été|Aucun jeton|Aucun autre|sont fixés"),
    "en": re.compile(
        r"Nothing|\bkept\b|\bstays?\b|not recorded|None was created|No other was|can still be read|are fixed"
    ),
}


def pages() -> dict[str, str]:
    """Give the name and the content of every file of the folder."""
    schema, mutations = build_schema(SCHEMA.read_text()), answered()
    found = {f"{code}.md": _page(code, _in_api(code, mutations.get(code, []), schema)) for code in Code}
    found |= {f"{fault}.md": _page(fault, _OF_FAULTS) for fault in FaultCode}
    return found | {"README.md": _index()}


def said(code: Code | FaultCode, language: str) -> tuple[str, str, str]:
    """Give the sentence of a code, and of it what was kept and what to do."""
    texts = catalogue(language)
    sentence = _plain(texts[_key(code)])
    parts = re.split(r"(?<=[.!?])\s+", sentence)
    found = [number for number, part in enumerate(parts) if _KEPT[language].search(part)]
    kept = [number for number in found if number] or found or [0]
    do = texts.get(f"page.{code}.do") or " ".join(parts[kept[-1] + 1 :])
    return sentence, " ".join(parts[kept[0] : kept[-1] + 1]) if found else _ALL_KEPT[language], do


def _page(code: Code | FaultCode, in_api: Sequence[str]) -> str:
    lines = [f"# {code}", ""]
    for language in LANGUAGES:
        title, when, kept, do, space = _TITLES[language]
        sentence, was_kept, to_do = said(code, language)
        lines += [title, "", f"> {sentence}", ""]
        lines += [f"- **{when}{space}:** {catalogue(language).get(f'page.{code}.when', '')}"]
        lines += [f"- **{kept}{space}:** {was_kept}"] if isinstance(code, Code) else []
        lines += [f"- **{do}{space}:** {to_do}", ""]
    return "\n".join([*lines, "## API", "", *in_api, ""])


_OF_FAULTS = ("In `errors[].extensions.code`, of any operation.",)


def _in_api(code: Code, mutations: Sequence[str], schema: GraphQLSchema) -> list[str]:
    own = "NotAllowed" if code is Code.TOKEN_REACH_MISSING else "".join(w.title() for w in code.split("_"))
    lines = []
    if code in EVERY:
        lines += [f"Any mutation may answer it, as `{own if own in schema.type_map else 'Refused'}`."]
    else:
        with_own = [name for name in mutations if own in _answers(schema, name)]
        without = [name for name in mutations if name not in with_own]
        kinds = ((own, with_own), ("Refused", without))
        lines += [f"- as `{kind}`: {_listed(names)}" for kind, names in kinds if names]
    if code in STATUS or (code.startswith("FILE_") and not mutations):
        lines += [f"- at the address of a file: HTTP {STATUS.get(code, 422)}"]
    return lines or ["No mutation answers it at present; the code keeps its meaning."]


def _listed(names: Sequence[str]) -> str:
    if len(names) > MANY:
        return "most mutations that act in a concertation"
    return ", ".join(f"`{name}`" for name in names)


def _answers(schema: GraphQLSchema, mutation: str) -> set[str]:
    assert schema.mutation_type is not None
    union = get_named_type(schema.mutation_type.fields[mutation].type)
    assert isinstance(union, GraphQLUnionType)
    return {member.name for member in union.types}


def _index() -> str:
    lines = [
        _HEAD,
        "## Refus · Refusals",
        "",
        "| code | français | English |",
        "|---|---|---|",
        *map(_row, Code),
    ]
    lines += [
        "",
        "## Défauts · Faults",
        "",
        "| code | français | English |",
        "|---|---|---|",
        *map(_row, FaultCode),
    ]
    return "\n".join([*lines, ""])


def _row(code: Code | FaultCode) -> str:
    first = [re.split(r"(?<=[.!?])\s+", _short(catalogue(language)[_key(code)]))[0] for language in LANGUAGES]
    return f"| [{code}]({code}.md) | {first[0]} | {first[1]} |"


def _key(code: Code | FaultCode) -> str:
    return f"{'refusal' if isinstance(code, Code) else 'fault'}.{code}"


def _plain(template: str) -> str:
    """Give a template with all its optional passages."""
    return re.sub(r"\[([^\[\]]*)\]", r"\1", template).strip()


def _short(template: str) -> str:
    """Give a template without its optional passages."""
    return re.sub(r"\[[^\[\]]*\]", "", template).strip()


def write() -> None:
    """Write all of them, and remove what is of no code."""
    TARGET.mkdir(exist_ok=True)
    found = pages()
    for file in TARGET.glob("*.md"):
        if file.name not in found:
            file.unlink()
    for name, content in found.items():
        (TARGET / name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    write()
