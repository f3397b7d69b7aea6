"""The treatment: ascertainments, sources, what is set aside, answers to reservations, comments."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import ID, field

from api.accepting import ItemAccepted, SynthesisAccepted, TreatmentAccepted
from api.answers import WorkRefusal
from api.enumerations import Settlement
from api.mutations.synthesising import REPLACES
from api.performing import Making, StageActInput, mutation
from api.scalars import Multilingual
from domain.acts import (
    Act,
    AnswerReservation,
    CiteSources,
    Comment,
    MakeAscertainment,
    SetAside,
    TakeBack,
)
from domain.refusals import Code


@strawberry.input(description="An ascertainment (constat), or a new version of one.")
class MakeAscertainmentInput(StageActInput):
    text: Multilingual = field(description="What it says.")
    lane: str | None = field(default=None, description="The key of its axis.")
    themes: list[str] = field(default_factory=list, description="The keys of its themes.")
    source_ids: list[ID] = field(
        default_factory=list,
        description="What it comes from: ids of contributions, hearings or reservations, 1,000 at most. A new version "
        "that names none keeps those it has.",
    )
    ascertainment_id: ID | None = field(
        default=None, description="The ascertainment that this is a new version of."
    )
    replaces_ids: list[ID] | None = field(default=None, description=REPLACES)

    async def act(self, making: Making) -> Act:
        known, replaces = self.ascertainment_id, self.replaces_ids
        return MakeAscertainment(
            ascertainment=making.read(known, "Ascertainment", Code.ITEM_UNKNOWN, "ascertainment_id")
            if known
            else making.made("ascertainment"),
            lane=self.lane,
            themes=tuple(self.themes),
            sources=tuple(making.source(id) for id in self.source_ids),
            text=making.body(self.text, "ascertainment", "text"),
            replaces=None if replaces is None else tuple(making.item(id, "replaces_ids") for id in replaces),
        )


MakeAscertainmentResult = Annotated[
    ItemAccepted | WorkRefusal,
    strawberry.union("MakeAscertainmentResult", description="What `makeAscertainment` answers."),
]


@strawberry.input(description="What an item comes from, 1,000 sources at most together.")
class CiteSourcesInput(StageActInput):
    item_id: ID = field(description="A recommendation or an ascertainment.")
    add_ids: list[ID] = field(
        default_factory=list, description="Contributions, hearings or reservations that it comes from."
    )
    remove_ids: list[ID] = field(
        default_factory=list, description="Those that it does not come from after all."
    )

    async def act(self, making: Making) -> Act:
        return CiteSources(
            item=making.item(self.item_id),
            add=tuple(making.source(id, "add_ids") for id in self.add_ids),
            remove=tuple(making.source(id, "remove_ids") for id in self.remove_ids),
        )


CiteSourcesResult = Annotated[
    ItemAccepted | WorkRefusal,
    strawberry.union("CiteSourcesResult", description="What `citeSources` answers."),
]


@strawberry.input(description="Contributions that no item will come from, 1,000 at most.")
class SetAsideInput(StageActInput):
    contribution_ids: list[ID] = field(description="The contributions.")
    reason: str = field(
        description="Why: the key of a reason that the procedure lists (`Procedure.setAsideReasons`), to the letter."
    )

    async def act(self, making: Making) -> Act:
        return SetAside(contributions=_contributions(making, self.contribution_ids), reason=self.reason)


SetAsideResult = Annotated[
    TreatmentAccepted | WorkRefusal,
    strawberry.union("SetAsideResult", description="What `setAside` answers."),
]


@strawberry.input(description="Contributions that are set aside no longer, 1,000 at most.")
class TakeBackInput(StageActInput):
    contribution_ids: list[ID] = field(description="The contributions.")

    async def act(self, making: Making) -> Act:
        return TakeBack(contributions=_contributions(making, self.contribution_ids))


TakeBackResult = Annotated[
    TreatmentAccepted | WorkRefusal,
    strawberry.union("TakeBackResult", description="What `takeBack` answers."),
]


def _contributions(making: Making, ids: list[ID]) -> tuple[str, ...]:
    return tuple(making.source(id, "contribution_ids") for id in ids)


@strawberry.input(description="What the synthesis makes of a reservation of the council.")
class AnswerReservationInput(StageActInput):
    reservation_id: ID = field(description="The reservation.")
    answer: Settlement = field(description="What becomes of it.")
    reasons: Multilingual = field(description="Why.")

    async def act(self, making: Making) -> Act:
        return AnswerReservation(
            reservation=making.read(
                self.reservation_id, "Reservation", Code.UNKNOWN_RESERVATION, "reservation_id"
            ),
            answer=self.answer,
            reasons=making.body(self.reasons, "reservation_answer", "reasons"),
        )


AnswerReservationResult = Annotated[
    SynthesisAccepted | WorkRefusal,
    strawberry.union("AnswerReservationResult", description="What `answerReservation` answers."),
]


@strawberry.input(description="A comment of the council on a chapter or an item.")
class CommentInput(StageActInput):
    item_id: ID | None = field(default=None, description="The item; unset: a chapter.")
    lane: str | None = field(default=None, description="The key of the chapter's axis, where there are axes.")
    text: Multilingual = field(description="What it says.")

    async def act(self, making: Making) -> Act:
        about = making.item(self.item_id) if self.item_id else self.lane or ""
        return Comment(about=about, text=making.body(self.text, "comment", "text"))


CommentResult = Annotated[
    SynthesisAccepted | WorkRefusal,
    strawberry.union("CommentResult", description="What `comment` answers."),
]


@strawberry.type
class TreatmentMutations:
    """Fields of the type Mutation."""

    make_ascertainment = mutation(
        MakeAscertainmentInput, MakeAscertainmentResult, ItemAccepted, "Add an ascertainment (constat)."
    )
    cite_sources = mutation(
        CiteSourcesInput, CiteSourcesResult, ItemAccepted, "Say what an item comes from, or does not."
    )
    set_aside = mutation(
        SetAsideInput, SetAsideResult, TreatmentAccepted, "Set contributions aside, with a reason."
    )
    take_back = mutation(
        TakeBackInput, TakeBackResult, TreatmentAccepted, "Set contributions aside no longer."
    )
    answer_reservation = mutation(
        AnswerReservationInput,
        AnswerReservationResult,
        SynthesisAccepted,
        "Lift a reservation of the council, or declare it maintained.",
    )
    comment = mutation(
        CommentInput, CommentResult, SynthesisAccepted, "Comment on a chapter or an item, as the council."
    )
