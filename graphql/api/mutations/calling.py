"""Registering webhooks, and removing them."""

from __future__ import annotations

import strawberry

from api.context import Info
from api.ids import read_global_id, uuid_text
from api.mutations.addressing import conducts, mutation_of, seen
from api.performing import Refusing, refuse
from api.webhooks import (
    MOST_KINDS,
    RegisterWebhookInput,
    RemoveWebhookInput,
    WebhookAccepted,
    WebhookResult,
)
from domain.free_text import is_storable, key_fault
from domain.noticing.hooks import is_address, shown
from domain.refusals import Code
from store import webhooks
from store.identifiers import derived


async def _register(info: Info, input: RegisterWebhookInput) -> WebhookAccepted:
    at = await seen(info, input.concertation_id)
    by = conducts(info, at, "keep_webhooks")
    fault = key_fault(input.idempotency_key)
    if fault is not None:
        raise Refusing(fault)
    if not is_address(input.url):
        raise refuse(Code.WEBHOOK_ADDRESS_REFUSED, "url")
    if len(input.kinds) > MOST_KINDS or not all(
        is_storable(kind) and len(kind) < 100 for kind in input.kinds
    ):
        raise refuse(Code.INPUT_INVALID, "kinds", longest=MOST_KINDS)
    id = derived(by, input.idempotency_key, f"webhook/{at.id}")
    secret = await info.context.reading.ask(
        lambda connection: webhooks.register(
            connection, id=id, concertation=at.id, url=input.url, kinds=input.kinds, by=by
        )
    )
    if secret is False:
        raise refuse(Code.IDEMPOTENCY_KEY_REUSED, "idempotency_key")
    info.context.changed = True
    return WebhookAccepted(at=at, secret=shown(secret) if isinstance(secret, bytes) else None)


async def _remove(info: Info, input: RemoveWebhookInput) -> WebhookAccepted:
    at = await seen(info, input.concertation_id)
    conducts(info, at, "keep_webhooks")
    found = read_global_id(input.webhook_id)
    key = uuid_text(found[1][1]) if found and found[0] == "Webhook" and len(found[1]) == 2 else None
    if key is None or not await info.context.reading.ask(
        lambda connection: webhooks.remove(connection, at.id, key)
    ):
        raise refuse(Code.UNKNOWN_WEBHOOK, "webhook_id")
    info.context.changed = True
    return WebhookAccepted(at=at, secret=None)


@strawberry.type
class WebhookMutations:
    """Fields of the type Mutation."""

    register_webhook = mutation_of(
        RegisterWebhookInput, _register, WebhookResult,
        "Tell another system of what happens from now on. Its secret is shown once.",
    )  # fmt: skip
    remove_webhook = mutation_of(
        RemoveWebhookInput, _remove, WebhookResult, "Tell another system of nothing any more."
    )
