"""What the board and the tables show, drawn on paper."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from rich.console import Console

from server.demo.board import Board, Clock
from server.demo.scenes.drafting import end_of_day
from server.demo.situation import Situation

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def stage(key: str, state: str, **more: Any) -> dict[str, Any]:
    return {
        "id": key, "key": key, "label": key.partition(".")[0].capitalize(), "round": 1, "state": state,
        "plannedOpensAt": AT, "plannedClosesAt": AT, "opensAt": AT, "closesAt": None, "entryClosesAt": None,
        "suspendedAt": None, "overdueSince": None, "lane": None, "seals": [], **more,
    }  # fmt: skip


def answered(*stages: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What `Situation` answers of a concertation."""
    return {
        "slug": "s", "title": "T", "phase": "LAUNCHED", "outcome": None, "round": 1, "seq": 9, "readAt": AT,
        "suspendedAt": None, "nextDeadline": None, "stages": stages, "ballots": [], "awaited": [],
        "figures": [], **more,
    }  # fmt: skip


def situation(*stages: dict[str, Any], **more: Any) -> Situation:
    return Situation.model_validate(answered(*stages, **more))


def drawn(seen: Situation | None, **processes: bool) -> str:
    clock = Clock()
    clock.set(AT)
    board = Board(clock, lambda: processes)
    board.situation, board.heard = seen, 9
    return on_paper(board)


def on_paper(board: Board) -> str:
    paper = io.StringIO()
    Console(file=paper, width=80).print(board)
    return paper.getvalue()


def test_three_clocks_and_the_processes_are_shown_from_the_start() -> None:
    text = drawn(None, worker=False, api=True)
    assert "Paris 09:00:0" in text
    assert "Pointe-à-Pitre 04:00:0" in text
    assert "Saint-Denis 12:00:0" in text
    assert "✖ worker" in text
    assert "● api" in text


def test_an_open_stage_says_what_is_left_of_it() -> None:
    text = drawn(situation(stage("appel", "OPEN", closesAt=AT.replace(second=42))))
    assert "ouverte" in text
    assert "ferme dans 42 s" in text
    assert "journal n° 9" in text


def test_axes_share_a_line_as_long_as_they_stand_alike() -> None:
    axes = [{"lane": {"label": label}} for label in ("Un", "Deux")]
    alike = drawn(situation(*(stage(f"auditions.{n}", "OPEN", **axis) for n, axis in enumerate(axes))))
    assert "Auditions (2 axes)" in alike
    apart = drawn(
        situation(stage("auditions.1", "OPEN", **axes[0]), stage("auditions.2", "CONCLUDED", **axes[1]))
    )
    assert "Auditions · Un" in apart
    assert "Auditions · Deux" in apart


def test_a_suspended_concertation_looks_so() -> None:
    assert "suspendue" in drawn(situation(stage("appel", "OPEN"), suspendedAt=AT))


def test_how_many_have_contributed_is_shown_once_the_subscription_tells() -> None:
    board = Board(Clock(), dict)
    board.situation = situation(stage("appel", "OPEN"))
    assert "contributions" not in on_paper(board)
    board.counted = 37
    assert "contributions : 37" in on_paper(board)


def test_whom_one_waits_for_is_shown() -> None:
    waiting = {"what": "vote", "stageKey": "appel", "since": AT, "until": None}
    assert "On attend : un vote" in drawn(situation(stage("appel", "OPEN"), awaited=[waiting, waiting]))


@pytest.mark.parametrize(
    ("instant", "shown"),
    [
        ("2027-01-28T00:00:00-04:00", "mer. 27/01/2027 24:00"),
        ("2027-01-28T05:00:00+01:00", "jeu. 28/01/2027 05:00"),
    ],
)
def test_midnight_is_the_end_of_the_day_that_it_ends(instant: str, shown: str) -> None:
    assert end_of_day(instant) == shown
