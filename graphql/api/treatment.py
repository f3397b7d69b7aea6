"""The treatment of a synthesis: how much is cited or set aside, what is not yet, and answers and comments of people."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import Private, field

from api.connections import After, Connection, First, connection, limit, position
from api.context import Info
from api.enumerations import Settlement
from api.items import SynthesisItem, items_seen
from api.nodes import Text
from api.people import Member, member_of
from api.publication import reads_early
from api.review import Reservation, reservation_seen
from api.snapshot import Snapshot
from domain import process
from domain.acts import Treated, TreatmentFigures
from domain.treatment.figures import asked, rate, too_low

if TYPE_CHECKING:
    from api.contributions import Contribution


@strawberry.type(description="What became of one kind of what a synthesis comes from.")
class TreatmentOfKind:
    kind: str = field(
        description="`organisations` and `others`: their contributions; `records`: approved records of hearings; "
        "`reservations`: of the council."
    )
    all: int = field(description="How many there are.")
    cited: int = field(description="Sources of an item; of reservations: those that are answered.")
    set_aside: int = field(description="Set aside with a reason, and no source of any item.")
    rate: float = field(description="(Cited + set aside) / all, from 0 to 1; 1 where there is nothing.")
    threshold: float | None = field(description="The rate below which the synthesis is not assembled.")


@strawberry.type(description="What became of all that a synthesis comes from.")
class Treatment:
    by_kind: list[TreatmentOfKind] = field(description="By kind, in a fixed order.")
    conclusive: bool = field(description="Whether no kind is below its threshold.")


def treatment_of(at: Snapshot, stage: str, figures: TreatmentFigures) -> Treatment:
    """Make the treatment of a synthesis."""
    definition = at.process.stages.get(stage)
    threshold = definition.treatment if definition is not None else None

    def of_kind(kind: str, treated: Treated) -> TreatmentOfKind:
        return TreatmentOfKind(
            kind=kind,
            all=treated.all,
            cited=treated.cited,
            set_aside=treated.set_aside,
            rate=float(rate(treated)),
            threshold=float(asked(threshold, kind)) if threshold is not None else None,
        )

    return Treatment(
        by_kind=[of_kind(kind, treated) for kind, treated in figures.by_kind.items()],
        conclusive=not any(too_low(figures, threshold)),
    )


@strawberry.type(description="A contribution that is neither cited nor set aside.")
class TreatmentGap:
    key: str = field(description="Its name in the ledger.")
    contribution: Annotated[Contribution, strawberry.lazy("api.contributions")] | None = field(
        description="The contribution, where it may be read."
    )


async def gaps_of(
    info: Info, at: Snapshot, synthesis: process.Synthesis, first: First, after: After
) -> Connection[TreatmentGap]:
    """Make a page of what is not treated."""
    from api.contributions import contribution_of

    size, seen = limit(first), position(after, str)
    reading = info.context.reading
    found = await reading.treatment.gaps(at, synthesis, size + 1, seen)
    rows = await reading.contributions(at, found[:size])
    counted = await reading.treatment.figures(at, synthesis)
    left = sum(
        treated.all - treated.cited - treated.set_aside
        for kind, treated in counted.by_kind.items()
        if kind in ("organisations", "others")
    )
    gaps = [
        TreatmentGap(key=key, contribution=contribution_of(at, rows[key]) if key in rows else None)
        for key in found[:size]
    ]
    return connection([(gap.key, gap) for gap in gaps], more=len(found) > size, total=left, after=after)


@strawberry.type(
    description="A hint of the machine: a contribution that is not treated, much like a source of items. It counts for "
    "nothing until a person cites the contribution."
)
class SourceSuggestion:
    contribution: Annotated[Contribution, strawberry.lazy("api.contributions")] = field(
        description="The contribution that is not treated."
    )
    like: Annotated[Contribution, strawberry.lazy("api.contributions")] = field(
        description="The source that it is like."
    )
    likeness: float = field(description="How much, from 0.5 to 1.")
    items: list[SynthesisItem] = field(description="The items that the other one is a source of.")
    by_machine: bool = field(description="Always true: no person has confirmed it.")


async def suggestions_of(
    info: Info, at: Snapshot, synthesis: process.Synthesis, first: First, after: str | None
) -> list[SourceSuggestion]:
    """Make suggestions for those who work on the synthesis."""
    from api.contributions import contribution_of

    if not reads_early(info.context.viewer, at):
        return []
    reading = info.context.reading
    found = await reading.treatment.suggestions(at, synthesis, limit(first), after)
    rows = await reading.contributions(at, [key for s in found for key in (s.contribution, s.like)])
    return [
        SourceSuggestion(
            contribution=contribution_of(at, rows[suggestion.contribution]),
            like=contribution_of(at, rows[suggestion.like]),
            likeness=suggestion.likeness,
            items=items_seen(info, at, suggestion.items),
            by_machine=True,
        )
        for suggestion in found
        if suggestion.contribution in rows and suggestion.like in rows
    ]


@strawberry.type(description="What a synthesis makes of a reservation of the council.")
class ReservationAnswer:
    at_: Private[Snapshot]
    reservation_key: Private[str]
    member_id: Private[str]
    answer: Settlement = field(description="What becomes of it.")
    reasons: Text = field(description="Why.")
    at: datetime = field(description="When.")

    @field(description="The reservation, once the opinion is published.")
    def reservation(self, info: Info) -> Reservation | None:
        return reservation_seen(info, self.at_, self.reservation_key)

    @field(description="Who answered.")
    def member(self) -> Member | None:
        return member_of(self.at_, self.member_id)


def answers_of(at: Snapshot, synthesis: process.Synthesis) -> list[ReservationAnswer]:
    """Make the answers of a synthesis to reservations."""
    return [
        ReservationAnswer(
            at_=at,
            reservation_key=name,
            member_id=found.member,
            answer=found.answer,
            reasons=Text(body=found.reasons),
            at=found.at,
        )
        for name, found in synthesis.answers.items()
    ]


@strawberry.type(
    description="A comment of a member of the council on a chapter or an item, before the assembly."
)
class SynthesisComment:
    at_: Private[Snapshot]
    member_id: Private[str]
    about: str = field(
        description="The key of an item, or of the axis of a chapter; empty for the only chapter."
    )
    text: Text = field(description="What it says.")
    at: datetime = field(description="When.")

    @field(description="Whose it is.")
    def member(self) -> Member | None:
        return member_of(self.at_, self.member_id)


def comments_of(at: Snapshot, synthesis: process.Synthesis) -> list[SynthesisComment]:
    """Make the comments on a synthesis."""
    return [
        SynthesisComment(at_=at, member_id=c.member, about=c.about, text=Text(body=c.text), at=c.at)
        for c in synthesis.comments
    ]
