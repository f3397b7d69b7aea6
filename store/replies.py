"""What `record` answers. Values that travel through Temporal: no driver, no I/O is imported here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from domain.events import Event
from domain.refusals import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The command was done: what it brought about, as numbered in the ledger from `first_seq` on."""

    kind: Literal["accepted"] = "accepted"
    first_seq: int
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The command was refused and nothing was written."""

    kind: Literal["refused"] = "refused"
    refusal: Refusal


Reply = Annotated[Accepted | Refused, Field(discriminator="kind")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The reply to a command, and all events after the one that its sender had seen last."""

    reply: Reply
    events: tuple[Event, ...]
    """Events `seq - len(events) + 1` to `seq`: the sender's own and everyone else's."""
    seq: int
    """Number of the last event of the concertation; 0 if there is none."""
    at: datetime
    """The instant of the decision, by the only clock."""
