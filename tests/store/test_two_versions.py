"""What a newer version of the program wrote is decided by nobody who does not know all of it; what an older one left
out is made good."""

import json

import pytest

from domain import acts
from domain.events import Event
from domain.evolve import fold
from domain.process import Process
from store import recording
from store.concertations import process
from store.faults import SnapshotUnreadable
from store.snapshots import read_event, read_process, write_event, write_process
from tests.store.stage import Play

pytestmark = pytest.mark.postgres


def _of_the_next(event: Event) -> str:
    """An event as a version writes it whose facts have one field more."""
    said = json.loads(write_event(event))
    said["fact"]["via"] = "letter"
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _process_of_the_next(process: Process) -> str:
    return json.dumps({**json.loads(write_process(process)), "via": {}})


def _process_of_the_one_before(process: Process) -> str:
    said = json.loads(write_process(process))
    del said["members"]
    return json.dumps(said)


async def _everything(play: Play) -> list[tuple[object, ...]]:
    rows = await play.worker.fetch(
        "SELECT l.seq, l.content::text, c.snapshot::text FROM ledger l JOIN concertation c ON c.id = l.concertation "
        "WHERE c.id = $1 ORDER BY l.seq",
        play.id,
    )
    return [tuple(row) for row in rows]


async def test_an_event_with_a_part_that_is_not_known_here_stops_whoever_decides_and_nobody_who_reads(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    await play.draft()
    with monkeypatch.context() as newer:
        newer.setattr(recording, "write_event", _of_the_next)
        newer.setattr(recording, "write_process", _process_of_the_next)
        await play.do(acts.EnrolMember(member="p0"))
    before = await _everything(play)
    with pytest.raises(SnapshotUnreadable):
        await play.do(acts.EnrolMember(member="p1"))
    with pytest.raises(SnapshotUnreadable):
        await process(play.worker, play.id, full=True)
    assert await _everything(play) == before
    assert "p0" in (await play.process()).members


async def test_a_snapshot_with_a_field_more_is_folded_again_where_every_event_is_known(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    await play.draft()
    with monkeypatch.context() as newer:
        newer.setattr(recording, "write_process", _process_of_the_next)
        await play.do(acts.EnrolMember(member="p0"))
    await play.do(acts.EnrolMember(member="p1"))
    assert {"p0", "p1"} <= set((await play.process()).members)


async def test_a_snapshot_that_an_older_version_wrote_is_folded_again_before_anything_is_decided(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    await play.draft()
    with monkeypatch.context() as older:
        older.setattr(recording, "write_process", _process_of_the_one_before)
        await play.do(acts.EnrolMember(member="p0"))
    kept: str = await play.worker.fetchval("SELECT snapshot::text FROM concertation WHERE id = $1", play.id)
    assert read_process(kept).members == {}, "the default, which is wrong"
    with pytest.raises(SnapshotUnreadable):
        read_process(kept, full=True)
    await play.do(acts.EnrolMember(member="p1"))
    rows = await play.worker.fetch("SELECT content FROM ledger WHERE concertation = $1 ORDER BY seq", play.id)
    assert await play.process() == fold(Process(id=play.id), [read_event(row["content"]) for row in rows])


async def test_what_this_version_wrote_is_read_in_full(play: Play) -> None:
    found = await play.launch()
    assert read_process(write_process(found), full=True) == found
    assert await process(play.worker, play.id, full=True) == found
