"""A turn: one decision in the making. Holds the process as it stands and the events so far."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid5

from domain.acts import SYSTEM, Actor
from domain.events import Event, Fact
from domain.evolve import evolve
from domain.procedure import Kind, Procedure, Role, Stage
from domain.process import Process, StageRun, State
from domain.refusals import Code, Refusal
from domain.rights import EVERYWHERE, Mandate, Scope, mandate, roles_for

SYSTEM_ACTOR = Actor(member=SYSTEM)


class Turn:
    """One decision in the making.

    `process` moves with every event told. `tell` speaks for the author of the command, `conclude`
    for the engine: what follows from rules and deadlines is nobody's act. `on_behalf_of` is whom the
    author was found to act for: what the command says is a claim, and no more.
    """

    __slots__ = ("_process", "_told", "actor", "events", "now", "on_behalf_of", "round", "stage")

    def __init__(
        self,
        process: Process,
        now: datetime,
        actor: Actor = SYSTEM_ACTOR,
        round_: int | None = None,
        stage: str | None = None,
    ) -> None:
        """Begin with the process as it is; `round_` and `stage` are what the author saw."""
        self._process = process
        self._told: Event | None = None
        self.now = now
        self.actor = actor
        self.on_behalf_of: str | None = None
        self.round = round_
        self.stage = stage
        self.events: list[Event] = []

    @property
    def process(self) -> Process:
        """The process as it stands. The last event is folded only when somebody asks: after most acts nobody does."""
        if self._told is not None:
            self._process, self._told = evolve(self._process, self._told), None
        return self._process

    def go_on_from(self, other: Turn) -> None:
        """Take over what another turn brought about, from the same point on."""
        self.events.extend(other.events)
        self._process, self._told = other.process, None

    @property
    def procedure(self) -> Procedure:
        """The procedure that the concertation follows."""
        assert self.process.procedure is not None
        return self.process.procedure

    def fork(self) -> Turn:
        """Give a turn from the same point, to try something out."""
        attempt = Turn(self.process, self.now, self.actor, self.round, self.stage)
        attempt.on_behalf_of = self.on_behalf_of
        return attempt

    def tell(self, fact: Fact, stage: str | None = None) -> None:
        """Record a fact that the author of the command brought about."""
        self._record(fact, stage, self.actor.member, self.on_behalf_of)

    def conclude(self, fact: Fact, stage: str | None = None) -> None:
        """Record a fact that follows from rules and deadlines."""
        self._record(fact, stage, SYSTEM, None)

    def _record(self, fact: Fact, stage: str | None, actor: str, on_behalf_of: str | None) -> None:
        process = self.process
        run = process.runs.get(stage) if stage is not None else None
        self._told = Event(
            at=self.now,
            actor=actor,
            fact=fact,
            on_behalf_of=on_behalf_of,
            round=run.round if run is not None else (process.round or None),
            stage=stage,
        )
        self.events.append(self._told)

    def new_id(self, what: str, number: int) -> str:
        """Give an identifier that depends on nothing but the ledger."""
        return str(uuid5(UUID(self.process.id), f"{what}/{number}"))

    def entitle(
        self, act: str, scope: Scope = EVERYWHERE, roles: frozenset[Role] | None = None
    ) -> Mandate | Refusal:
        """Give the mandate by which the author may do this act, and act on behalf of its giver; or refuse."""
        found = mandate(
            self.process,
            self.actor.member,
            roles_for(act) if roles is None else roles,
            self.now,
            scope,
            self.actor.on_behalf_of,
        )
        if found is None:
            return Refusal(Code.NOT_ALLOWED, {"act": act})
        self.on_behalf_of = found.on_behalf_of
        return found

    def place(self, *kinds: Kind) -> tuple[Stage, StageRun] | Refusal:
        """Give the stage and run that the command names, as its author saw it; or refuse."""
        key, process = self.stage, self.process
        run = process.runs.get(key) if key is not None else None
        if key is None or run is None:
            return Refusal(Code.UNKNOWN_STAGE, {"stage": key or ""}, ("stage",))
        if self.round != run.round:
            return Refusal(
                Code.ROUND_CHANGED, {"stage": key, "seen": self.round or 0, "round": run.round}, ("round",)
            )
        stage = process.stages[key]
        if kinds and stage.kind not in kinds:
            return Refusal(Code.STAGE_WRONG_KIND, {"stage": key, "kind": stage.kind}, ("stage",))
        return stage, run

    def open_place(self, *kinds: Kind) -> tuple[Stage, StageRun] | Refusal:
        """Give the stage and run that the command names if it is open and its clock runs; or refuse."""
        placed = self.place(*kinds)
        if isinstance(placed, Refusal):
            return placed
        run = placed[1]
        if self.is_suspended(run):
            return Refusal(Code.SUSPENDED, {"stage": run.key}, ("stage",))
        if run.state is not State.OPEN:
            return not_open(run, self.now)
        return placed

    def is_suspended(self, run: StageRun) -> bool:
        """Say whether the clock of a stage stands still, by itself or with everything."""
        return self.process.suspended_at is not None or run.suspended_at is not None


def not_open(run: StageRun, now: datetime) -> Refusal:
    """Refuse because the stage is not open; says when it is or was."""
    return Refusal(
        Code.STAGE_NOT_OPEN,
        {
            "stage": run.key,
            "round": run.round,
            "state": run.state,
            "opensAt": (run.opens_at or run.planned_opens_at).isoformat(),
            "closesAt": (run.closes_at or run.planned_closes_at).isoformat(),
            "serverTime": now.isoformat(),
        },
        ("stage",),
    )
