"""Bodies: the texts that commands and events name by id and digest. Kept first, named afterwards, never changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.acts import Body
from domain.digests import digest
from domain.free_text import LONGEST_BODY, is_storable, read
from domain.refusals import Code, Refusal
from store.identifiers import derived, parse, parse_many
from store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptBody:
    """A text, as a map from BCP-47 language tag to text."""

    id: str
    concertation: str | None
    #: What it is: `opinion`, `chapter`, `recommendation`, `reasons`, `record`, …
    kind: str
    content: dict[str, str]
    #: SHA-256 of the canonical JSON of `content`, in hexadecimal.
    digest: str
    author: str
    at: datetime


def named(identifier: str, content: dict[str, str]) -> Body:
    """Give what a command says of a text: its id and digest."""
    return Body(id=identifier, digest=digest(content))


def version_id(document: str, digest: str) -> str:
    """Name the body that holds one version of a document: a document keeps its id from version to version."""
    return derived(document, digest, "version")


def tidied(content: dict[str, str] | str, path: tuple[str, ...]) -> dict[str, str] | Refusal:
    """Bring a text (French if it names no language) into its one form, or say why it cannot be taken."""
    given = {"fr": content} if isinstance(content, str) else content
    if not given or not all(0 < len(tag) <= 35 and is_storable(tag) for tag in given):
        return Refusal(Code.TEXT_EMPTY if not given else Code.TEXT_INVALID, {}, path)
    taken: dict[str, str] = {}
    for tag, text in given.items():
        tidy = read(text, LONGEST_BODY, (*path, tag) if not isinstance(content, str) else path)
        if isinstance(tidy, Refusal):
            return tidy
        taken[tag] = tidy
    if sum(map(len, taken.values())) > LONGEST_BODY:
        return Refusal(Code.TEXT_TOO_LONG, {"longest": LONGEST_BODY}, path)
    return taken


async def put(
    connection: Connection,
    *,
    id: str,
    kind: str,
    content: dict[str, str],
    author: str,
    concertation: str | None = None,
) -> Body | Refusal:
    """Keep a text under an id of the caller's (store.identifiers.derived), and give what a command names it by.

    `content` comes from `tidied`. Kept already with the same content: nothing happens; with another: the key that the
    id was derived from was used before, and the text is refused.
    """
    body = named(id, content)
    same: bool = await connection.fetchval(
        "SELECT keep_text($1, $2, $3, $4, $5, $6)",
        parse(id),
        None if concertation is None else parse(concertation),
        kind,
        content,
        body.digest,
        author,
    )
    if not same:
        return Refusal(Code.IDEMPOTENCY_KEY_REUSED, {}, ("idempotencyKey",))
    return body


async def texts(
    connection: Connection, identifiers: Sequence[str], *, reader: str | None, concertations: Collection[str]
) -> dict[str, dict[str, str]]:
    """Give texts by id, of concertations that the reader may look into: one statement, for a data loader."""
    rows = await connection.fetch(
        "SELECT id, content FROM texts_of($1, $2, $3)",
        reader,
        parse_many(list(concertations)),
        parse_many(list(identifiers)),
    )
    return {str(row["id"]): row["content"] for row in rows}


async def get(connection: Connection, identifier: str) -> KeptBody | None:
    """Give a text by its id. For the worker alone."""
    return (await get_many(connection, [identifier])).get(identifier.lower())


async def get_many(connection: Connection, identifiers: Sequence[str]) -> dict[str, KeptBody]:
    """Give the texts that exist, by id: one statement. For the worker alone."""
    rows = await connection.fetch(
        "SELECT id, concertation, kind, content, digest, author, at FROM body WHERE id = ANY ($1::uuid[])",
        parse_many(list(identifiers)),
    )
    return {
        str(row["id"]): KeptBody(
            id=str(row["id"]),
            concertation=row["concertation"] and str(row["concertation"]),
            kind=row["kind"],
            content=row["content"],
            digest=row["digest"],
            author=row["author"],
            at=row["at"],
        )
        for row in rows
    }
