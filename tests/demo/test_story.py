"""What a scene may ask of the story: answers it provides for, and a name of operation on each line."""

from __future__ import annotations

from typing import Any

import pytest

from server.demo.faults import Unforeseen
from tests.demo.fake import fault
from tests.demo.telling import Told


def accepted(*events: int) -> dict[str, Any]:
    return {"__typename": "BallotAccepted", "events": [{"seq": seq} for seq in events]}


def refused(code: str) -> dict[str, Any]:
    return {"__typename": "Refused", "code": code, "message": "Ce scrutin est clos.", "path": []}


async def test_what_is_done_is_one_line_with_the_name_of_the_operation(told: Told) -> None:
    told.answers(accepted(7, 8))
    await told.vote(ballotId="b", seat=None)
    assert told.lines.split() == ["✓", "Présidence", "du", "conseil", ":", "vote.", "CastVote"]
    sent = told.fake.seen[0]["variables"]["input"]
    assert sent == {"idempotencyKey": "essai/vote/1", "concertationId": "c", "ballotId": "b"}
    assert told.transcript[0]["events"] == [7, 8]
    assert told.transcript[0]["key"] == "essai/vote/1"


async def test_a_lost_answer_is_shown_and_the_key_stays(told: Told) -> None:
    told.answers(fault("OUTCOME_UNKNOWN"), accepted(7))
    await told.vote()
    assert "Même demande, même clé" in told.lines
    assert "(2 envois, une seule clé)" in told.lines
    keys = {seen["variables"]["input"]["idempotencyKey"] for seen in told.fake.seen}
    assert keys == {"essai/vote/1"}
    assert told.transcript[0]["sent"] == 2


async def test_a_refusal_that_the_story_wants_is_shown_with_its_sentence(told: Told) -> None:
    told.answers(refused("BALLOT_CLOSED"))
    await told.vote(refused="BALLOT_CLOSED")
    assert "Refusé : « Ce scrutin est clos. »" in " ".join(told.lines.split())


async def test_a_refusal_that_it_puts_up_with_lets_it_go_on(told: Told) -> None:
    told.answers(refused("BALLOT_CLOSED"))
    await told.vote(tolerate=("BALLOT_CLOSED",))
    assert told.transcript[0]["code"] == "BALLOT_CLOSED"


@pytest.mark.parametrize(
    ("answer", "more"),
    [(refused("NOT_ALLOWED"), {}), (refused("NOT_ALLOWED"), {"refused": "BALLOT_CLOSED"}),
     (accepted(7), {"refused": "BALLOT_CLOSED"})],
)  # fmt: skip
async def test_any_other_answer_ends_it(told: Told, answer: dict[str, Any], more: dict[str, Any]) -> None:
    told.answers(answer)
    with pytest.raises(Unforeseen, match="CastVote"):
        await told.vote(**more)


async def test_a_key_serves_one_command_only(told: Told) -> None:
    told.answers(accepted(7))
    await told.vote()
    with pytest.raises(Unforeseen, match="vote/1"):
        await told.vote()


async def test_many_at_once_are_one_line_with_their_number(told: Told) -> None:
    told.answers(accepted(7))
    await told.story.all_of(
        "CastVote", "Tout le monde vote.", (told.vote(f"v/{n}", quiet=True) for n in range(9))
    )
    assert "CastVote ×9" in told.lines
    assert told.lines.count("\n") == 1


async def test_what_is_said_of_many_depends_on_what_came_of_them(told: Told) -> None:
    async def done(number: int) -> bool:
        return number > 2

    await told.story.all_of("CastVote", lambda found: f"{sum(found)} voix.", map(done, range(5)))
    assert "2 voix." in told.lines
