"""What a line of the log may have besides its text: fields by name, each of a shape. All others are left out.

A list of what is allowed, not of what is forbidden: a field that nobody thought of says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from typing import Any
from uuid import UUID

from store.fault_told import told

LEFT_OUT = "…"
"""Stands where something is that a log may not have."""

_IDENTIFIER = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{12}|[0-9a-f]{16}|[0-9a-f]{32}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_CODE = re.compile(r"[A-Z][A-Z_]{1,49}")
_WORKFLOW = re.compile(
    rf"(?:[a-z]+-)?(?:{_IDENTIFIER.pattern})(?:-(?:{_IDENTIFIER.pattern}))?(?:@[0-9a-f]{{8}})?|[a-z]+-[a-z]+(?:@[0-9a-f]{{8}})?"
)
_SIGNATURE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")

Shape = Callable[[Any], Any]
"""Gives what may be said of a value, or `None`."""


def _matching(pattern: re.Pattern[str]) -> Shape:
    def shape(value: Any) -> str | None:
        said = str(value.value if isinstance(value, Enum) else value)
        return said if pattern.fullmatch(said) else None

    return shape


def _number(value: Any) -> int | float | None:
    return value if isinstance(value, int | float) else None


def _fault(value: Any) -> str | None:
    return told(value) if isinstance(value, BaseException) else None


_name, _identifier = _matching(_NAME), _matching(_IDENTIFIER)

FIELDS: dict[str, Shape] = {
    # what it belongs to
    "reference": _identifier,
    "trace_id": _identifier,
    "span_id": _identifier,
    "concertation": _identifier,
    #: The name of an operation of graphql/operations: another one's is a text of its client.
    "operation": _name,
    #: A field of the schema.
    "field": _name,
    "code": _matching(_CODE),
    "fault": _fault,
    # Temporal
    "activity_type": _name,
    "workflow_type": _name,
    "workflow_id": _matching(_WORKFLOW),
    "workflow_run_id": _identifier,
    "attempt": _number,
    # things
    "file": _identifier,
    #: What a scanner calls what it found.
    "signature": _matching(_SIGNATURE),
    #: The id of an identity provider, which the operator gave it.
    "provider": _matching(_SIGNATURE),
    #: Where this process answers: its own address.
    "url": _matching(re.compile(r"https?://[\w.:\[\]-]+(/[a-z]+)?")),
    # which callers: what kind, never who
    "callers": _name,
    "number": _number,
    "seconds": _number,
}


def shaped(given: dict[str, Any]) -> dict[str, Any]:
    """Give of these fields those that a log may have."""
    found = {}
    for name, value in given.items():
        shape = FIELDS.get(name)
        said = shape(value) if shape is not None and value is not None else None
        if said is not None:
            found[name] = said
    return found


def argument(value: Any) -> Any:
    """Give what stands for an argument: numbers, codes and identifiers themselves, of faults their kind."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, BaseException):
        return told(value)
    if isinstance(value, UUID | Enum):
        return getattr(value, "value", value)
    return value if isinstance(value, str) and _IDENTIFIER.fullmatch(value) else LEFT_OUT
