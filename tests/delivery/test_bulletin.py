"""Bulletins: what somebody wants once a day or once a week comes together; what is urgent never waits."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from store.contacts import set_contact
from store.pool import Pool
from tests.delivery.conftest import Post
from tests.delivery.receiving import OwnController, Receiver

pytestmark = pytest.mark.postgres
PARIS = ZoneInfo("Europe/Paris")


async def wants(app: Pool, member: str, **often: str) -> None:
    async with app.acquire() as connection:
        await set_contact(connection, member, wants=often)


async def goes_at(post: Post) -> list[datetime]:
    """When the bundled notices go, in Paris."""
    rows = await post.worker.fetch("SELECT DISTINCT next_at FROM notice WHERE state = 'bundled' ORDER BY 1")
    return [row["next_at"].astimezone(PARIS) for row in rows]


async def test_a_daily_bulletin_comes_at_seven_with_all_of_the_day_and_urgent_notices_at_once(
    post: Post, receiver: Receiver, server: OwnController, app: Pool
) -> None:
    await wants(app, "m0", calendar="daily")
    await post.write(1)
    await post.write(1, key="event/2")
    await post.write(1, kind="ballot_opened", key="event/3")
    await post.send()
    assert await post.states() == {"bundled": 2, "sent": 1}
    (at,) = await goes_at(post)
    assert at.hour == 7
    assert at.minute == 0
    assert timedelta() < at - await post.clock.now() <= timedelta(hours=25)
    await post.clock.reach(at)
    await post.send()
    await post.send()
    _, bulletin = receiver.taken
    assert "Bulletin du" in bulletin["Subject"]
    body = bulletin.get_body(("plain",))
    assert body is not None
    assert body.get_content().count("Étape « Appel » ouverte.") == 2
    assert body.get_content().count("Stage “Appel” opened.") == 2
    assert bulletin["List-Unsubscribe"] is not None
    assert await post.states() == {"bundled": 2, "sent": 2}


async def test_a_weekly_bulletin_comes_on_monday(
    post: Post, receiver: Receiver, server: OwnController, app: Pool
) -> None:
    await wants(app, "m0", calendar="weekly")
    await post.write(2)
    (at,) = await goes_at(post)
    assert (at.weekday(), at.hour) == (0, 7)
    assert timedelta() < at - await post.clock.now() <= timedelta(days=7, hours=1)
    await post.send()
    assert receiver.recipients == ["m1@exemple.fr"]
    await post.clock.reach(at)
    await post.send()
    assert receiver.recipients == ["m1@exemple.fr", "m0@exemple.fr"]


async def test_what_comes_after_a_bulletin_is_in_the_next_and_nothing_is_in_two(
    post: Post, receiver: Receiver, server: OwnController, app: Pool
) -> None:
    await wants(app, "m0", calendar="daily")
    for day in range(3):
        await post.write(1, key=f"event/{day}")
        (*_, at) = await goes_at(post)
        await post.clock.reach(at)
        await post.send()
    assert len(receiver.taken) == 3
    assert len(set(await post.worker.fetch("SELECT bulletin FROM notice WHERE state = 'bundled'"))) == 3
    for mail in receiver.taken:
        body = mail.get_body(("plain",))
        assert body is not None
        assert body.get_content().count("Étape « Appel » ouverte.") == 1


async def test_a_theme_that_was_switched_off_meanwhile_is_in_no_bulletin(
    post: Post, receiver: Receiver, server: OwnController, app: Pool
) -> None:
    await wants(app, "m0", calendar="daily")
    await post.write(1)
    await wants(app, "m0", calendar="none")
    (at,) = await goes_at(post)
    await post.clock.reach(at)
    await post.send()
    assert receiver.taken == []
    assert await post.states() == {"skipped": 1}
