"""The subscription, by a person of every role, here and in another concertation: no more than the ledger shows them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.house import House
from tests.api.sockets import connected, served
from tests.rights.scene import Scene
from tests.rights.test_fields import watchers

pytestmark = pytest.mark.postgres
LEDGER = """query($id: ID!, $after: Int) { concertation(id: $id) { ledger(first: 100, afterSeq: $after) {
    nodes { seq kind summary content actor { pseudonym } } } } }"""


async def told(house: House, scene: Scene, as_: str | None, until: int) -> list[Any]:
    """Give what the ledger shows somebody."""
    found: list[Any] = []
    while not found or found[-1]["seq"] < until:
        asked = {"id": scene.id, "after": found[-1]["seq"] if found else 0}
        found += (await house.ask(LEDGER, asked, as_))["concertation"]["ledger"]["nodes"]
    return [_said(event) for event in found]


def _said(event: Any) -> Any:
    return [event["seq"], event["kind"], event["summary"], event["content"], event["actor"]["pseudonym"]]


async def test_whoever_follows_is_told_what_the_ledger_shows_them(
    house: House, unbounded: None, capsys: pytest.CaptureFixture[str]
) -> None:
    scene, other = Scene(house, ""), Scene(house, "2")
    await scene.play()
    await other.begin()
    seq = (await scene.about("{ seq }"))["seq"]
    compared, hidden = 0, 0
    async with served(house.app) as address:
        for name, who in watchers(""):
            async with connected(address) as socket:
                token = f"Bearer {house.token(name)}" if name else None
                assert (await socket.begin(token))["type"] == "connection_ack"
                await socket.follow(scene.id, 0)
                events = [_said(event) for event in await socket.events(until=seq)]
            assert events == await told(house, scene, name, seq), who.label
            compared += len(events)
            hidden += sum(event[3] is None for event in events)
    assert hidden, "nothing in the scene is withheld"
    with capsys.disabled():
        print(
            f"\n{compared} events of the subscription compared with the ledger, by {len(watchers(''))} people."
        )
