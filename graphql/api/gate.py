"""The gate: how much one document may ask for, counted in one pass that fragments cannot multiply."""

from __future__ import annotations

from typing import Any, NamedTuple

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationRule,
)

DEEPEST = 20
MOST_FIELDS = 2_000
MOST_ROOTS = 20


class Size(NamedTuple):
    """How much a selection asks for: levels of nesting, and fields with their fragments written out."""

    depth: int
    fields: int


class Gate(ValidationRule):
    """Refuses a document that is too deep or asks for too much. Each fragment is measured once."""

    def __init__(self, context: Any) -> None:
        super().__init__(context)
        self._known: dict[str, Size] = {}

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
        """Measure an operation."""
        size = self._measure(node.selection_set)
        roots = len(node.selection_set.selections)
        for name, asked, most in (
            ("levels", size.depth, DEEPEST),
            ("fields", size.fields, MOST_FIELDS),
            ("fields at the top", roots, MOST_ROOTS),
        ):
            if asked > most:
                self.report_error(
                    GraphQLError(f"This operation asks for too much: more than {most} {name}.", [node])
                )

    def _measure(self, selected: SelectionSetNode | None) -> Size:
        depth = fields = 0
        for node in selected.selections if selected else ():
            if isinstance(node, FragmentSpreadNode):
                size = self._fragment(node.name.value)
            else:
                size = self._measure(node.selection_set)  # type: ignore[attr-defined]
                if isinstance(node, FieldNode):
                    size = Size(size.depth + 1, size.fields + 1)
            depth = max(depth, size.depth)
            fields += size.fields
        return Size(depth, fields)

    def _fragment(self, name: str) -> Size:
        if name not in self._known:
            self._known[name] = Size(0, 0)  # what a cycle meets; another rule refuses cycles
            fragment: FragmentDefinitionNode | None = self.context.get_fragment(name)
            if fragment is not None:
                self._known[name] = self._measure(fragment.selection_set)
        return self._known[name]
