"""Trusted documents: those of graphql/operations, which this version was made and tested with, by their digests.

What a page of ours may ask under the cookie of a browser is fixed: a script that somebody smuggled into one asks
nothing else. Programs with a token of their own ask what they like, under the gate; whoever likes, by digest. Sources:
Appendix A "Persisted Documents" of GraphQL over HTTP; `persistedQuery` as Apollo's clients send it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import sha256

from graphql import GraphQLError

from api.faults import FaultCode
from domain.texts import text
from server.demo.documents import documents
from server.settings import Settings, Trusting

_PREFIX = "sha256:"
_NAME = re.compile(r"\b(?:query|mutation|subscription)\s+(\w+)")
_NOT_FOUND = "PersistedQueryNotFound"
"""What clients look for before they send the text: urql reads nothing else."""


class DocumentRefused(GraphQLError):
    """A document that is not executed: nobody here knows its digest, or it may not be asked by whoever asks."""

    def __init__(self, code: FaultCode, languages: Sequence[str] = ("fr",)) -> None:
        """Say which of the two."""
        self.code = code
        sentence = text(f"fault.{code}", languages)
        if code is FaultCode.PERSISTED_QUERY_NOT_FOUND:
            super().__init__(_NOT_FOUND, extensions={"code": code.value, "reason": sentence})
        else:
            super().__init__(sentence, extensions={"code": code.value})

    def said(self, languages: Sequence[str]) -> DocumentRefused:
        """Say the same in the languages of whoever asks."""
        return DocumentRefused(self.code, languages)


class TrustedDocuments:
    """Knows the trusted documents, and who may ask no others."""

    def __init__(self, texts: Iterable[str], whom: Trusting) -> None:
        """Trust these, as they are written and without the white space at their end."""
        self._texts = {form for one in texts for form in (one, one.rstrip())}
        self._by_digest = {digest(one): one for one in self._texts}
        self._whom = whom
        self._names = {one: named[1] for one in self._texts if (named := _NAME.search(one))}

    def name(self, query: str) -> str | None:
        """Give the name of a document of ours; those of others name themselves as they like."""
        return self._names.get(query)

    @staticmethod
    def of(settings: Settings) -> TrustedDocuments:
        """Trust the project's own, as far as an operator decided."""
        return _ours(settings.trusting)

    def named(self, id: str) -> str:
        """Give the document that an identifier names: `sha256:` and 64 hexadecimal digits, or those alone.

        Raises:
            DocumentRefused: no document here has that name.
        """
        found = self._by_digest.get(id.removeprefix(_PREFIX))
        if found is None:
            raise DocumentRefused(FaultCode.PERSISTED_QUERY_NOT_FOUND)
        return found

    def require(self, query: str, *, by_cookie: bool) -> None:
        """Let a document pass, or not, for somebody whom a browser's cookie stands for, or for anybody else.

        Raises:
            DocumentRefused: they may ask trusted documents alone, and this is none.
        """
        if self._whom == "off" or (self._whom == "cookie" and not by_cookie):
            return
        if query not in self._texts:
            raise DocumentRefused(FaultCode.DOCUMENT_NOT_TRUSTED)


@cache
def _ours(whom: Trusting) -> TrustedDocuments:
    return TrustedDocuments(documents(), whom)


def digest(query: str) -> str:
    """Give the digest of a document: SHA-256 over its text in UTF-8, in hexadecimal digits."""
    return sha256(query.encode()).hexdigest()
