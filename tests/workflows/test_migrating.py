"""The territorial assizes, moved to later versions in mid-course: through the API, Temporal and PostgreSQL."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr

from domain.builtin import builtin
from domain.closing.verifying import Verdict, verify
from server.closing.reading import ClosingFile
from server.closing.writer import write_archive
from server.commands import procedure as command
from server.settings import Settings
from store.archiving import TABLES
from store.closing_archive import closing
from store.examination import examine
from store.pool import acquire
from store.verification import verify as verify_ledgers
from tests.api.house import DAY
from tests.fixtures.postgres import Database
from tests.workflows.assizes import PROCEDURE, Assizes

pytestmark = [pytest.mark.postgres, pytest.mark.temporal]

Raw = dict[str, Any]
REASON = "Davantage de temps pour les communes rurales."


async def publish(assizes: Assizes, version: int, change: Callable[[Raw], object]) -> None:
    """Publish a version of the procedure with something changed."""
    source = json.dumps(version_of(version, change))
    await assizes.house.done_without_key("PublishProcedure", "operator", source=source)


def version_of(version: int, change: Callable[[Raw], object]) -> Raw:
    """Write a version with something changed."""
    raw: Raw = builtin(PROCEDURE).model_dump(mode="json") | {"version": version}
    change(raw)
    return raw


class Operator:
    """Examines a file in a terminal."""

    def __init__(self, database: Database, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.settings = Settings(data_dir=folder, worker_database_url=SecretStr(database.worker))
        self.file = folder / "procedure.json"
        self.capsys = capsys

    async def examines(self, name: str, raw: Raw, *more: str) -> tuple[int, str]:
        """Give the exit code and what is printed."""
        self.file.write_text(json.dumps(raw), "utf-8")
        parser = argparse.ArgumentParser()
        command.configure(parser)
        self.capsys.readouterr()
        arguments = parser.parse_args(["impact", name, str(self.file), "--lang", "fr", *more])
        return await command.run(arguments, self.settings), self.capsys.readouterr().out


async def impact(
    assizes: Assizes, version: int, as_: str | None = "coordinator", language: str = "fr"
) -> Any:
    """Read the report."""
    asked = {"id": assizes.id, "version": version}
    data = await assizes.house.ask("ProcedureImpact", asked, as_, language)
    return data["concertation"]["procedureImpact"]


def stricter_gate(raw: Raw) -> None:
    """Ask for another quorum at the opening of the call for input."""
    raw["stages"][0]["approvals"][0]["quorum"] = "2/3"


def longer(raw: Raw) -> None:
    """Let the call for input last sixty days, the synthesis less, and take the follow-up out."""
    raw["stages"][0]["duration"]["planned"] = "P60D"
    raw["stages"] = [stage for stage in raw["stages"] if stage["id"] != "suivi"]


async def test_a_concertation_is_moved_to_a_later_version_while_a_ballot_is_open(
    assizes: Assizes, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    operator = Operator(database, tmp_path, capsys)
    await assizes.draft()
    await assizes.launch(await assizes.now() + 30 * DAY)
    seen = await assizes.until("appel", "AWAITING_OPENING")
    ballot = seen.ballot("OPENING", "appel")
    assert ballot is not None
    (voter, *_) = [seat.holder.pseudonym for seat in ballot.awaited if seat.holder is not None]
    by = next(person.key for person in assizes.cast.people if assizes._by_pseudonym.get(voter) == person)
    await assizes.do(by, "CastVote", ballotId=ballot.id, subject=ballot.subject, position="FAVOURABLE")

    # What would change the rule under a vote is refused, with the reason, and nothing moves.
    await publish(assizes, 2, stricter_gate)
    report = await impact(assizes, 2)
    assert report["permitted"] is False
    assert [(found["fate"], found["ballot"]["id"]) for found in report["ballots"]] == [
        ("WOULD_BREAK", ballot.id)
    ]
    (change,) = report["changes"]
    assert (change["effect"], change["code"], change["stageKey"]) == ("REFUSED", "votes_cast", "appel")
    assert change["path"] == ["stages", "0", "approvals"]
    assert change["summary"] == "Approbation avant l’ouverture – Appel à contributions\xa0: la règle change."
    assert "des voix ou des procurations" in change["explanation"]
    assert "votes or proxies" in (await impact(assizes, 2, language="en"))["changes"][0]["explanation"]
    asked = {"version": 2, "impactDigest": report["digest"], "reason": REASON}
    refused = await assizes.refused("MIGRATION_REFUSED", "coordinator", "MigrateProcedure", **asked)
    assert [(finding["code"], finding["path"]) for finding in refused["findings"]] == [
        ("votes_cast", ["stages", "0", "approvals"])
    ]
    code, told = await operator.examines("assises", version_of(2, stricter_gate))
    assert code == 1
    assert "refusé" in told
    assert "stages.0.approvals" in told
    assert "Points à corriger\xa0: 1." in told
    assert await impact(assizes, 2, "citoyen-lyon") is None
    assert await impact(assizes, 2, None) is None
    assert await impact(assizes, 1) is None

    # A version that is permitted: reported, signed by both sides, done, and the workflow follows it.
    await publish(assizes, 3, longer)
    before = (await assizes.look()).stage("appel")
    report = await impact(assizes, 3)
    assert report["permitted"] is True
    assert report["missing"] == []
    assert {office["key"] for office in report["signatories"]} == {"copresidence-etat", "copresidence-locale"}
    assert [found["fate"] for found in report["ballots"]] == ["GOES_ON"]
    moved = {dates["stageKey"]: dates for dates in report["dates"]}
    assert moved["suivi"]["opensAt"] is None
    closes_at = datetime.fromisoformat(moved["appel"]["closesAt"])
    assert closes_at - before.planned_opens_at >= 60 * DAY
    code, told = await operator.examines("assises", version_of(3, longer))
    assert (code, report["digest"] in told) == (0, True)
    assert "est retirée" in told
    code, told = await operator.examines("assises", version_of(3, longer), "--json")
    assert (code, json.loads(told)["digest"]) == (0, report["digest"])
    asked = {"version": 3, "impactDigest": "0" * 64, "reason": REASON}
    stale = await assizes.refused("IMPACT_CHANGED", "coordinator", "MigrateProcedure", **asked)
    assert stale["digest"] == report["digest"]
    assert stale["impact"]["permitted"] is True
    asked["impactDigest"] = stale["digest"]
    await assizes.refused("NOT_ALLOWED", "copresidence-etat", "MigrateProcedure", **asked)
    answer = await assizes.house.do("MigrateProcedure", "coordinator", concertationId=assizes.id, **asked)
    assert answer["__typename"] == "SignOffPending", answer
    assert await version(assizes) == 1
    await assizes.sign("migrate_procedure")
    assert await version(assizes) == 3
    told = await assizes.house.ask("Ledger", {"slug": "assises", "kinds": ["procedure_migrated"]})
    (event,) = told["concertation"]["ledger"]["nodes"]
    assert "version 3" in event["summary"]
    assert REASON.removesuffix(".") in event["summary"]

    # The vote that was cast stands, and the stage runs as long as the new version says.
    process = await assizes.process()
    (gate,) = (found for found in process.ballots.values() if found.stage == "appel")
    assert len(gate.votes) == 1
    await assizes.pass_gate("OPENING", "appel")
    opened = (await assizes.until("appel", "OPEN")).stage("appel")
    assert opened.closes_at == closes_at
    await assizes.contribute()
    await assizes.reach(closes_at - timedelta(seconds=30))
    assert (await assizes.look()).stage("appel").state == "OPEN"
    await assizes.until("appel", "AWAITING_CONCLUSION")
    assert "suivi" not in (await assizes.process()).runs

    # Ledger, lists and archive agree.
    async with acquire(assizes.house.sender.worker) as connection:
        assert [one.fault async for one in verify_ledgers(connection)] == [None]
        assert await examine(connection) == []
        followed = f"SELECT t.version FROM procedure t WHERE {TABLES['procedure'][0]} ORDER BY 1"
        assert [row[0] for row in await connection.fetch(followed, UUID(assizes.key))] == [1, 3]
    path = tmp_path / "archive.zip"
    async with acquire(assizes.house.sender.worker) as connection, closing(connection, assizes.key) as read:
        with path.open("wb") as sink:
            await write_archive(read, sink)
    archive = ClosingFile(path)
    assert [line for line in verify(archive) if line.verdict is Verdict.FAILS] == []
    told = json.loads(archive.whole("procedure.json"))
    assert (told["procedure"]["version"], told["earlier"][0]["procedure"]["version"]) == (3, 1)


async def version(assizes: Assizes) -> int:
    """Give the version that is followed."""
    process = await assizes.process()
    assert process.procedure is not None
    return process.procedure.version
