"""A closing archive of a real database verifies, says nothing that is not public, and is the same each time."""

from __future__ import annotations

import json
import zipfile
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest

from domain import acts
from domain.closing.verifying import Line, Verdict, verify
from domain.digests import digest
from domain.procedure import Channel
from server.closing.reading import ClosingFile
from server.closing.rewriting import pages
from store import bodies
from store.pool import Pool
from store.questionnaires import definition_of
from store.versions import withdraw
from tests.closing.conftest import Write
from tests.interchange.scene import FILE, MAILS, NAMES, PHONES, Held, questionnaire
from tests.store.stage import DAY, Play
from tests.unit.procedures import call_for_input, procedure, review

pytestmark = pytest.mark.postgres


def lines(path: Path, head: str | None = None) -> dict[str, Line]:
    return {line.what: line for line in verify(ClosingFile(path), head=head, page=pages)}


def faults(path: Path) -> list[Line]:
    return [line for line in lines(path).values() if line.verdict is Verdict.FAILS]


def test_the_archive_of_a_concertation_that_is_over_holds(archive: Path) -> None:
    found = lines(archive)
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


def test_nothing_tells_who_spoke(archive: Path) -> None:
    said = everything(archive)
    for secret in (*NAMES, *MAILS, *PHONES, "Retirée ensuite."):
        assert secret not in said


def test_a_head_that_was_published_elsewhere_is_compared(archive: Path) -> None:
    head = str(lines(archive)["chain"].args["head"])
    assert lines(archive, head=head)["head"].verdict is Verdict.HOLDS
    assert lines(archive, head="0" * 64)["head"].verdict is Verdict.FAILS


async def test_an_archive_made_before_the_end_is_provisional(play: Play, write: Write) -> None:
    await play.launch()
    found = lines(await write("a.zip"))
    assert [line for line in found.values() if line.verdict is Verdict.FAILS] == []
    assert found["outcome"].verdict is Verdict.UNTOLD


def test_the_files_are_read_without_this_project(archive: Path) -> None:
    with zipfile.ZipFile(archive) as file:
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


def test_texts_are_there_by_their_digests_as_soon_as_they_are_public(archive: Path) -> None:
    assert json.loads(file_of(archive, f"texts/{digest(FILE)}.json")) == FILE
    definition = definition_of(questionnaire())
    assert json.loads(file_of(archive, f"texts/{digest(definition)}.json")) == definition
    with zipfile.ZipFile(archive) as file:
        found = {name: file.read(name) for name in file.namelist() if name.startswith("texts/")}
    assert {f"texts/{sha256(content).hexdigest()}.json" for content in found.values()} == set(found)
    assert lines(archive)["texts"].args["count"] == len(found) == 2


async def kept(play: Play, content: dict[str, str]) -> acts.Body:
    found = await bodies.put(
        play.worker,
        id=str(uuid4()),
        kind="opinion",
        content=content,
        author="presidente",
        concertation=play.id,
    )
    assert isinstance(found, acts.Body), found
    return found


async def test_a_text_that_is_not_public_yet_is_missing_and_comes_when_it_is(
    play: Play, app: Pool, write: Write
) -> None:
    await play.launch(LASTING)
    await play.close()
    await play.tick()
    text = await kept(play, {"fr": "Un avis."})
    await play.do(
        acts.DraftOpinion(text=text, conclusion=acts.Conclusion.FAVOURABLE), by="presidente", round=1, stage="avis"
    )  # fmt: skip
    early = await write("early.zip")
    assert "Un avis." not in everything(early)
    await play.do(acts.Abandon(reason="Retrait du projet"))
    late = await write("late.zip")
    assert json.loads(file_of(late, f"texts/{text.digest}.json")) == {"fr": "Un avis."}
    assert [line for line in lines(late).values() if line.verdict is Verdict.FAILS] == []


def everything(path: Path) -> str:
    with zipfile.ZipFile(path) as file:
        return b"\n".join(file.read(name) for name in file.namelist()).decode("utf-8", "replace")


def file_of(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path) as file:
        return file.read(name)
