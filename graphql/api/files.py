"""Files: what is known of them, and where to fetch them, for those who may see what they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import ID, Private, argument, field

from api.context import Info
from api.ids import global_id, key_of, uuid_text
from api.nodes import Node
from api.snapshot import Snapshot
from api.viewing import sees_scan
from store import files
from store.files import Reference, document_referrer


@strawberry.type(description="A file: part of the information file, or of an answer.")
class File(Node):
    at: Private[Snapshot]
    row: Private[files.File]
    key: str = field(description="The UUID that an answer of the kind `file` names it by.")
    name: str = field(description="Its name, as whoever sent it called it.")
    size: int = field(description="Its size in bytes.")
    media_type: str = field(description="Its kind, as a media type; the content agrees with it.")
    digest: str | None = field(
        description="SHA-256 of its content, in hexadecimal; none until it has arrived."
    )
    sent_at: datetime | None = field(description="When its content arrived.")

    @field(
        description="Where to fetch it for some minutes: GET, without a token, whole or in part (`Range`). Relative to "
        "the address of the API unless the operator named one. None until its content has arrived."
    )
    def download_url(self, info: Info) -> str | None:
        if self.row.digest is None:
            return None
        filing = info.context.filing
        return filing.tickets.fetch(self.row.id, self.at.now + filing.download_within)


def file_of(at: Snapshot, row: files.File) -> File:
    """Make a file."""
    return File(
        id=global_id("File", at.id, row.id),
        at=at,
        row=row,
        key=row.id,
        name=row.name,
        size=row.size,
        media_type=row.media_type,
        digest=row.digest,
        sent_at=row.sent_at,
    )


def files_of(at: Snapshot, rows: Sequence[files.File]) -> list[File]:
    """Make the files that belong to something which the viewer sees."""
    return [file_of(at, row) for row in rows]


async def find_file(info: Info, id: str) -> File | None:
    """Give a file by its global id or its key; nothing for what there is not and for what may not be seen alike."""
    key = uuid_text(key_of(id, "File") or id)
    row = await info.context.reading.files.get(key) if key else None
    at = await info.context.reading.snapshot(row.concertation) if row else None
    if row is None or at is None:
        return None
    return file_of(at, row) if await _is_seen(info, at, row) else None


async def _is_seen(info: Info, at: Snapshot, row: files.File) -> bool:
    """Whoever sent a file sees it; everybody else sees what it belongs to, or does not see it."""
    if info.context.viewer.member == row.owner:
        return True
    references = await info.context.reading.files.references(row.id)
    if any(_is_attached(at, reference) for reference in references):
        return True
    for reference in references:
        if reference.kind == "contribution":
            seen = await info.context.reading.files.of_contribution(at, reference.referrer)
            if any(file.id == row.id for file in seen):
                return True
        if reference.kind == "scan" and await _is_seen_scan(info, at, reference.referrer):
            return True
    return False


async def _is_seen_scan(info: Info, at: Snapshot, contribution: str) -> bool:
    """Clerks see scans of their territory before anybody sees the contributions."""
    reading = info.context.reading
    row = (await reading.contributions(at, [contribution])).get(contribution)
    row = row or await reading.moderation.contribution(at.id, contribution)
    return row is not None and sees_scan(info.context.viewer, at, row, by_author=False)


def _is_attached(at: Snapshot, reference: Reference) -> bool:
    """Say whether a file belongs to the latest version of a document, which whoever sees the concertation sees."""
    return reference.kind == "document" and any(
        reference.referrer == document_referrer(document.id, document.digest)
        for document in at.process.documents.values()
    )


@strawberry.type
class FileQueries:
    """Fields of the type Query."""

    @field(description="A file, if the viewer sent it or sees what it belongs to.")
    async def file(
        self, info: Info, id: Annotated[ID, argument(description="Its id, or its key.")]
    ) -> File | None:
        return await find_file(info, id)
