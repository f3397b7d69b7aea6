"""The published lists of codes, with a sentence for each: for whoever reads the schema. No field is of these types.

`Refusal.code` stays a text: a code that is added must not break a client that was generated before.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, EnumMeta, StrEnum
from functools import cache

import strawberry

from api.faults import FaultCode
from domain.refusals import Code
from domain.texts import catalogue


@cache
def code_types() -> tuple[EnumMeta, ...]:
    """Give the enumerations of the codes of refusals and of faults."""
    return (
        _published("RefusalCode", Code, "What `Refusal.code` may say, and when it does. More may come."),
        _published(
            "FaultCode",
            FaultCode,
            "What `extensions.code` of `errors` may say, and when it does. More may come.",
        ),
    )


def _published(name: str, codes: Iterable[StrEnum], description: str) -> EnumMeta:
    said = catalogue("en")
    values = {
        code.value: strawberry.enum_value(code.value, description=said.get(f"page.{code}.when"))
        for code in codes
    }
    made = EnumMeta.__call__(Enum, name, values)  # mypy takes Enum(…) only with its values written out
    return strawberry.enum(made, name=name, description=description)
