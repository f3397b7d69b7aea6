"""Documents that were proven once are executed without being asked again.

A document that parsed, kept to the limits and is valid is so for ever: the schema does not change while the process
runs. What Strawberry does around each execution then costs as much as a small mutation itself, and does nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncGenerator, Iterable, Iterator
from functools import cached_property
from typing import Any, cast

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

from api.faults import AsksTooMuch, SchemaHidden
from api.masking import masked
from api.parsing import Documents, Parsed, Parsing

MOST = 256
"""So many documents are remembered, those asked for lately."""


class ProvingSchema(strawberry.Schema):
    """A schema that asks the gate before all else, and remembers which documents it has found good."""

    def __init__(self, *, extensions: Iterable[Any] = (), introspection: bool = True, **kwargs: Any) -> None:
        """Begin with none. Without `introspection` neither the schema nor names that are alike are told."""
        super().__init__(extensions=[lambda: Parsing(self.documents), *extensions], **kwargs)
        self.introspection = introspection
        self.documents = Documents(self._schema, MOST)
        self._proven: OrderedDict[str, Parsed] = OrderedDict()

    @cached_property
    def contract(self) -> str:
        """The schema in GraphQL's schema language, written when it is first asked for: some 0.1 s."""
        return self.as_str()

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
            return await super().execute(
                query,
                variable_values,
                context_value,
                root_value,
                operation_name,
                allowed_operation_types,
                operation_extensions,
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
        return await super().stream(
            query,
            variable_values,
            context_value,
            root_value,
            operation_name,
            operation_extensions,
            allowed_operation_types,
        )

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
        try:
            result = await await_maybe(
                execute(
                    self._schema,
                    parsed.document,
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


def _is_allowed(
    document: DocumentNode, operation_name: str | None, allowed: Iterable[OperationType] | None
) -> bool:
    try:
        return get_operation_type(document, operation_name) in (allowed or OperationType)
    except RuntimeError:  # no such operation in it
        return False
