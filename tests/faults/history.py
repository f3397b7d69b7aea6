"""What clients know: every operation that they asked for, and what they were answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.faults.answers import Answer, Said


@dataclass(slots=True, kw_only=True)
class Operation:
    """A mutation under one key, however often it was sent."""

    #: Its document in graphql/operations.
    kind: str
    key: str
    #: The pseudonymous id of who asks.
    actor: str
    #: What it says, the key included.
    input: dict[str, Any]
    #: The concertation that it is about, as a UUID; empty of one that is only drafted by it.
    concertation: str = ""
    #: How often it was sent.
    attempts: int = 0
    #: What the last attempt that was answered came to; unset while nobody answered.
    answer: Answer | None = None
    #: Whether an attempt came to nothing that settles it.
    was_unknown: bool = False

    @property
    def is_done(self) -> bool:
        """Whether it was acknowledged."""
        return self.answer is not None and self.answer.said is Said.DONE

    @property
    def is_refused(self) -> bool:
        """Whether it was refused."""
        return self.answer is not None and self.answer.said is Said.REFUSED


@dataclass(slots=True)
class History:
    """All operations of one run, in the order in which they were first asked for."""

    #: Comes before each key, so that no other run has the same.
    name: str
    operations: list[Operation] = field(default_factory=list)
    #: Answers that no client can act on, with how often they came.
    untyped: dict[str, int] = field(default_factory=dict)
    #: How long each attempt took in seconds, by what it came to; `None`: no answer at all.
    waits: dict[Said | None, list[float]] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=count)

    def begin(self, kind: str, actor: str, concertation: str = "", /, **said: Any) -> Operation:
        """Note an operation that is asked for, under a key of its own."""
        key = f"{self.name}-{next(self._numbers)}"
        operation = Operation(
            kind=kind,
            key=key,
            actor=actor,
            concertation=concertation,
            input=said | {"idempotencyKey": key},
        )
        self.operations.append(operation)
        return operation

    def waited(self, said: Said | None, seconds: float) -> None:
        """Note how long an attempt took."""
        self.waits.setdefault(said, []).append(seconds)

    def longest(self) -> float:
        """Give the longest wait for an answer, or for the end of a connection, in seconds."""
        return max((max(waits) for waits in self.waits.values()), default=0.0)

    def done(self, *kinds: str) -> list[Operation]:
        """Give what was acknowledged, of these kinds."""
        return [one for one in self.operations if one.is_done and one.kind in kinds]
