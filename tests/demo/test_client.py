"""The client of the demonstration: silence is unknown, so the same request goes out again."""

from __future__ import annotations

import pytest

from server.demo.client import Client, Silence
from server.demo.faults import RequestFaulty, Unanswered
from tests.demo.fake import DROP, HANG, FakeHttp, fault

DONE = {"data": {"serverTime": "2026-03-02T08:00:00Z"}}


@pytest.mark.parametrize(
    ("silence", "why"),
    [
        (DROP, "RemoteProtocolError"),
        (HANG, "ReadTimeout"),
        (fault("OUTCOME_UNKNOWN"), "OUTCOME_UNKNOWN"),
        (fault("UNAVAILABLE"), "UNAVAILABLE"),
        ((503, "<html>"), "HTTP 503"),
    ],
)
async def test_a_silence_is_unknown_and_the_same_request_goes_out_again(silence: object, why: str) -> None:
    told: list[Silence] = []
    async with FakeHttp([silence, silence, DONE]).running() as fake, Client(fake.url, timeout=0.3) as client:
        variables = {"input": {"idempotencyKey": "k"}}
        assert await client.ask("ServerTime", variables, "jeton", told.append) == DONE["data"]
    assert len(fake.seen) == 3
    assert all(request == fake.seen[0] for request in fake.seen)
    assert fake.seen[0]["variables"] == variables
    assert fake.tokens == ["bearer jeton"] * 3
    assert [(t.attempt, t.why) for t in told] == [(1, why), (2, why)]


async def test_nobody_there_is_a_silence_too() -> None:
    async with FakeHttp([DONE]).running() as fake:
        url = fake.url
    async with Client(url, patience=0.3) as client:
        with pytest.raises(Unanswered, match="On ne sait pas"):
            await client.ask("ServerTime")


async def test_it_gives_up_after_its_patience_and_says_that_the_outcome_is_unknown() -> None:
    async with (
        FakeHttp([fault("OUTCOME_UNKNOWN")]).running() as fake,
        Client(fake.url, patience=0.5) as client,
    ):
        with pytest.raises(Unanswered, match=r"ServerTime.*OUTCOME_UNKNOWN.*On ne sait pas"):
            await client.ask("ServerTime")
    assert len(fake.seen) > 1


async def test_a_faulty_request_is_not_repeated() -> None:
    async with FakeHttp([fault("BAD_USER_INPUT")]).running() as fake, Client(fake.url) as client:
        with pytest.raises(RequestFaulty, match="ServerTime: un ennui"):
            await client.ask("ServerTime")
    assert len(fake.seen) == 1


async def test_it_sends_the_document_of_the_operation() -> None:
    async with FakeHttp([DONE]).running() as fake, Client(fake.url) as client:
        await client.ask("ServerTime")
    assert fake.seen[0]["operationName"] == "ServerTime"
    assert fake.seen[0]["query"].startswith("query ServerTime")


async def test_files_are_sent_and_pages_fetched_beside_graphql_until_somebody_answers() -> None:
    script = [DROP, (503, ""), (201, "{}"), (200, "%PDF")]
    async with FakeHttp(script).running() as fake, Client(fake.url) as client:
        await client.send("/files/f?ticket=t", b"a;b\n1;2\n")
        assert await client.fetch("/receipts/C.pdf") == b"%PDF"
    assert fake.asked == [["put", "/files/f?ticket=t"]] * 3 + [["get", "/receipts/c.pdf"]]
    assert fake.seen[0] == {"body": "a;b\n1;2\n"}


async def test_a_file_that_is_not_taken_is_told_without_its_ticket() -> None:
    async with FakeHttp([(415, "pas ainsi")]).running() as fake, Client(fake.url) as client:
        with pytest.raises(RequestFaulty, match=r"PUT /files/f: HTTP 415 pas ainsi$"):
            await client.send("/files/f?ticket=secret", b"x")
