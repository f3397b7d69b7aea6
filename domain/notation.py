"""How values are written in a procedure: names, lengths of time, shares, labels in several languages."""

from __future__ import annotations

import re
from datetime import timedelta
from fractions import Fraction
from typing import Annotated

from pydantic import BeforeValidator, Discriminator, Field, PlainSerializer, Tag, WithJsonSchema
from pydantic_core import PydanticCustomError


def _is_none(value: object) -> bool:
    return value is None


UNSET = Field(exclude_if=_is_none)
"""Marks a field that is not written where it is unset: `room: Annotated[str | None, UNSET] = None`.

So an act, a fact or a part of a procedure gains a field, and what was written before keeps its digest.
"""

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
"""A name inside a procedure: lower-case ASCII, safe in URLs, ledgers and file names."""


Text = Annotated[str, Field(max_length=2000)]

Span = Annotated[timedelta, Field(ge=timedelta(0), le=timedelta(days=36525))]
"""A length of time, in ISO 8601 (`P15D`, `PT8S`); at most a hundred years. A month counts 30 days, a year 365."""

_SHARE = re.compile(
    r"(?P<over>\d{1,9})\s*/\s*(?P<under>\d{1,9})|(?P<percent>\d{1,3}(\.\d{1,6})?)\s*%|[01](\.\d{1,9})?"
)


def parse_share(value: object) -> Fraction:
    """Read `1/2`, `80 %`, `0.8` or `1` as an exact fraction.

    Raises:
        ValueError: the value is not a share between 0 and 1.
    """
    if isinstance(value, Fraction):
        share = value
    elif isinstance(value, bool) or (found := _SHARE.fullmatch(str(value).strip())) is None:
        raise ValueError("a share is written 1/2, 80 % or 0.8")
    elif found["percent"]:
        share = Fraction(found["percent"]) / 100
    elif found["over"] and not int(found["under"]):
        raise ValueError("a share cannot be divided by zero")
    else:
        share = Fraction(found[0].replace(" ", ""))
    if not 0 <= share <= 1:
        raise ValueError("a share lies between 0 and 1")
    return share


def _share_or_fault(value: object) -> Fraction:
    try:
        return parse_share(value)
    except ValueError as fault:
        raise PydanticCustomError("share_invalid", "{reason}", {"reason": str(fault)}) from fault


def share_text(share: Fraction) -> str:
    """Write a share so that it is never mistaken for a number of things: `1/1`, not `1`."""
    return f"{share.numerator}/{share.denominator}"


Share = Annotated[
    Fraction,
    BeforeValidator(_share_or_fault),
    PlainSerializer(share_text, return_type=str),
    WithJsonSchema({"type": ["string", "number"], "description": "A share: 1/2, 80 % or 0.8"}),
]


def _number_or_share(value: object) -> object:
    return value if isinstance(value, int) and not isinstance(value, bool) else _share_or_fault(value)


Asked = Annotated[
    Annotated[int, Field(ge=0, le=10**9)] | Share,
    BeforeValidator(_number_or_share),
    WithJsonSchema(
        {
            "type": ["integer", "string", "number"],
            "description": "A number (30), or a share (1/4, 25 %, 0.25)",
        }
    ),
]
"""What a quorum asks for: an integer is a number, anything else a share."""


def _french_first(value: object) -> object:
    if isinstance(value, str):
        value = {"fr": value}
    if isinstance(value, dict) and not str(value.get("fr") or "").strip():
        raise PydanticCustomError("label_without_french", "a label needs its French text (fr)")
    return value


Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
Label = Annotated[
    dict[Language, Text], BeforeValidator(_french_first, json_schema_input_type=Text | dict[Language, Text])
]
"""A text for people: a map from BCP-47 language tag to text, French mandatory. A bare text is French."""


def _is_labelled(value: object) -> str:
    return "in_languages" if isinstance(value, dict) else "in_french"


Named = Annotated[
    Annotated[Text, Tag("in_french")]
    | Annotated[dict[Language, Text], BeforeValidator(_french_first), Tag("in_languages")],
    Discriminator(_is_labelled),
]
"""A label by whose French text a thing is named. A bare text is French, and is written as it was read, so that what was
written before there were other languages keeps its digest."""


def name_of(named: Named) -> str:
    """Give the French text by which a thing is named."""
    return named if isinstance(named, str) else named["fr"]


def label_of(named: Named) -> Label:
    """Give the label of a thing that is named by its French text."""
    return {"fr": named} if isinstance(named, str) else named


def one_or_many(value: object) -> object:
    """Take a bare text for a list of one."""
    return (value,) if isinstance(value, str) else value


Names = Annotated[
    tuple[Text, ...],
    BeforeValidator(one_or_many, json_schema_input_type=Text | tuple[Text, ...]),
    Field(max_length=50),
]
"""Ids of offices, roles, or `scientific_council` for its members and chair; one, or a list."""
