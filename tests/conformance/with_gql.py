"""One whole concertation with gql, from the draft to the decision, with the documents of graphql/operations.

gql checks each of them against the schema that it asks the API for. Every method below is a step, in this order.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any, NamedTuple

import httpx2
import pytest
from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession, ReconnectingAsyncClientSession
from gql.transport.exceptions import TransportConnectionFailed, TransportQueryError
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport
from graphql import GraphQLError
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_fixed

from server.demo.documents import document

PATIENCE = 30.0
"""Seconds for something to happen that surely does."""
PEOPLE = ("participant", "clerk", "guarantor", "sponsor", "rapporteur")


_AGAIN = retry(
    retry=retry_if_exception_type(TransportConnectionFailed),
    stop=stop_after_attempt(5),
    wait=wait_fixed(0.1),
    reraise=True,
)
"""Only where no answer came: left alone, gql sends a document anew that it finds faulty itself."""


class Step(NamedTuple):
    """What was done, why not, and how many milliseconds it took."""

    check: str
    why: str
    ms: int


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where the servers are, and who may ask."""

    #: `http://…/graphql`
    graphql: str
    #: `ws://…/graphql`
    ws: str
    #: A bearer token by role.
    tokens: dict[str, str]
    #: The pseudonym by role.
    members: dict[str, str]
    slug: str = "gql"


class Losing(httpx2.AsyncHTTPTransport):
    """Loses the answer to the next request that holds a text: the server has done it, the client does not know."""

    def __init__(self) -> None:
        super().__init__()
        self.marked: bytes | None = None
        self.lost = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = await super().handle_async_request(request)
        if self.marked is not None and self.marked in request.content:
            await answer.aread()
            self.marked = None
            self.lost += 1
            raise httpx2.ReadError("the connection was lost", request=request)
        return answer


@dataclass
class Following:
    """The events of a concertation, through as many connections as it takes."""

    concertation: str
    transport: WebsocketsTransport
    seen: list[dict[str, Any]] = field(default_factory=list)
    breaks: int = 0
    happened: asyncio.Condition = field(default_factory=asyncio.Condition)
    #: Unset while no connection is to be had.
    allowed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def last(self) -> int:
        return self.seen[-1]["seq"] if self.seen else 0

    async def run(self) -> None:
        """After each break, ask for what came after the last event."""
        client = Client(transport=self.transport)
        while True:
            await self.allowed.wait()
            request = GraphQLRequest(
                document("Events"),
                variable_values={"concertationId": self.concertation, "after": self.last, "figures": False},
            )
            try:
                async with client as session:
                    async for result in session.subscribe(request):
                        await self._take(result["concertationEvents"])
            except TransportConnectionFailed:
                self.breaks += 1

    async def _take(self, event: dict[str, Any]) -> None:
        async with self.happened:
            self.seen.append(event)
            self.happened.notify_all()

    async def until(self, test: Callable[[dict[str, Any]], bool]) -> None:
        async with asyncio.timeout(PATIENCE), self.happened:
            await self.happened.wait_for(lambda: any(map(test, self.seen)))

    async def break_off(self) -> None:
        """Cut the connection without a closing frame; nothing is received until `allowed` is set."""
        self.allowed.clear()
        socket = self.transport.adapter.websocket
        assert socket is not None
        socket.transport.abort()


class Play:
    """The story."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.network = Losing()
        self.open = AsyncExitStack()
        self.sessions: dict[str, ReconnectingAsyncClientSession] = {}
        self.numbers = count()
        self.concertation = ""
        self.contributions: list[str] = []
        self.following: Following
        self.task: asyncio.Task[None]

    async def session(self, role: str) -> AsyncClientSession:
        """Give the session of somebody, which asks again where no answer came."""
        if role not in self.sessions:
            transport = HTTPXAsyncTransport(
                url=self.site.graphql,
                transport=self.network,
                headers={"Authorization": f"Bearer {self.site.tokens[role]}"},
            )
            client = Client(transport=transport, fetch_schema_from_transport=not self.sessions)
            self.sessions[role] = await client.connect_async(reconnecting=True, retry_execute=_AGAIN)
            self.open.push_async_callback(client.close_async)
        return self.sessions[role]

    async def ask(self, role: str, text: str, **variables: Any) -> dict[str, Any]:
        request = GraphQLRequest(text if "{" in text else document(text), variable_values=variables)
        answer: dict[str, Any] = await (await self.session(role)).execute(request)
        return answer

    async def mutate(self, role: str, operation: str, /, **fields: Any) -> dict[str, Any]:
        given = {"idempotencyKey": f"{self.site.slug}-{next(self.numbers)}", **fields}
        if self.concertation:
            given["concertationId"] = self.concertation
        answer: dict[str, Any] = next(iter((await self.ask(role, operation, input=given)).values()))
        return answer

    async def do(self, role: str, operation: str, /, **fields: Any) -> dict[str, Any]:
        answer = await self.mutate(role, operation, **fields)
        assert answer["__typename"].endswith("Accepted"), answer
        return answer

    async def refused(
        self, code: str, type: str, role: str, operation: str, /, **fields: Any
    ) -> dict[str, Any]:
        answer = await self.mutate(role, operation, **fields)
        assert (answer["code"], answer["__typename"]) == (code, type), answer
        return answer

    async def now(self) -> datetime:
        return datetime.fromisoformat((await self.ask("coordinator", "ServerTime"))["serverTime"])

    # the steps

    async def drafts_a_concertation(self) -> None:
        drafted = await self.do(
            "coordinator", "DraftConcertation", slug=self.site.slug, title={"fr": "gql"}, procedure="clients"
        )
        self.concertation = drafted["concertation"]["id"]

    async def finds_a_faulty_document_by_the_schema_that_it_asked_for(self) -> None:
        with pytest.raises(GraphQLError, match="nothing"):
            await self.ask("coordinator", "query { nothing }")

    async def reads_refusals_as_values(self) -> None:
        opens_at = (await self.now() + timedelta(minutes=1)).isoformat()
        await self.refused("UNKNOWN_CONCERTATION", "Refused", "participant", "Launch", opensAt=opens_at)
        early = await self.refused(
            "LAUNCH_NOT_READY", "LaunchNotReady", "coordinator", "Launch", opensAt=opens_at
        )
        assert early["findings"]

    async def reads_faults_with_their_codes(self) -> None:
        page = {"id": self.concertation, "stage": "appel", "first": 2, "after": "forged"}
        with pytest.raises(TransportQueryError) as raised:
            await self.ask("coordinator", "Contributions", **page)
        (found,) = raised.value.errors or []
        assert found["extensions"]["code"] == "BAD_USER_INPUT", found
        assert found["path"] == ["concertation", "contributions"], found

    async def enrols_two_people_and_appoints_them(self) -> None:
        for role, office in (("council_member", "conseil"), ("deciding_authority", "autorite")):
            enrolled = await self.do(
                "coordinator", "EnrolMember", pseudonym=self.site.members[role], name=role
            )
            await self.do("coordinator", "AppointMember", office=office, memberId=enrolled["member"]["id"])

    async def follows_it_from_its_first_event(self) -> None:
        token = self.site.tokens["coordinator"]
        transport = WebsocketsTransport(
            url=self.site.ws,
            init_payload={"authorization": f"Bearer {token}"},
            subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
            ping_interval=0.5,
            pong_timeout=5,
        )
        self.following = Following(self.concertation, transport)
        self.following.allowed.set()
        self.task = asyncio.create_task(self.following.run())
        await self.following.until(lambda event: event["seq"] == 1)

    async def launches_it_and_sees_the_call_for_input_open(self) -> None:
        opens_at = await self.now() + timedelta(seconds=3)
        await self.do("coordinator", "Launch", opensAt=opens_at.isoformat())
        await self.following.until(lambda event: event["kind"] == "stage_opened")

    async def contributes_loses_the_answer_and_asks_again_with_the_same_key(self) -> None:
        key, call = f"{self.site.slug}-lost", {"stage": "appel", "round": 1}
        self.network.marked = key.encode()
        first = await self.do(
            PEOPLE[0], "SubmitContribution", idempotencyKey=key, body="Ce que dit 0.", **call
        )
        assert self.network.lost == 1
        again = await self.do(
            PEOPLE[0], "SubmitContribution", idempotencyKey=key, body="Ce que dit 0.", **call
        )
        assert again["receipt"]["code"] == first["receipt"]["code"]
        other = await self.refused(
            "ALREADY_CONTRIBUTED",
            "AlreadyContributed",
            PEOPLE[0],
            "SubmitContribution",
            body="Encore.",
            **call,
        )
        assert other["receiptCode"] == first["receipt"]["code"]
        for number, role in enumerate(PEOPLE[1:], start=1):
            await self.do(role, "SubmitContribution", body=f"Ce que dit {number}.", **call)

    async def turns_the_pages_by_keyset(self) -> None:
        after, bodies, more = None, [], True
        while more:
            found = await self.ask(
                "coordinator", "Contributions", id=self.concertation, stage="appel", first=2, after=after
            )
            page = found["concertation"]["contributions"]
            bodies += [node["body"] for node in page["nodes"]]
            more, after = page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"]
        assert bodies == [f"Ce que dit {number}." for number in range(len(PEOPLE))], bodies

    async def loses_its_connection_and_goes_on_after_the_last_event_that_it_saw(self) -> None:
        last = self.following.last
        await self.following.break_off()
        seen = await self.ask("coordinator", "Situation", id=self.concertation)
        closes_at = next(s["closesAt"] for s in seen["concertation"]["stages"] if s["key"] == "appel")
        await self.do(
            "coordinator",
            "CloseStageEarly",
            stage="appel",
            round=1,
            closesAt=(await self.now() + timedelta(seconds=2)).isoformat(),
            seenClosesAt=closes_at,
            reason="Tout est dit.",
        )
        assert self.following.last == last, "it was not cut"
        self.following.allowed.set()
        await self.following.until(lambda event: event["__typename"] == "BallotEvent")
        assert self.following.breaks == 1

    async def votes(self) -> None:
        found = await self.ask("council_member", "Ballots", id=self.concertation)
        (ballot,) = found["concertation"]["ballots"]
        vote = {"ballotId": ballot["id"], "position": "FAVOURABLE"}
        changed = await self.refused(
            "SUBJECT_CHANGED", "SubjectChanged", "council_member", "CastVote", subject="0" * 64, **vote
        )
        cast = await self.do("council_member", "CastVote", subject=changed["subject"], **vote)
        assert cast["ballot"]["outcome"] == "PASSED", cast

    async def issues_the_decision_and_sees_the_end(self) -> None:
        def deciding(event: dict[str, Any]) -> bool:
            return event["kind"] == "stage_opened" and event["stage"]["key"] == "decision"

        await self.following.until(deciding)
        await self.do(
            "deciding_authority",
            "IssueDecision",
            stage="decision",
            round=1,
            text={"fr": "Ce qui est décidé."},
        )
        await self.following.until(lambda event: event["kind"] == "concertation_ended")

    async def has_seen_every_event_of_the_ledger_once_in_order(self) -> None:
        self.task.cancel()
        query = (
            "query($id: ID!) { concertation(id: $id) { "
            "ledger(first: 100) { nodes { seq } pageInfo { hasNextPage } } } }"
        )
        ledger = (await self.ask("coordinator", query, id=self.concertation))["concertation"]["ledger"]
        assert not ledger["pageInfo"]["hasNextPage"]
        seqs = [event["seq"] for event in self.following.seen]
        assert seqs == [event["seq"] for event in ledger["nodes"]], seqs


STEPS: tuple[Callable[[Play], Awaitable[None]], ...] = (
    Play.drafts_a_concertation,
    Play.finds_a_faulty_document_by_the_schema_that_it_asked_for,
    Play.reads_refusals_as_values,
    Play.reads_faults_with_their_codes,
    Play.enrols_two_people_and_appoints_them,
    Play.follows_it_from_its_first_event,
    Play.launches_it_and_sees_the_call_for_input_open,
    Play.contributes_loses_the_answer_and_asks_again_with_the_same_key,
    Play.turns_the_pages_by_keyset,
    Play.loses_its_connection_and_goes_on_after_the_last_event_that_it_saw,
    Play.votes,
    Play.issues_the_decision_and_sees_the_end,
    Play.has_seen_every_event_of_the_ledger_once_in_order,
)


async def taken(name: str, step: Awaitable[None]) -> Step:
    """Take a step, and say what came of it."""
    since, why = time.monotonic(), ""
    try:
        await step
    except Exception as fault:  # whatever it is, it is what the table tells
        why = f"{type(fault).__name__}: {fault}"
    return Step(name.replace("_", " "), why, round(1000 * (time.monotonic() - since)))


async def play(site: Site) -> list[Step]:
    """Take the steps until one fails."""
    story, steps = Play(site), []
    async with story.open:
        for take in STEPS:
            steps.append(await taken(take.__name__, take(story)))
            if steps[-1].why:
                break
    return steps
