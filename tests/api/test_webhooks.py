"""Who conducts a concertation registers webhooks; the secret is shown once."""

from __future__ import annotations

import pytest

from tests.api.stage import Stage

pytestmark = pytest.mark.postgres
URL = "https://exemple.fr/crochet"


async def test_one_is_registered_once_and_removed(stage: Stage) -> None:
    await stage.draft()
    given = {"idempotencyKey": "k", "concertationId": stage.id, "url": URL, "kinds": ["stage_opened"]}
    first = await stage.house.done("RegisterWebhook", "coordinator", **given)
    assert first["secret"].startswith("whsec_")
    (kept,) = first["webhooks"]
    assert (kept["url"], kept["kinds"]) == (URL, ["stage_opened"])
    again = await stage.house.done("RegisterWebhook", "coordinator", **given)
    assert (again["secret"], again["webhooks"]) == (None, [kept])
    await stage.house.refused(
        "IDEMPOTENCY_KEY_REUSED", "RegisterWebhook", "coordinator", **given | {"url": f"{URL}2"}
    )
    for name, seen in (("coordinator", [kept]), (None, None)):
        found = (await stage.house.ask("Webhooks", {"id": stage.id}, name))["concertation"]
        assert (found and found["webhooks"]) == seen
    for _ in range(2):
        removed = await stage.house.done_without_key(
            "RemoveWebhook", "coordinator", concertationId=stage.id, webhookId=kept["id"]
        )
        assert removed["webhooks"] == []


@pytest.mark.parametrize("url", ["http://exemple.fr", "https://u:p@exemple.fr", "x"])
async def test_an_address_that_cannot_be_called_is_refused(stage: Stage, url: str) -> None:
    await stage.draft()
    await stage.house.refused(
        "WEBHOOK_ADDRESS_REFUSED", "RegisterWebhook", "coordinator", concertationId=stage.id, url=url
    )


async def test_nobody_else_registers_any_and_none_that_there_is_not_is_removed(stage: Stage) -> None:
    await stage.open()
    for name in ("citizen", "chair", None):
        await stage.house.refused("NOT_ALLOWED", "RegisterWebhook", name, concertationId=stage.id, url=URL)
    found = await stage.house.ask("Webhooks", {"id": stage.id}, "citizen")
    assert found["concertation"]["webhooks"] == []
    answer = await stage.house.ask(
        "RemoveWebhook", {"input": {"concertationId": stage.id, "webhookId": stage.id}}, "coordinator"
    )
    assert answer["removeWebhook"]["code"] == "UNKNOWN_WEBHOOK"
