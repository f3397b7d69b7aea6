"""The key of tickets is replaced without loss: the new one signs, what the former one signed still opens."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from joserfc.jwk import OctKey

from domain.interchange.columns import Form, Variant
from domain.noticing import links
from server.agenda_tickets import AgendaTickets
from server.exports.tickets import ExportTickets
from server.files.tickets import Tickets
from server.keys import KeyRefused, former_ticket_keys, ticket_key
from server.letters.tickets import LetterTickets
from server.settings import Settings
from store.exporting import Asked

UNTIL = datetime(2031, 1, 1, tzinfo=UTC)
ONE, TWO, OTHER = (OctKey.generate_key(256) for _ in range(3))


def test_every_ticket_of_the_former_key_opens_and_new_ones_are_signed_with_the_new_key() -> None:
    file = Tickets(ONE).fetch("f", UNTIL).partition("ticket=")[2]
    assert Tickets(TWO, "", [OTHER, ONE]).read(file, "fetch", "f") == UNTIL
    assert Tickets(TWO, "", [OTHER]).read(file, "fetch", "f") is None
    asked = Asked(concertation="c", variant=Variant.PUBLIC, form=Form.CSV)
    export = ExportTickets(ONE).address(asked, "n", UNTIL).partition("ticket=")[2]
    assert ExportTickets(TWO, "", [ONE]).read(export) == ExportTickets(ONE).read(export)
    agenda = AgendaTickets(ONE).address("m", UNTIL).rpartition("/")[2].removesuffix(".ics")
    assert AgendaTickets(TWO, "", [ONE]).read(agenda) == AgendaTickets(ONE).read(agenda)
    letters = LetterTickets(ONE).address("c", "b", UNTIL).partition("ticket=")[2]
    assert LetterTickets(TWO, "", [ONE]).read(letters) == LetterTickets(ONE).read(letters)
    new = Tickets(TWO, "", [ONE]).fetch("f", UNTIL).partition("ticket=")[2]
    assert Tickets(ONE).read(new, "fetch", "f") is None


def test_a_link_in_a_mail_of_before_still_switches_a_theme_off() -> None:
    ticket = links.Ticket("m", "calendar")
    link = links.write(ONE.raw_value, ticket)
    assert links.read_by_any([TWO.raw_value, ONE.raw_value], link) == ticket
    assert links.read_by_any([TWO.raw_value], link) is None
    assert links.read_by_any([TWO.raw_value, ONE.raw_value], link, links.CONFIRM) is None


def test_former_keys_are_those_of_the_settings_and_of_the_data_folder(tmp_path: Path) -> None:
    here = Settings(data_dir=tmp_path)
    first = ticket_key(here)
    assert former_ticket_keys(here) == []
    keys = tmp_path / "keys"
    (keys / "tickets.jwk.json").rename(keys / "former-tickets.jwk.json")
    assert ticket_key(here).raw_value != first.raw_value
    assert [key.raw_value for key in former_ticket_keys(here)] == [first.raw_value]
    named = Settings.model_validate({"data_dir": tmp_path, "former_ticket_keys": f"{'a' * 32} {'b' * 40}"})
    assert len(former_ticket_keys(named)) == 3
    was = Settings.model_validate({"data_dir": tmp_path, "ticket_key": "b" * 40})
    assert former_ticket_keys(named)[1].raw_value == ticket_key(was).raw_value


def test_a_former_key_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyRefused, match="FORMER_TICKET_KEYS"):
        former_ticket_keys(Settings.model_validate({"data_dir": tmp_path, "former_ticket_keys": "short"}))
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "former-tickets.jwk.json").write_text("{")
    with pytest.raises(KeyRefused, match=r"former-tickets\.jwk\.json"):
        former_ticket_keys(Settings(data_dir=tmp_path))
