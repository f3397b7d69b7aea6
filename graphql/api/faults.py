"""Faults: what goes to `errors`, each with a code in `extensions`. Expected refusals are values, not faults."""

from __future__ import annotations

from enum import StrEnum

from graphql import GraphQLError


class FaultCode(StrEnum):
    """The published list of codes of faults. Their sentences are in the catalogues under `fault.<CODE>`."""

    BAD_USER_INPUT = "BAD_USER_INPUT"
    """The request has a form that nothing can be made of."""
    UNAUTHENTICATED = "UNAUTHENTICATED"
    """The token is not valid, or not any more."""
    UNAVAILABLE = "UNAVAILABLE"
    """A part of the service is down. Nothing was changed."""
    OUTCOME_UNKNOWN = "OUTCOME_UNKNOWN"
    """No answer in time: the command may still be applied. Asking again with the same key answers."""
    INTERNAL = "INTERNAL"
    """What nobody foresaw; the log knows more, under the reference."""


class BadInput(GraphQLError):
    """The request has a form that nothing can be made of."""

    def __init__(self, message: str, *, path: tuple[str, ...] = ()) -> None:
        """Name the argument at fault."""
        extensions = {"code": FaultCode.BAD_USER_INPUT.value, "input": list(path)}
        super().__init__(message, extensions=extensions)
