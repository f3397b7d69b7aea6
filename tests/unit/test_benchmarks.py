"""What `make bench` prints and writes; not how fast anything is."""

import json
from argparse import ArgumentTypeError
from io import StringIO
from pathlib import Path

import pytest

from benchmarks import __main__ as bench
from benchmarks.__main__ import MEASURES, named
from benchmarks.figure import GOALS, Figure
from benchmarks.play import whole_piece
from benchmarks.scale import is_published, scale, sized
from benchmarks.table import BEGIN, END, README, machine, write
from domain.process import Phase


def figure(*values: float, name: str = "transition_200_s", floors: tuple[float, ...] = ()) -> Figure:
    return Figure(name=name, values=values, floors=floors, bound="The processors.")


def test_a_line_says_all_that_was_promised_of_it() -> None:
    line = json.loads(figure(7.1, 7.9, 7.95, floors=(3.8, 3.9, 4.0)).as_json())
    assert line == {
        "figure": "transition_200_s",
        "value": 7.9,
        "unit": "s",
        "floor": 3.9,
        "ratio": 2.03,
        "goal": 8,
        "holds": True,
        "spread": [7.1, 7.95],
    }


def test_a_line_names_the_scale_where_it_is_not_the_usual_one() -> None:
    assert json.loads(figure(1).as_json("small"))["scale"] == "small"


@pytest.mark.parametrize(("said", "size"), [("", 7), ("small", 1), ("full", 70)])
def test_so_many_are_measured_as_the_scale_says(
    monkeypatch: pytest.MonkeyPatch, said: str, size: int
) -> None:
    monkeypatch.setenv("SCALE", said)
    assert (scale(), sized(7, small=1, full=70)) == (said, size)
    assert sized(7, small=1) == (1 if said == "small" else 7)
    assert is_published() is (said != "small"), "pairs of windows are published only where there are seven"


def test_a_scale_that_there_is_not_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCALE", "tiny")
    with pytest.raises(ValueError, match="small or full"):
        scale()


async def one_figure() -> list[Figure]:
    return [figure(9.9, name="help_s")]


@pytest.mark.parametrize(("said", "written"), [("small", False), ("", True), ("full", True)])
async def test_a_goal_that_is_missed_is_no_fault_and_the_smallest_scale_is_not_written_down(
    monkeypatch: pytest.MonkeyPatch, said: str, written: bool
) -> None:
    monkeypatch.setenv("SCALE", said)
    monkeypatch.setattr(bench, "MEASURES", {one_figure: ("help_s",)})
    kept: list[Figure] = []
    monkeypatch.setattr(bench, "write", lambda figures, command: kept.extend(figures))
    lines = StringIO()
    await bench._measure(frozenset({"help_s"}), lines, "make bench")
    assert json.loads(lines.getvalue())["holds"] is False
    assert bool(kept) is written


async def test_a_figure_that_does_not_come_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "MEASURES", {one_figure: ("help_s", "fold_10k_s")})
    monkeypatch.setattr(bench, "write", lambda figures, command: None)
    with pytest.raises(RuntimeError, match="fold_10k_s came to nothing"):
        await bench._measure(frozenset({"help_s", "fold_10k_s"}), StringIO(), "make bench")


def test_continuous_integration_runs_every_figure_once() -> None:
    assert "make bench SCALE=small\n" in (README.parents[1] / ".ci" / "run").read_text()


def test_where_no_floor_was_measured_none_is_named() -> None:
    assert set(json.loads(figure(1).as_json())) == {"figure", "value", "unit", "goal", "holds", "spread"}


@pytest.mark.parametrize(
    ("name", "values", "holds"),
    [
        ("transition_200_s", (2.0, 3.0, 8.1), False),
        ("transition_200_s", (2.0, 3.0, 8.0), True),
        ("decide_per_s", (19_999, 30_000, 40_000), False),
        ("decide_per_s", (20_000, 30_000, 40_000), True),
    ],
)
def test_a_goal_holds_only_if_the_worst_repetition_reaches_it(
    name: str, values: tuple[float, ...], holds: bool
) -> None:
    assert figure(*values, name=name).holds is holds


def test_the_table_keeps_the_rows_that_were_not_measured_and_all_that_people_wrote(tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_text(f"Before.\n{BEGIN}\n{END}\nAfter.\n")
    write([figure(3, name="help_s"), figure(5)], "make bench", file)
    write([figure(4)], "make bench ONLY=transition_200_s", file)
    text = file.read_text()
    assert text.startswith("Before.\n")
    assert text.endswith("\nAfter.\n")
    assert [line.split("`")[1] for line in text.splitlines() if line.startswith("| `")] == [
        "transition_200_s",
        "help_s",
    ]
    assert "| 4 s |" in text
    assert "| 5 s |" not in text
    assert "`make bench ONLY=transition_200_s`" in text


def test_figures_of_another_machine_are_dropped(tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_text(f"{BEGIN}\n{END}\n")
    write([figure(3, name="help_s")], "make bench", file)
    file.write_text(file.read_text().replace(machine(), "a larger one"))
    write([figure(4)], "make bench", file)
    assert "help_s" not in file.read_text()


def test_the_readme_explains_every_figure_and_has_its_place_for_the_table() -> None:
    text = README.read_text()
    explained = text.partition(BEGIN)[0]
    assert [name for name in GOALS if f"`{name}`" not in explained] == []
    assert text.index(BEGIN) < text.index(END)


def test_every_figure_is_measured_once() -> None:
    assert sorted(name for names in MEASURES.values() for name in names) == sorted(GOALS)


def test_several_figures_are_asked_for_by_their_names() -> None:
    assert named("help_s,facets_ms") == {"help_s", "facets_ms"}
    with pytest.raises(ArgumentTypeError, match="nope"):
        named("help_s,nope")


def test_the_piece_that_is_measured_is_a_whole_concertation() -> None:
    play = whole_piece(participants=20, recommendations=2, reports=1)
    assert play.process.phase is Phase.ENDED
    assert play.process.round == 2
    assert play.refusals > 0
