"""The texts of a closing archive: what ledgers name by digests, in the canonical form that gives these."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from domain.acts import Body
from domain.digests import canonical, digest
from domain.process import Document
from store import bodies, files, questionnaires
from store.pool import Connection

_AT_ONCE = 200


async def texts(connection: Connection, named: Sequence[Body]) -> AsyncIterator[tuple[str, bytes]]:
    """Give texts by their digests, those that there are, each once, in their order."""
    given: set[str] = set()
    for first in range(0, len(named), _AT_ONCE):
        some = named[first : first + _AT_ONCE]
        kept = await bodies.get_many(connection, [body.id for body in some])
        for body in some:
            found = kept.get(body.id.lower())
            if found is not None and found.digest == body.digest and body.digest not in given:
                given.add(body.digest)
                yield body.digest, canonical(found.content)


async def documents(connection: Connection, attached: Sequence[Document]) -> AsyncIterator[tuple[str, bytes]]:
    """Give versions of documents by their digests; of one with files, its text besides."""
    asked = await questionnaires.get_many(connection, [document.digest for document in attached])
    ids = [bodies.version_id(document.id, document.digest) for document in attached]
    kept = await bodies.get_many(connection, ids)
    referrers = [files.document_referrer(document.id, document.digest) for document in attached]
    belonging = await files.of_referrers(connection, "document", referrers)
    given: set[str] = set()
    for document, id, referrer in zip(attached, ids, referrers, strict=True):
        for content in _contents(
            asked.get(document.digest), kept.get(id), [file.digest or "" for file in belonging[referrer]]
        ):
            written = canonical(content)
            if (named := digest(content)) not in given:
                given.add(named)
                yield named, written


def _contents(
    asked: questionnaires.Kept | None, kept: bodies.KeptBody | None, attached: Sequence[str]
) -> list[Any]:
    """Give what the digest of a document is of, and what that names by a digest in turn."""
    if asked is not None:
        return [questionnaires.definition_of(asked.questionnaire)]
    if kept is None:
        return []
    if not attached:
        return [kept.content]
    return [{"files": sorted(attached), "text": kept.digest}, kept.content]
