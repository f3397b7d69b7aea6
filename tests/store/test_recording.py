"""One transaction decides and remembers."""

import asyncio
from dataclasses import replace
from datetime import datetime

import asyncpg
import pytest

from domain import acts
from domain.acts import SYSTEM, Command
from domain.events import Event
from domain.evolve import fold
from domain.process import Phase, Process, State
from domain.refusals import Code
from store import command_log, concertations, ledger
from store.faults import StoreUnreachable, told_apart
from store.pool import Pool
from store.recording import record
from store.replies import Accepted, Refused
from store.snapshots import write_event, write_process
from tests.fixtures.postgres import Database
from tests.store.stage import Play, procedure, refused
from tests.unit.procedures import call_for_input, decision, review, synthesis

pytestmark = pytest.mark.postgres


async def test_a_draft_is_recorded_with_its_ledger_snapshot_and_log(play: Play) -> None:
    events = await play.draft()
    rows = await ledger.after(play.worker, play.id, 0, reader=None)
    assert tuple(row.event for row in rows) == events
    assert [row.seq for row in rows] == list(range(1, len(events) + 1))
    process = await play.process()
    assert process == fold(Process(id=play.id), events)
    assert (process.phase, process.seq) == (Phase.DRAFT, len(events))
    row = await concertations.get_by_slug(play.worker, "essai")
    assert row is not None
    assert (row.id, row.seq, row.is_over) == (play.id, len(events), False)


async def test_a_command_brings_every_event_after_the_last_one_seen(play: Play) -> None:
    first = await play.draft()
    other = await record(play.worker, play.command(acts.EnrolMember(member="a")), len(first))
    third = await record(play.worker, play.command(acts.EnrolMember(member="b")), len(first))
    assert isinstance(third.reply, Accepted)
    assert third.events == (*other.events, *third.reply.events)
    assert fold(fold(Process(id=play.id), first), third.events) == await play.process()


async def test_a_refusal_writes_nothing_and_brings_what_was_missed(play: Play) -> None:
    events = await play.draft()
    recorded = await record(play.worker, play.command(acts.Suspend(reason="Incident")), 0)
    assert refused(recorded).code is Code.NOT_LAUNCHED
    assert (recorded.events, recorded.seq) == (events, len(events))
    assert await play.worker.fetchval("SELECT count(*) FROM command_log") == 1


async def test_a_refused_draft_leaves_no_row(play: Play) -> None:
    recorded = await play.ask(play.command(play.draft_of(procedure()), roles=()))
    assert refused(recorded).code is Code.NOT_ALLOWED
    assert await play.worker.fetchval("SELECT count(*) FROM concertation") == 0


async def test_a_repeated_command_gets_its_first_reply_whatever_happened_since(play: Play) -> None:
    await play.draft()
    command = play.command(acts.EnrolMember(member="a", college="locales"), key="k")
    first = await play.ask(command)
    await play.do(acts.EnrolMember(member="b"))
    again = await record(play.worker, command, 0)
    assert again.reply == first.reply
    assert len(again.events) == again.seq
    assert await command_log.reply_to(play.worker, command) == first.reply


async def test_a_key_given_to_another_command_is_refused(play: Play) -> None:
    await play.draft()
    await play.do(acts.EnrolMember(member="a"), key="k")
    other = play.command(acts.EnrolMember(member="b"), key="k")
    assert refused(await play.ask(other)).code is Code.IDEMPOTENCY_KEY_REUSED
    assert refused(await command_log.reply_to(play.worker, other)).code is Code.IDEMPOTENCY_KEY_REUSED


async def test_a_key_belongs_to_its_author(play: Play) -> None:
    await play.draft()
    await play.do(acts.EnrolMember(member="a"), key="k")
    stranger = await play.ask(play.command(acts.EnrolMember(member="b"), by="a", key="k"))
    assert refused(stranger).code is Code.NOT_ALLOWED


async def test_a_refused_key_may_succeed_later(play: Play) -> None:
    await play.draft()
    command = play.command(acts.AppointMember(office="presidence", member="z"), key="k")
    assert isinstance((await play.ask(command)).reply, Refused)
    await play.do(acts.EnrolMember(member="z"))
    assert isinstance((await play.ask(command)).reply, Accepted)


async def test_the_same_command_twice_at_once_is_done_once(play: Play, worker: Pool) -> None:
    await play.draft()
    command = play.command(acts.EnrolMember(member="a"), key="k")

    async def send() -> object:
        async with worker.acquire() as connection:
            return (await record(connection, command, 0)).reply

    replies = await asyncio.gather(*(send() for _ in range(6)))
    assert all(reply == replies[0] for reply in replies)
    assert isinstance(replies[0], Accepted)


async def test_the_same_draft_twice_at_once_is_done_once(play: Play, worker: Pool) -> None:
    async def send(command: Command) -> object:
        async with worker.acquire() as connection:
            return (await record(connection, command, 0)).reply

    for number in range(15):
        other = Play(play.worker, play.clock)
        draft = other.draft_of(procedure(), f"essai-{number}")
        command = other.command(draft, key="k", roles=("coordinator",))
        replies = await asyncio.gather(*(send(command) for _ in range(6)))
        assert all(reply == replies[0] for reply in replies)
        assert isinstance(replies[0], Accepted)


async def test_two_commands_at_once_are_both_done_one_after_the_other(play: Play, worker: Pool) -> None:
    await play.draft()

    async def send(command: Command) -> int:
        async with worker.acquire() as connection:
            return (await record(connection, command, 0)).seq

    commands = [play.command(acts.EnrolMember(member=f"m{number}")) for number in range(8)]
    seqs = await asyncio.gather(*map(send, commands))
    assert sorted(seqs) == list(range(min(seqs), min(seqs) + 8))
    assert len((await play.process()).members) == 9


async def test_a_slug_is_taken_once(play: Play) -> None:
    await play.draft()
    other = Play(play.worker, play.clock)
    recorded = await other.ask(other.command(other.draft_of(procedure()), roles=("coordinator",)))
    assert refused(recorded).code is Code.SLUG_TAKEN
    assert await play.worker.fetchval("SELECT count(*) FROM concertation") == 1


@pytest.mark.parametrize("concertation", ["", "x", "00000000-0000-4000-8000-00000000000A", "\x00", "\ud800"])
async def test_a_malformed_concertation_is_unknown(play: Play, concertation: str) -> None:
    command = replace(play.command(acts.Suspend(reason="Incident")), concertation=concertation)
    assert refused(await record(play.worker, command, 0)).code is Code.UNKNOWN_CONCERTATION


async def test_a_concertation_that_does_not_exist_is_unknown(play: Play) -> None:
    recorded = await play.ask(play.command(acts.Suspend(reason="Incident")))
    assert refused(recorded).code is Code.UNKNOWN_CONCERTATION
    assert await play.tick() == ()


@pytest.mark.parametrize("text", ["\x00", "a\ud800b", "\x1b[2J"])
async def test_text_that_is_no_text_is_refused(play: Play, text: str) -> None:
    await play.draft()
    assert refused(await play.ask(play.command(acts.EnrolMember(member=text)))).code is Code.TEXT_INVALID
    assert (
        refused(await play.ask(play.command(acts.EnrolMember(member="a"), key=text))).code
        is Code.INPUT_INVALID
    )


async def test_a_tick_that_finds_nothing_writes_nothing(play: Play) -> None:
    await play.draft()
    before = await play.worker.fetchval("SELECT xmin FROM concertation")
    assert await play.tick() == ()
    assert await play.worker.fetchval("SELECT xmin FROM concertation") == before
    assert await play.worker.fetchval("SELECT count(*) FROM command_log") == 1


async def test_a_fault_of_the_rules_leaves_nothing(play: Play) -> None:
    await play.draft()
    before = await play.process()

    def crash(process: Process, command: Command, now: datetime) -> list[Event]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await record(play.worker, play.command(acts.EnrolMember(member="a")), 0, decide=crash)
    assert await play.process() == before
    assert len(await ledger.after(play.worker, play.id, 0, reader=None)) == before.seq


async def test_a_backend_killed_after_the_ledger_and_before_the_commit_leaves_nothing(
    play: Play, worker: Pool, database: Database
) -> None:
    await play.draft()
    before = await play.process()
    command = play.command(acts.EnrolMember(member="a"))
    superuser = await asyncpg.connect(database.superuser)
    doomed = await worker.acquire()
    async with superuser.transaction():
        await superuser.execute("LOCK TABLE command_log IN EXCLUSIVE MODE")
        recording = asyncio.create_task(record(doomed, command, 0))
        await _until_it_waits(superuser, doomed.get_server_pid())
        await superuser.execute("SELECT pg_terminate_backend($1)", doomed.get_server_pid())
        with pytest.raises(StoreUnreachable), told_apart():
            await recording
    await superuser.close()
    await worker.release(doomed)
    assert await play.process() == before
    assert len(await ledger.after(play.worker, play.id, 0, reader=None)) == before.seq
    assert isinstance((await record(play.worker, command, 0)).reply, Accepted)


async def _until_it_waits(superuser: asyncpg.Connection, pid: int) -> None:
    while not await superuser.fetchval("SELECT cardinality(pg_blocking_pids($1)) > 0", pid):
        pass


async def test_a_small_set_is_sealed_with_its_closing(play: Play, app: Pool) -> None:
    await play.launch(participants=3)
    async with app.acquire() as connection:
        for number in range(3):
            await play.contribute(connection, f"p{number}")
    process = await play.close()
    (seal,) = process.runs["appel"].seals
    assert seal.figures.count == 3
    assert seal.figures.by_college == {"locales": 3}
    assert seal.figures.by_channel == {"online": 3}
    assert seal.figures.entitled == {"locales": 3}
    assert process.runs["appel"].state is State.CONCLUDED


async def test_a_large_set_is_left_for_its_own_activity(play: Play, app: Pool) -> None:
    await play.launch(participants=3)
    async with app.acquire() as connection:
        for number in range(3):
            await play.contribute(connection, f"p{number}")
    run = (await play.process()).runs["appel"]
    assert run.entry_closes_at is not None
    await play.clock.reach(run.entry_closes_at)
    recorded = await play.ask(play.command(acts.Tick(), by=SYSTEM), few=2)
    assert isinstance(recorded.reply, Accepted)
    assert (await play.process()).runs["appel"].state is State.SEALING


async def test_the_guard_rows_follow_the_process(play: Play) -> None:
    process = await play.launch()
    row = await play.worker.fetchrow("SELECT * FROM stage WHERE key = 'appel'")
    assert row is not None
    assert (row["state"], row["closes_at"]) == ("open", process.runs["appel"].closes_at)
    assert not row["contributions_visible"]
    process = await play.close()
    row = await play.worker.fetchrow("SELECT * FROM stage WHERE key = 'appel'")
    assert row is not None
    assert (row["state"], row["contributions_visible"], row["is_over"]) == ("concluded", True, True)
    assert process.over


async def test_a_snapshot_of_another_version_is_folded_again(play: Play, database: Database) -> None:
    await play.draft()
    before = await play.process()
    superuser = await asyncpg.connect(database.superuser)
    await superuser.execute("UPDATE concertation SET snapshot = '{}'")
    await superuser.close()
    assert await play.process() == before
    by_slug = await concertations.process_by_slug(play.worker, "essai")
    assert by_slug is not None
    assert by_slug.process == before
    await play.do(acts.EnrolMember(member="a"))
    after = await play.process()
    assert after.seq == before.seq + 1
    assert "a" in after.members


async def test_the_snapshot_is_the_fold_of_the_ledger_though_canonical_json_reorders_keys(play: Play) -> None:
    """The calendar of a launch is a map by stage: in the ledger it is sorted by key, in the decision it was not."""
    stages = (call_for_input(id="z"), review(id="m", refer_back="z"), synthesis(id="a"), decision(id="b"))
    axes = [{"id": "y", "label": "Y"}, {"id": "x", "label": "X"}]
    await play.launch(procedure(*stages, lanes=axes))
    folded = await ledger.fold_of(play.worker, play.id)
    assert write_process(folded) == write_process(await play.process())
    for row in await ledger.after(play.worker, play.id, 0, reader=None):
        assert row.content == write_event(row.event)
