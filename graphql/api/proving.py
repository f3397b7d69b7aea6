"""Documents that were proven once are executed without being asked again.

A document that parsed, kept to the limits and is valid is so for ever: the schema does not change while the process
runs. What Strawberry does around each execution then costs as much as a small mutation itself, and does nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncGenerator, Awaitable, Iterable, Iterator
from contextlib import aclosing
from functools import cached_property
from typing import Any, TypeVar, cast

import strawberry
from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, execute
from strawberry.execution.is_awaitable import optimized_is_awaitable
from strawberry.extensions import ValidationCache
from strawberry.schema.schema import StreamResult
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType
from strawberry.utils.await_maybe import await_maybe
from strawberry.utils.operation import get_operation_type

from api.beginning import begin_before_cancelling
from api.deadlines import OperationTooLong, deadline
from api.faults import AsksTooMuch, SchemaHidden
from api.masking import masked
from api.parsing import Documents, Parsed, Parsing
from workflows.commanding import OutcomeUnknown

T = TypeVar("T")

MOST = 256
"""So many documents are remembered, those asked for lately."""


class ProvingSchema(strawberry.Schema):
    """A schema that asks the gate before all else, and remembers which documents it has found good."""

    def __init__(
        self,
        *,
        extensions: Iterable[Any] = (),
        introspection: bool = True,
        longest: float | None = None,
        **kwargs: Any,
    ) -> None:
        """Begin with none. Without `introspection` neither the schema nor names that are alike are told.

        A query or a mutation that takes more than `longest` seconds is stopped.
        """
        begin_before_cancelling()
        super().__init__(extensions=[lambda: Parsing(self.documents), *extensions], **kwargs)
        self.introspection = introspection
        self.longest = longest
        self.documents = Documents(self._schema, MOST)
        self._proven: OrderedDict[str, Parsed] = OrderedDict()

    @cached_property
    def contract(self) -> str:
        """The schema in GraphQL's schema language, written when it is first asked for: some 0.1 s."""
        return self.as_str()

    def knows(self, query: str) -> bool:
        """Say whether a document was proven: executing it costs neither parsing nor validation."""
        return query in self._proven

    def kind(self, query: str, operation_name: str | None) -> str:
        """Say what an operation is: `query`, `mutation` or `subscription`, or `unknown`."""
        parsed = self.documents.read(query)
        found = _type(parsed, operation_name) if isinstance(parsed, Parsed) else None
        return found.value if found else "unknown"

    def forget(self) -> None:
        """Remember no document any more."""
        self._proven.clear()

    def prove(self, query: str) -> None:
        """Remember that this document is valid."""
        parsed = self.documents.read(query)
        assert isinstance(parsed, Parsed)
        self._proven[query] = parsed
        self._proven.move_to_end(query)
        if len(self._proven) > MOST:
            self._proven.popitem(last=False)

    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any | None = None,
        root_value: Any | None = None,
        operation_name: str | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
        operation_extensions: dict[str, Any] | None = None,
    ) -> ExecutionResult:
        """Execute a proven document at once; take any other through the gate, and then the long way."""
        parsed = self.proven(query or "", operation_name, allowed_operation_types)
        if parsed is None:
            refused = self._refused(query, operation_name, variable_values)
            if refused is not None:
                return ExecutionResult(None, [masked(refused, context_value)])
            return await self._in_time(
                super().execute(
                    query,
                    variable_values,
                    context_value,
                    root_value,
                    operation_name,
                    allowed_operation_types,
                    operation_extensions,
                ),
                _changes(self.documents.read(query or ""), operation_name),
                context_value,
            )
        return await self.execute_proven(parsed, variable_values, context_value, operation_name)

    async def stream(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any | None = None,
        root_value: Any | None = None,
        operation_name: str | None = None,
        operation_extensions: dict[str, Any] | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
    ) -> StreamResult:
        """Take what comes over a socket through the gate, and stream its results."""
        refused = self._refused(query, operation_name, variable_values)
        if isinstance(refused, AsksTooMuch | SchemaHidden):  # what does not parse is told further on
            return _alone(PreExecutionError(None, [masked(refused, context_value)]))
        results = await super().stream(
            query,
            variable_values,
            context_value,
            root_value,
            operation_name,
            operation_extensions,
            allowed_operation_types,
        )
        parsed = self.documents.read(query or "")
        if not isinstance(parsed, Parsed) or _type(parsed, operation_name) is OperationType.SUBSCRIPTION:
            return results
        return self._one_in_time(results, _changes(parsed, operation_name), context_value)

    async def _one_in_time(self, results: StreamResult, changes: bool, context: Any) -> StreamResult:
        async with aclosing(results):
            yield await self._in_time(anext(results), changes, context)

    async def _in_time(self, answer: Awaitable[T], changes: bool, context: Any) -> T | ExecutionResult:
        """Give an answer, or after the longest time that one may take, that it was stopped."""
        try:
            async with deadline(self.longest):
                return await answer
        except OperationTooLong as late:
            fault = OutcomeUnknown(late) if changes else late
            return ExecutionResult(None, [masked(GraphQLError(str(late), original_error=fault), context)])

    def _refused(
        self, query: str | None, operation_name: str | None, variables: dict[str, Any] | None
    ) -> GraphQLError | None:
        if not query:
            return None
        parsed = self.documents.read(query)
        if not isinstance(parsed, Parsed):
            return parsed
        if parsed.measure.introspects and not self.introspection:
            return SchemaHidden()
        return parsed.measure.refused(operation_name, variables)

    def proven(
        self,
        query: str,
        operation_name: str | None,
        allowed_operation_types: Iterable[OperationType] | None = None,
    ) -> Parsed | None:
        """Give the document of this text, if it was proven and its operation is one of those that are allowed."""
        parsed = self._proven.get(query)
        if parsed is None or not _is_allowed(parsed.document, operation_name, allowed_operation_types):
            return None
        return parsed

    async def execute_proven(
        self,
        parsed: Parsed,
        variables: dict[str, Any] | None,
        context: Any,
        operation_name: str | None = None,
    ) -> ExecutionResult:
        """Execute what `proven` gave, if what these variables make it cost is within the bound."""
        refused = parsed.measure.refused(operation_name, variables)
        if refused is not None:
            return ExecutionResult(None, [masked(refused, context)])
        answer = self._execute(parsed.document, variables, context, operation_name)
        return await self._in_time(answer, _changes(parsed, operation_name), context)

    async def _execute(
        self,
        document: DocumentNode,
        variables: dict[str, Any] | None,
        context: Any,
        operation_name: str | None,
    ) -> ExecutionResult:
        try:
            result = await await_maybe(
                execute(
                    self._schema,
                    document,
                    variable_values=variables,
                    operation_name=operation_name,
                    context_value=context,
                    is_awaitable=cast("Any", optimized_is_awaitable),
                    executor_class=self.execution_context_class,
                )
            )
            data, errors = result.data, result.errors
        except Exception as fault:  # as Strawberry does: whatever happens is an answer
            data, errors = None, [GraphQLError(str(fault), original_error=fault)]
        return ExecutionResult(
            data, [masked(error, context, suggest=self.introspection) for error in errors or ()] or None
        )


class Proving(ValidationCache):
    """Validates, and lets the schema remember what is valid."""

    def on_validate(self) -> Iterator[None]:
        """Validate, or find what was validated; of several operations, the request names one."""
        context = self.execution_context
        if context._provided_operation_name is None and _operations(context.graphql_document) > 1:
            # as GetOperation() of the specification has it; Strawberry would execute the first
            error = GraphQLError("Must provide operation name if query contains multiple operations.")
            context.pre_execution_errors = [error]
            yield
            return
        yield from super().on_validate()
        if not context.pre_execution_errors and context.query and context.graphql_document:
            schema = context.schema
            assert isinstance(schema, ProvingSchema)
            schema.prove(context.query)


async def _alone(result: PreExecutionError) -> AsyncGenerator[PreExecutionError, None]:
    yield result


def _operations(document: DocumentNode | None) -> int:
    definitions = document.definitions if document else ()
    return sum(isinstance(definition, OperationDefinitionNode) for definition in definitions)


def _type(parsed: Parsed, operation_name: str | None) -> OperationType | None:
    try:
        return get_operation_type(parsed.document, operation_name)
    except RuntimeError:  # no such operation in it
        return None


def _changes(parsed: Parsed | GraphQLError, operation_name: str | None) -> bool:
    return isinstance(parsed, Parsed) and _type(parsed, operation_name) is OperationType.MUTATION


def _is_allowed(
    document: DocumentNode, operation_name: str | None, allowed: Iterable[OperationType] | None
) -> bool:
    try:
        return get_operation_type(document, operation_name) in (allowed or OperationType)
    except RuntimeError:  # no such operation in it
        return False
