"""The scans of forms that come in batches: taken in by whoever has the files, kept with what was typed from them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from domain.refusals import Finding, Refusal
from store.contributions import Receipt, Submission
from store.enclosing import submit_with_files
from store.identifiers import derived, parse
from store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A scan whose content was looked into and is in its place, unless nothing is to be kept."""

    #: As the file of forms calls it.
    name: str
    media_type: str
    #: Bytes.
    size: int
    #: SHA-256 of the content, in hexadecimal.
    digest: str


class Scans(Protocol):
    """Takes scans in."""

    async def take(self, name: str) -> Scan | Refusal | Finding:
        """Take in the scan of this name, or say what is wrong with it. Again: the same."""
        ...


class _Refused(Exception):
    """What refuses a contribution takes its scan back."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__()
        self.refusal = refusal


async def submit_with_scan(
    connection: Connection, submission: Submission, scan: Scan | None
) -> Receipt | Refusal:
    """Take a contribution with the scan of its form, as a file of who enters it; both or none."""
    if scan is None:
        return await submit_with_files(connection, submission)
    # The same form with the same scan again is the same file.
    file = derived(submission.concertation, f"{submission.key}/{scan.digest}", "scan of a form")
    try:
        async with connection.transaction():
            await _keep(connection, submission, scan, file)
            answer = await submit_with_files(connection, replace(submission, scan=file))
            if isinstance(answer, Refusal):
                raise _Refused(answer)
            return answer
    except _Refused as refused:
        return refused.refusal


async def _keep(connection: Connection, submission: Submission, scan: Scan, file: str) -> None:
    await connection.execute(
        "INSERT INTO file_content (digest, size, kept_at) VALUES ($1, $2, instant()) ON CONFLICT DO NOTHING",
        bytes.fromhex(scan.digest),
        scan.size,
    )
    await connection.execute(
        """
        INSERT INTO file (id, concertation, stage, owner, name, media_type, size, requested_at, digest, sent_at)
        SELECT $1, $2, $3, $4, $5, $6, $7, now, $8, now FROM instant() AS now ON CONFLICT (id) DO NOTHING
        """,
        parse(file),
        parse(submission.concertation),
        submission.stage,
        submission.actor,
        scan.name,
        scan.media_type,
        scan.size,
        bytes.fromhex(scan.digest),
    )
