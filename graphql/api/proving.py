"""Documents that were proven once are executed without being asked again.

A document that parsed, kept to the limits and is valid is so for ever: the schema does not change while the process
runs. What Strawberry does around each execution then costs as much as a small mutation itself, and does nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, cast

import strawberry
from graphql import DocumentNode, GraphQLError, execute
from strawberry.execution.is_awaitable import optimized_is_awaitable
from strawberry.extensions import ValidationCache
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType
from strawberry.utils.await_maybe import await_maybe
from strawberry.utils.operation import get_operation_type

from api.masking import masked

MOST = 256
"""So many documents are remembered, those asked for lately."""


class ProvingSchema(strawberry.Schema):
    """A schema that remembers which documents it has found good."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begin with none."""
        super().__init__(*args, **kwargs)
        self._proven: OrderedDict[str, DocumentNode] = OrderedDict()

    @cached_property
    def contract(self) -> str:
        """The schema in GraphQL's schema language, written when it is first asked for: some 0.1 s."""
        return self.as_str()

    def forget(self) -> None:
        """Remember no document any more."""
        self._proven.clear()

    def prove(self, query: str, document: DocumentNode) -> None:
        """Remember a document."""
        self._proven[query] = document
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
        """Execute a proven document at once; take any other the long way, through all extensions."""
        document = self.proven(query or "", operation_name, allowed_operation_types)
        if document is None:
            return await super().execute(
                query,
                variable_values,
                context_value,
                root_value,
                operation_name,
                allowed_operation_types,
                operation_extensions,
            )
        return await self.execute_proven(document, variable_values, context_value, operation_name)

    def proven(
        self,
        query: str,
        operation_name: str | None,
        allowed_operation_types: Iterable[OperationType] | None = None,
    ) -> DocumentNode | None:
        """Give the document of this text, if it was proven and its operation is one of those that are allowed."""
        document = self._proven.get(query)
        allowed = document is not None and _is_allowed(document, operation_name, allowed_operation_types)
        return document if allowed else None

    async def execute_proven(
        self,
        document: DocumentNode,
        variables: dict[str, Any] | None,
        context: Any,
        operation_name: str | None = None,
    ) -> ExecutionResult:
        """Execute what `proven` gave."""
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
        return ExecutionResult(data, [masked(error, context) for error in errors or ()] or None)


class Proving(ValidationCache):
    """Validates, and lets the schema remember what is valid."""

    def on_validate(self) -> Iterator[None]:
        """Validate, or find what was validated."""
        yield from super().on_validate()
        context = self.execution_context
        if not context.pre_execution_errors and context.query and context.graphql_document:
            schema = context.schema
            assert isinstance(schema, ProvingSchema)
            schema.prove(context.query, context.graphql_document)


def _is_allowed(
    document: DocumentNode, operation_name: str | None, allowed: Iterable[OperationType] | None
) -> bool:
    try:
        return get_operation_type(document, operation_name) in (allowed or OperationType)
    except RuntimeError:  # no such operation in it
        return False
