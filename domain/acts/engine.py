"""The engine's own acts, and what it brings to them from the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from domain.acts.balloting import Position


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretTally:
    """The counts of a secret ballot, from the store, at the instant its window ends."""

    ballot: str
    favourable: int
    unfavourable: int
    abstain: int
    chair: Position | None = None
    """The chair's position, given only where a tie calls for the casting vote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Time has passed: do all that is due. Sent by the workflow, harmless at any time."""

    kind: Literal["tick"] = "tick"
    tallies: tuple[SecretTally, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SealFigures:
    """What the seal of a set states: root, number of leaves, counts, and those entitled by college."""

    root: str
    count: int
    by_college: dict[str, int]
    by_channel: dict[str, int]
    entitled: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSeal:
    """The store has sealed the set of the stage that the command names."""

    kind: Literal["record_seal"] = "record_seal"
    figures: SealFigures


EngineAct = Tick | RecordSeal
