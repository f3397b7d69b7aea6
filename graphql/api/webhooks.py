"""Webhooks: other systems that are told of what happens in a concertation."""

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
from store import webhooks
from store.webhooks import Webhook as Row

MOST_KINDS = 100


@strawberry.type(description="Another system that is told of the events of a concertation, with a signature.")
class Webhook:
    id: ID = field(description="Its id.")
    url: str = field(description="The address that is called.")
    kinds: list[str] = field(description="The kinds of events; none: all of them.")
    made_at: datetime = field(description="Since when: what happened before is not told.")
    failing_since: datetime | None = field(description="Since when it has not answered as it should.")
    disabled_at: datetime | None = field(
        description="When it had failed for five days: it is called no more. Register it again."
    )


@strawberry.input(
    description="Another system to tell of events, as Standard Webhooks says: signed, each with an id that stays the "
    "same when it is sent again. It says what happened, and where to read of it, never a text."
)
class RegisterWebhookInput:
    idempotency_key: str = field(
        description="Chosen by the client, 200 characters at most. The secret is given only once, whatever the key."
    )
    concertation_id: ID = field(description="The concertation.")
    url: str = field(description="The address to call: https.")
    kinds: list[str] = field(default_factory=list, description="Kinds of events; none: all of them.")


@strawberry.input(description="A webhook that is to be called no more.")
class RemoveWebhookInput:
    concertation_id: ID = field(description="The concertation.")
    webhook_id: ID = field(description="The webhook.")


@strawberry.type(description="It is registered, or removed.")
class WebhookAccepted:
    at: Private[Snapshot]
    secret: str | None = field(description="What its signatures are made with, shown this once.")

    @field(description="The webhooks of the concertation, as they are now.")
    async def webhooks(self, info: Info) -> list[Webhook]:
        return await webhooks_of(info, self.at)


WebhookResult = Annotated[
    WebhookAccepted | NotAllowed | IdempotencyKeyReused | Refused,
    strawberry.union("WebhookResult", description="What mutations about webhooks answer."),
]


async def webhooks_of(info: Info, at: Snapshot) -> list[Webhook]:
    """Give the webhooks to those who conduct the concertation; to others none."""
    if not may(info.context.viewer, "keep_webhooks", at.process, at.now, WHOLE):
        return []
    rows = await info.context.reading.ask(lambda connection: webhooks.of_concertation(connection, at.id))
    return [_webhook(at, row) for row in rows]


def _webhook(at: Snapshot, row: Row) -> Webhook:
    return Webhook(
        id=global_id("Webhook", at.id, row.id),
        url=row.url,
        kinds=list(row.kinds),
        made_at=row.made_at,
        failing_since=row.failing_since,
        disabled_at=row.disabled_at,
    )
