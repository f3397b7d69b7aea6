"""The table of notices: its page, its words, and whom each audience is."""

from typing import get_args

import pytest

from domain.acts import Conclusion
from domain.events import Event, Fact
from domain.noticing.audiences import members
from domain.noticing.table import FIXED, NOTICES, OUTSIDE_THE_LEDGER, Audience, Theme
from domain.noticing.wording import of_event
from domain.texts import LANGUAGES, has_text, label
from tests.unit.play import Play
from tests.unit.procedures import call_for_input, review
from tests.unit.scenes import COUNCIL, adopt, opened
from tools.write_notices import TARGET, page


def test_the_page_says_what_the_table_says() -> None:
    assert TARGET.read_text("utf-8") == page(), "run python -m tools.write_notices"


def test_every_row_is_an_event_or_something_else_of_the_outbox() -> None:
    kinds = {fact.__dataclass_fields__["kind"].default for fact in get_args(Fact)}
    assert set(NOTICES) - kinds == OUTSIDE_THE_LEDGER


@pytest.mark.parametrize("word", [*Theme, *Audience])
def test_every_theme_and_audience_has_its_word(word: Theme | Audience) -> None:
    for language in LANGUAGES:
        assert not label(word, (language,)).endswith(f".{word}")


def test_what_asks_something_of_somebody_cannot_be_switched_off() -> None:
    for kind in ("invitation", "ballot_opened", "hearing_scheduled", "contribution_moderated"):
        assert NOTICES[kind].theme in FIXED
    assert NOTICES["stage_opened"].theme not in FIXED


@pytest.mark.parametrize("kind", sorted(OUTSIDE_THE_LEDGER))
def test_what_is_no_event_has_a_sentence_of_its_own(kind: str) -> None:
    assert has_text(f"notice.{kind}")


def last(play: Play, kind: str) -> Event:
    """Give the last event of a kind."""
    return next(event for event in reversed(play.events) if event.fact.kind == kind)


@pytest.fixture
def adopted() -> Play:
    """A council that has adopted its opinion."""
    play = opened(call_for_input(), review(), stage="avis")
    adopt(play)
    return play


def test_who_may_vote_is_told_of_a_ballot_and_nobody_else(adopted: Play) -> None:
    event = last(adopted, "ballot_opened")
    assert members(NOTICES["ballot_opened"].to, event, adopted.process) == sorted(COUNCIL)


def test_all_members_are_told_of_an_opening_each_once(adopted: Play) -> None:
    told = members(NOTICES["stage_opened"].to, last(adopted, "stage_opened"), adopted.process)
    assert set(told) == set(adopted.process.members)
    assert len(told) == len(set(told))


def test_what_an_opinion_concludes_is_not_in_a_notice(adopted: Play) -> None:
    event = last(adopted, "opinion_adopted")
    words = of_event(event, adopted.process)
    for language in LANGUAGES:
        assert label(Conclusion.FAVOURABLE, (language,)) not in words.body[language]
        assert words.subject[language].startswith("Essai – ")
        assert "\n" not in words.subject[language]


def test_the_words_hold_no_id_of_a_member(adopted: Play) -> None:
    for event in adopted.events:
        if event.fact.kind in NOTICES:
            said = " ".join(of_event(event, adopted.process).body.values())
            assert not [member for member in adopted.process.members if f" {member} " in f" {said} "]
