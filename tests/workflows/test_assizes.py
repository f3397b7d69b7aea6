"""The territorial assizes, as their procedure is written, from the draft to the end of their follow-up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from domain.closing.rows import read_row
from domain.closing.verifying import Verdict, verify
from domain.closing.walking import Walk
from domain.process import Process
from server.closing.reading import ClosingFile
from server.closing.writer import write_archive
from server.demo.papers import OPINION_1, OPINION_2, PROGRESS, REPORT, RESERVATION, WITHDRAWAL
from store.closing_archive import closing
from tests.api.house import DAY
from tests.workflows.assizes import Assizes

pytestmark = [pytest.mark.postgres, pytest.mark.temporal]


HEARD = {
    "politiques-publiques": ("chercheurs", "metropole"),
    "vie-publique": ("droits", "aide-usagers"),
    "metiers": ("syndicat-territorial", "secretaire-mairie"),
}
SEED = 20_261_122
TACIT = "metiers"
"""The axis whose record nobody says anything about."""


async def test_two_years_of_the_assizes_end_as_their_archive_says(assizes: Assizes, tmp_path: Path) -> None:
    await assizes.draft()
    await assizes.launch(await assizes.now() + 30 * DAY)
    assert not await kinds(assizes, "withdrawal_proposed")
    hearings = {axis: await assizes.schedule(axis, heard) for axis, heard in HEARD.items()}
    assert await kinds(assizes, "withdrawal_proposed") == 1  # of who has an interest in one that is heard
    await assizes.badly_scheduled("HEARING_ON_HOLIDAY", TACIT, ["accueil"], rest=True)
    await assizes.badly_scheduled("HEARING_CONFLICT", TACIT, ["droits"], rest=False, room="annexe")
    await assizes.badly_scheduled("HEARING_CONFLICT", TACIT, ["accueil"], rest=False, room="vie-publique")
    await assizes.ask_to_be_heard("vie-publique", hearings["vie-publique"], "citoyen-lyon")

    # The first round: a member stands aside, a college is missing, a record is approved by silence.
    await assizes.until("appel", "AWAITING_OPENING")
    await assizes.do("conseil-3", "WithdrawFromReview", reason=WITHDRAWAL)
    await assizes.pass_gate("OPENING", "appel", stays_out="conseil-3")
    opened = (await assizes.until("appel", "OPEN")).stage("appel")
    await hear(assizes, hearings)
    await assizes.contribute(without={"agents"})
    extended = await assizes.wait(lambda seen: seen.stage("appel").closes_at != opened.closes_at)
    assert extended.stage("appel").state == "OPEN"
    assert await kinds(assizes, "quorum_missed") == 1
    await assizes.contribute(only={"agents"})
    await assizes.until("appel", "AWAITING_CONCLUSION")
    await assizes.pass_gate("CONCLUSION", "appel")
    await assizes.until("avis", "OPEN")
    await assizes.adopt("REFER_BACK", OPINION_1)

    # The second round, to a favourable opinion with a reservation.
    await assizes.until("appel", "AWAITING_OPENING")
    assert (await assizes.look()).round == 2
    await assizes.pass_gate("OPENING", "appel")
    await assizes.until("appel", "AWAITING_CONCLUSION")
    await assizes.pass_gate("CONCLUSION", "appel")
    await assizes.until("avis", "OPEN")
    place = await assizes.place("avis")
    reserved = await assizes.do("conseil-4", "MakeReservation", **place, text={"fr": RESERVATION})
    await assizes.adopt("FAVOURABLE_WITH_RESERVATIONS", OPINION_2, {"conseil-5": "UNFAVOURABLE"})

    # What becomes of it.
    await assizes.until("synthese", "OPEN")
    recommendation = await assizes.synthesise([reserved["reservation"]["id"]])
    opened = (await assizes.until("decision", "OPEN")).stage("decision")
    await assizes.refused("RESPONSE_MISSING", "autorite", "IssueDecision", **await assizes.decision())
    assert opened.opens_at is not None
    await assizes.reach(opened.opens_at + 46 * DAY)
    assert await kinds(assizes, "response_late") == 2
    for addressee in ("ministere", "associations-elus"):
        await assizes.respond(recommendation, addressee)
    await assizes.decide()
    began = (await assizes.until("suivi", "OPEN")).read_at
    due_at = began + 200 * DAY
    commitment = await assizes.commit(recommendation, due_at)
    await assizes.refused(
        "DATE_IN_PAST", "ministere", "MakeCommitment", **await assizes.commitment(recommendation, began)
    )
    await assizes.reach(due_at + DAY)
    assert await kinds(assizes, "commitment_late")
    place = await assizes.place("suivi")
    fields = {"commitmentId": commitment, "status": "KEPT", "report": {"fr": PROGRESS}}
    await assizes.do("ministere", "ReportProgress", **place, **fields)
    await assizes.do("autorite", "PublishImplementationReport", **place, text={"fr": REPORT})
    await assizes.until("suivi", "CONCLUDED")
    ended = await assizes.look()
    assert (ended.phase, ended.outcome) == ("ENDED", "COMPLETED")
    assert ended.read_at - began >= 730 * DAY

    # Whoever has nothing but the archive comes to the same end, and finds each bit that was changed.
    path = await archive(assizes, tmp_path / "assizes.zip")
    found = {line.what: line for line in verify(ClosingFile(path))}
    assert [line for line in found.values() if line.verdict is not Verdict.HOLDS] == []
    assert found["outcome"].args["outcome"] == "completed"
    assert walked(path, assizes.key) == await assizes.process()
    missed = [change for change in changes_of_one_bit(path, tmp_path / "changed.zip") if not is_found(change)]
    assert missed == [], f"SEED={SEED}"


async def hear(assizes: Assizes, hearings: dict[str, str]) -> None:
    """Hold the hearings; those heard approve their record, but in the axis where they say nothing."""
    seen = await assizes.until("auditions.metiers", "OPEN")
    opens_at = seen.stage("auditions.metiers").opens_at
    assert opens_at is not None
    await assizes.reach(opens_at + 7 * DAY)
    ballots = {}
    for axis, hearing in hearings.items():
        await assizes.hold(axis, hearing, HEARD[axis])
        ballots[axis] = (await assizes.look()).ballot("RECORD", f"auditions.{axis}")
    unanswered = ballots.pop(TACIT)
    assert unanswered is not None
    for ballot in ballots.values():
        assert ballot is not None
        await assizes.vote(ballot)
    await assizes.wait(lambda seen: seen.ballot("RECORD", f"auditions.{TACIT}") is None)
    await assizes.refused(
        "RECORD_DEADLINE_PASSED", HEARD[TACIT][0], "CorrectRecord", **await assizes.place(f"auditions.{TACIT}"),
        hearingId=hearings[TACIT], seen=unanswered.subject, text={"fr": "Je n’ai pas dit cela."},
    )  # fmt: skip


async def archive(assizes: Assizes, path: Path) -> Path:
    """Write the closing archive."""
    async with assizes.house.sender.worker.acquire() as connection, closing(connection, assizes.key) as read:
        with path.open("wb") as sink:
            await write_archive(read, sink)
    return path


def walked(path: Path, concertation: str) -> Process:
    """Decide again all that is in the ledger of an archive."""
    walk = Walk(concertation)
    for line in ClosingFile(path).lines("ledger.jsonl"):
        walk.go(read_row(line))
    walk.end()
    return walk.told.process


def changes_of_one_bit(path: Path, changed: Path) -> Iterator[Path]:
    """Write the archive again and again, each time with another bit of it changed."""
    whole, chance = path.read_bytes(), Random(SEED)
    for _ in range(200):
        place, bit = chance.randrange(len(whole)), chance.randrange(8)
        changed.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :])
        yield changed


def is_found(changed: Path) -> bool:
    """Say whether the digest that the archive ends with tells that these are not the bytes that were written."""
    file = ClosingFile(changed)
    return file.stated != file.found


async def kinds(assizes: Assizes, kind: str) -> int:
    """Count the events of a kind."""
    found: int = await assizes.house.sender.worker.fetchval(
        "SELECT count(*) FROM ledger WHERE concertation = $1 AND kind = $2", assizes.key, kind
    )
    return found
