"""Files: announced, received, referred to. Their contents are kept by digest, outside PostgreSQL (server/files)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import asyncpg

from domain.files.permission import MOST_WAITING
from domain.refusals import Code, Refusal
from store.identifiers import parse, parse_many
from store.pool import Connection

ReferrerKind = Literal["document", "contribution", "draft", "scan"]
"""What a file can belong to."""

_COLUMNS = "id, concertation, stage, owner, name, media_type, size, requested_at, digest, sent_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that was announced and, perhaps, received."""

    id: str
    concertation: str
    #: The key of the stage that it was sent for; unset: the concertation as a whole.
    stage: str | None
    #: The member who sends it.
    owner: str
    #: As its owner called it. Personal data: neither in ledgers nor in logs.
    name: str
    media_type: str
    #: Bytes.
    size: int
    requested_at: datetime
    #: SHA-256 of the content in hexadecimal; unset until it has arrived.
    digest: str | None = None
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """That a file belongs to something."""

    file: str
    kind: ReferrerKind
    #: See `document_referrer` for documents; the id of the contribution or draft.
    referrer: str


def document_referrer(document: str, digest: str) -> str:
    """Name a version of a document as what files belong to."""
    return f"{document}/{digest}"


async def request(
    connection: Connection,
    *,
    id: str,
    concertation: str,
    stage: str | None,
    owner: str,
    name: str,
    media_type: str,
    size: int,
) -> tuple[File, datetime] | Refusal:
    """Announce a file under an id of the caller's (store.identifiers.derived); gives it with the instant.

    Announced already with the same words: the file as it is. With others: the key that the id is from was used before.
    """
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS}, instant() AS now FROM announce_file($1, $2, $3, $4, $5, $6, $7, $8)",
        parse(id),
        parse(concertation),
        stage,
        owner,
        name,
        media_type,
        size,
        MOST_WAITING,
    )
    if row is None:
        return Refusal(Code.TOO_MANY_FILES_WAITING, {"most": MOST_WAITING})
    file = _file(row)
    said = (file.concertation, file.stage, file.owner, file.name, file.media_type, file.size)
    if said != (concertation, stage, owner, name, media_type, size):
        return Refusal(Code.IDEMPOTENCY_KEY_REUSED, {}, ("idempotencyKey",))
    return file, row["now"]


async def ticketed(connection: Connection, id: str) -> tuple[File | None, datetime]:
    """Give a file by its id, and the instant to hold its ticket against."""
    row = await connection.fetchrow(
        f"""
        SELECT {_COLUMNS}, now FROM (SELECT instant() AS now) AS clock
        LEFT JOIN files_of(ARRAY[$1::uuid]) ON true
        """,
        parse(id),
    )
    assert row is not None
    return (_file(row) if row["id"] is not None else None), row["now"]


async def keep(connection: Connection, digest: str, size: int) -> None:
    """Say that a content is about to be put into its place: from now on for a day nobody removes it."""
    await connection.execute(
        """
        INSERT INTO file_content (digest, size, kept_at) VALUES ($1, $2, instant())
        ON CONFLICT (digest) DO UPDATE SET kept_at = instant()
        """,
        bytes.fromhex(digest),
        size,
    )


async def is_had(connection: Connection, digest: str, concertation: str | None = None) -> bool:
    """Say whether a file that was received has this content (one of this concertation): then it is in its place."""
    had: bool = await connection.fetchval(
        """
        SELECT EXISTS (
            SELECT FROM file f WHERE f.digest = $1 AND f.destroyed_at IS NULL
                AND ($2::uuid IS NULL OR f.concertation = $2))
        """,
        bytes.fromhex(digest),
        parse(concertation) if concertation else None,
    )
    return had


async def receive(connection: Connection, id: str, digest: str) -> File | Refusal:
    """Say that the content of a file, already in its place, has arrived. A file receives one content, once."""
    await connection.execute(
        "UPDATE file SET digest = $2, sent_at = instant() WHERE id = $1 AND digest IS NULL",
        parse(id),
        bytes.fromhex(digest),
    )
    file = (await get_many(connection, [id])).get(id)
    if file is None:
        return Refusal(Code.UNKNOWN_FILE)
    return file if file.digest == digest else Refusal(Code.FILE_ALREADY_SENT)


async def get_many(connection: Connection, ids: Sequence[str]) -> dict[str, File]:
    """Give the files that there are, by id: one statement, for a data loader. Destroyed ones are none."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM files_of($1)",
        parse_many(list(ids)),
    )
    return {str(row["id"]): _file(row) for row in rows}


async def belongs(
    connection: Connection, ids: Sequence[str], *, concertation: str, stage: str | None, owner: str
) -> Refusal | None:
    """Say why these files cannot be referred to by something of `owner` in a stage (none: the whole concertation).

    They must have arrived, and be the owner's own, sent for that stage of that concertation or for the whole of it.
    """
    if not ids:
        return None
    found = await get_many(connection, ids)
    for id in ids:
        file = found.get(id)
        if file is None or file.concertation != concertation:
            return Refusal(Code.UNKNOWN_FILE, {"file": id}, ("files",))
        if file.owner != owner or file.stage not in (None, stage):
            return Refusal(Code.FILE_ELSEWHERE, {"file": id}, ("files",))
        if file.digest is None:
            return Refusal(Code.FILE_NOT_SENT, {"file": id}, ("files",))
    return None


async def refer(
    connection: Connection, ids: Sequence[str], *, kind: ReferrerKind, referrer: str
) -> Refusal | None:
    """Let files belong to something; asked again, nothing happens. In the transaction of what refers to them.

    A file that is being collected at this moment is waited for, and then unknown.
    """
    if not ids:
        return None
    try:
        async with connection.transaction():
            await connection.execute(
                """
                INSERT INTO file_reference (file, kind, referrer, at)
                SELECT file, $2, $3, instant() FROM unnest($1::uuid[]) AS file ON CONFLICT DO NOTHING
                """,
                parse_many(list(ids)),
                kind,
                referrer,
            )
    except asyncpg.ForeignKeyViolationError:
        return Refusal(Code.UNKNOWN_FILE, {}, ("files",))
    return None


async def let_go(connection: Connection, draft: str) -> None:
    """Let the files of a draft belong to it no longer: it was sent, changed or thrown away."""
    await connection.execute("SELECT let_go_of_draft($1)", draft)


async def references(connection: Connection, ids: Sequence[str]) -> dict[str, list[Reference]]:
    """Give what files belong to, by file."""
    rows = await connection.fetch(
        "SELECT file, kind, referrer FROM references_of($1) ORDER BY at, referrer",
        parse_many(list(ids)),
    )
    found: dict[str, list[Reference]] = {id: [] for id in ids}
    for row in rows:
        found[str(row["file"])].append(
            Reference(file=str(row["file"]), kind=row["kind"], referrer=row["referrer"])
        )
    return found


async def of_referrers(
    connection: Connection, kind: ReferrerKind, referrers: Sequence[str]
) -> dict[str, list[File]]:
    """Give the files that belong to each of several things, in the order of their names."""
    rows = await connection.fetch(
        "SELECT r.referrer, (r.file).* FROM files_referred($1, $2) r ORDER BY (r.file).name, (r.file).id",
        kind,
        list(referrers),
    )
    found: dict[str, list[File]] = {referrer: [] for referrer in referrers}
    for row in rows:
        found[row["referrer"]].append(_file(row))
    return found


async def of_contributions(
    connection: Connection,
    ids: Sequence[str],
    *,
    reader: str | None,
    sees_all_of: str | None,
    sees_hidden: bool = False,
) -> dict[str, list[File]]:
    """Give the files of those contributions that the reader sees with their text (store.contributions.get_many).

    `sees_hidden`: the reader moderates, and sees what moderation hides. What it destroyed, nobody sees.
    """
    rows = await connection.fetch(
        """
        SELECT r.referrer, (r.file).*
        FROM contribution_get($1, $2, $3) c JOIN files_referred('contribution', $5) r ON r.referrer = c.id::text
        WHERE c.redacted_at IS NULL AND (c.hidden_at IS NULL OR c.member = $1 OR $4)
        ORDER BY (r.file).name, (r.file).id
        """,
        reader,
        parse(sees_all_of) if sees_all_of else None,
        parse_many(list(ids)),
        sees_hidden,
        [str(id) for id in parse_many(list(ids))],
    )
    found: dict[str, list[File]] = {id: [] for id in ids}
    for row in rows:
        found[row["referrer"]].append(_file(row))
    return found


def _file(row: asyncpg.Record) -> File:
    return File(
        id=str(row["id"]),
        concertation=str(row["concertation"]),
        stage=row["stage"],
        owner=row["owner"],
        name=row["name"],
        media_type=row["media_type"],
        size=row["size"],
        requested_at=row["requested_at"],
        digest=row["digest"].hex() if row["digest"] else None,
        sent_at=row["sent_at"],
    )
