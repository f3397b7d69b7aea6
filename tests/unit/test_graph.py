"""The graph of stages: expansion by axis, what comes before and after."""

from __future__ import annotations

from domain.graph import expand, keys_of, successors, with_descendants
from tests.unit.procedures import call_for_input, decision, hearings, procedure, review, synthesis

LANES = [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]


def after(rules, lanes=None) -> dict[str, tuple[str, ...] | None]:
    return {key: stage.after for key, stage in expand(rules, lanes).items()}


def test_a_stage_comes_after_the_one_before_it_in_the_file_unless_it_says_otherwise():
    rules = procedure(call_for_input(), hearings(after=[]), review(after=["appel", "auditions"]), synthesis())
    assert after(rules) == {
        "appel": (), "auditions": (), "avis": ("appel", "auditions"), "synthese": ("avis",),
    }  # fmt: skip


def test_a_stage_of_each_axis_is_expanded_and_follows_its_own():
    rules = procedure(call_for_input(lane="each"), hearings(lane="each"), synthesis(), lanes=LANES)
    assert after(rules) == {
        "appel.a": (),
        "appel.b": (),
        "auditions.a": ("appel.a",),
        "auditions.b": ("appel.b",),
        "synthese": ("auditions.a", "auditions.b"),
    }
    assert {key: stage.lane for key, stage in expand(rules).items()} == {
        "appel.a": "a", "appel.b": "b", "auditions.a": "a", "auditions.b": "b", "synthese": None,
    }  # fmt: skip


def test_stages_of_each_axis_follow_a_common_one_together():
    rules = procedure(call_for_input(), hearings(lane="each"), lanes=LANES)
    assert after(rules) == {"appel": (), "auditions.a": ("appel",), "auditions.b": ("appel",)}


def test_a_stage_of_one_axis_only_follows_the_stage_of_that_axis():
    rules = procedure(call_for_input(lane="each"), hearings(lane="a", after=["appel"]), lanes=LANES)
    assert after(rules)["auditions"] == ("appel.a",)


def test_the_axes_of_a_concertation_replace_those_of_the_procedure():
    rules = procedure(call_for_input(lane="each"), synthesis(), lanes=LANES)
    assert after(rules, ["x"]) == {"appel.x": (), "synthese": ("appel.x",)}
    assert after(rules, []) == {"appel": (), "synthese": ("appel",)}
    assert expand(rules, [])["appel"].lane is None


def test_keys_successors_and_descendants():
    rules = procedure(
        call_for_input(lane="each"), hearings(lane="each"), synthesis(), decision(), lanes=LANES
    )
    stages = expand(rules)
    assert keys_of(stages, "appel") == ("appel.a", "appel.b")
    assert keys_of(stages, "nulle-part") == ()
    assert successors(stages, "appel.a") == ("auditions.a",)
    assert with_descendants(stages, ["auditions.b"]) == ("auditions.b", "synthese", "decision")
    assert with_descendants(stages, ["decision"]) == ("decision",)
