"""Rights that end in mid-session and on an open socket: nothing is done, and nothing is told, after the bound.

A personal token revoked, a session signed out, a code replaced, a term ended: all in one run, each asked with again and
again meanwhile, and each followed by a socket that was open before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from time import monotonic
from typing import Any

import websockets
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from server.sign_in.links import sign_link
from server.tokens import demo_member
from tests.api.browsers import COOKIE, SITE, browser
from tests.api.browsers import ask as ask_as_page
from tests.api.house import DAY
from tests.api.sockets import TRANSPORT, Socket, connected, served
from tests.api.stage import Stage
from tests.faults.counting import Counting
from tests.faults.place import Place
from tests.faults.row import Row
from tests.faults.scenes import open_call
from tests.faults.tally import Tally

BOUND = 5.0
"""Seconds within which what was revoked stops everywhere (docs/access-tokens.md)."""
BUSY = 1.0
"""Seconds that a busy machine may take between an answer that was right and its arrival."""
PLACE = {"stage": "appel", "round": 1}
WHO = "{ viewer { authenticated } }"


@dataclass(kw_only=True)
class Right:
    """A right that ends, and how it is used until then."""

    name: str
    #: Uses it; says whether that worked.
    use: Callable[[], Awaitable[bool]]
    #: Ends it.
    end: Callable[[], Awaitable[Any]]
    #: When it ended.
    ended: float = float("inf")


class Session:
    """Uses rights until their bound is over."""

    def __init__(self, stage: Stage, chance: Random, counting: Counting) -> None:
        self.stage = stage
        self.chance = chance
        self.counting = counting

    async def uses(self, right: Right) -> None:
        """Use a right again and again, from before its end until after the bound."""
        worked = 0
        while (began := monotonic()) < right.ended + BOUND + BUSY:
            works = await right.use()
            self.counting.operations += 1
            self.counting.acknowledged += works
            self.counting.refused += not works
            worked += works
            self.counting.hold(
                not works or began < right.ended + BOUND,
                f"{right.name} works {began - right.ended:.1f} s after it ended",
            )
            await asyncio.sleep(self.chance.uniform(0.05, 0.3))
        self.counting.hold(worked, f"{right.name} never worked")

    async def ends(self, right: Right) -> None:
        """End a right at some moment."""
        await asyncio.sleep(self.chance.uniform(0.3, 1.5))
        await right.end()
        right.ended = monotonic()

    async def hears(self, socket: Socket, right: Right) -> None:
        """Follow events until the socket is closed: none may come after the bound, and it must be closed."""
        try:
            async with asyncio.timeout(3 * BOUND):
                while True:
                    message = await socket.receive()
                    told = monotonic() - right.ended
                    self.counting.hold(
                        message["type"] != "next" or told < BOUND + BUSY,
                        f"the socket of {right.name} is told of an event {told:.1f} s after it ended",
                    )
        except ConnectionClosed:
            self.counting.hold(
                monotonic() < right.ended + BOUND + 2 * BUSY, f"the socket of {right.name} stayed open"
            )
        except TimeoutError:
            self.counting.hold(False, f"the socket of {right.name} was never closed")

    async def tells(self, until: Callable[[], float]) -> None:
        """Let things happen that sockets are told of."""
        number = 0
        while monotonic() < until():
            number += 1
            given = {"office": "rapporteur", "memberId": self.stage.members[f"p{number % 30}"], "seat": 3}
            await self.stage.house.do("AppointMember", "second", concertationId=self.stage.id, **given)
            ending = {"office": "rapporteur", "seat": 3, "cause": "RESIGNATION"}
            await self.stage.house.do("EndTerm", "second", concertationId=self.stage.id, **ending)
            await asyncio.sleep(0.3)


async def tried(seed: int, place: Place) -> Tally:
    """Let four rights end while they are used."""
    chance, counting = Random(seed), Counting()
    template, scene = await place.inside.prepared(open_call.__name__, open_call)
    async with place.inside.database(template) as database, place.inside.house(database) as house:
        stage = scene.on(house)
        async with (
            served(house.app) as address,
            browser(house.app) as visitor,
            connected(address) as of_token,
            connected(address) as of_letter,
        ):
            session = Session(stage, chance, counting)
            token, by_token = await _token(stage)
            letter, by_letter = await _letter(stage)
            cookie, by_cookie = await _cookie(stage, visitor)
            rights = [by_token, by_letter, by_cookie, _office(stage)]
            for socket, bearer in ((of_token, token), (of_letter, letter)):
                await socket.begin(f"Bearer {bearer}")
                await socket.follow(stage.id)
            async with websockets.connect(
                f"ws://{address}/graphql",
                subprotocols=[TRANSPORT],
                origin=Origin(f"http://{address}"),
                additional_headers={"cookie": f"{COOKIE}={cookie}"},
            ) as connection:
                of_cookie = Socket(connection)
                await of_cookie.begin()
                await of_cookie.follow(stage.id)
                open_ = ((of_token, by_token), (of_letter, by_letter), (of_cookie, by_cookie))
                async with asyncio.timeout(60):
                    await asyncio.gather(
                        *map(session.uses, rights),
                        *map(session.ends, rights),
                        *(session.hears(socket, right) for socket, right in open_),
                        session.tells(lambda: max(right.ended for right in rights) + BOUND + BUSY),
                    )
    return counting.tally()


async def _asked(stage: Stage, bearer: str, query: str, **variables: Any) -> Any:
    response = await stage.house.http.post(
        "/graphql",
        json={"query": query, "variables": variables},
        headers={"authorization": f"Bearer {bearer}"},
    )
    return None if response.status_code == 401 else response.json()["data"]


async def _token(stage: Stage) -> tuple[str, Right]:
    expires = (await stage.house.clock.now() + 30 * DAY).isoformat()
    made = await stage.house.done(
        "CreateAccessToken", "citizen", name="Tableur", scopes=["READ"], expiresAt=expires
    )
    token, id = made["token"], made["accessTokens"][0]["id"]

    async def use() -> bool:
        return await _asked(stage, token, WHO) is not None

    async def end() -> None:
        await stage.house.done_without_key("RevokeAccessToken", "citizen", accessTokenId=id)

    return token, Right(name="a personal token", use=use, end=end)


async def _letter(stage: Stage) -> tuple[str, Right]:
    invited = await stage.do("Invite", "coordinator", **PLACE, memberIds=[stage.members["p5"]])
    (one,) = invited["invitations"]
    given = {"concertationId": stage.id, "code": one["code"]}
    answer = await stage.house.ask("SignInWithCode", {"input": given}, None)
    token = answer["signInWithCode"]["token"]

    async def use() -> bool:
        return await _asked(stage, token, WHO) is not None

    async def end() -> None:
        given = {"concertationId": stage.id, "invitationId": one["id"]}
        answer = await stage.house.ask("ReissueInvitationCode", {"input": given}, "second")
        assert answer["reissueInvitationCode"]["__typename"].endswith("Accepted"), answer

    return token, Right(name="the token of a letter", use=use, end=end)


async def _cookie(stage: Stage, visitor: Any) -> tuple[str, Right]:
    given = stage.house.settings
    response = await visitor.get(sign_link(given, roles=["participant"], member=demo_member("participant")))
    assert response.status_code == 303, response.text
    cookie = str(visitor.cookies[COOKIE])
    thief = browser(stage.house.app)

    async def use() -> bool:
        thief.cookies.set(COOKIE, cookie)
        answer = await ask_as_page(thief, WHO)
        return answer.status_code == 200 and bool(answer.json()["data"]["viewer"]["authenticated"])

    async def end() -> None:
        assert (await visitor.post("/sign-out", headers={"origin": SITE})).status_code == 200

    return cookie, Right(name="a session", use=use, end=end)


def _office(stage: Stage) -> Right:
    async def use() -> bool:
        query = "query($id: ID!) { concertation(id: $id) { moderationQueue { totalCount } } }"
        answer = await stage.house.post(query, {"id": stage.id}, "coordinator")
        found = answer.json()["data"]["concertation"]["moderationQueue"]
        return found is not None

    async def end() -> None:
        ending = {"office": "coordination", "seat": 1, "cause": "RESIGNATION"}
        await stage.do("EndTerm", "second", **ending)

    return Right(name="an office", use=use, end=end)


ROW = Row(
    name="revoked",
    fault="rights revoked in mid-session and on an open socket",
    invariant="nothing is done or told after the bound",
    run=tried,
    seeds=5,
)
