"""What is derived from a process: only what may have changed is written again."""

from dataclasses import replace

import pytest

from domain import acts
from domain.process import State
from store.projection import contributions_are_visible, member_rows, stage_rows
from tests.unit.migrating import later, migration
from tests.unit.play import Play
from tests.unit.procedures import call_for_input, procedure, review


def launched(visibility: str | None = None) -> Play:
    more = {} if visibility is None else {"visibility": {"contributions": visibility}}
    play = Play(procedure(call_for_input(**more), review()))
    play.appoint("presidence", "presidente")
    play.appoint("rapporteur", "rapporteuse")
    play.attach_all()
    play.do(acts.Launch(opens_at=play.now.replace(year=play.now.year + 1)))
    play.until("appel", State.OPEN)
    return play


def test_only_runs_that_moved_give_guard_rows() -> None:
    play = launched()
    before = play.process
    assert len(stage_rows(before)) == 2
    assert stage_rows(before, before) == []
    play.enrol("p0", college="locales")
    assert stage_rows(play.process, before) == []
    play.until("appel", State.CONCLUDED)
    assert [row["key"] for row in stage_rows(play.process, before)] == ["appel", "avis"]


def test_a_stage_that_a_migration_took_out_keeps_its_row_in_which_nobody_can_answer() -> None:
    play = launched()
    before = play.process
    fewer = later(play, lambda raw: raw["stages"].pop())
    play.do(migration(play, fewer))
    rows = {row["key"]: row for row in stage_rows(play.process, before)}
    assert (rows["avis"]["state"], rows["avis"]["contributions_visible"]) == (State.SUPERSEDED, False)
    assert rows["appel"]["state"] is State.OPEN
    after = play.process
    play.enrol("p0", college="locales")
    assert stage_rows(play.process, after) == []
    assert {row["key"] for row in stage_rows(play.process)} == {"appel", "avis"}


def test_a_channel_that_a_migration_adds_is_open_with_it() -> None:
    play = launched()
    before = play.process
    play.do(migration(play, later(play, lambda raw: raw["channels"].append("phone"))))
    (row,) = (row for row in stage_rows(play.process, before) if row["key"] == "appel")
    assert row["channels"] == ["online", "paper", "phone"]


def test_a_suspension_of_everything_touches_every_guard_row() -> None:
    play = launched()
    before = play.process
    play.do(acts.Suspend(reason="Incident de plateforme"))
    rows = stage_rows(play.process, before)
    assert [row["suspended"] for row in rows] == [True, True]


def test_only_members_that_changed_give_rows() -> None:
    play = launched()
    before = play.process
    play.enrol("p0", "p1", college="locales")
    assert [row["member"] for row in member_rows(play.process, before)] == ["p0", "p1"]
    assert member_rows(play.process, play.process) == []


@pytest.mark.parametrize(
    ("visibility", "seen"),
    [
        ("live", [True, True, True, True]),
        (None, [False, True, True, True]),
        ("at_close", [False, True, True, True]),
        ("at_conclusion", [False, False, True, True]),
        ("at_round_end", [False, False, False, True]),
        ("never", [False, False, False, False]),
    ],
)
def test_contributions_are_seen_from_the_moment_that_the_procedure_says(
    visibility: str | None, seen: list[bool]
) -> None:
    process = launched(visibility).process
    run = process.runs["appel"]
    assert run.closes_at is not None
    closed = replace(run, state=State.CLOSED, closed_at=run.closes_at)
    concluded = replace(closed, state=State.CONCLUDED)
    found = [
        contributions_are_visible(replace(process, runs={**process.runs, "appel": now}), now)
        for now in (run, closed, concluded)
    ]
    later = replace(process, runs={**process.runs, "appel": replace(run, round=2)}, past_runs=(concluded,))
    assert [*found, contributions_are_visible(later, concluded)] == seen
