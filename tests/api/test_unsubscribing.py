"""The signed link of a mail: a person is asked, a mail program is not, and nobody else can use it."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from pydantic import SecretStr

from domain.noticing import links
from domain.noticing.links import Ticket
from server.keys import ticket_key
from server.settings import Settings
from tests.api.house import House, pseudonym
from tests.fixtures.replicas import create_app

pytestmark = pytest.mark.postgres


def address(house: House, member: str = "m0", theme: str = "calendar") -> str:
    return f"/unsubscribe/{links.write(ticket_key(house.settings).raw_value, Ticket(member, theme))}"


async def wants(house: House, member: str = "m0") -> dict[str, str] | None:
    async with house.sender.worker.acquire() as connection:
        found: dict[str, str] | None = await connection.fetchval(
            "SELECT wants FROM contact WHERE member = $1", member
        )
    return found


async def test_following_the_link_asks_and_changes_nothing(house: House) -> None:
    answer = await house.http.get(address(house), headers={"accept-language": "fr"})
    assert answer.status_code == 200
    assert "calendrier" in answer.text
    assert '<form method="post">' in answer.text
    assert await wants(house) is None


async def test_one_click_switches_the_theme_off_and_twice_is_as_once(house: House) -> None:
    for _ in range(2):
        answer = await house.http.post(address(house), data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    assert await wants(house) == {"calendar": "none"}
    await house.http.post(address(house, theme="outcome"))
    assert await wants(house) == {"calendar": "none", "outcome": "none"}


async def test_the_link_of_a_bulletin_switches_off_what_it_bundles_and_nothing_else(house: House) -> None:
    said = {"daily": ["CALENDAR"], "weekly": ["OUTCOME"], "switchOn": ["PROGRESS"]}
    await house.done_without_key("SetContact", "ada", **said)
    ada = pseudonym("ada")
    assert (await house.http.post(address(house, ada, "bulletin"))).status_code == 200
    assert await wants(house, ada) == {"calendar": "none", "outcome": "none", "progress": "at_once"}


@pytest.mark.parametrize("theme", ["ballot", "invitation", "nothing"])
async def test_what_is_fixed_is_not_switched_off(house: House, theme: str) -> None:
    assert (await house.http.post(address(house, theme=theme))).status_code == 404
    assert await wants(house) is None


async def test_a_link_that_was_not_signed_here_does_nothing(house: House) -> None:
    forged = f"/unsubscribe/{links.write(b'other' * 8, Ticket('m0', 'calendar'))}"
    for path in (forged, "/unsubscribe/x", f"{address(house)}A"):
        assert (await house.http.post(path)).status_code == 404
    assert await wants(house) is None


async def test_in_development_what_would_have_been_sent_is_shown(tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path,
        database_url=SecretStr("postgresql://127.0.0.1:1/none"),
        temporal_address="127.0.0.1:1",
        mail="capture",
    )
    mail = EmailMessage()
    mail["To"], mail["Subject"] = "m0@exemple.fr", "Étape ouverte <script>"
    mail.set_content("Bonjour")
    (tmp_path / "mail").mkdir()
    id = UUID(int=1)
    (tmp_path / "mail" / f"{id}.eml").write_bytes(mail.as_bytes())
    transport = httpx.ASGITransport(create_app(settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        listed = await http.get("/development/mail")
        assert "Étape ouverte &lt;script&gt;" in listed.text
        assert "Bonjour" in (await http.get(f"/development/mail/{id}")).text
        for other in ("x", "..%2fkeys", str(UUID(int=2))):
            assert (await http.get(f"/development/mail/{other}")).status_code == 404
