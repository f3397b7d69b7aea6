"""The treatment: items and their sources, what is set aside, reservations answered, thresholds at the assembly."""

from __future__ import annotations

from typing import Any

import pytest

from domain import acts
from domain import events as ev
from domain.acts import MOST_SOURCES, Conclusion, Settlement, Treated, TreatmentFigures
from domain.awaited import awaited
from domain.deciding.works import missing_responses, recommendations
from domain.process import State
from domain.refusals import Code, Refusal
from domain.treatment.lineage import all_items, ancestors, descendants
from tests.unit.play import Play, body
from tests.unit.procedures import call_for_input, decision, hearings, review, synthesis
from tests.unit.scenes import HOUR, adopt, opened, put_to_vote, recommend
from tests.unit.test_decide_synthesis import by_lane, chapter, recommendation, whole, writing

SYNTHESE = "synthese"
ALL = {"others": "1"}


def ascertain(name: str = "k1", **more: Any) -> acts.MakeAscertainment:
    asked: dict[str, Any] = {"lane": None, "themes": (), "sources": (), "text": body(name)}
    return acts.MakeAscertainment(ascertainment=name, **{**asked, **more})


def cite(item: str, *add: str, remove: tuple[str, ...] = ()) -> acts.CiteSources:
    return acts.CiteSources(item=item, add=add, remove=remove)


def figures(organisations: tuple[int, ...] = (0, 0), others: tuple[int, ...] = (0, 0)) -> TreatmentFigures:
    """Give what the store counts: all, cited, and set aside if any."""
    given = {"organisations": organisations, "others": others}
    return TreatmentFigures(
        by_kind={
            kind: Treated(all=n[0], cited=n[1], set_aside=n[2] if len(n) > 2 else 0)
            for kind, n in given.items()
        }
    )


def reviewed(*, reservation: bool = True, **more: Any) -> Play:
    """Give an open synthesis after an opinion, with a reservation or without."""
    play = opened(call_for_input(), review(), synthesis(**more), decision(), stage="avis")
    if reservation:
        play.do(acts.MakeReservation(reservation="v1", text=body("v1")), "ada", "avis")
    adopt(play, Conclusion.FAVOURABLE_WITH_RESERVATIONS)
    play.until(SYNTHESE, State.OPEN)
    play.do(chapter(), "writer", SYNTHESE)
    recommend(play)
    return play


def answer(name: str = "v1", settlement: Settlement = Settlement.MAINTAINED) -> acts.AnswerReservation:
    return acts.AnswerReservation(reservation=name, answer=settlement, reasons=body(name))


def test_of_contributions_an_item_keeps_how_many_and_of_all_else_which():
    play = opened(hearings(after=[]), synthesis(after=["auditions"]), decision(), stage="auditions")
    act = acts.ScheduleHearing(hearing="h1", starts_at=play.now, ends_at=play.now + HOUR, witnesses=())
    play.do(act, stage="auditions")
    play.now += HOUR
    play.do(acts.HoldHearing(hearing="h1", heard=()), stage="auditions")
    play.do(acts.RecordHearing(hearing="h1", record=body("cr")), stage="auditions")
    play.until(SYNTHESE, State.OPEN)
    recommend(play, sources=("c1", "c2", "h1", "c1"))
    play.do(cite("r1", "c3", "h1"), "writer", SYNTHESE)
    play.do(cite("r1", remove=("c2",)), "writer", SYNTHESE)
    item = play.process.syntheses["1/synthese"].recommendations["r1"]
    assert (item.sources, item.cited) == (("h1",), 2)
    play.do(cite("r1", remove=("h1",)), "writer", SYNTHESE)
    assert not play.process.syntheses["1/synthese"].recommendations["r1"].sources


def test_what_an_item_comes_from_already_is_no_event():
    play = reviewed()
    recommend(play, "r2", sources=("v1",))
    assert play.do(cite("r2", "v1"), "writer", SYNTHESE) == []


def test_a_new_version_that_names_no_source_keeps_those_there_are():
    play = writing()
    recommend(play, sources=("c1", "c2"), in_favour=("etat",))
    recommend(play, text=body("mieux"), against=("locales",))
    item = play.process.syntheses["1/synthese"].recommendations["r1"]
    assert (item.version, item.cited, item.in_favour, item.against) == (2, 2, ("etat",), ("locales",))
    recommend(play, sources=("c9",), in_favour=())
    item = play.process.syntheses["1/synthese"].recommendations["r1"]
    assert (item.cited, item.in_favour, item.against) == (1, (), ("locales",))


def test_colleges_in_favour_and_against_must_exist():
    play = writing()
    assert play.refused(recommendation(in_favour=("lune",)), "writer", SYNTHESE) is Code.UNKNOWN_COLLEGE
    assert play.refused(recommendation(against=("lune",)), "writer", SYNTHESE) is Code.UNKNOWN_COLLEGE


def test_an_ascertainment_is_an_item_that_nobody_owes_an_answer_to():
    play = writing()
    play.do(chapter(), "writer", SYNTHESE)
    play.do(ascertain(sources=("c1",)), "writer", SYNTHESE)
    play.do(ascertain(themes=("sante",)), "writer", SYNTHESE)
    found = play.process.syntheses["1/synthese"].ascertainments["k1"]
    assert (found.version, found.cited, found.themes) == (2, 1, ("sante",))
    assert play.refused(ascertain(themes=("chasse",)), "writer", SYNTHESE) is Code.UNKNOWN_THEME
    assert play.refused(ascertain(lane="z"), "writer", SYNTHESE) is Code.UNKNOWN_LANE
    assert play.refused(whole(), "editor", SYNTHESE) is Code.UNKNOWN_RECOMMENDATION
    assert missing_responses(play.process) == ()


def test_no_two_items_have_one_name():
    play = writing()
    recommend(play)
    assert play.refused(ascertain("r1"), "writer", SYNTHESE) is Code.ALREADY_EXISTS
    play.do(ascertain(), "writer", SYNTHESE)
    assert play.refused(recommendation("k1"), "writer", SYNTHESE) is Code.ALREADY_EXISTS


def test_one_command_names_a_thousand_sources_at_most():
    play = writing()
    many = tuple(f"c{number}" for number in range(MOST_SOURCES + 1))
    assert play.refused(recommendation(sources=many), "writer", SYNTHESE) is Code.TOO_MANY_SOURCES
    recommend(play, sources=many[1:])
    assert play.process.syntheses["1/synthese"].recommendations["r1"].cited == MOST_SOURCES
    for act in (
        cite("r1", *many),
        cite("r1", *many[:600], remove=many[:600]),
        acts.SetAside(contributions=many, reason="Hors du sujet"),
        acts.TakeBack(contributions=many),
    ):
        assert play.refused(act, "writer", SYNTHESE) is Code.TOO_MANY_SOURCES


def test_items_are_merged_and_split_and_those_replaced_want_no_answer():
    play = writing()
    for name in ("a", "b"):
        recommend(play, name)
    recommend(play, "ab", replaces=("a", "b"))
    for name in ("x", "y"):
        recommend(play, name, replaces=("ab",))
    items = all_items(play.process)
    assert ancestors(items, "x") == ("ab", "a", "b")
    assert descendants(items, "a") == ("ab", "x", "y")
    assert set(recommendations(play.process)) == {"x", "y"}
    assert {name for name, _ in missing_responses(play.process)} == {"x", "y"}
    assert play.refused(recommendation("a"), "writer", SYNTHESE) is Code.ITEM_REPLACED
    assert play.refused(cite("ab", "c1"), "writer", SYNTHESE) is Code.ITEM_REPLACED
    assert play.refused(cite("z", "c1"), "writer", SYNTHESE) is Code.ITEM_UNKNOWN


def test_an_item_takes_the_place_of_none_that_comes_from_it():
    play = writing()
    recommend(play, "a")
    recommend(play, "b", replaces=("a",))
    for name, before in (("b", "b"), ("b", "nothing"), ("c", "c")):
        refused = play.refused(recommendation(name, replaces=(before,)), "writer", SYNTHESE)
        assert refused is Code.ITEM_UNKNOWN
    recommend(play, "c", replaces=("b",))
    recommend(play, "c")
    assert play.process.syntheses["1/synthese"].recommendations["c"].replaces == ("b",)
    recommend(play, "c", replaces=())
    recommend(play, "b", replaces=())
    assert set(recommendations(play.process)) == {"a", "b", "c"}


def test_an_item_of_another_axis_is_not_replaced_by_the_rapporteur_of_this_one():
    play = by_lane()
    play.do(recommendation("a1", lane="a"), "anna", SYNTHESE)
    merged = recommendation("b1", lane="b", replaces=("a1",))
    assert play.refused(merged, "bert", SYNTHESE) is Code.NOT_ALLOWED
    assert play.refused(cite("a1", "c1"), "bert", SYNTHESE) is Code.NOT_ALLOWED
    play.do(merged, "editor", SYNTHESE)


def test_contributions_are_set_aside_for_a_reason_of_the_procedure_alone():
    play = writing()
    listed = acts.SetAside(contributions=("c1", "c2", "c1"), reason="Hors du sujet")
    unlisted = acts.SetAside(contributions=("c1",), reason="Pas envie")
    assert play.refused(unlisted, "writer", SYNTHESE) is Code.REASON_NOT_LISTED
    (event,) = play.do(listed, "writer", SYNTHESE)
    assert event.fact == ev.ContributionsSetAside(contributions=("c1", "c2"), reason="Hors du sujet")
    (event,) = play.do(acts.TakeBack(contributions=("c1",)), "writer", SYNTHESE)
    assert event.fact == ev.SetAsideTakenBack(contributions=("c1",))
    for nothing in (acts.SetAside(contributions=(), reason="Hors du sujet"), acts.TakeBack(contributions=())):
        assert play.do(nothing, "writer", SYNTHESE) == []


def test_the_rapporteur_of_one_axis_sets_aside_in_a_common_synthesis():
    play = by_lane()
    play.do(acts.SetAside(contributions=("c1",), reason="Hors du sujet"), "anna", SYNTHESE)


def test_every_reservation_of_an_adopted_opinion_is_lifted_or_declared_maintained():
    play = reviewed()
    (waiting,) = (item for item in awaited(play.process, play.now) if item.stage == SYNTHESE)
    assert (waiting.what, waiting.about) == ("reservation", "v1")
    assert play.refused(whole(), "editor", SYNTHESE) is Code.RESERVATION_OPEN
    assert play.refused(answer("v2"), "writer", SYNTHESE) is Code.UNKNOWN_RESERVATION
    play.do(answer(), "editor", SYNTHESE)
    play.do(answer(settlement=Settlement.LIFTED), "editor", SYNTHESE)
    found = play.process.syntheses["1/synthese"].answers["v1"]
    assert (found.answer, found.member) == (Settlement.LIFTED, "editor")
    play.do(whole(), "editor", SYNTHESE)
    assert play.refused(answer(), "editor", SYNTHESE) is Code.SYNTHESIS_ASSEMBLED


def test_a_reservation_of_an_opinion_that_was_not_adopted_is_not_asked_about():
    play = opened(call_for_input(), review(), synthesis(), decision(), stage="avis")
    play.do(acts.MakeReservation(reservation="v1", text=body("v1")), "ada", "avis")
    put_to_vote(play)
    assert play.refused(answer(), "editor", "avis") is Code.STAGE_WRONG_KIND


def test_the_council_comments_on_chapters_and_items_until_the_whole_is_assembled():
    play = reviewed(reservation=False)
    for about in ("", "r1"):
        play.do(acts.Comment(about=about, text=body("à préciser")), "ada", SYNTHESE)
    found = play.process.syntheses["1/synthese"].comments
    assert [(c.about, c.member) for c in found] == [("", "ada"), ("r1", "ada")]
    nothing = acts.Comment(about="z", text=body("x"))
    assert play.refused(nothing, "ada", SYNTHESE) is Code.ITEM_UNKNOWN
    assert play.refused(acts.Comment(about="r1", text=body("x")), "writer", SYNTHESE) is Code.NOT_ALLOWED
    play.do(whole(), "editor", SYNTHESE)
    late = acts.Comment(about="r1", text=body("x"))
    assert play.refused(late, "ada", SYNTHESE) is Code.SYNTHESIS_ASSEMBLED


@pytest.mark.parametrize(
    ("counted", "lacking"),
    [
        (figures(others=(5, 3, 1)), []),
        (figures(others=(5, 4)), []),
        (figures(others=(5, 3)), ["others"]),
        (figures(organisations=(1000, 999), others=(5, 5)), ["organisations"]),
        (figures(organisations=(2, 1), others=(100, 79)), ["organisations", "others"]),
        (figures(organisations=(2, 1, 1)), []),
    ],
)
def test_a_synthesis_just_below_its_threshold_is_not_assembled(
    counted: TreatmentFigures, lacking: list[str]
) -> None:
    play = writing(treatment={"others": "4/5"})
    play.do(chapter(), "writer", SYNTHESE)
    recommend(play)
    act = acts.AssembleSynthesis(text=body("synthese"), treatment=counted)
    told = play.ask(play.command(act, "editor", SYNTHESE))
    if lacking:
        assert isinstance(told, Refusal)
        assert told.code is Code.TREATMENT_TOO_LOW
        assert [finding.args["kind"] for finding in told.findings] == lacking
    else:
        assert not isinstance(told, Refusal)
        kept = play.process.syntheses["1/synthese"].treatment
        assert kept is not None
        assert kept.by_kind["others"] == counted.by_kind["others"]
        assert kept.by_kind["records"] == Treated(all=0, cited=0)


def test_a_synthesis_with_thresholds_is_not_assembled_without_figures():
    play = writing(treatment=ALL)
    play.do(chapter(), "writer", SYNTHESE)
    recommend(play)
    assert play.refused(whole(), "editor", SYNTHESE) is Code.INPUT_INVALID


def test_records_and_reservations_are_counted_here_whatever_anybody_says():
    play = reviewed(treatment=ALL)
    claimed = TreatmentFigures(by_kind={"reservations": Treated(all=1, cited=1)})
    play.do(answer(), "editor", SYNTHESE)
    play.do(acts.AssembleSynthesis(text=body("s"), treatment=claimed), "editor", SYNTHESE)
    kept = play.process.syntheses["1/synthese"].treatment
    assert kept is not None
    assert kept.by_kind["reservations"] == Treated(all=1, cited=1)


def test_an_approved_record_is_treated_once_an_item_comes_from_it_or_took_the_place_of_one_that_did():
    play = opened(
        hearings(after=[]), synthesis(after=["auditions"], treatment=ALL), decision(), stage="auditions"
    )
    act = acts.ScheduleHearing(hearing="h1", starts_at=play.now, ends_at=play.now + HOUR, witnesses=())
    play.do(act, stage="auditions")
    play.now += HOUR
    play.do(acts.HoldHearing(hearing="h1", heard=()), stage="auditions")
    play.do(acts.RecordHearing(hearing="h1", record=body("cr")), stage="auditions")
    play.until(SYNTHESE, State.OPEN)
    play.do(chapter(), "writer", SYNTHESE)
    recommend(play)
    assembled = acts.AssembleSynthesis(text=body("s"), treatment=figures())
    assert play.refused(assembled, "editor", SYNTHESE) is Code.TREATMENT_TOO_LOW
    recommend(play, "old", sources=("h1",))
    recommend(play, "new", replaces=("old",))
    play.do(assembled, "editor", SYNTHESE)
