"""Mails to a real SMTP server: what they look like, and what becomes of those that it does not take."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from activities.mail_way import Patience
from domain.noticing import links
from store.contacts import confirm, set_contact
from store.pool import Pool
from store.sending import BACK_OFF
from tests.delivery.conftest import Post
from tests.delivery.receiving import OwnController, Receiver
from tests.store.addresses import reached_at

pytestmark = pytest.mark.postgres
DAY = timedelta(days=1)


async def test_everybody_gets_one_mail_and_asked_again_no_other(
    post: Post, receiver: Receiver, server: OwnController
) -> None:
    await post.write(30)
    await post.send()
    await post.write(30)
    await post.send()
    assert sorted(receiver.recipients) == sorted(f"m{n}@exemple.fr" for n in range(30))
    assert set(receiver.ids().values()) == {1}
    assert await post.states() == {"sent": 30}


async def test_a_mail_says_it_in_both_languages_the_readers_first_and_plainly(
    post: Post, receiver: Receiver, server: OwnController
) -> None:
    await post.write(2)
    await post.send()
    french, english = sorted(receiver.taken, key=lambda mail: str(mail["To"]))
    assert french["Subject"] == "Essai – Étape ouverte"
    assert english["Subject"] == "Essai – Stage opened"
    assert french["Auto-Submitted"] == "auto-generated"
    row = await post.row()
    assert french["Message-ID"] == f"<{row['id']}@concertation.exemple>"
    plain, html = french.iter_parts()
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    said = plain.get_content()
    assert said.index("Étape « Appel » ouverte.") < said.index("Stage “Appel” opened.")
    assert "https://concertation.exemple/concertations/essai" in said
    plain, html = english.iter_parts()
    said = plain.get_content()
    assert said.index("Stage “Appel” opened.") < said.index("Étape « Appel » ouverte.")
    assert '<div lang="en">' in html.get_content()


async def test_who_may_switch_the_theme_off_has_a_signed_link_and_nobody_else(
    post: Post, receiver: Receiver, server: OwnController
) -> None:
    await post.write(1)
    await post.write(1, kind="ballot_opened", key="event/2")
    await post.send()
    calendar, ballot = sorted(receiver.taken, key=lambda mail: mail["List-Unsubscribe"] is None)
    link = str(calendar["List-Unsubscribe"]).strip("<>")
    assert calendar["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert links.read(b"k" * 32, link.rpartition("/")[2]) == links.Ticket("m0", "calendar")
    assert ballot["List-Unsubscribe"] is None


async def test_a_server_that_is_down_for_a_day_costs_nobody_an_attempt(
    post: Post, receiver: Receiver, port: int
) -> None:
    await post.write(5)
    for _ in range(3):
        await post.send()
        await post.clock.advance(timedelta(hours=8))
    assert await post.states() == {"waiting": 5}
    assert (await post.row())["attempts"] == 0
    assert "SMTPConnectError" in await post.worker.fetchval("SELECT mail_fault FROM delivery")
    controller = OwnController(receiver, port)
    controller.start()
    try:
        await post.send()
    finally:
        controller.stop(no_assert=True)
    assert await post.states() == {"sent": 5}
    assert set(receiver.ids().values()) == {1}
    assert await post.worker.fetchval("SELECT mail_failures FROM delivery") == 0


async def test_an_answer_that_takes_long_after_the_final_dot_is_waited_for(
    post: Post, receiver: Receiver, server: OwnController
) -> None:
    """Ten minutes in production; here the answer takes longer than any command may."""

    async def slowly(address: str) -> None:
        await asyncio.sleep(1.5)  # the server's slowness is what is tested

    receiver.at["DATA"] = slowly
    await post.write(1)
    await post.send(patience=Patience(connect=1, command=1, final_dot=20))
    assert await post.states() == {"sent": 1}
    assert len(receiver.taken) == 1


async def test_a_server_that_never_answers_the_final_dot_is_asked_again_later(
    post: Post, receiver: Receiver, server: OwnController
) -> None:
    async def slowly(address: str) -> str:
        await asyncio.sleep(1.5)  # the server's slowness is what is tested
        return "451 too late"

    receiver.at["DATA"] = slowly
    await post.write(1)
    await post.send(patience=Patience(connect=5, command=5, final_dot=0.5))
    row = await post.row()
    assert (row["state"], row["attempts"]) == ("waiting", 1)


async def test_what_is_refused_for_now_is_tried_again_each_time_later_and_fails_after_five_days(
    post: Post, receiver: Receiver, server: OwnController
) -> None:
    receiver.at["RCPT"] = lambda address: "451 greylisted"
    await post.write(1)
    for minutes in BACK_OFF[:2]:
        await post.send()
        row = await post.row()
        assert (row["next_at"] - await post.clock.now()).total_seconds() == pytest.approx(60 * minutes, abs=5)
        await post.clock.reach(row["next_at"])
    assert BACK_OFF[:3] == (1, 5, 30)
    assert sum(BACK_OFF) == pytest.approx(5 * 24 * 60, rel=0.15)
    await post.worker.execute("UPDATE notice SET attempts = $1", len(BACK_OFF))
    await post.send()
    row = await post.row()
    assert row["state"] == "failed"
    assert "greylisted" in row["last_fault"]


async def test_greylisted_once_it_goes_the_second_time(
    post: Post, receiver: Receiver, server: OwnController
) -> None:
    receiver.at["RCPT"] = lambda address: "451 greylisted"
    await post.write(3)
    await post.send()
    del receiver.at["RCPT"]
    await post.send()
    assert receiver.taken == []
    await post.clock.advance(timedelta(minutes=2))
    await post.send()
    assert await post.states() == {"sent": 3}
    assert set(receiver.ids().values()) == {1}


async def test_an_address_refused_for_good_is_a_recorded_failure_and_gets_no_other_mail(
    post: Post, receiver: Receiver, server: OwnController, app: Pool
) -> None:
    receiver.at["RCPT"] = lambda address: "550 no such user" if address.startswith("m0@") else None
    await post.write(2)
    await post.send()
    row = await post.row()
    assert (row["state"], row["last_fault"]) == ("failed", "550 no such user")
    assert receiver.recipients == ["m1@exemple.fr"]
    del receiver.at["RCPT"]
    await post.write(2, key="event/2")
    await post.send()
    assert receiver.recipients == ["m1@exemple.fr"] * 2
    await reached_at(app, "m0", "autre@exemple.fr")
    await post.write(1, key="event/3")
    await post.send()
    assert receiver.recipients[-1] == "autre@exemple.fr"


@pytest.mark.parametrize(
    ("said", "bounces"),
    [
        ("550 5.1.1 no such user", 1),
        ("550 no such user", 1),
        ("550 5.7.1 relaying denied", 0),
        ("552 5.2.2 mailbox full", 0),
    ],
)
async def test_what_a_server_refuses_for_another_reason_than_the_address_is_not_held_against_it(
    post: Post, receiver: Receiver, server: OwnController, said: str, bounces: int
) -> None:
    receiver.at["RCPT"] = lambda address: said
    await post.write(1)
    await post.send()
    assert (await post.row())["state"] == "failed"
    assert await post.worker.fetchval("SELECT count(*) FROM bounce") == bounces


async def test_a_mail_refused_for_good_says_nothing_of_its_address(
    post: Post, receiver: Receiver, server: OwnController
) -> None:
    receiver.at["DATA"] = lambda address: "554 looks like spam"
    await post.write(1)
    await post.send()
    assert (await post.row())["state"] == "failed"
    assert await post.worker.fetchval("SELECT count(*) FROM bounce") == 0


@pytest.mark.parametrize(
    "address",
    ["m0@exemple.fr\r\nBcc: x@exemple.fr", "m0@exemple.fr> SIZE=1", "sans-arobase", "é@exemple.fr", ""],
)
async def test_a_malformed_address_never_reaches_the_server(
    post: Post, receiver: Receiver, server: OwnController, app: Pool, address: str
) -> None:
    await reached_at(app, "m0", address)
    await post.write(2)
    await post.send()
    assert receiver.recipients == ["m1@exemple.fr"]
    assert (await post.row())["state"] == "failed"


async def test_nothing_is_sent_where_there_is_no_server_and_nothing_later_either(
    post: Post, receiver: Receiver, server: OwnController
) -> None:
    await post.write(2)
    await post.send(server=None)
    await post.send()
    assert await post.states() == {"skipped": 2}
    assert receiver.taken == []


async def test_in_development_mails_are_kept_in_a_folder(post: Post, tmp_path: Path) -> None:
    await post.write(3)
    await post.send(server=None, folder=tmp_path / "mail")
    files = sorted(file.name for file in (tmp_path / "mail").iterdir())
    assert f"{(await post.row())['id']}.eml" in files
    assert len(files) == 3
    assert await post.states() == {"sent": 3}


def test_a_ticket_of_another_key_or_changed_by_a_letter_is_none() -> None:
    ticket = links.Ticket("m0", "calendar")
    text = links.write(b"k" * 32, ticket)
    assert links.read(b"k" * 32, text) == ticket
    assert links.read(b"j" * 32, text) is None
    for place in range(len(text) - 1):
        other = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
        assert links.read(b"k" * 32, other) is None
    assert links.read(b"k" * 32, "é") is None
    assert links.read(b"k" * 32, "") is None


async def test_an_address_of_a_list_that_was_refused_for_good_gets_no_other_mail_either(
    post: Post, receiver: Receiver, server: OwnController
) -> None:
    await post.worker.execute(
        "INSERT INTO participant (concertation, reference, member, email, at) "
        "SELECT $1, m, m, m || '@exemple.fr', instant() FROM unnest(ARRAY['liste-0', 'liste-1']) AS m",
        UUID(post.play.id),
    )
    receiver.at["RCPT"] = lambda address: "550 no such user" if address.startswith("liste-0@") else None
    members = ["liste-0", "liste-1"]
    await post.write(0, members=members)
    await post.send()
    del receiver.at["RCPT"]
    await post.write(0, key="event/2", members=members)
    await post.send()
    assert receiver.recipients == ["liste-1@exemple.fr"] * 2
    assert await post.states() == {"failed": 2, "sent": 2}


async def test_a_new_address_is_asked_once_and_gets_nothing_else_before_it_has_answered(
    post: Post, receiver: Receiver, server: OwnController, app: Pool
) -> None:
    async with app.acquire() as connection:
        await set_contact(connection, "m0", email="nouvelle@exemple.fr")
    await post.write(1)
    await post.send()
    await post.send()
    question, notice = sorted(receiver.taken, key=lambda mail: str(mail["To"]), reverse=True)
    assert (question["To"], notice["To"]) == ("nouvelle@exemple.fr", "m0@exemple.fr")
    assert question["Subject"] == "Confirmez votre adresse"
    body = question.get_body(("plain",))
    assert body is not None
    found = re.search(r"https://api\.concertation\.exemple/confirm-address/(\S+)", body.get_content())
    assert found is not None
    ticket = links.read(b"k" * 32, found[1], links.CONFIRM)
    assert ticket is not None
    assert links.read(b"k" * 32, found[1]) is None
    async with app.acquire() as connection:
        assert await confirm(connection, ticket.member, ticket.about)
    await post.write(1, key="event/2")
    await post.send()
    assert receiver.recipients[-1] == "nouvelle@exemple.fr"


async def test_of_two_addresses_given_one_after_the_other_the_last_alone_is_asked(
    post: Post, receiver: Receiver, server: OwnController, app: Pool
) -> None:
    async with app.acquire() as connection:
        await set_contact(connection, "m0", email="une@exemple.fr")
        receiver.at["RCPT"] = lambda address: "451 later"
        await post.send()
        await set_contact(connection, "m0", email="deux@exemple.fr")
    receiver.at.clear()
    await post.clock.advance(timedelta(minutes=2))
    await post.send()
    assert receiver.recipients == ["deux@exemple.fr"]
    assert await post.states() == {"sent": 1, "skipped": 1}


async def test_where_this_api_has_no_address_nobody_is_asked(
    post: Post, receiver: Receiver, server: OwnController, app: Pool
) -> None:
    async with app.acquire() as connection:
        await set_contact(connection, "m0", email="nouvelle@exemple.fr")
    await post.send(public=None)
    assert receiver.taken == []
    assert await post.states() == {"skipped": 1}


async def test_whose_address_bounces_gets_a_letter_where_a_postal_address_is_known(
    post: Post, receiver: Receiver, server: OwnController, app: Pool
) -> None:
    async with app.acquire() as connection:
        await set_contact(connection, "m0", postal_address="1 rue du Port\n29200 BREST")
    receiver.at["RCPT"] = lambda address: "550 no such user" if address.startswith("m0@") else None
    await post.write(2)
    await post.send()
    await post.write(2, key="event/2")
    await post.send()
    rows = await post.worker.fetch("SELECT channel, state FROM notice WHERE recipient = 'member/m0'")
    assert [(row["channel"], row["state"]) for row in rows] == [("letter", "waiting")] * 2
    assert receiver.recipients == ["m1@exemple.fr"] * 2
