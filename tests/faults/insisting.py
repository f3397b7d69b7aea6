"""Asking for one thing until an answer comes, with the same key; and what came of it."""

from __future__ import annotations

from typing import Any

from tests.api.house import House, document
from tests.faults.counting import Counting

AGAIN = {"UNAVAILABLE", "OUTCOME_UNKNOWN"}
"""Faults after which a client asks again."""
MOST = 50


async def until_answered(
    house: House, counting: Counting, operation: str, as_: str, key: str | None, **given: Any
) -> Any:
    """Send a mutation again with its key until it is done or refused; give the answer, counted."""
    counting.operations += 1
    named = {"idempotencyKey": key} if key is not None else {}
    for _ in range(MOST):
        answer = (await house.post(document(operation), {"input": {**named, **given}}, as_)).json()
        if "errors" not in answer:
            found = next(iter(answer["data"].values()))
            if done(found):
                counting.acknowledged += 1
            else:
                counting.refused += 1
            return found
        assert {fault["extensions"]["code"] for fault in answer["errors"]} <= AGAIN, answer["errors"]
        counting.unknown += 1
    raise AssertionError(f"{operation} was never answered")


def done(answer: Any) -> bool:
    """Say whether an answer says that something was done."""
    return bool(answer["__typename"].endswith(("Accepted", "Pending", "Ticket")))
