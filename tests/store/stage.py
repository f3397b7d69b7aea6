"""Playing a concertation on a real database: commands through `record`, contributions, a clock moved by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from domain import acts
from domain.acts import SYSTEM, Act, Actor, Command
from domain.digests import digest
from domain.events import Event
from domain.procedure import Procedure
from domain.process import Process, State
from domain.refusals import Refusal
from store.concertations import process
from store.contributions import Receipt, Submission, submit
from store.pool import Connection
from store.procedures import procedure_digest
from store.recording import record
from store.replies import Accepted, Recorded
from tests.fixtures.clock import TestClock
from tests.unit.procedures import call_for_input, procedure

DAY = timedelta(days=1)


class Play:
    """One concertation; its coordinator is `coordinator`, its participants `p0`, `p1`, … of college `locales`."""

    def __init__(self, worker: Connection, clock: TestClock, concertation: str | None = None) -> None:
        self.worker = worker
        self.clock = clock
        self.id = concertation or str(uuid4())
        self.seen = 0
        self._commands = 0

    def command(
        self,
        act: Act,
        by: str = "coordinator",
        *,
        key: str | None = None,
        round: int | None = None,
        stage: str | None = None,
        roles: tuple[str, ...] = (),
    ) -> Command:
        self._commands += 1
        return Command(
            id=key or f"c{self._commands}",
            concertation=self.id,
            actor=Actor(member=by, platform_roles=roles),
            act=act,
            round=round,
            stage=stage,
        )

    async def ask(self, command: Command, **more: Any) -> Recorded:
        recorded = await record(self.worker, command, self.seen, **more)
        self.seen = max(self.seen, recorded.seq)
        return recorded

    async def do(self, act: Act, by: str = "coordinator", **more: Any) -> tuple[Event, ...]:
        recorded = await self.ask(self.command(act, by, **more))
        assert isinstance(recorded.reply, Accepted), recorded.reply
        return recorded.reply.events

    def draft_of(self, followed: Procedure, slug: str = "essai") -> acts.DraftConcertation:
        return acts.DraftConcertation(
            slug=slug, title={"fr": "Essai"}, procedure=followed, procedure_digest=procedure_digest(followed)
        )

    async def draft(self, followed: Procedure | None = None, slug: str = "essai") -> tuple[Event, ...]:
        return await self.do(self.draft_of(followed or procedure(), slug), roles=("coordinator",))

    async def launch(
        self, followed: Procedure | None = None, *, participants: int = 3, slug: str = "essai"
    ) -> Process:
        """Draft, enrol, appoint, attach, launch; then move to the opening of the call for input."""
        await self.draft(followed, slug)
        for number in range(participants):
            await self.do(acts.EnrolMember(member=f"p{number}", college="locales", territory="FR-971"))
        await self.do(acts.EnrolMember(member="presidente"))
        await self.do(acts.AppointMember(office="presidence", member="presidente"))
        await self.do(acts.EnrolMember(member="rapporteuse"))
        await self.do(acts.AppointMember(office="rapporteur", member="rapporteuse"))
        file = acts.Body(id=str(uuid4()), digest=digest("dossier"))
        await self.do(acts.AttachDocument(document=file, title={"fr": "Dossier"}))
        await self.do(acts.Launch(opens_at=await self.clock.now() + 16 * DAY))
        await self.clock.advance(17 * DAY)
        await self.tick()
        return await self.process()

    async def tick(self) -> tuple[Event, ...]:
        return await self.do(acts.Tick(), by=SYSTEM)

    async def process(self) -> Process:
        found = await process(self.worker, self.id)
        assert found is not None
        return found

    async def close(self, stage: str = "appel") -> Process:
        """Move past the closing and the entry window of a stage, and let the engine do what is due."""
        run = (await self.process()).runs[stage]
        assert run.entry_closes_at is not None
        await self.clock.reach(run.entry_closes_at + timedelta(seconds=1))
        await self.tick()
        return await self.process()

    def submission(self, by: str, /, **more: Any) -> Submission:
        said: dict[str, Any] = {
            "concertation": self.id,
            "round": 1,
            "stage": "appel",
            "actor": by,
            "author": by,
            "key": f"key of {by}",
            "body": f"Ce que dit {by}",
        }
        return Submission(**{**said, **more})

    async def contribute(self, connection: Connection, by: str, /, **more: Any) -> Receipt:
        receipt = await submit(connection, self.submission(by, **more))
        assert isinstance(receipt, Receipt), receipt
        return receipt


def refused(answer: object) -> Refusal:
    """Give the refusal that an answer must be."""
    found = getattr(getattr(answer, "reply", answer), "refusal", answer)
    assert isinstance(found, Refusal), f"accepted: {answer}"
    return found


__all__ = ["DAY", "Play", "State", "call_for_input", "procedure", "refused"]
