"""The durable shell of one concertation: carries every command to `record`, wakes at deadlines, and ends.

It decides nothing. What it knows comes from the ledger: the snapshot when it starts, then the events that `record`
answers. So first start, continue-as-new, recovery and migration are one path, and any run may be replaced by another.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.hearings import Hearings
    from activities.records import Records
    from domain.acts import SYSTEM, Act, Actor, Command, RecordSeal, Tick
    from domain.decide import next_deadline
    from domain.evolve import fold
    from domain.hearings.attending import touched, unfinished
    from domain.process import Phase, Process, StageRun, State
    from store.replies import Recorded, Refused, Reply

from workflows.patience import BRIEF, LONG

#: After how long a deadline that has passed is tried again, if `record` found nothing to do for it.
AGAIN = timedelta(seconds=1)
#: The type of the failure of a command that came while a run was giving way to the next.
HANDING_OVER = "HandingOver"
#: How many workflows of hearings one activity tells that something happened.
TOLD_AT_ONCE = 20


@workflow.defn
class ConcertationWorkflow:
    """One concertation, from its first command until it is over."""

    @workflow.init
    def __init__(self, concertation: str) -> None:
        self._process = Process(id=concertation)
        self._deadline: datetime | None = None
        self._loaded = False
        self._astray = False
        self._turn = asyncio.Lock()
        self._seals: dict[str, asyncio.Task[None]] = {}
        self._unattended: dict[str, None] = {}
        self._attending: asyncio.Task[None] | None = None

    @workflow.run
    async def run(self, concertation: str) -> None:
        """Wake at every deadline of the concertation with this id, until it is over."""
        known = await workflow.execute_activity_method(Records.load, concertation, **BRIEF)
        self._become(known or self._process)
        self._call_for(unfinished(self._process))
        self._loaded = True
        while not self._leaving():
            self._begin_seals()
            self._begin_hearings()
            await self._sleep()
            self._end_seals()
            self._end_hearings()
        if self._astray:
            await workflow.sleep(AGAIN)  # so that no disorder of the database can make runs chase one another
        await workflow.wait_condition(workflow.all_handlers_finished)
        if not self._ended():
            workflow.continue_as_new(concertation)

    @workflow.update
    async def execute(self, command: Command) -> Reply:
        """Carry a command to `record` and give its reply."""
        await workflow.wait_condition(lambda: self._loaded)
        if self._handing_over():
            # Commands that keep coming would keep this run for ever: they are for the next one. (The validator cannot
            # say so: an update that it rejects wakes nobody, so the run would not even notice that it has to go.)
            raise ApplicationError(
                "This run gives way to another: send the command again.", type=HANDING_OVER
            )
        return (await self._record(command)).reply

    @execute.validator
    def _check_form(self, command: Command) -> None:
        # Form only: a rule that refused here would also refuse the repetition of a command that succeeded.
        if command.concertation != self._process.id:
            raise ApplicationError("The command is addressed to another concertation.", type="Misaddressed")

    async def _record(self, command: Command) -> Recorded:
        async with self._turn:
            recorded: Recorded = await workflow.execute_activity_method(
                Records.record, args=[command, self._process.seq], **BRIEF
            )
            self._become(fold(self._process, recorded.events))
            self._call_for(touched(self._process, recorded.events))
            # After a backup was restored, say. Another run loads what is true. (A refusal may leave the number out: 0.)
            self._astray = recorded.seq not in (0, self._process.seq)
        return recorded

    def _become(self, process: Process) -> None:
        self._process = process
        self._deadline = next_deadline(process)

    async def _sleep(self) -> None:
        """Sleep until the deadline and send `Tick`; return as soon as something else is to be done."""
        deadline = self._deadline
        pause = None if deadline is None else deadline - workflow.now()
        while not await self._disturbed(deadline, pause):
            assert deadline is not None
            recorded = await self._record(
                self._own(Tick(), f"tick/{self._process.seq}/{deadline.isoformat()}")
            )
            # Too early by the database's clock, the only one that counts: sleep the rest.
            pause = max(deadline - recorded.at, AGAIN)

    async def _disturbed(self, deadline: datetime | None, pause: timedelta | None) -> bool:
        try:
            await workflow.wait_condition(
                lambda: (
                    self._deadline != deadline
                    or self._has_sealing_to_do()
                    or self._has_hearings_to_begin()
                    or self._leaving()
                ),
                timeout=pause,
            )
        except TimeoutError:
            return False
        return True

    def _begin_seals(self) -> None:
        """Seal beside everything else: it takes as long as there are contributions."""
        for run in self._unsealed():
            self._seals[run.key] = asyncio.create_task(self._seal(run))

    async def _seal(self, run: StageRun) -> None:
        figures = await workflow.execute_activity_method(
            Records.seal, args=[self._process.id, run.round, run.key], **LONG
        )
        act = RecordSeal(figures=figures)
        recorded = await self._record(self._own(act, f"seal/{run.round}/{run.key}/{len(run.seals)}", run))
        if isinstance(recorded.reply, Refused) and not self._process.over:
            # Why, is in the reply, in the history.
            raise ApplicationError("The seal was refused.", type="SealRefused")

    def _end_seals(self) -> None:
        """Forget the seals that are recorded; one that failed fails the run."""
        for key in [key for key, task in self._seals.items() if task.done()]:
            self._seals.pop(key).result()

    def _has_sealing_to_do(self) -> bool:
        return bool(self._unsealed()) or any(task.done() for task in self._seals.values())

    def _unsealed(self) -> list[StageRun]:
        return [
            run
            for run in self._process.runs.values()
            if run.state is State.SEALING and run.key not in self._seals
        ]

    def _call_for(self, hearings: Sequence[str]) -> None:
        """Remember whose workflows are to be told. Histories of before there were any go on without."""
        if hearings and workflow.patched("hearings"):
            self._unattended.update(dict.fromkeys(hearings))

    def _begin_hearings(self) -> None:
        """Tell the workflows of hearings, beside everything else, that something happened to them."""
        if self._unattended and self._attending is None:
            hearings = list(self._unattended)[:TOLD_AT_ONCE]
            for hearing in hearings:
                del self._unattended[hearing]
            self._attending = asyncio.create_task(
                workflow.execute_activity_method(Hearings.begin, args=[self._process.id, hearings], **BRIEF)
            )

    def _end_hearings(self) -> None:
        if self._attending is not None and self._attending.done():
            self._attending.result()
            self._attending = None

    def _has_hearings_to_begin(self) -> bool:
        if self._attending is None:
            return bool(self._unattended)
        return self._attending.done()

    def _own(self, act: Act, key: str, run: StageRun | None = None) -> Command:
        return Command(
            id=key,
            concertation=self._process.id,
            actor=Actor(member=SYSTEM),
            act=act,
            round=None if run is None else run.round,
            stage=None if run is None else run.key,
        )

    def _ended(self) -> bool:
        """Whether nothing can happen any more, or nothing ever did: its only commands were refused."""
        return self._process.over or self._process.phase is Phase.VOID

    def _leaving(self) -> bool:
        if self._process.phase is Phase.VOID:
            return workflow.all_handlers_finished()
        return self._process.over or self._handing_over()

    def _handing_over(self) -> bool:
        """Whether the next run has to take over. Seals in hand are finished first."""
        onward = self._astray or workflow.info().is_continue_as_new_suggested()
        return onward and not self._seals and self._attending is None and not self._ended()
