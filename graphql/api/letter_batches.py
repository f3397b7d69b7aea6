"""Letters to those who have no mail address that works: printed in batches, which can be printed again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import ID, Private, field

from api.context import Info
from api.ids import global_id
from api.refusals import IdempotencyKeyReused, NotAllowed, Refused
from api.snapshot import Snapshot
from domain.rights import WHOLE, may
from store import letters
from store.letters import Batch


@strawberry.type(description="Letters that were printed together, as one PDF.")
class LetterBatch:
    at: Private[Snapshot]
    row: Private[Batch]
    id: ID = field(description="Its id.")
    count: int = field(description="How many letters: one for each recipient.")
    made_at: datetime = field(description="When it was made: what came after is not in it.")

    @field(
        description="Where to fetch the PDF for some minutes: GET, without a token. Always the same. Relative to the "
        "address of the API unless the operator named one."
    )
    def url(self, info: Info) -> str:
        until = self.at.now + info.context.exporting.within
        return info.context.letters.address(self.at.id, self.row.id, until)


@strawberry.input(
    description="The letters that wait, to be printed: 500 at most, the oldest first. Each is for one recipient and "
    "tells all that waits for them."
)
class PrintLettersInput:
    idempotency_key: str = field(
        description="Chosen by the client, 200 characters at most. The same key is the same batch."
    )
    concertation_id: ID = field(description="The concertation.")


@strawberry.type(description="They are in a batch.")
class LettersAccepted:
    batch: LetterBatch | None = field(description="The batch; none where no letter waits.")


PrintLettersResult = Annotated[
    LettersAccepted | NotAllowed | IdempotencyKeyReused | Refused,
    strawberry.union("PrintLettersResult", description="What `printLetters` answers."),
]


@strawberry.type
class WithLetters:
    at: Private[Snapshot]

    @field(description="The batches of letters, the latest first; shown to those who conduct it.")
    async def letter_batches(self, info: Info) -> list[LetterBatch]:
        return await batches_of(info, self.at)


async def batches_of(info: Info, at: Snapshot) -> list[LetterBatch]:
    """Give the batches to those who conduct the concertation; to others none."""
    if not may(info.context.viewer, "keep_notices", at.process, at.now, WHOLE):
        return []
    rows = await info.context.reading.ask(lambda connection: letters.batches(connection, at.id))
    return [
        LetterBatch(
            at=at, row=row, id=global_id("LetterBatch", at.id, row.id), count=row.letters, made_at=row.made_at
        )
        for row in rows
    ]
