"""What the query `Situation` answers, read into types: where the concertation stands at one instant."""

from datetime import datetime

from pydantic import AliasGenerator, BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Seen(BaseModel):
    """What the parts of an answer share: camelCase on the wire, unknown fields left alone."""

    model_config = ConfigDict(frozen=True, alias_generator=AliasGenerator(validation_alias=to_camel))


class Named(Seen):
    """Something of which only the label is wanted."""

    label: str


class Tally(Seen):
    """A number under a name."""

    key: str
    count: int


class Seal(Seen):
    """A seal of a set of contributions."""

    root: str
    count: int
    by_college: tuple[Tally, ...]
    by_channel: tuple[Tally, ...]


class Stage(Seen):
    """The current run of a stage."""

    id: str
    key: str
    label: str
    round: int
    state: str
    planned_opens_at: datetime
    planned_closes_at: datetime
    opens_at: datetime | None
    closes_at: datetime | None
    entry_closes_at: datetime | None
    suspended_at: datetime | None
    overdue_since: datetime | None
    lane: Named | None
    seals: tuple[Seal, ...]


class Member(Seen):
    """A member by the pseudonymous id."""

    pseudonym: str


class Seat(Seen):
    """A seat whose vote is awaited."""

    key: str
    holder: Member | None


class Key(Seen):
    """A stage by its key."""

    key: str


class Proposal(Seen):
    """An act that waits for signatures."""

    kind: str


class Ballot(Seen):
    """A ballot that is not over."""

    id: str
    purpose: str
    round: int
    subject: str
    state: str
    closes_at: datetime | None
    about: str | None
    stage: Key | None
    awaited: tuple[Seat, ...]
    proposal: Proposal | None


class Awaited(Seen):
    """What people must do."""

    what: str
    stage_key: str | None
    since: datetime | None
    until: datetime | None


class Count(Seen):
    """A number of contributions."""

    total: int


class Situation(Seen):
    """Where the concertation stands."""

    slug: str
    title: str
    phase: str
    outcome: str | None
    round: int
    seq: int
    read_at: datetime
    suspended_at: datetime | None
    next_deadline: datetime | None
    stages: tuple[Stage, ...]
    ballots: tuple[Ballot, ...]
    awaited: tuple[Awaited, ...]
    figures: tuple[Count, ...]

    def stage(self, key: str) -> Stage:
        """Give the current run of a stage; `KeyError` if there is none."""
        for stage in self.stages:
            if stage.key == key:
                return stage
        raise KeyError(key)

    def ballot(self, purpose: str, stage: str | None = None, *, kind: str | None = None) -> Ballot | None:
        """Give the running ballot of this purpose; of a stage, or of a kind of act, where one is named."""
        for ballot in self.ballots:
            if (
                ballot.purpose == purpose
                and (stage is None or (ballot.stage is not None and ballot.stage.key == stage))
                and (kind is None or (ballot.proposal is not None and ballot.proposal.kind == kind))
            ):
                return ballot
        return None

    def has_reached(self, stage: str, state: str) -> bool:
        """Say whether a stage has come at least as far as this state."""
        return STATES.index(self.stage(stage).state) >= STATES.index(state)


STATES = (
    "PENDING", "AWAITING_OPENING", "OPEN", "CLOSED", "SEALING", "SEALED", "AWAITING_CONCLUSION", "CONCLUDED",
    "SUPERSEDED",
)  # fmt: skip
"""The states of a stage, in their order."""
