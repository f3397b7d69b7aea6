"""Contributions that come at one moment are committed together; nothing else about them is different."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from domain.refusals import Refusal
from store.committed_together import CommittedTogether, NotTogether
from store.contributions import Receipt, Submission
from tests.api.stage import Stage
from tests.api.test_lives import PLACE, asking, drafted

pytestmark = pytest.mark.postgres


@pytest.fixture
def together(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What came of each contribution that was sent together."""
    outcomes: list[str] = []
    submit = CommittedTogether.submit

    async def watched(self: CommittedTogether, submission: Submission, head: bytes) -> Receipt | Refusal:
        try:
            answer = await submit(self, submission, head)
        except NotTogether:
            outcomes.append("alone")
            raise
        outcomes.append(answer.code if isinstance(answer, Refusal) else "receipt")
        return answer

    monkeypatch.setattr(CommittedTogether, "submit", watched)
    return outcomes


async def submit(played: Stage, as_: str, **fields: Any) -> Any:
    asked = {**PLACE, "concertationId": played.id, "answers": {"q1": True, "q3": "a"}, **fields}
    return (
        await played.house.ask("SubmitContribution", {"input": {"idempotencyKey": f"k {as_}", **asked}}, as_)
    )["submitContribution"]


async def test_once_the_concertation_is_known_contributions_are_taken_together(
    stage: Stage, together: list[str]
) -> None:
    await asking(stage)
    alone = await submit(stage, "citizen")
    again = await submit(stage, "citizen")
    assert together[-1] == "receipt"
    assert again == alone
    other = await submit(stage, "ada")
    assert other.keys() == alone.keys()
    assert other["receipt"].keys() == alone["receipt"].keys()
    found = await stage.house.ask("Receipt", {"code": other["receipt"]["code"]})
    assert found["receipt"]["document"]["content"]["answers"] == {"q1": True, "q3": "a"}


async def test_refusals_are_told_as_ever_and_answers_that_will_not_do_are_kept(
    stage: Stage, together: list[str]
) -> None:
    await asking(stage)
    await submit(stage, "citizen")
    told = [
        (await submit(stage, "citizen", idempotencyKey="another"))["code"],
        (await submit(stage, "citizen", answers={"q1": False}))["code"],
        (await submit(stage, "stranger"))["code"],
        (await submit(stage, "ada", round=2))["code"],
        (await submit(stage, "ada", stage="avis"))["code"],
        (await submit(stage, "ada", college="nulle-part"))["code"],
    ]
    assert told == [
        "ALREADY_CONTRIBUTED",
        "IDEMPOTENCY_KEY_REUSED",
        "NOT_ADMITTED",
        "ROUND_CHANGED",
        "ANSWERS_NOT_ASKED",
        "NOT_ADMITTED",
    ]
    kept = await submit(stage, "ada", answers={"q2": 3})
    assert kept["code"] == "ANSWERS_INVALID"
    assert (await drafted(stage, "ada"))["answers"] == {"q2": 3}


async def test_what_was_decided_a_moment_ago_holds(stage: Stage, together: list[str]) -> None:
    await asking(stage)
    await submit(stage, "citizen")
    await stage.do("Suspend", "coordinator", reason="Une panne.")
    refused = await submit(stage, "ada")
    assert refused["code"] == "SUSPENDED"


async def test_a_crowd_with_one_key_each_is_answered_once_each(stage: Stage, together: list[str]) -> None:
    await asking(stage)
    await submit(stage, "citizen")
    answers = await asyncio.gather(*(submit(stage, ("citizen", "ada")[number % 2]) for number in range(50)))
    assert len({answer["receipt"]["code"] for answer in answers}) == 2
    assert together.count("receipt") >= 50
