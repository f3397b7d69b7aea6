"""Faults: what goes to `errors`, with a code in `extensions`. Expected refusals are values, not faults.

Fault
├── BadInput          BAD_USER_INPUT: the request has a form that nothing can be made of
├── Unauthenticated   UNAUTHENTICATED: the token is not valid (any more)
├── Unavailable       UNAVAILABLE: a part of the service is down; nothing was changed
└── OutcomeUnknown    OUTCOME_UNKNOWN: the command may still be applied; ask again with the same key
"""

from __future__ import annotations

from typing import Any, ClassVar

from graphql import GraphQLError


class Fault(GraphQLError):
    """Something that a client cannot act on by changing its command."""

    code: ClassVar[str] = "INTERNAL"

    def __init__(self, message: str, *, path: tuple[str, ...] = (), **details: Any) -> None:
        extensions = {"code": self.code} | ({"input": list(path)} if path else {}) | details
        super().__init__(message, extensions=extensions)


class BadInput(Fault):
    """The request has a form that nothing can be made of."""

    code = "BAD_USER_INPUT"


class Unauthenticated(Fault):
    """The token is not valid, or not any more."""

    code = "UNAUTHENTICATED"


class Unavailable(Fault):
    """A part of the service is down. Nothing was changed."""

    code = "UNAVAILABLE"


class OutcomeUnknown(Fault):
    """No answer in time: the command may still be applied. Asking again with the same key answers."""

    code = "OUTCOME_UNKNOWN"
