"""Grouping: people judge, authors agree, nothing is lost, and a grouping can be undone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.grouping import (
    MOST_PARTS,
    Act,
    Answer,
    Ask,
    Grouping,
    GroupingState,
    Judge,
    Matter,
    Merge,
    Standing,
    Undo,
    group,
)
from domain.moderation import Hand
from domain.refusals import Code, Refusal
from domain.texts import has_text

NOW = datetime(2027, 3, 15, 10, tzinfo=UTC)
KEEPER = Hand("keeper")
ASK = Ask(kept="a", others=("b", "c"))
UNDO = Undo(text="Les textes diffèrent.")


class Case:
    """Contributions a, b, c, d, written by author-a, …; what is done about grouping them."""

    def __init__(self, **more: Any) -> None:
        standings = {key: Standing(author=f"author-{key}", place=("appel", 1)) for key in "abcd"}
        self.matter = Matter(**{"now": NOW, "fresh": "g", "standings": standings, **more})

    def stands(self, key: str, **more: Any) -> Case:
        standing = replace(self.matter.standings[key], **more)
        self.matter = replace(self.matter, standings={**self.matter.standings, key: standing})
        return self

    def ask(self, act: Act, by: Hand = KEEPER) -> Grouping | Refusal | None:
        return group(self.matter, act, by)

    def do(self, act: Act, by: Hand = KEEPER) -> Grouping:
        grouping = self.ask(act, by)
        assert isinstance(grouping, Grouping), grouping
        self.matter = replace(self.matter, grouping=grouping, now=self.matter.now + timedelta(hours=1))
        return grouping

    def answers(self, key: str, consents: bool = True) -> Grouping:
        return self.do(Answer(contribution=key, consents=consents), Hand(f"author-{key}"))

    def refused(self, act: Act, by: Hand = KEEPER) -> Code:
        refusal = self.ask(act, by)
        assert isinstance(refusal, Refusal), refusal
        return refusal.code


def asked() -> Case:
    case = Case()
    case.do(ASK)
    return case


def merged_of(grouping: Grouping) -> str:
    return "".join(sorted(key for key, part in grouping.parts.items() if part.merged))


def test_every_author_is_asked_the_one_of_the_kept_text_too() -> None:
    grouping = Case().do(ASK)
    assert (grouping.state, grouping.kept, grouping.asked_by) == (GroupingState.ASKED, "a", KEEPER)
    assert {key: part.author for key, part in grouping.parts.items()} == {k: f"author-{k}" for k in "abc"}
    assert not any(part.consents for part in grouping.parts.values())


def test_those_who_agree_are_merged_and_the_others_are_left_as_they_are() -> None:
    case = asked()
    case.answers("a")
    case.answers("b")
    case.answers("c", False)
    grouping = case.do(Merge())
    assert (grouping.state, merged_of(grouping), grouping.merged_by) == (GroupingState.MERGED, "ab", KEEPER)


def test_nothing_is_merged_without_the_consent_of_its_author() -> None:
    case = asked()
    assert case.refused(Merge()) is Code.CONSENT_MISSING
    case.answers("b")
    assert case.refused(Merge()) is Code.CONSENT_MISSING
    case.answers("a")
    case.answers("b", False)
    assert case.refused(Merge()) is Code.CONSENT_MISSING


def test_consent_is_taken_back_until_the_merge_and_not_after_it() -> None:
    case = asked()
    for key in "abc":
        case.answers(key)
    grouping = case.answers("c", False)
    assert grouping.parts["c"].answered_at == NOW + timedelta(hours=4)
    assert merged_of(case.do(Merge())) == "ab"
    late = Answer(contribution="b", consents=False)
    assert case.refused(late, Hand("author-b")) is Code.GROUPING_MERGED
    assert case.refused(Merge()) is Code.GROUPING_MERGED


@pytest.mark.parametrize("by", [KEEPER, Hand("author-b"), Hand("deputy", "author-a")])
def test_nobody_answers_for_another(by: Hand) -> None:
    case = asked()
    act = Answer(contribution="a", consents=True)
    assert case.refused(act, by) is Code.UNKNOWN_CONTRIBUTION
    told = case.do(replace(act, for_author=True), by).parts["a"]
    assert (told.consents, told.answered_by) == (True, by.member)


def test_who_wrote_one_of_them_does_not_group_them() -> None:
    for by in (Hand("author-b"), Hand("deputy", "author-a")):
        assert Case().refused(ASK, by) is Code.OWN_CONTRIBUTION
        for act in (Merge(), UNDO):
            assert asked().refused(act, by) is Code.OWN_CONTRIBUTION


def test_a_grouping_is_undone_before_or_after_the_merge_and_once() -> None:
    case = asked()
    given_up = case.do(UNDO)
    assert (given_up.state, given_up.undone_why) == (GroupingState.UNDONE, UNDO.text)
    for act in (UNDO, Merge(), Answer(contribution="a", consents=True)):
        by = Hand("author-a") if isinstance(act, Answer) else KEEPER
        assert case.refused(act, by) is Code.GROUPING_UNDONE
    case = asked()
    case.answers("a")
    case.answers("b")
    case.do(Merge())
    undone = case.do(UNDO)
    assert (undone.state, merged_of(undone)) == (GroupingState.UNDONE, "ab"), "what it was is still told"


def test_nobody_is_asked_about_what_they_cannot_read() -> None:
    assert Case(is_out=False).refused(ASK) is Code.CONTRIBUTIONS_NOT_OUT
    assert Case(is_out=False).ask(Judge(one="a", other="b", same=True)) is None


@pytest.mark.parametrize(
    ("standing", "code"),
    [
        ({"withdrawn": True}, Code.CONTRIBUTION_WITHDRAWN),
        ({"replaced_by": "v2"}, Code.CONTRIBUTION_REPLACED),
        ({"hidden": True}, Code.CONTRIBUTION_HIDDEN),
        ({"place": ("appel", 2)}, Code.CONTRIBUTIONS_APART),
        ({"part_of": "other"}, Code.ALREADY_GROUPED),
        ({"keeps": True}, Code.ALREADY_GROUPED),
    ],
)
def test_only_what_is_there_and_free_is_grouped(standing: dict[str, Any], code: Code) -> None:
    assert Case().stands("b", **standing).refused(ASK) is code


def test_the_kept_one_may_keep_others_but_not_be_part_of_them() -> None:
    assert Case().stands("a", keeps=True).do(ASK).kept == "a"
    assert Case().stands("a", part_of="other").refused(ASK) is Code.ALREADY_GROUPED


def test_what_has_changed_since_is_not_merged() -> None:
    case = asked()
    for key in "abc":
        case.answers(key)
    case.stands("c", replaced_by="v2")
    assert merged_of(case.do(Merge())) == "ab"
    case = asked()
    for key in "abc":
        case.answers(key)
    case.stands("a", hidden=True)
    assert case.refused(Merge()) is Code.CONTRIBUTION_HIDDEN


def test_bad_input_is_refused() -> None:
    assert Case().refused(Ask(kept="a", others=())) is Code.INPUT_INVALID
    assert Case().refused(Ask(kept="a", others=("a",))) is Code.INPUT_INVALID
    assert Case().refused(Ask(kept="a", others=("b", "b"))) is Code.INPUT_INVALID
    assert Case().refused(Ask(kept="a", others=("x",))) is Code.UNKNOWN_CONTRIBUTION
    many = tuple(f"n{n}" for n in range(MOST_PARTS + 1))
    assert Case().refused(Ask(kept="a", others=many)) is Code.INPUT_INVALID
    assert Case().refused(Judge(one="a", other="a", same=True)) is Code.INPUT_INVALID
    assert Case().refused(Merge()) is Code.UNKNOWN_GROUPING
    assert Case(is_over=True).refused(ASK) is Code.CONCERTATION_OVER


ACTS = st.one_of(
    st.builds(Answer, contribution=st.sampled_from("abcd"), consents=st.booleans()),
    st.just(Merge()),
    st.just(UNDO),
)
HANDS = st.sampled_from([KEEPER, *(Hand(f"author-{key}") for key in "abcd")])


@given(st.lists(st.tuples(ACTS, HANDS), max_size=16))
def test_whatever_is_tried_in_whatever_order_the_promises_hold(tries: list[tuple[Act, Hand]]) -> None:
    case = asked()
    for act, by in tries:
        before = case.matter.grouping
        assert before is not None
        after = case.ask(act, by)
        if not isinstance(after, Grouping):
            continue
        assert (after.kept, set(after.parts)) == (before.kept, set(before.parts))
        if merged_of(after):
            assert len(merged_of(after)) > 1
            assert after.parts[after.kept].merged
        for part in after.parts.values():
            assert not part.merged or part.consents
            assert part.answered_by in (None, part.author)
        if before.merged_at is not None:
            assert after.parts == before.parts
        case.matter = replace(case.matter, grouping=after)


def test_every_state_has_its_word() -> None:
    assert [state for state in GroupingState if not has_text(f"grouping_state.{state}")] == []
