"""The people and papers of the demonstration fit the procedure that it plays."""

from __future__ import annotations

import re

from domain.builtin import builtin
from server.demo import papers
from server.demo.cast import make_cast
from server.demo.scenes.launching import WITNESSES
from server.demo.voices import COLLEGES, FOLLOWED, LATE, POSTED_IN_TIME

RULES = builtin("assises-ia")
CAST = make_cast("essai")


def test_forty_participants_in_the_five_colleges_and_a_council_of_seven() -> None:
    assert set(COLLEGES) == {college.id for college in RULES.colleges}
    assert len(CAST.participants) == 40
    assert {len(voices) for voices in COLLEGES.values()} == {8}
    assert len(CAST.council) == 7


def test_everybody_has_a_pseudonym_of_their_own_and_another_one_in_the_next_demonstration() -> None:
    members = {person.member for person in CAST.everybody}
    assert len(members) == len(CAST.everybody)
    assert not members & {person.member for person in make_cast("autre").everybody}
    assert len({person.key for person in CAST.everybody}) == len(CAST.everybody)


def test_every_office_that_a_launch_needs_is_held_and_no_other_exists() -> None:
    held = [person.office for person in CAST.people if person.office] + ["coordination"]
    for office in RULES.offices:
        assert office.required <= held.count(office.id) <= office.seats, office.id
    assert set(held) <= {office.id for office in RULES.offices}


def test_voices_use_themes_and_channels_of_the_procedure() -> None:
    for person in CAST.participants:
        assert person.voice is not None
        assert set(person.voice.themes) <= {theme.id for theme in RULES.themes}
        assert person.voice.channel.lower() in RULES.channels
    texts = [voice.says for voices in COLLEGES.values() for voice in voices]
    assert len(set(texts)) == 40


def test_enough_say_more_in_the_second_round_for_every_quorum() -> None:
    for voices in COLLEGES.values():
        assert sum(voice.adds is not None for voice in voices) >= len(voices) / 4


def test_the_papers_name_axes_offices_and_people_that_exist() -> None:
    axes = {lane.id for lane in RULES.lanes}
    assert set(papers.CHAPTERS) == set(papers.RECORDS) == set(WITNESSES) == axes
    addressees = {office.id for office in RULES.offices if office.role == "addressee"}
    assert {addressee for _, addressee in papers.RESPONSES} <= addressees
    for key in (
        *papers.POSITIONS,
        FOLLOWED,
        LATE,
        POSTED_IN_TIME,
        *(k for w in WITNESSES.values() for k in w),
    ):
        assert CAST[key].key == key


def test_a_reason_has_no_full_stop_for_the_ledger_writes_one() -> None:
    assert not any(re.search(r"\.$", reason) for reason in (papers.EXTENSION, papers.WITHDRAWAL))
