"""The evaluation grid of a review: each member fills it in, the marks are brought together, criterion by criterion."""

from __future__ import annotations

import pytest

from domain import acts
from domain.acts import Body, Conclusion
from domain.awaited import awaited
from domain.council.evaluating import aggregated, evaluations, grid_used
from domain.process import State
from domain.refusals import Code, Refusal
from tests.unit.play import Play, body
from tests.unit.procedures import call_for_input, procedure, review, synthesis
from tests.unit.scenes import DAY, adopt, opened

AVIS = "avis"
GRID = body("grille avis")


def reviewing() -> Play:
    return opened(call_for_input(), review(evaluation="grille"), stage=AVIS)


def filled(grid: Body = GRID, **marks: int) -> acts.Evaluate:
    return acts.Evaluate(questionnaire=grid.digest, marks=marks or {"droit": 3}, reasons=body("motifs"))


def test_a_review_that_asks_for_an_evaluation_is_launched_with_its_grid():
    play = Play(procedure(call_for_input(), review(evaluation="grille")))
    for office in ("presidence", "conseil", "coordination"):
        play.appoint(office, f"{office} 1")
    play.do(acts.AttachDocument(document=body("dossier"), title={"fr": "Dossier"}))
    answer = play.ask(play.command(acts.Launch(opens_at=play.now + 15 * DAY)))
    assert isinstance(answer, Refusal)
    assert [finding.code for finding in answer.findings] == ["grid_missing"]


def test_each_member_fills_in_the_grid_and_may_fill_it_in_anew():
    play = reviewing()
    play.do(filled(droit=2), "ada", AVIS)
    play.do(filled(droit=4), "ada", AVIS)
    assert play.process.opinions["1/avis"].evaluations["ada"].marks == {"droit": 4}


def test_the_grid_is_the_one_that_its_author_saw():
    play = reviewing()
    assert play.refused(filled(body("autre")), "ada", AVIS) is Code.SUBJECT_CHANGED
    plain = opened(call_for_input(), review(), stage=AVIS)
    assert plain.refused(filled(), "ada", AVIS) is Code.UNKNOWN_QUESTIONNAIRE


def test_nobody_fills_it_in_for_another_nor_who_stands_aside():
    play = reviewing()
    until = play.now + 90 * DAY
    play.do(acts.GiveDelegation(office="conseil", to="citizen", since=play.now, until=until), "ada")
    assert play.refused(filled(), "citizen", AVIS) is Code.NOT_ALLOWED
    play.do(acts.WithdrawFromReview(reason="lien"), "bob", AVIS)
    assert play.refused(filled(), "bob", AVIS) is Code.MEMBER_WITHDRAWN


def test_the_marks_of_all_members_come_to_a_median_and_a_spread():
    play = reviewing()
    for member, mark in (("chair", 1), ("ada", 2), ("bob", 4), ("cleo", 5)):
        play.do(filled(droit=mark, ethique=3), member, AVIS)
    droit, ethique = aggregated(evaluations(play.process, play.process.opinions["1/avis"]))
    assert (droit.criterion, droit.count, droit.median) == ("droit", 4, 3.0)
    assert (droit.lower, droit.upper, droit.spread) == (1.75, 4.25, 2.5)
    assert (ethique.median, ethique.spread) == (3.0, 0.0)


def test_who_stands_aside_later_does_not_count():
    play = reviewing()
    play.do(filled(droit=1), "ada", AVIS)
    play.do(filled(droit=5), "bob", AVIS)
    play.do(acts.RecuseMember(member="ada", reason="lien"), "chair", AVIS)
    (one,) = aggregated(evaluations(play.process, play.process.opinions["1/avis"]))
    assert (one.count, one.median, one.spread) == (1, 5.0, 0.0)


CHANGED = Body(id=GRID.id, digest=body("grille 2").digest)


def attached(
    grid: Body = CHANGED, stage: str | None = AVIS, *, questionnaire: bool = True
) -> acts.AttachDocument:
    return acts.AttachDocument(
        document=grid, title={"fr": "Grille"}, stage=stage, questionnaire=questionnaire
    )


@pytest.mark.parametrize(
    "act",
    [attached(), attached(body("grille 2")), attached(stage=None), attached(questionnaire=False)],
    ids=["changed", "another", "moved", "no questionnaire any more"],
)
def test_no_other_grid_takes_the_place_of_one_that_was_filled_in(act: acts.AttachDocument):
    play = reviewing()
    play.do(filled(), "ada", AVIS)
    answer = play.ask(play.command(act))
    assert isinstance(answer, Refusal)
    assert (answer.code, answer.args) == (Code.EVALUATIONS_GIVEN, {"stage": AVIS, "count": 1})
    assert evaluations(play.process, play.process.opinions["1/avis"])


@pytest.mark.parametrize(
    "act",
    [attached(GRID), attached(body("annexe"), questionnaire=False), attached(body("enquete"), stage=None)],
    ids=["the same", "a text", "a questionnaire of all"],
)
def test_what_changes_no_grid_is_attached_while_evaluations_are_given(act: acts.AttachDocument):
    play = reviewing()
    play.do(filled(), "ada", AVIS)
    play.do(act)
    play.do(filled(), "bob", AVIS)


def test_a_grid_is_changed_as_long_as_nobody_has_filled_it_in():
    play = reviewing()
    play.do(attached())
    play.do(filled(CHANGED), "ada", AVIS)
    assert play.refused(filled(GRID), "bob", AVIS) is Code.SUBJECT_CHANGED


def test_a_grid_for_the_next_round_changes_nothing_of_the_one_before():
    play = reviewing()
    play.do(filled(droit=2), "ada", AVIS)
    adopt(play, Conclusion.REFER_BACK)
    play.until("appel", State.OPEN)
    play.do(attached())
    assert play.process.round == 2
    (before,) = aggregated(evaluations(play.process, play.process.opinions["1/avis"]))
    assert (before.count, before.median) == (1, 2.0)
    assert grid_used(play.process.opinions["1/avis"]) == GRID.digest


def test_a_grid_after_the_review_is_concluded_changes_nothing_of_it():
    play = opened(call_for_input(), review(evaluation="grille"), synthesis(), stage=AVIS)
    play.do(filled(droit=2), "ada", AVIS)
    adopt(play)
    play.until(AVIS, State.CONCLUDED)
    play.do(attached())
    assert len(evaluations(play.process, play.process.opinions["1/avis"])) == 1


@pytest.mark.parametrize("done", [(), ("ada",), ("chair", "ada", "bob", "cleo")])
def test_who_has_not_filled_it_in_is_awaited_by_name(done):
    play = reviewing()
    for member in done:
        play.do(filled(), member, AVIS)
    items = [item for item in awaited(play.process, play.now) if item.what == "evaluation"]
    missing = tuple(member for member in ("chair", "ada", "bob", "cleo") if member not in done)
    assert [item.seats for item in items] == ([missing] if missing else [])
