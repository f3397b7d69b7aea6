"""The report on a migration: what would change, where, and what that means for people. Nothing is decided here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.digests import digest
from domain.enumeration import direct
from domain.refusals import Finding


@direct
class Effect(StrEnum):
    """What a change means for those whom the concertation was announced to."""

    HARMLESS = "harmless"
    """Nothing that anybody could count on changes."""
    ANNOUNCED = "announced"
    """What was announced changes: it may, with a reason, and is announced anew."""
    REFUSED = "refused"
    """It would take away a right that was exercised, or a guarantee under which it was."""


BECAUSE = frozenset({
    # harmless
    "only_a_name", "later_rounds", "no_effect_after_launch",
    # announced anew
    "announced_anew", "stricter", "closing_later", "dates_laid_anew", "ballots_to_come", "ballot_opened_anew",
    # refused
    "stage_begun", "stage_named", "another_stage", "order_passed", "closing_shortened", "closing_beyond_maximum",
    "minimum_lowered",
    "entry_window_shortened", "admission_narrowed", "channel_in_use", "questionnaire_fixed", "information_withdrawn",
    "quorum_fixed", "visibility_fixed", "votes_cast", "gate_waited", "protection_lowered", "time_to_answer_shortened",
    "college_announced", "lane_named", "theme_answered", "territory_called", "office_held", "office_named", "seat_held",
    "reason_used", "carrying_promised", "round_running", "appeal_shortened", "legal_profile_fixed",
    "legal_rule_set_aside", "sandbox_fixed",
})  # fmt: skip
"""Why a change has the effect that it has; the texts are `finding.<because>`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that changes."""

    #: Where, in the file of the new version; of what is taken out, in the file of the one before.
    path: tuple[str | int, ...]
    #: What it is. Its name is `part.<part>`.
    part: str
    #: The key of the stage, where it is about one.
    stage: str | None = None
    #: What it is called, where it is about something that has a name: in every language given.
    name: dict[str, str] | None = None
    #: In JSON, as procedures write it; unset where there was nothing, or where there is nothing any more.
    before: Any = None
    after: Any = None
    effect: Effect
    #: Why it has this effect: one of `BECAUSE`. Its text is `finding.<because>`.
    because: str
    #: The law or practice that this follows from.
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """When a stage opens and closes, as it is announced."""

    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The dates of a stage that is not over, as they are and as they would be."""

    stage: str
    #: Unset: a new stage.
    before: Dates | None
    #: Unset: it is taken out.
    after: Dates | None
    #: The new dates are counted from the instant of the migration, and move with it.
    floating: bool = False


@direct
class Fate(StrEnum):
    """What becomes of a ballot that is open."""

    GOES_ON = "goes_on"
    """It is held to its end under the rule that it was opened with."""
    OPENED_ANEW = "opened_anew"
    """Nobody has voted: it is closed, and opened again under the new rule."""
    WOULD_BREAK = "would_break"
    """Its rule would change under votes or mandates that were given: the migration is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBallot:
    """A ballot that is open, and what becomes of it."""

    ballot: str
    fate: Fate


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """Everything that a migration would change."""

    #: Digests of the procedures, as it is followed and as it would be.
    before: str
    after: str
    changes: tuple[Change, ...]
    dates: tuple[Moved, ...]
    ballots: tuple[OpenBallot, ...]
    #: What the later version asks for, that the one before did not, and that is not there: to be found before a stage
    #: opens that wants it. It stands in nothing's way, and is not part of the digest.
    missing: tuple[Finding, ...] = ()

    @property
    def refused(self) -> tuple[Change, ...]:
        """Give what stands in its way."""
        return tuple(change for change in self.changes if change.effect is Effect.REFUSED)

    @property
    def stages_gone(self) -> tuple[str, ...]:
        """Give the keys of the stages that are taken out."""
        gone = (change for change in self.changes if change.part == "stage" and change.after is None)
        return tuple(change.stage for change in gone if change.stage is not None)

    @property
    def digest(self) -> str:
        """Name the report by what it says: whoever migrates names the one that they read.

        Dates that are counted from the instant of the migration are left out, as they move with it.
        """
        return digest({
            "before": self.before,
            "after": self.after,
            "changes": [
                [list(c.path), c.part, c.stage, c.before, c.after, c.effect, c.because] for c in self.changes
            ],
            "dates": [
                [moved.stage, _written(moved.before), "floating" if moved.floating else _written(moved.after)]
                for moved in self.dates
            ],
            "ballots": [[ballot.ballot, ballot.fate] for ballot in self.ballots],
        })  # fmt: skip


def _written(dates: Dates | None) -> list[str] | None:
    return None if dates is None else [dates.opens_at.isoformat(), dates.closes_at.isoformat()]
