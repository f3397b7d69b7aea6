"""The table of notices: its page, its words, and whom each audience is."""

from typing import get_args

import pytest

from domain import acts
from domain.acts import Conclusion
from domain.events import Event, Fact
from domain.noticing.audiences import is_told_to_all, members
from domain.noticing.table import FIXED, NOTICE_THEME, NOTICES, OUTSIDE_THE_LEDGER, Audience, Theme
from domain.noticing.wording import of_bulletin, of_event
from domain.texts import LANGUAGES, catalogue, has_text, label
from tests.unit.play import Play, body
from tests.unit.procedures import call_for_input, review
from tests.unit.scenes import COUNCIL, DAY, adopt, opened
from tests.unit.test_decide_embargo import answered, embargoed, issued
from tools.write_notices import TARGET, page


def test_the_page_says_what_the_table_says() -> None:
    assert TARGET.read_text("utf-8") == page(), "run python -m tools.write_notices"


def test_every_row_is_an_event_or_something_else_of_the_outbox() -> None:
    kinds = {fact.__dataclass_fields__["kind"].default for fact in get_args(Fact)}
    assert set(NOTICES) - kinds == OUTSIDE_THE_LEDGER


@pytest.mark.parametrize("word", [*Theme, *Audience])
def test_every_theme_and_audience_has_its_word(word: Theme | Audience) -> None:
    for language in LANGUAGES:
        kept = label(word, (language,), NOTICE_THEME if isinstance(word, Theme) else "")
        assert not kept.endswith(f".{word}")


def test_the_french_word_for_a_notice_is_not_that_for_an_opinion_of_the_council() -> None:
    for key, said in catalogue("fr").items():
        if key.startswith(("notice", "refusal.THEME_FIXED")):
            assert "avis" not in said.split(), key


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


def test_a_bulletin_of_very_many_tells_the_first_and_how_many_more(adopted: Play) -> None:
    at = last(adopted, "opinion_adopted").at
    words = of_bulletin(adopted.process, at, [(at, {"fr": "Oui", "en": "Yes"})] * 150)
    assert words.body["fr"].count("Oui") == 100
    assert words.body["fr"].endswith("Et 50 autres, à lire en ligne.")
    assert "150" in words.subject["en"]


def test_a_decision_under_an_embargo_is_told_to_its_readers_and_not_to_who_contributed() -> None:
    play = embargoed()
    event = last(play, "decision_issued")
    assert not is_told_to_all(event, play.process)
    play.pass_time(3 * DAY)
    assert is_told_to_all(last(play, "decision_published"), play.process)


def test_under_an_embargo_those_who_may_read_the_decision_are_told_of_it_and_then_everybody() -> None:
    play = answered()
    play.do(issued(play, early_readers=("citizen",)), "minister", "decision")
    play.do(acts.RectifyDecision(text=body("d2"), reason="une coquille"), "minister", "decision")
    for kind in ("decision_issued", "decision_rectified"):
        told = members(NOTICES[kind].to, last(play, kind), play.process)
        assert told == ["citizen", "coordinator", "local", "minister", "state", "warden"]
    rectified = last(play, "decision_rectified")
    assert "coquille" not in str(of_event(rectified, play.process).body)
    play.pass_time(3 * DAY)
    told = members(NOTICES["decision_published"].to, last(play, "decision_published"), play.process)
    assert told == sorted(play.process.members)
    assert "coquille" not in str(of_event(rectified, play.process).body), "it was told under the embargo"
    play.do(acts.RectifyDecision(text=body("d3"), reason="une autre coquille"), "minister", "decision")
    assert "coquille" in of_event(last(play, "decision_rectified"), play.process).body["fr"]
