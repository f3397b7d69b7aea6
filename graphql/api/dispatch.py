"""How the notices of a concertation fared, for those who conduct it: to whom, by which way, whether they came."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import strawberry
from strawberry import ID, Private, argument, field

from api.context import Info
from api.ids import global_id
from api.notices import MOST_NOTICES, NoticeState
from api.organisations import Organisation, organisation_of
from api.people import Member, person_of
from api.refusals import NotAllowed, Refused
from api.snapshot import Snapshot
from domain.rights import WHOLE, may
from domain.texts import localised
from store import dispatch
from store.dispatch import Dispatched


class NoticeChannel(StrEnum):
    """By which way a notice goes."""

    MAIL = "mail"
    LETTER = "letter"
    WEBHOOK = "webhook"


strawberry.enum(NoticeChannel, name="NoticeChannel", description="By which way a notice goes.")
_SENTENCES = {
    NoticeChannel.MAIL: "By mail.",
    NoticeChannel.LETTER: "On paper, for whoever has no mail address that works.",
    NoticeChannel.WEBHOOK: "To another system.",
}
for _value in vars(NoticeChannel)["__strawberry_definition__"].values:
    _value.description = _SENTENCES[NoticeChannel(_value.value)]


@strawberry.type(
    description="One occasion told to one recipient by one way, for those who conduct the concertation."
)
class DispatchedNotice:
    at_process: Private[Snapshot]
    row: Private[Dispatched]
    languages: Private[tuple[str, ...]]
    id: ID = field(description="Its id.")
    kind: str = field(description="The kind of event, or of what else happened.")
    channel: NoticeChannel = field(description="By which way.")
    state: NoticeState = field(description="Where it stands.")
    attempts: int = field(description="How often it was tried.")
    at: datetime = field(description="When it happened.")
    next_at: datetime | None = field(description="When it goes, for the first time or again.")
    sent_at: datetime | None = field(description="When it was taken, or printed.")
    fault: str | None = field(description="What the other side said the last time, without addresses.")

    @field(description="Its title, in the language of the request.")
    def subject(self) -> str:
        return localised(self.row.subject, self.languages)

    @field(description="The member that it is for, if it is for one.")
    def member(self) -> Member | None:
        kind, _, key = self.row.recipient.partition("/")
        return person_of(self.at_process, key) if kind == "member" else None

    @field(description="The organisation that it is for, if it is for one.")
    async def organisation(self, info: Info) -> Organisation | None:
        kind, _, key = self.row.recipient.partition("/")
        if kind != "organisation":
            return None
        found = await info.context.reading.organisation(self.at_process.id, key)
        return organisation_of(self.at_process, found) if found else None


@strawberry.type(description="How many notices of one way are in one state.")
class NoticeCount:
    channel: NoticeChannel = field(description="The way.")
    state: NoticeState = field(description="The state.")
    count: int = field(description="How many.")


@strawberry.input(
    description="Notices that have failed, to be sent again. Their addresses are tried again, too."
)
class RetryNoticeInput:
    concertation_id: ID = field(description="The concertation.")
    notice_id: ID | None = field(
        default=None, description="The notice. Unset: all that have failed, the latest 200."
    )


@strawberry.type(description="They will go again.")
class RetryAccepted:
    at: Private[Snapshot]

    @field(description="The notices that have failed still.")
    async def failed(self, info: Info) -> list[DispatchedNotice]:
        return await dispatched_of(info, self.at, NoticeState.FAILED, MOST_NOTICES)


RetryResult = Annotated[
    RetryAccepted | NotAllowed | Refused,
    strawberry.union("RetryResult", description="What `retryNotice` answers."),
]


@strawberry.type
class WithNotices:
    at: Private[Snapshot]

    @field(description="Its notices, the latest first; shown to those who conduct it, to others none.")
    async def notices(
        self,
        info: Info,
        state: Annotated[NoticeState | None, argument(description="In this state alone.")] = None,
        first: Annotated[int, argument(description="So many, 200 at most.")] = 50,
    ) -> list[DispatchedNotice]:
        return await dispatched_of(info, self.at, state, max(0, min(first, MOST_NOTICES)))

    @field(description="How many notices there are, by way and state; shown to those who conduct it.")
    async def notice_counts(self, info: Info) -> list[NoticeCount]:
        if not _may(info, self.at):
            return []
        found = await info.context.reading.ask(lambda connection: dispatch.counts(connection, self.at.id))
        return [
            NoticeCount(channel=NoticeChannel(channel), state=NoticeState(state), count=number)
            for (channel, state), number in found.items()
        ]


async def dispatched_of(
    info: Info, at: Snapshot, state: NoticeState | None, most: int
) -> list[DispatchedNotice]:
    """Give the notices to those who conduct the concertation; to others none."""
    if not _may(info, at):
        return []
    rows = await info.context.reading.ask(
        lambda connection: dispatch.dispatched(connection, at.id, state.value if state else None, most)
    )
    return [
        DispatchedNotice(
            at_process=at,
            row=row,
            languages=info.context.languages,
            id=global_id("Notice", at.id, row.id),
            kind=row.kind,
            channel=NoticeChannel(row.channel),
            state=NoticeState(row.state),
            attempts=row.attempts,
            at=row.at,
            next_at=row.next_at,
            sent_at=row.sent_at,
            fault=row.fault,
        )
        for row in rows
    ]


def _may(info: Info, at: Snapshot) -> bool:
    return may(info.context.viewer, "keep_notices", at.process, at.now, WHOLE)
