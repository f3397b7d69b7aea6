"""A concertation played through Temporal: commands as updates, a real worker, a real database, time that skips."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
from pydantic import SecretStr
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Interceptor, Worker

from domain import acts
from domain.acts import Act, Actor, Command
from domain.digests import digest
from domain.events import Event
from domain.procedure import Procedure
from domain.process import Process
from domain.refusals import Code
from server.settings import Settings
from store.concertations import process
from store.pool import Pool, acquire
from store.procedures import procedure_digest
from store.replies import Accepted, Refused, Reply
from store.snapshots import read_event
from tests.fixtures.replicas import working
from tests.unit.procedures import procedure
from workflows.commanding import Dispatch
from workflows.starting import workflow_id

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


class Engine:
    """One concertation on a Temporal; its coordinator is `coordinator`."""

    def __init__(
        self,
        client: Client,
        pool: Pool,
        dsn: str,
        queue: str,
        *,
        id: str | None = None,
        within: float = 10,
    ) -> None:
        self.client = client
        self.dispatch = Dispatch(client, queue, within)
        self.pool = pool
        self.dsn = dsn
        self.queue = queue
        self.id = id or str(uuid4())
        self.round = 1
        self._commands = 0

    @asynccontextmanager
    async def working(self, *interceptors: Interceptor, **options: Any) -> AsyncIterator[Worker]:
        """Run the worker, with interceptors around its activities."""
        settings = Settings(
            worker_database_url=SecretStr(self.dsn), task_queue=self.queue, shutdown_timeout=0.1
        )
        async with working(self.client, self.pool, settings, interceptors=interceptors, **options) as worker:
            yield worker

    # commands

    def command(self, act: Act, by: str = "coordinator", stage: str | None = None, **more: Any) -> Command:
        self._commands += 1
        named: dict[str, Any] = {"id": f"c{self._commands}", "round": self.round if stage else None}
        actor = Actor(member=by, platform_roles=("coordinator",) if by == "coordinator" else ())
        return Command(
            **{**named, "concertation": self.id, "actor": actor, "act": act, "stage": stage, **more}
        )

    async def ask(self, command: Command) -> Reply:
        return await self.dispatch.send(command)

    async def do(self, act: Act, by: str = "coordinator", stage: str | None = None, **more: Any) -> Accepted:
        reply = await self.ask(self.command(act, by, stage, **more))
        assert isinstance(reply, Accepted), reply
        return reply

    async def refused(self, act: Act, by: str = "coordinator", stage: str | None = None, **more: Any) -> Code:
        reply = await self.ask(self.command(act, by, stage, **more))
        assert isinstance(reply, Refused), reply
        return reply.refusal.code

    def draft(self, followed: Procedure | None = None) -> Command:
        followed = followed or procedure()
        return self.command(
            acts.DraftConcertation(
                slug=f"essai-{self.id[:8]}",
                title={"fr": "Essai"},
                procedure=followed,
                procedure_digest=procedure_digest(followed),
            )
        )

    async def launch(
        self, opens_at: datetime, followed: Procedure | None = None, cast: Sequence[tuple[str, str]] = ()
    ) -> None:
        """Draft, appoint who is needed and those of `cast` (office, member), attach the file, launch."""
        reply = await self.ask(self.draft(followed))
        assert isinstance(reply, Accepted), reply
        needed = (("presidence", "chair"), ("rapporteur", "writer"))
        for office, member in (*needed, *cast):
            await self.do(acts.EnrolMember(member=member))
            await self.do(acts.AppointMember(office=office, member=member))
        await self.do(acts.AttachDocument(document=body("dossier"), title={"fr": "Dossier"}))
        asked = acts.AttachDocument(document=body("questions"), title={"fr": "Questions"}, questionnaire=True)
        await self.do(asked)
        await self.do(acts.Launch(opens_at=opens_at))

    # what is there

    def handle(self) -> WorkflowHandle[Any, Any]:
        return self.client.get_workflow_handle(workflow_id(self.id))

    def hearing(self, name: str) -> WorkflowHandle[Any, Any]:
        return self.client.get_workflow_handle(f"hearing-{self.id}-{name}")

    async def process(self) -> Process:
        async with acquire(self.pool) as connection:
            found = await process(connection, self.id)
        assert found is not None
        return found

    async def ledger(self) -> list[Event]:
        rows = await self.pool.fetch(
            "SELECT content FROM ledger WHERE concertation = $1 ORDER BY seq", self.id
        )
        return [read_event(row["content"]) for row in rows]

    async def moments(self, kind: str) -> list[datetime]:
        """When facts of a kind happened, by the database's clock."""
        return [event.at for event in await self.ledger() if event.fact.kind == kind]

    async def until(self, holds: Callable[[Process], bool], within: float = 20) -> Process:
        """Wait, in real time, until the process is as asked: looked at whenever the ledger grows."""
        grown = asyncio.Event()
        connection = await asyncpg.connect(self.dsn)
        try:
            await connection.add_listener("ledger", lambda *_: grown.set())
            async with asyncio.timeout(within):
                while True:
                    async with acquire(self.pool) as reading:
                        found = await process(reading, self.id)
                    if found is not None and holds(found):
                        return found
                    await grown.wait()
                    grown.clear()
        finally:
            await connection.close()

    async def forget(self) -> None:
        """End the workflows, so that their timers hold nothing up in a Temporal that tests share."""
        async with acquire(self.pool) as connection:
            found = await process(connection, self.id)
        for handle in (self.handle(), *(self.hearing(name) for name in (found.hearings if found else ()))):
            with suppress(RPCError):
                await handle.terminate()


async def skip_to(environment: WorkflowEnvironment, instant: datetime) -> None:
    """Skip time to an instant; every timer on the way fires and its workflow works before time goes on."""
    await environment.sleep(instant - await environment.get_current_time())


def body(text: str) -> acts.Body:
    """Name a text, as the store would."""
    return acts.Body(id=str(uuid4()), digest=digest(text))
