"""Invitations by mail: each with a code of its own, made when it goes, and none for who has answered meanwhile."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from store import invitations
from store.invitations import Attempt, Invitation, Invited, Invitee
from store.pool import Pool
from tests.delivery.conftest import Post
from tests.delivery.receiving import OwnController, Receiver
from tests.store.addresses import reached_at
from tests.store.stage import DAY, Play

pytestmark = pytest.mark.postgres


async def invite(app: Pool, play: Play, name: str) -> Invited:
    """Invite a member to the call for input; the code is that of the letter."""
    invitee = Invitee(id=str(uuid4()), member=name, college="locales", departement="971")
    async with app.acquire() as connection:
        (invited,) = await invitations.invite(
            connection, concertation=play.id, round=1, stage="appel", by="coordinator", invitees=[invitee]
        )
    return invited


def attempt(play: Play, code: str) -> Attempt:
    return Attempt(concertation=play.id, code=code, address="192.0.2.1")


async def begun(post: Post, app: Pool) -> Play:
    """A call for input whose members `p0` and `p1` have addresses; of what came before nobody is told."""
    play = Play(post.play.worker, post.clock)
    await play.launch(slug="autre")
    for name in ("p0", "p1"):
        await reached_at(app, name, f"{name}@exemple.fr")
    await post.worker.execute("UPDATE delivery SET after_outbox = (SELECT max(id) FROM outbox)")
    return play


async def test_a_mail_brings_a_code_that_works_beside_that_of_the_letter(
    post: Post, receiver: Receiver, server: OwnController, app: Pool
) -> None:
    play = await begun(post, app)
    invited = await invite(app, play, "p0")
    await post.send()
    (mail,) = receiver.taken
    said = mail.get_body(("plain",))
    assert said is not None
    found = re.search(r"code personnel : (\S+)", said.get_content())
    assert found is not None
    assert found[1] != invited.code
    assert mail["List-Unsubscribe"] is None
    async with app.acquire() as connection:
        for code in (found[1], invited.code):
            assert code is not None
            assert isinstance(await invitations.open_code(connection, attempt(play, code)), Invitation)
    kept = await post.worker.fetch(
        "SELECT to_jsonb(t)::text || to_jsonb(n)::text AS row FROM notice n JOIN notice_text t USING (key)"
    )
    assert not [row for row in kept if found[1] in row["row"]]


async def test_who_has_accepted_before_the_mail_goes_gets_none(
    post: Post, receiver: Receiver, server: OwnController, app: Pool
) -> None:
    play = await begun(post, app)
    first, second = await invite(app, play, "p0"), await invite(app, play, "p1")
    assert first.code is not None
    assert second.code is not None
    receiver.at["RCPT"] = lambda address: "451 later"
    await post.send()
    async with app.acquire() as connection:
        accepted = await invitations.accept(connection, attempt(play, second.code), "p1")
    assert isinstance(accepted, Invitation)
    receiver.at.clear()
    await post.clock.advance(DAY / 24)
    await post.send()
    assert receiver.recipients == ["p0@exemple.fr"]
    assert await post.states() == {"sent": 1, "skipped": 1}
