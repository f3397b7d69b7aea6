"""Parsed documents are kept: parsing the same text again costs more than running it."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import GraphQLError
from strawberry.extensions import ParserCache


class Parsing(ParserCache):
    """Keeps what was parsed. Where parsing fails it stands back, so that the fault takes the way of all others."""

    def on_parse(self) -> Iterator[None]:
        """Parse, or find what was parsed."""
        context = self.execution_context
        try:
            context.graphql_document = self.cached_parse_document(context.query, **context.parse_options)
        except GraphQLError:
            context.graphql_document = None
        yield
