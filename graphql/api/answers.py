"""What the unions of mutations share: the refusals that belong together."""

from __future__ import annotations

from typing import TypeAlias

from api.accepting import SignOffPending
from api.refusals import (
    ConvocationTooLate,
    HearingConflict,
    IdempotencyKeyReused,
    NotAllowed,
    Refused,
    RoundChanged,
    StageChanged,
    StageNotOpen,
)

AnyRefusal: TypeAlias = NotAllowed | IdempotencyKeyReused | Refused
"""What any command may meet."""
PlaceRefusal: TypeAlias = RoundChanged | AnyRefusal
"""What a command to a stage may meet."""
WorkRefusal: TypeAlias = StageNotOpen | PlaceRefusal
"""What work in an open stage may meet."""
SittingRefusal: TypeAlias = HearingConflict | ConvocationTooLate | StageChanged | PlaceRefusal
"""What setting a hearing, or calling somebody to it, may meet."""
ScheduleRefusal: TypeAlias = SignOffPending | StageChanged | PlaceRefusal
"""What a change of the schedule may meet."""
