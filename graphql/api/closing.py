"""The closing archive of a concertation: an address to fetch it from, once it has been made."""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry import Private, field

from api.context import Info
from api.snapshot import Snapshot
from domain.rights import may
from store import closing_archives


@strawberry.type(
    description="One file, for everybody, by which anyone does the whole concertation again: `concertation verify`. "
    "Asking for it has it made, where it is not there or no longer tells all: ask again a little later."
)
class ClosingArchive:
    provisional: bool = field(description="Whether the concertation is not over yet.")
    url: str | None = field(
        description="Where to fetch it: GET, without a token. Nothing while it is being made. Relative to the address "
        "of the API unless the operator named one."
    )
    expires_at: datetime | None = field(description="Until when the download may begin.")
    sha256: str | None = field(description="SHA-256 of the file, in hexadecimal.")
    size: float | None = field(description="Bytes; a whole number.")
    at: datetime | None = field(description="When it was made.")
    seq: int | None = field(
        description="The number of its last event: less than that of the concertation where it is being made anew."
    )


@strawberry.type
class WithClosingArchive:
    """Fields of the type Concertation."""

    at: Private[Snapshot]

    @field(
        description="Its closing archive: for everybody once it is over, before that for its coordination. Nothing for "
        "others."
    )
    async def closing_archive(self, info: Info) -> ClosingArchive | None:
        process = self.at.process
        if not process.over and not may(info.context.viewer, "archive_before_the_end", process, self.at.now):
            return None
        kept = await info.context.reading.ask(lambda connection: closing_archives.ask(connection, self.at.id))
        if kept is None:
            return ClosingArchive(
                provisional=not process.over,
                url=None,
                expires_at=None,
                sha256=None,
                size=None,
                at=None,
                seq=None,
            )
        exporting = info.context.exporting
        until = self.at.now + exporting.within
        name = f"{process.slug}-{kept.seq}.zip"
        return ClosingArchive(
            provisional=not process.over,
            url=exporting.tickets.closing(self.at.id, kept.sha256, kept.size, name, until),
            expires_at=until.replace(microsecond=0),
            sha256=kept.sha256,
            size=float(kept.size),
            at=kept.made_at,
            seq=kept.seq,
        )
