"""The synthesis: chapters by lane, recommendations with sources and addressees, assembled as a whole."""

from __future__ import annotations

from typing import Any

from domain import acts
from domain.awaited import awaited
from domain.process import State
from domain.refusals import Code
from tests.unit.play import Play, body
from tests.unit.procedures import call_for_input, decision, hearings, synthesis
from tests.unit.scenes import assemble, opened, recommend

SYNTHESE = "synthese"
LANES = [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]
OFFICES: list[dict[str, Any]] = [
    {"id": "coordination", "role": "coordinator", "label": "Coordination", "seats": 3},
    {"id": "rapporteur-a", "role": "rapporteur", "label": "A", "lane": "a", "required": 0},
    {"id": "rapporteur-b", "role": "rapporteur", "label": "B", "lane": "b", "required": 0},
    {"id": "general", "role": "general_rapporteur", "label": "Général", "required": 0},
    {"id": "dinum", "role": "addressee", "label": "Direction du numérique", "required": 0},
    {"id": "asso", "role": "addressee", "label": "Association", "required": 0},
    {"id": "ministre", "role": "deciding_authority", "label": "Ministre", "required": 0},
]


def writing(**more: Any) -> Play:
    """Give an open synthesis of a concertation without axes."""
    return opened(call_for_input(), synthesis(**more), decision(), stage=SYNTHESE)


def by_lane(lane: str | None = None) -> Play:
    """Give an open synthesis of two axes, with a rapporteur each: common to both, or one each."""
    stage = SYNTHESE if lane is None else f"{SYNTHESE}.{lane}"
    play = opened(
        call_for_input(lane="each"),
        synthesis(lane=None if lane is None else "each"),
        decision(),
        stage=stage,
        lanes=LANES,
        offices=OFFICES,
    )
    play.appoint("rapporteur-a", "anna")
    play.appoint("rapporteur-b", "bert")
    return play


def chapter(lane: str | None = None, text: str = "chapitre") -> acts.SubmitChapter:
    return acts.SubmitChapter(lane=lane, text=body(text))


def recommendation(name: str = "r1", **more: Any) -> acts.MakeRecommendation:
    asked: dict[str, Any] = {
        "lane": None,
        "themes": (),
        "addressees": ("dinum",),
        "sources": ("c1",),
        "text": body(name),
    }
    return acts.MakeRecommendation(recommendation=name, **{**asked, **more})


def whole(text: str = "synthese") -> acts.AssembleSynthesis:
    return acts.AssembleSynthesis(text=body(text))


def test_a_chapter_is_handed_in_by_versions():
    play = writing()
    play.do(chapter(text="v1"), "writer", SYNTHESE)
    play.do(chapter(text="v2"), "writer", SYNTHESE)
    found = play.process.syntheses["1/synthese"].chapters[""]
    assert (found.version, found.text, found.member) == (2, body("v2"), "writer")


def test_each_rapporteur_writes_the_chapter_of_their_axis_and_no_other():
    play = by_lane()
    play.do(chapter("a"), "anna", SYNTHESE)
    assert play.refused(chapter("b"), "anna", SYNTHESE) is Code.NOT_ALLOWED
    assert play.refused(recommendation(lane="b"), "anna", SYNTHESE) is Code.NOT_ALLOWED
    play.do(recommendation(lane="a"), "anna", SYNTHESE)


def test_what_is_common_to_all_axes_is_the_general_rapporteurs():
    play = by_lane()
    assert play.refused(chapter(None), "anna", SYNTHESE) is Code.NOT_ALLOWED
    assert play.refused(recommendation(lane=None), "anna", SYNTHESE) is Code.NOT_ALLOWED
    play.do(chapter(None), "editor", SYNTHESE)
    play.do(recommendation(lane=None), "editor", SYNTHESE)


def test_a_recommendation_of_one_axis_is_not_rewritten_by_the_rapporteur_of_another():
    play = by_lane()
    play.do(recommendation("r1", lane="a"), "anna", SYNTHESE)
    assert play.refused(recommendation("r1", lane="b"), "bert", SYNTHESE) is Code.NOT_ALLOWED
    play.do(recommendation("r1", lane="b"), "editor", SYNTHESE)


def test_the_synthesis_of_one_axis_takes_chapters_and_recommendations_of_that_axis():
    play = by_lane("a")
    assert play.refused(chapter("b"), "editor", "synthese.a") is Code.UNKNOWN_LANE
    assert play.refused(recommendation(lane="b"), "editor", "synthese.a") is Code.UNKNOWN_LANE
    assert play.refused(chapter("b"), "bert", "synthese.a") is Code.NOT_ALLOWED
    play.do(chapter(), "anna", "synthese.a")
    play.do(recommendation(), "anna", "synthese.a")
    found = play.process.syntheses["1/synthese.a"]
    assert set(found.chapters) == {"a"}
    assert found.recommendations["r1"].lane == "a"
    play.do(whole(), "editor", "synthese.a")


def test_axes_and_themes_must_exist():
    play = writing()
    assert play.refused(chapter("z"), "writer", SYNTHESE) is Code.UNKNOWN_LANE
    assert play.refused(recommendation(themes=("chasse",)), "writer", SYNTHESE) is Code.UNKNOWN_THEME


def test_each_recommendation_names_who_owes_an_answer():
    play = writing()
    for addressees in ((), ("nobody",), ("ministre",)):
        assert (
            play.refused(recommendation(addressees=addressees), "writer", SYNTHESE) is Code.UNKNOWN_ADDRESSEE
        )
    recommend(play, addressees=("dinum", "asso", "dinum"))
    assert play.process.syntheses["1/synthese"].recommendations["r1"].addressees == ("dinum", "asso")


def test_a_recommendation_is_replaced_by_its_next_version():
    play = writing()
    recommend(play)
    recommend(play, text=body("autre"))
    found = play.process.syntheses["1/synthese"].recommendations["r1"]
    assert (found.version, found.text) == (2, body("autre"))


def test_the_general_rapporteur_assembles_once_every_chapter_is_in():
    play = by_lane()
    play.do(chapter("a"), "anna", SYNTHESE)
    play.do(recommendation(lane="a"), "anna", SYNTHESE)
    assert play.refused(whole(), "editor", SYNTHESE) is Code.CHAPTER_MISSING
    play.do(chapter("b"), "bert", SYNTHESE)
    assert play.refused(whole(), "anna", SYNTHESE) is Code.NOT_ALLOWED
    play.do(whole(), "editor", SYNTHESE)


def test_a_synthesis_without_any_recommendation_is_not_assembled():
    play = writing()
    play.do(chapter(), "writer", SYNTHESE)
    assert play.refused(whole(), "editor", SYNTHESE) is Code.UNKNOWN_RECOMMENDATION


def test_what_is_assembled_is_fixed():
    play = writing()
    assemble(play)
    for act, by in ((chapter(), "writer"), (recommendation("r2"), "writer"), (whole(), "editor")):
        assert play.refused(act, by, SYNTHESE) is Code.SYNTHESIS_ASSEMBLED


def test_chapters_belong_to_an_open_synthesis():
    play = opened(call_for_input(), hearings(after=[]), synthesis(after=["appel"]))
    for act in (chapter(), recommendation(), whole()):
        assert play.refused(act, "editor", SYNTHESE) is Code.STAGE_NOT_OPEN
        assert play.refused(act, "editor", "appel") is Code.STAGE_WRONG_KIND
    play.until(SYNTHESE, State.OPEN)
    play.do(acts.Suspend(reason="panne"), stage=SYNTHESE)
    assert play.refused(chapter(), "editor", SYNTHESE) is Code.SUSPENDED


def test_what_is_awaited_of_a_synthesis_goes_from_chapters_to_the_whole():
    play = by_lane()

    def waiting() -> list[tuple[str, str | None]]:
        return [(item.what, item.about) for item in awaited(play.process, play.now)]

    assert waiting() == [("chapter", "a"), ("chapter", "b")]
    play.do(chapter("b"), "bert", SYNTHESE)
    assert waiting() == [("chapter", "a")]
    play.do(chapter("a"), "anna", SYNTHESE)
    assert waiting() == [("synthesis", None)]
    play.do(recommendation(lane="a"), "anna", SYNTHESE)
    play.do(whole(), "editor", SYNTHESE)
    assert waiting() == []
