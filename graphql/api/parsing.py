"""Documents as they were parsed and measured: kept, since parsing the same text again costs more than running it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import NamedTuple

from graphql import DocumentNode, GraphQLError, GraphQLSchema, parse
from strawberry.extensions import SchemaExtension

from api.faults import AsksTooMuch, Bound
from api.gate import Measure, measure

MOST_CHARACTERS = 100_000
MOST_TOKENS = 1_500


class Parsed(NamedTuple):
    """A document that parses and, as such, keeps to the bounds, with what its operations cost."""

    document: DocumentNode
    measure: Measure


class Documents:
    """The documents asked lately, and why some of them are refused."""

    def __init__(self, schema: GraphQLSchema, most: int = 256) -> None:
        """Remember `most` of them."""
        self._schema = schema
        self._most = most
        self._known: OrderedDict[str, Parsed | GraphQLError] = OrderedDict()

    def read(self, text: str) -> Parsed | GraphQLError:
        """Parse and measure a document, or give why it is refused."""
        if len(text) > MOST_CHARACTERS:
            return AsksTooMuch(Bound.CHARACTERS, len(text), MOST_CHARACTERS)
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = self._read(text)
            if len(self._known) > self._most:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(text)
        return known

    def _read(self, text: str) -> Parsed | GraphQLError:
        try:
            document = parse(text, max_lexical_tokens=MOST_TOKENS, max_comments=MOST_TOKENS)
            found = measure(document, self._schema)
        except GraphQLError as fault:
            if _is_too_long(fault):
                return AsksTooMuch(Bound.TOKENS, MOST_TOKENS + 1, MOST_TOKENS)
            return fault.with_traceback(None)  # what is kept keeps no frames
        return found.refusal() or Parsed(document, found)


class Parsing(SchemaExtension):
    """Spares Strawberry parsing what was parsed at the gate."""

    def __init__(self, documents: Documents) -> None:
        """Look among these documents."""
        self._documents = documents

    def on_parse(self) -> Iterator[None]:
        """Give what was parsed."""
        context = self.execution_context
        known = self._documents.read(context.query or "")
        context.graphql_document = known.document if isinstance(known, Parsed) else None
        yield


def _is_too_long(fault: GraphQLError) -> bool:
    """Tell by its words: graphql-core has no class for it."""
    return "Document contains more than" in fault.message
