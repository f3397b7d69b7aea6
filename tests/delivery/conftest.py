"""A concertation with notices to send, a server that takes them, and a worker that may be killed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from activities.delivering import Delivery
from activities.mail_way import Patience
from activities.mailing import Mailing
from domain.noticing.wording import Words
from server.free_port import free_port
from store import notices
from store.notices import Occasion
from store.pool import Pool
from tests.delivery.receiving import OwnController, Receiver
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database
from tests.store.conftest import app, play, worker
from tests.store.stage import Play

__all__ = ["app", "play", "worker"]


@pytest.fixture
def port() -> int:
    """A port that nobody listens on."""
    return free_port("127.0.0.1")


@pytest.fixture
def receiver() -> Receiver:
    """What the server took."""
    return Receiver()


@pytest.fixture
def server(receiver: Receiver, port: int) -> Iterator[OwnController]:
    """The server, running."""
    controller = OwnController(receiver, port)
    controller.start()
    yield controller
    controller.stop(no_assert=True)


@pytest.fixture
def mailing(database: Database, port: int) -> Mailing:
    """How mails go in these tests."""
    return Mailing(
        dsn=database.worker,
        key=b"k" * 32,
        sender="notifications@concertation.exemple",
        server=f"smtp://127.0.0.1:{port}",
        site="https://concertation.exemple",
        public="https://api.concertation.exemple",
        connections=2,
        patience=Patience(connect=5, command=5, final_dot=20),
    )


class Post:
    """Notices to members `m0`, `m1`, …, and what became of them."""

    def __init__(self, play: Play, worker: Pool, mailing: Mailing, clock: TestClock) -> None:
        self.play = play
        self.worker = worker
        self.mailing = mailing
        self.clock = clock

    async def write(
        self, number: int, kind: str = "stage_opened", key: str = "event/1", members: Sequence[str] = ()
    ) -> None:
        """Write notices of one occasion to as many members, each with an address, and to these others."""
        names = [*(f"m{n}" for n in range(number)), *members]
        await self.worker.execute("SELECT 1")
        async with self.worker.acquire() as connection:
            await notices.write(
                connection,
                Occasion(
                    key=key,
                    concertation=self.play.id,
                    kind=kind,
                    at=await self.clock.now(),
                    words=Words(
                        subject={"fr": "Essai – Étape ouverte", "en": "Essai – Stage opened"},
                        body={"fr": "Étape « Appel » ouverte.", "en": "Stage “Appel” opened."},
                        path="/concertations/essai",
                    ),
                    members=names,
                ),
            )

    async def send(self, **other: Any) -> None:
        """Send what is due, until nothing is."""
        await Delivery(self.worker, replace(self.mailing, **other)).work(0)

    async def states(self) -> dict[str, int]:
        """How many notices stand where."""
        rows = await self.worker.fetch("SELECT state, count(*) AS n FROM notice GROUP BY state")
        return {row["state"]: row["n"] for row in rows}

    async def row(self, member: str = "m0") -> Any:
        """The notice of a member."""
        return await self.worker.fetchrow("SELECT * FROM notice WHERE recipient = $1", f"member/{member}")


@pytest_asyncio.fixture
async def post(
    play: Play, worker: Pool, app: Pool, mailing: Mailing, test_clock: TestClock
) -> AsyncIterator[Post]:
    """A draft, whose members `m0` to `m99` have addresses."""
    await play.draft()
    await app.execute(
        """
        SELECT set_contact('m' || n, 'm' || n || '@exemple.fr', CASE n % 2 WHEN 0 THEN 'fr' ELSE 'en' END, NULL, NULL)
        FROM generate_series(0, 99) AS n
        """
    )
    await app.execute(
        """
        SELECT confirm_address('m' || n, encode(sha256(convert_to('m' || n || '@exemple.fr', 'UTF8')), 'hex'))
        FROM generate_series(0, 99) AS n
        """
    )
    await worker.execute("UPDATE delivery SET after_outbox = (SELECT max(id) FROM outbox)")
    yield Post(play, worker, mailing, test_clock)
