"""Enumerations whose members are found at once.

Python 3.11 finds a member through a property, in 105 ns; 3.12 made members plain attributes, found in 15 ns. A
command asks for some fifty of them, so `direct` does for 3.11 what 3.12 does by itself.
"""

from __future__ import annotations

from enum import Enum
from typing import TypeVar

Enumeration = TypeVar("Enumeration", bound=Enum)


def direct(enumeration: type[Enumeration]) -> type[Enumeration]:
    """Make the members plain attributes of an enumeration. Written above its class."""
    for name, member in enumeration.__members__.items():
        type.__setattr__(enumeration, name, member)
    return enumeration
