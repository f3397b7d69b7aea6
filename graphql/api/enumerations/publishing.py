"""How an enumeration is published: with a sentence for each value, none left out."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import strawberry


def publish(enum: type[StrEnum], name: str, description: str, values: Mapping[Any, str]) -> None:
    """Publish an enumeration under a name.

    Raises:
        KeyError: a value has no sentence.
    """
    strawberry.enum(enum, name=name, description=description)
    definition: Any = vars(enum)["__strawberry_definition__"]
    for value in definition.values:
        value.description = values[enum(value.value)]
