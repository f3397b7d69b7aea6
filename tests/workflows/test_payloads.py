"""Values that travel through Temporal arrive as they left, whatever their size."""

from dataclasses import replace
from typing import Any

import pytest

from domain import acts
from domain.acts import Command
from domain.process import Member, Process, State
from domain.refusals import Code, Finding, Refusal
from server.embedded.temporal import EmbeddedTemporal
from store.pool import Pool
from store.replies import Accepted, Recorded, Refused, Reply
from store.snapshots import write_process
from tests.fixtures.postgres import Database
from tests.unit.play import Play
from tests.unit.procedures import call_for_input, decision, follow_up, hearings, review, synthesis
from tests.unit.scenes import DAY, adopt, assemble, issue, launched
from tests.workflows.engine import Engine
from workflows import payloads
from workflows.connecting import connect
from workflows.payloads import LARGE, ConcertationPayloads, data_converter


@pytest.fixture(scope="module")
def played() -> Play:
    """A concertation that went through every kind of stage."""
    play = launched(call_for_input(), hearings(), review(), synthesis(), decision(), follow_up())
    play.until("avis", State.OPEN)
    adopt(play)
    play.until("synthese", State.OPEN)
    assemble(play)
    play.until("decision", State.OPEN)
    issue(play)
    play.pass_time(DAY)
    return play


async def travelled(value: Any, hint: Any) -> Any:
    (found,) = await data_converter().decode(await data_converter().encode([value]), [hint])
    return found


async def test_a_process_arrives_as_it_left(played: Play) -> None:
    assert await travelled(played.process, Process | None) == played.process
    assert await travelled(None, Process | None) is None


async def test_what_record_answers_arrives_as_it_left(played: Play) -> None:
    accepted = Accepted(first_seq=1, events=tuple(played.events))
    recorded = Recorded(reply=accepted, events=tuple(played.events), seq=len(played.events), at=played.now)
    assert await travelled(recorded, Recorded) == recorded
    finding = Finding("office_vacant", ("offices", "presidence", 1), {"required": 1})
    refused = Refused(refusal=Refusal(Code.LAUNCH_NOT_READY, {"count": 1}, ("act",), (finding,)))
    assert await travelled(refused, Reply) == refused


async def test_a_command_arrives_as_it_left(played: Play) -> None:
    draft = played.command(
        acts.DraftConcertation(
            slug="essai", title={"fr": "Essai"}, procedure=played.procedure, procedure_digest="0" * 64
        ),
        roles=("coordinator",),
    )
    assert await travelled(draft, Command) == draft


async def test_adapters_are_made_once_for_all_workflows(
    monkeypatch: pytest.MonkeyPatch, played: Play
) -> None:
    """Each workflow makes a converter of its own: making adapters too would cost it 0.2 s."""
    hints: list[Any] = [Process | None]
    written = ConcertationPayloads().to_payloads([played.process])
    data_converter()
    monkeypatch.setattr(payloads, "TypeAdapter", None)
    assert ConcertationPayloads().from_payloads(written, hints) == [played.process]


async def test_small_values_stay_readable_and_large_ones_are_compressed(played: Play) -> None:
    (small,) = await data_converter().encode(["une concertation"])
    assert small.metadata["encoding"] == b"json/plain"
    crowd = {f"{number}": Member(id=f"{number}", college="locales") for number in range(20_000)}
    crowded = replace(played.process, members=crowd)
    (large,) = await data_converter().encode([crowded])
    assert LARGE < large.ByteSize() < 500_000
    assert await travelled(crowded, Process | None) == crowded


@pytest.mark.postgres
@pytest.mark.temporal
async def test_a_snapshot_larger_than_temporal_takes_is_loaded(
    server: EmbeddedTemporal, pool: Pool, database: Database
) -> None:
    engine = Engine(await connect(server.address, "tests"), pool, database.worker, "queue")
    async with engine.working(max_cached_workflows=0):
        await engine.ask(engine.draft())
        await engine.handle().terminate()
        drafted = await engine.process()
        crowd = {
            f"m{number}": Member(id=f"m{number}", college="locales", organisation="x" * 60)
            for number in range(20_000)
        }
        await engine.pool.execute(
            "UPDATE concertation SET snapshot = $1::text::json WHERE id = $2",
            write_process(replace(drafted, members={**drafted.members, **crowd})),
            engine.id,
        )
        await engine.do(acts.EnrolMember(member="p0"))
        assert len((await engine.process()).members) == 20_002
