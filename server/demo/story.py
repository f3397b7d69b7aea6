"""What the scenes tell with: ask, show the answer, look where the concertation stands, wait for it to move on.

Scenes are driven by what they see, never by their own clock: a late machine, or a service killed in between, changes
how long they take and not how they end.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from api.ids import concertation_key
from domain.procedure import Procedure
from server.demo.board import Board
from server.demo.cast import Cast, Person
from server.demo.client import NOTHING_DONE, Client, Silence
from server.demo.faults import Unforeseen
from server.demo.listening import OPERATION, Heard, Listener
from server.demo.screen import Screen
from server.demo.situation import Situation
from server.demo.stack import Stack
from server.demo.subscribing import subscribe
from server.demo.transcript import Entry, Transcript

_AT_ONCE = 6
"""Commands in flight at once: the engine takes ten of one concertation."""
_LOOK_EVERY = 0.5

NOTEWORTHY = frozenset({
    "concertation_launched", "stage_awaits_opening", "gate_passed", "gate_returned", "stage_opened",
    "stage_extended", "stage_closed", "quorum_missed", "stage_sealed", "stage_awaits_conclusion",
    "stage_concluded", "stage_overdue", "opinion_adopted", "opinion_rejected", "withdrawal_proposed", "round_opened",
    "last_resort_applied", "synthesis_assembled", "decision_issued", "concertation_ended",
    "suspended", "resumed", "hearing_record_approved", "ballot_reconvened", "ballot_held",
})  # fmt: skip
"""Kinds of events that are shown as lines; the others only move the board."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a mutation answered."""

    type: str
    data: dict[str, Any]
    sent: int

    @property
    def code(self) -> str | None:
        """The code of the refusal, or `SIGN_OFF_PENDING`; `None` where it was done."""
        return self.data.get("code")

    @property
    def done(self) -> bool:
        """Whether the command was done, or waits for signatures."""
        return self.code in (None, "SIGN_OFF_PENDING")

    @property
    def message(self) -> str:
        """The sentence of the refusal."""
        return str(self.data.get("message", ""))

    @property
    def events(self) -> tuple[int, ...]:
        """Numbers of the events that came of it."""
        return tuple(event["seq"] for event in self.data.get("events", ()))


@dataclass(kw_only=True)
class Story:
    """One demonstration in progress."""

    client: Client
    stack: Stack
    cast: Cast
    screen: Screen
    board: Board
    transcript: Transcript
    #: A few letters that tell this demonstration from others: in keys and in the slug.
    run: str
    #: The procedure that is followed, in seconds.
    procedure: Procedure
    concertation: str = ""
    listener: Listener | None = None
    #: Closes what was opened on the way, at the end.
    afterwards: AsyncExitStack
    #: Where what is fetched to be verified offline is kept, until the demonstration ends.
    folder: Path
    #: Where the closing archive stays; unset: among temporary files, under the name of the concertation.
    archive: Path | None = None
    #: What scenes leave for later ones: global ids by a name.
    ids: dict[str, str] = field(default_factory=dict)
    #: The codes of all receipts that were given, in their order, and to whom.
    receipts: dict[str, Person] = field(default_factory=dict)
    situation: Situation | None = None
    _keys: set[str] = field(default_factory=set)
    _told_of: float = 0.0

    @property
    def slug(self) -> str:
        """The name of the concertation in addresses."""
        return f"assises-ia-{self.run}"

    @property
    def concertation_key(self) -> str:
        """The UUID of the concertation, which every hash of its ledger covers."""
        return concertation_key(self.concertation) or ""

    # asking

    async def ask(self, operation: str, who: Person | None = None, **variables: Any) -> dict[str, Any]:
        """Send a query."""
        return await self.client.ask(operation, variables, who.token if who else None, self.tell_silence)

    async def command(
        self, who: Person, operation: str, key: str, *, keyed: bool = True, **given: Any
    ) -> Answer:
        """Send a mutation under a key, as often as it takes, and give its answer. `None` is left out of the input.

        Not `keyed`: a mutation that takes no key, because it is the same however often it is sent.
        """
        field_name = operation[0].lower() + operation[1:]
        named = {"idempotencyKey": f"{self.run}/{key}"} if keyed else {}
        stated = {**named, "concertationId": self.concertation or None, **given}
        variables = {"input": {name: value for name, value in stated.items() if value is not None}}
        silences: list[Silence] = []

        def told(silence: Silence) -> None:
            silences.append(silence)
            self.tell_silence(silence, keyed=True)

        answered = (await self.client.ask(operation, variables, who.token, told))[field_name]
        answer = Answer(type=answered["__typename"], data=answered, sent=1 + len(silences))
        self.transcript.write(
            Entry(
                key=f"{self.run}/{key}",
                operation=operation,
                member=str(who.member),
                answer=answer.type,
                code=answer.code,
                events=answer.events,
                sent=answer.sent,
            )
        )
        return answer

    async def do(
        self,
        who: Person,
        operation: str,
        say: str,
        key: str,
        *,
        refused: str | None = None,
        tolerate: Collection[str | None] = (),
        quiet: bool = False,
        keyed: bool = True,
        **given: Any,
    ) -> Answer:
        """Send a mutation and show it.

        Args:
            who: whose token is used.
            operation: the document to send.
            say: what to show, in French.
            key: unique in this demonstration, readable: it becomes the idempotency key.
            refused: the code of the refusal that the story wants to show.
            tolerate: codes of refusals with which the story goes on; `None`: it may also be done.
            quiet: show it only if something else than the plain outcome came of it.
            keyed: whether the mutation takes a key.
            given: the fields of the input.

        Raises:
            Unforeseen: another answer came than the story provides for.
        """
        if key in self._keys:
            raise Unforeseen(f"La clé {key} a déjà servi à une autre demande.")
        self._keys.add(key)
        answer = await self.command(who, operation, key, keyed=keyed, **given)
        again = f" ({answer.sent} envois, une seule clé)" if answer.sent > 1 else ""
        if answer.code == "SIGN_OFF_PENDING" and not quiet:
            self.screen.line("waiting", who.label, f"{say} {answer.message}{again}", operation)
        elif not answer.done:
            self.screen.line("refused", who.label, f"{say} Refusé : « {answer.message} »{again}", operation)
        elif not quiet or answer.sent > 1:
            self.screen.line("done", who.label, f"{say}{again}", operation)
        if answer.code != refused and not (refused is None and answer.done) and answer.code not in tolerate:
            raise Unforeseen(
                f"{operation}: {answer.type} {answer.code or ''} {answer.message} "
                f"{[f['message'] for f in answer.data.get('findings', [])] or ''}".strip()
            )
        return answer

    async def all_of(
        self, operation: str, say: str | Callable[[list[Any]], str], jobs: Iterable[Awaitable[Any]]
    ) -> list[Any]:
        """Do many things of one kind at once, shown as one line with their number and how long they took.

        `say` may depend on what came of them.
        """
        gate = asyncio.Semaphore(_AT_ONCE)

        async def one(job: Awaitable[Any]) -> Any:
            async with gate:
                return await job

        since = time.monotonic()
        tasks = [asyncio.ensure_future(one(job)) for job in jobs]
        try:
            done = await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
        took = time.monotonic() - since
        said = say if isinstance(say, str) else say(done)
        self.screen.line("done", "", f"{said} ({took:.1f} s)", f"{operation} ×{len(tasks)}")
        return done

    def keep(self, answer: Answer, person: Person, round_: int) -> None:
        """Keep the receipt of a contribution that was taken, with the code that its author holds from now on."""
        if answer.done:
            receipt = answer.data["receipt"]
            self.ids[f"contribution/{round_}/{person.key}"] = receipt["contribution"]["id"]
            self.ids[f"recepisse/{round_}/{person.key}"] = receipt["code"]
            self.receipts[receipt["code"]] = person

    # looking

    async def look(self) -> Situation:
        """See where the concertation stands."""
        answer = await self.ask("Situation", self.cast.coordinator, id=self.concertation)
        seen = Situation.model_validate(answer["concertation"])
        self.board.clock.set(seen.read_at)
        self.board.situation = self.situation = seen
        return seen

    async def until(self, what: str, test: Callable[[Situation], bool], within: float = 90.0) -> Situation:
        """Look again with every event until `test` holds.

        Raises:
            Unforeseen: it did not come within so many seconds, or the concertation ended without it.
        """
        limit = time.monotonic() + within
        while not test(seen := await self.look()):
            if time.monotonic() > limit:
                raise Unforeseen(f"{what}: rien en {within:g} s. État : {_told(seen)}")
            if self.listener is not None:
                await self.listener.news(_LOOK_EVERY)
            else:
                await asyncio.sleep(_LOOK_EVERY)
        return seen

    async def now(self) -> datetime:
        """Give the instant that it is on the server."""
        at = datetime.fromisoformat((await self.ask("ServerTime"))["serverTime"])
        self.board.clock.set(at)
        return at

    def planned(self, stage: str) -> timedelta:
        """Give how long a stage lasts as planned."""
        return next(s.duration.planned for s in self.procedure.stages if s.id == stage)

    async def listen(self) -> None:
        """Follow the ledger from its first event, as anybody may: without a token."""

        def subscribe_after(seq: int) -> AsyncGenerator[dict[str, Any], None]:
            return subscribe(
                self.stack.ws_url, OPERATION, {"concertationId": self.concertation, "after": seq}
            )

        self.listener = Listener(subscribe_after, self.tell_event, self.tell_count)
        await self.afterwards.enter_async_context(self.listener.listening())

    # telling

    def tell_silence(self, silence: Silence, *, keyed: bool = False) -> None:
        """Show that nobody answered, and that the same request goes out again: at most once a second."""
        if time.monotonic() - self._told_of < 1.0:
            return
        self._told_of = time.monotonic()
        known = "rien n’a été fait" if silence.why in NOTHING_DONE else "on ne sait pas"
        again = (
            f"{known}. Même demande, même clé, encore une fois."
            if keyed
            else "même demande, encore une fois."
        )
        self.screen.line("again", "", f"Pas de réponse ({silence.why}) : {again}", silence.operation)

    def tell_event(self, heard: Heard) -> None:
        """Show an event, if it is noteworthy; move the board in any case."""
        self.board.heard = heard.seq
        if heard.kind in NOTEWORTHY:
            self.screen.event(heard)

    def tell_count(self, count: int) -> None:
        """Show on the board how many have contributed to the call that is open."""
        self.board.counted = count


def in_place(stage: str, round_: int) -> dict[str, Any]:
    """Give the two fields by which a command names the stage that its author saw."""
    return {"stage": stage, "round": round_}


def fr(text: str) -> dict[str, str]:
    """Give a text for people, in French alone."""
    return {"fr": text}


def spell(names: Sequence[str]) -> str:
    """Give names as a list in a sentence."""
    return ", ".join(names[:-1]) + (" et " if len(names) > 1 else "") + names[-1] if names else ""


def _told(seen: Situation) -> str:
    stages = ", ".join(f"{stage.key} {stage.state}" for stage in seen.stages)
    return f"{seen.phase}, tour {seen.round}, n° {seen.seq}: {stages}"
