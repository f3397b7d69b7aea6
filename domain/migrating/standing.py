"""Where a stage stands, as far as it matters to what may still be changed about it."""

from __future__ import annotations

from dataclasses import dataclass

from domain.procedure import Kind, Stage
from domain.process import Ballot, Process, Purpose, StageRun, State

_WAITING = (State.PENDING, State.AWAITING_OPENING)
_AT_WORK = (State.OPEN, State.CLOSED, State.SEALING, State.SEALED, State.AWAITING_CONCLUSION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A stage and how far it has come."""

    process: Process
    key: str
    stage: Stage
    run: StageRun

    @property
    def waits(self) -> bool:
        """Say whether it is still to open in its round."""
        return self.run.state in _WAITING

    @property
    def is_open(self) -> bool:
        """Say whether it is open."""
        return self.run.state is State.OPEN

    @property
    def at_work(self) -> bool:
        """Say whether it has opened and is not over: paper, seal and gates included, or a rectification."""
        return self.run.state in _AT_WORK or self.run.rectifying_until is not None

    @property
    def begun(self) -> bool:
        """Say whether it has opened once, in this round or another: people have taken part in it."""
        past = any(run.key == self.key and run.opens_at is not None for run in self.process.past_runs)
        return past or not self.waits

    def running(self, purpose: Purpose) -> tuple[Ballot, ...]:
        """Give its open ballots of a purpose."""
        ballots = (self.process.ballots[ballot] for ballot in self.process.running)
        return tuple(b for b in ballots if b.stage == self.key and b.purpose is purpose)


def standing_of(process: Process, key: str) -> Standing:
    """Give where a stage of the concertation stands."""
    return Standing(process=process, key=key, stage=process.stages[key], run=process.runs[key])


def has_been_called(process: Process, *kinds: Kind) -> bool:
    """Say whether a stage of one of these kinds, or any where none is named, has opened."""
    return any(
        standing_of(process, key).begun
        for key in process.runs
        if not kinds or process.stages[key].kind in kinds
    )


def is_spoken_in(ballot: Ballot) -> bool:
    """Say whether somebody has voted in a ballot, or given a mandate for it."""
    return bool(ballot.votes or ballot.proxies)
