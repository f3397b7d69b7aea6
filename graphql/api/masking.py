"""Masking: what goes to `errors` has a code; what nobody foresaw keeps its secrets and gives a reference."""

from __future__ import annotations

import logging
import re

from graphql import FieldNode, GraphQLError
from strawberry.exceptions import StrawberryInputCoercionError
from strawberry.extensions import MaskErrors

from api.context import Context
from api.deadlines import OperationTooLong
from api.faults import AsksTooMuch, BadInput, FaultCode, SchemaHidden
from domain.auditing import What
from domain.texts import text
from store.faults import StoreFault, StoreUnreachable
from workflows import commanding

log = logging.getLogger(__name__)

_SUGGESTION = re.compile(r"\s*Did you mean .*", re.DOTALL)
"""What graphql-core ends a sentence with where names are alike."""


class Masking(MaskErrors):
    """Gives every error a code, and hides what only the log may know."""

    def __init__(self) -> None:
        super().__init__(should_mask_error=lambda error: _has_no_code(error) or _is_bad_input(error))

    def anonymise_error(self, error: GraphQLError) -> GraphQLError:
        """Give what a client may know of an error."""
        suggest: bool = getattr(self.execution_context.schema, "introspection", True)
        return masked(error, self.execution_context.context, suggest=suggest)


def masked(error: GraphQLError, context: object, *, suggest: bool = True) -> GraphQLError:
    """Give what a client may know of an error: itself where it has a code already, in the reader's language.

    Without `suggest`, names of the schema that graphql-core proposes are left out.
    """
    if isinstance(error, AsksTooMuch) and isinstance(context, Context):
        context.note(What.ASKED_TOO_MUCH, error.bound.value)
    if isinstance(error, AsksTooMuch | SchemaHidden):
        return _with(error, error.sentence(_languages(context)), {})
    cause = error.original_error
    if isinstance(cause, BadInput):
        return _with(error, cause.sentence(_languages(context)), {})
    if not _has_no_code(error):
        return error
    if cause is None or isinstance(cause, GraphQLError | StrawberryInputCoercionError):
        message = error.message if suggest else _SUGGESTION.sub("", error.message)
        return _with(error, message, {"code": FaultCode.BAD_USER_INPUT.value})
    languages = _languages(context)
    reference = context.reference if isinstance(context, Context) else ""
    code = _code(cause, context)
    if isinstance(context, Context) and any(isinstance(f, StoreFault) for f in (cause, cause.__cause__)):
        context.store_is_down = True
    log.log(
        logging.ERROR if code == FaultCode.INTERNAL else logging.WARNING,
        "%s %s",
        code,
        reference,
        extra={"code": code, "reference": reference, "field": _field(error), "fault": cause},
        exc_info=cause if code == FaultCode.INTERNAL else None,
    )
    if isinstance(context, Context):
        context.measuring.faulted(code.value)
    message = text(f"fault.{code}", languages, reference=reference)
    return _with(error, message, {"code": code.value, "reference": reference})


def _field(error: GraphQLError) -> str | None:
    """Give the name of the field at fault: its path may have names that the client chose."""
    node = error.nodes[0] if error.nodes else None
    return node.name.value if isinstance(node, FieldNode) else None


def _has_no_code(error: GraphQLError) -> bool:
    return "code" not in (error.extensions or {})


def _is_bad_input(error: GraphQLError) -> bool:
    return isinstance(error.original_error, BadInput)


def _languages(context: object) -> tuple[str, ...]:
    return context.languages if isinstance(context, Context) else ("fr",)


def _code(cause: BaseException, context: object) -> FaultCode:
    match cause:
        case commanding.OutcomeUnknown():
            return FaultCode.OUTCOME_UNKNOWN
        case StoreUnreachable() if isinstance(context, Context) and context.changed:
            return FaultCode.OUTCOME_UNKNOWN
        case OperationTooLong():
            return FaultCode.TIMED_OUT
        case StoreUnreachable() | commanding.Unavailable():
            return FaultCode.UNAVAILABLE
        case _:
            return FaultCode.INTERNAL


def _with(error: GraphQLError, message: str, extensions: dict[str, str]) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions={**(error.extensions or {}), **extensions},
    )
