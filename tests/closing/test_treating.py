"""Treatment rates are counted again from the ledger and from the contributions that an archive shows."""

from __future__ import annotations

from typing import Any

import pytest

from domain import acts
from domain.acts import Treated, TreatmentFigures
from domain.closing.treating import Treatments, rated
from domain.process import Process
from tests.unit.play import Play, body
from tests.unit.procedures import call_for_input, decision, synthesis
from tests.unit.scenes import opened, recommend

SYNTHESE = "synthese"
CALL = {(1, "appel")}


def rows(*ids: str, organised: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    return [
        {"round": 1, "stage": "appel", "id": id, "organisation": "o" if id in organised else None}
        for id in ids
    ]


def written(others: Treated, organisations: Treated | None = None) -> tuple[Process, Treatments]:
    """Write a synthesis that cites c1, c2 and c9 and sets c3 aside, assembled with these figures."""
    play: Play = opened(call_for_input(), synthesis(), decision(), stage=SYNTHESE)
    play.do(acts.SubmitChapter(lane=None, text=body("chapitre")), "writer", SYNTHESE)
    recommend(play, "r1", sources=("c1", "c7"))
    recommend(play, "r1", sources=("c1", "c9"))
    play.do(acts.CiteSources(item="r1", add=("c2", "c8"), remove=("c9",)), "writer", SYNTHESE)
    play.do(acts.CiteSources(item="r1", add=("c9",), remove=("c8",)), "writer", SYNTHESE)
    play.do(acts.SetAside(contributions=("c1", "c3", "c4"), reason="Illisible"), "writer", SYNTHESE)
    play.do(acts.TakeBack(contributions=("c4",)), "writer", SYNTHESE)
    figures = TreatmentFigures(
        by_kind={"others": others, "organisations": organisations or Treated(all=0, cited=0)}
    )
    play.do(acts.AssembleSynthesis(text=body("s"), treatment=figures), "editor", SYNTHESE)
    treatments, process = Treatments(), play.process
    for event in play.events:
        treatments.note(process, event)
    return process, treatments


def test_the_table_says_what_is_said_in_the_end_and_why() -> None:
    _, treatments = written(Treated(all=0, cited=0))
    assert [(row["item"], row["contribution"], row["reason"]) for row in treatments.rows()] == [
        ("", "c1", "Illisible"), ("", "c3", "Illisible"),
        ("r1", "c1", None), ("r1", "c2", None), ("r1", "c9", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("stated", "holds", "through"),
    [
        (Treated(all=4, cited=2, set_aside=1), True, 0),
        (Treated(all=4, cited=3, set_aside=1), True, 1),
        (Treated(all=4, cited=1, set_aside=1), False, 0),
        (Treated(all=5, cited=2, set_aside=1), False, 0),
        (Treated(all=4, cited=4, set_aside=1), False, 0),
    ],
)
def test_rates_follow_or_they_do_not(stated: Treated, holds: bool, through: int) -> None:
    (found,) = rated(*written(stated), rows("c1", "c2", "c3", "c5"), CALL)
    assert (found.name, found.holds, found.through) == ("1/synthese", holds, through)


def test_organisations_are_counted_apart() -> None:
    told = written(Treated(all=1, cited=1), Treated(all=2, cited=1, set_aside=1))
    (found,) = rated(*told, rows("c1", "c2", "c3", organised=("c1", "c3")), CALL)
    assert found.holds


def test_what_is_treated_under_others_alone_cannot_be_told() -> None:
    told = written(Treated(all=6, cited=5, set_aside=1))
    (found,) = rated(*told, rows("c1", "c2", "c3", "c5", "c6", "c10"), CALL)
    assert found.holds is None


def test_of_sets_that_are_not_sealed_for_good_nothing_is_told() -> None:
    (found,) = rated(*written(Treated(all=0, cited=0)), rows(), set())
    assert found.holds is None
