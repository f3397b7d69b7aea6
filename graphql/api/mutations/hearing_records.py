"""Records of hearings: drafted, handed in, corrected."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import field

from api.accepting import HearingAccepted
from api.answers import PlaceRefusal
from api.mutations.hearing import HearingActInput
from api.performing import Making, mutation
from api.refusals import SubjectChanged
from api.scalars import Multilingual
from domain.acts import Act, CorrectRecord, DraftRecord, RecordHearing


@strawberry.input(description="A version of the record before it is handed in.")
class DraftRecordInput(HearingActInput):
    record: Multilingual = field(description="What was said.")

    async def act(self, making: Making) -> Act:
        return DraftRecord(hearing=self.hearing(making), record=making.body(self.record, "record", "record"))


DraftRecordResult = Annotated[
    HearingAccepted | PlaceRefusal,
    strawberry.union("DraftRecordResult", description="What `draftRecord` answers."),
]


@strawberry.input(description="The record of a hearing.")
class RecordHearingInput(HearingActInput):
    record: Multilingual = field(description="What was said.")

    async def act(self, making: Making) -> Act:
        return RecordHearing(
            hearing=self.hearing(making), record=making.body(self.record, "record", "record")
        )


RecordHearingResult = Annotated[
    HearingAccepted | PlaceRefusal,
    strawberry.union("RecordHearingResult", description="What `recordHearing` answers."),
]


@strawberry.input(description="A correction of the record, by one who was heard.")
class CorrectRecordInput(HearingActInput):
    seen: str = field(description="The digest of the record that they saw.")
    text: Multilingual = field(description="What is to be written instead.")

    async def act(self, making: Making) -> Act:
        return CorrectRecord(
            hearing=self.hearing(making), seen=self.seen, text=making.body(self.text, "correction", "text")
        )


CorrectRecordResult = Annotated[
    HearingAccepted | SubjectChanged | PlaceRefusal,
    strawberry.union("CorrectRecordResult", description="What `correctRecord` answers."),
]


@strawberry.type
class HearingRecordMutations:
    """Fields of the type Mutation."""

    draft_record = mutation(
        DraftRecordInput,
        DraftRecordResult,
        HearingAccepted,
        "Keep a version of the record; those who conduct the hearing alone see it.",
    )
    record_hearing = mutation(
        RecordHearingInput,
        RecordHearingResult,
        HearingAccepted,
        "Hand in the record; those heard approve it where the procedure says so.",
    )
    correct_record = mutation(
        CorrectRecordInput,
        CorrectRecordResult,
        HearingAccepted,
        "Ask for a correction before the deadline: a vote against the record that says what is to be written.",
    )
