"""What things cost, in points. One point is about what a small query costs: half a millisecond of processor time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError

from api.faults import Bound
from api.gate import Cost
from api.parsing import Parsed

REQUEST = 1.0
"""Any request, whatever comes of it."""
FIELDS = 100
"""So many fields that an answer may have, by the gate's count, are one more point."""
WRITE = 5.0
"""Each field of a mutation, however many one document has: a transaction, and what it wakes."""
NEW_FIELDS = 10
"""So many fields that are written in a document are one more point where it must be validated."""
BYTES = 20_000
"""So many bytes of a body are one more point."""
REFUSED = 10.0
"""A document that is not let through: parsing the worst of them takes 10 ms."""
FAILED = 20.0
"""A token that does not work, or the wrong code of an invitation or a receipt."""
OPENED = 5.0
"""A socket."""
PAGE = 2.0
"""A request for something else than GraphQL."""
PRINTED = 20.0
"""A document that is set in type for whoever asks."""


@dataclass(frozen=True, slots=True)
class Asking:
    """An operation, as it is charged."""

    read: Parsed | GraphQLError
    #: Its name, where the document has several.
    operation: str | None
    variables: Mapping[str, Any] | None
    #: The bytes that it came in.
    size: int = 0
    #: Whether its document was validated before.
    known: bool = True

    def price(self) -> float:
        """Say what it costs besides being a request."""
        if not isinstance(self.read, Parsed):
            return REFUSED
        measure = self.read.measure
        found = next(iter(measure.costs), "") if self.operation is None else self.operation
        cost = measure.costs.get(found, Cost()).of(self.variables or {})
        new = 0.0 if self.known else measure.asked[Bound.FIELDS] / NEW_FIELDS
        return new + self.size / BYTES + cost / FIELDS + WRITE * measure.writes.get(found, 0)
