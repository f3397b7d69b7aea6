"""The people and papers of the demonstration fit the procedure that it plays."""

from __future__ import annotations

import re

from domain.builtin import builtin
from domain.organisations import codes
from domain.organisations.numbers import read_siret
from domain.organisations.registration import OrganisationKind
from server.demo import papers
from server.demo.cast import make_cast
from server.demo.organisations import MISTYPED, VOICES, organisation
from server.demo.scenes.admitting import misread
from server.demo.scenes.contributing import DURING_THE_KILL, NOT_YET
from server.demo.scenes.entering import BATCH, PLACES, marks
from server.demo.scenes.launching import WITNESSES
from server.demo.voices import (
    CHANNELS,
    COLLEGES,
    DESIGNATED,
    FOLLOWED,
    HEARD,
    INVITED,
    LATE,
    MENDED,
    POSTED_IN_TIME,
    REVISED,
    SUPERSEDED,
    WITHDRAWN,
)

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


def test_all_five_channels_of_the_procedure_are_used_and_named() -> None:
    used = [voice.channel for voices in COLLEGES.values() for voice in voices]
    assert set(used) == set(CHANNELS) == {channel.upper() for channel in RULES.channels}
    typed = {person.key for person in CAST.participants if person.voice and person.voice.channel != "ONLINE"}
    assert set(PLACES) == typed | {SUPERSEDED}
    assert set(BATCH) - {SUPERSEDED} < {
        p.key for p in CAST.participants if p.voice and p.voice.channel == "PAPER"
    }


def test_whatever_happens_to_somebody_online_happens_while_the_call_is_open() -> None:
    for key in (DESIGNATED, INVITED, MENDED, REVISED, WITHDRAWN, SUPERSEDED, DURING_THE_KILL):
        voice = CAST[key].voice
        assert voice is not None
        assert voice.channel == "ONLINE"
    assert {LATE, POSTED_IN_TIME, DURING_THE_KILL, HEARD} == NOT_YET
    assert any(HEARD in heard for heard in WITNESSES.values())


def test_organisations_have_kinds_and_numbers_that_are_taken_and_one_number_that_is_not() -> None:
    kinds = {kind.name for kind in OrganisationKind}
    numbers = []
    for key in VOICES:
        found = organisation(key)
        assert found is not None
        assert found.kind in kinds
        assert CAST[key].college in ("etat", "collectivites", "agents", "societe-civile")
        numbers += [found.siret] if found.siret else []
    assert len(numbers) == len({read_siret(number) for number in numbers} - {None}) == 2
    assert read_siret(MISTYPED) is None
    assert INVITED in VOICES
    assert DESIGNATED in VOICES


def test_a_code_with_another_first_letter_is_known_to_be_misread() -> None:
    for number in (0, 1, 12345, codes.POSSIBLE - 1):
        code = codes.write(number)
        assert codes.read(code) == code
        assert codes.read(misread(code)) is None


def test_what_only_paper_can_have_is_told_by_the_number_of_the_question() -> None:
    numbers = {"question/a": "3", "question/b": "4"}
    assert marks({"a": {"other": "x"}, "b": 1}, numbers) == ""
    assert marks({"a": {"ticked": ["x", "y"]}, "b": {"blank": True}}, numbers) == (
        ", tel quel : question 3 à deux cases cochées et question 4 en blanc"
    )


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
