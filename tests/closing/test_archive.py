"""A closing archive of a real database verifies, says nothing that is not public, and is the same each time."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from uuid import uuid4

import pytest

from domain import acts
from domain.closing.verifying import Line, Verdict, verify
from domain.digests import digest
from domain.procedure import Channel
from server.closing.reading import ClosingFile
from store.pool import Pool
from store.versions import withdraw
from tests.closing.conftest import Write
from tests.interchange.scene import MAILS, NAMES, PHONES, Held
from tests.store.stage import DAY, Play
from tests.unit.procedures import call_for_input, procedure, review

pytestmark = pytest.mark.postgres


def lines(path: Path, **asked: str) -> dict[str, Line]:
    return {line.what: line for line in verify(ClosingFile(path), **asked)}


def faults(path: Path) -> list[Line]:
    return [line for line in lines(path).values() if line.verdict is Verdict.FAILS]


async def test_the_archive_of_a_concertation_that_is_over_holds(held: Held, write: Write) -> None:
    found = lines(await write("a.zip"))
    assert {what: line for what, line in found.items() if line.verdict is not Verdict.HOLDS} == {}
    assert found["contributions"].args["count"] == 7
    assert found["roots"].args["count"] == 9
    assert len(found) >= 14


async def test_the_same_rows_give_the_same_bytes(held: Held, write: Write) -> None:
    assert (await write("a.zip")).read_bytes() == (await write("b.zip")).read_bytes()


async def test_verifying_comes_to_the_outcome_of_the_live_system(
    held: Held, write: Write, play: Play
) -> None:
    live = await play.process()
    found = lines(await write("a.zip"))
    assert live.outcome is not None
    assert found["outcome"].args["outcome"] == live.outcome.value
    head = await play.worker.fetchval("SELECT head FROM concertation WHERE id = $1", play.id)
    assert found["chain"].args["head"] == head.hex()


async def test_nothing_tells_who_spoke(held: Held, write: Write) -> None:
    with zipfile.ZipFile(await write("a.zip")) as file:
        said = b"\n".join(file.read(name) for name in file.namelist()).decode()
    for secret in (*NAMES, *MAILS, *PHONES, "Retirée ensuite."):
        assert secret not in said


async def test_a_head_that_was_published_elsewhere_is_compared(held: Held, write: Write) -> None:
    path = await write("a.zip")
    head = str(lines(path)["chain"].args["head"])
    assert lines(path, head=head)["head"].verdict is Verdict.HOLDS
    assert lines(path, head="0" * 64)["head"].verdict is Verdict.FAILS


async def test_an_archive_made_before_the_end_is_provisional(play: Play, write: Write) -> None:
    await play.launch()
    found = lines(await write("a.zip"))
    assert [line for line in found.values() if line.verdict is Verdict.FAILS] == []
    assert found["outcome"].verdict is Verdict.UNTOLD


async def test_the_files_are_read_without_this_project(held: Held, write: Write) -> None:
    with zipfile.ZipFile(await write("a.zip")) as file:
        names = file.namelist()
        manifest = json.loads(file.read("manifest.json"))
        seals = json.loads(file.read("seals.json"))
        leaves = file.read("leaves/1-appel.jsonl").splitlines()
    assert names[-1] == "manifest.json"
    assert [entry["name"] for entry in manifest["files"]] == names[:-1]
    assert seals[0]["count"] == len(leaves)
    assert manifest["state"] == "final"


LASTING = procedure(
    call_for_input(entry_window="P10D"),
    review(),
    {"id": "synthese", "kind": "synthesis", "label": "Synthèse", "duration": {"planned": "P60D"}},
)


async def test_every_seal_of_a_rectified_set_holds_and_what_is_not_sealed_yet_is_untold(
    play: Play, app: Pool, write: Write
) -> None:
    await play.launch(LASTING)
    async with app.acquire() as connection:
        await play.contribute(connection, "p0")
        gone = await play.contribute(connection, "p2")
        await withdraw(connection, play.id, gone.contribution, "p2", "retire")
        await play.worker.execute("UPDATE stage SET contributions_visible = true")
        run = (await play.close()).runs["appel"]
        assert run.closes_at is not None
        until = await play.clock.now() + 5 * DAY
        await play.do(acts.RectifyStage(until=until, reason="Registre retrouvé"), round=1, stage="appel")
        posted_at = run.closes_at - DAY
        await play.contribute(connection, "p1", actor="agent", channel=Channel.PAPER, posted_at=posted_at)
    await play.worker.execute("UPDATE stage SET contributions_visible = true")
    meanwhile = lines(await write("meanwhile.zip"))
    assert [line for line in meanwhile.values() if line.verdict is Verdict.FAILS] == []
    assert (meanwhile["contributions"].args["count"], meanwhile["contributions"].args["untold"]) == (0, 2)
    await play.clock.reach(until)
    await play.tick()
    await play.worker.execute("UPDATE stage SET contributions_visible = true")
    found = lines(await write("a.zip"))
    assert [line for line in found.values() if line.verdict is Verdict.FAILS] == []
    assert (found["contributions"].args["count"], found["roots"].args["count"]) == (2, 3)


async def test_what_is_not_public_yet_keeps_its_place_and_no_more(play: Play, write: Write) -> None:
    await play.launch(LASTING)
    await play.close()
    await play.tick()
    secret = acts.Body(id=str(uuid4()), digest=digest("réserves"))
    await play.do(
        acts.StatePosition(position=acts.Conclusion.UNFAVOURABLE, statement=secret),
        by="presidente", round=1, stage="avis",
    )  # fmt: skip
    path = await write("a.zip")
    found = lines(path)
    assert [line for line in found.values() if line.verdict is Verdict.FAILS] == []
    assert found["withheld"].args["count"] == 1
    with zipfile.ZipFile(path) as file:
        said = b"\n".join(file.read(name) for name in file.namelist())
    assert secret.digest.encode() not in said
    assert b"unfavourable" not in file_of(path, "opinions.json")


def file_of(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path) as file:
        return file.read(name)
