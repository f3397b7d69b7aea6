"""Two paths to one outcome where votes are secret; over years: tests/workflows/test_assizes.py."""

from __future__ import annotations

import json
import zipfile

import pytest

from domain.acts import Position
from domain.closing.verifying import Verdict, verify
from domain.process import BallotOutcome
from server.closing.reading import ClosingFile
from store.pool import Pool
from tests.closing.conftest import Write
from tests.store.stage import Play
from tests.store.test_secret_ballots import at_the_vote, vote


@pytest.mark.postgres
async def test_a_secret_ballot_has_the_same_outcome_by_its_numbers(
    play: Play, app: Pool, write: Write
) -> None:
    ballot = await at_the_vote(play)
    positions = {"presidente": "favourable", "c1": "unfavourable", "c2": "unfavourable", "c3": "favourable"}
    for member, position in positions.items():
        await vote(play, app, ballot, member, Position(position))
    live = (await play.process()).ballots[ballot.id]
    assert live.outcome is BallotOutcome.PASSED  # by the casting vote

    early = {line.what: line for line in verify(ClosingFile(await write("early.zip")))}
    assert early["decided"].verdict is Verdict.UNTOLD  # what it concludes is not public yet
    run = (await play.process()).runs["avis"]
    assert run.closes_at is not None
    await play.clock.reach(run.closes_at)
    await play.tick()
    path = await write("secret.zip")
    found = {line.what: line for line in verify(ClosingFile(path), without="c1")}
    assert [line for line in found.values() if line.verdict is Verdict.FAILS] == []
    assert found["decided"].verdict is Verdict.HOLDS
    assert found["secret"].args["count"] == 1
    assert found["without"].verdict is Verdict.UNTOLD
    with zipfile.ZipFile(path) as file:
        told = json.loads(file.read("ballots.json"))
    (said,) = [one for one in told if one["id"] == ballot.id]
    assert said["outcome"] == "passed"
    assert {one["position"] for one in said["votes"].values()} == {None}
