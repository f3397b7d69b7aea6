"""What a migration to a later version of the procedure means."""

from __future__ import annotations

from api.enumerations.publishing import publish
from domain.migrating.impact import Effect as ImpactEffect
from domain.migrating.impact import Fate as BallotFate

__all__ = ["BallotFate", "ImpactEffect"]

publish(
    ImpactEffect,
    "ImpactEffect",
    "What a change of the procedure means for those whom the concertation was announced to.",
    {
        ImpactEffect.HARMLESS: "Nothing that anybody could count on changes.",
        ImpactEffect.ANNOUNCED: "What was announced changes; it is announced anew.",
        ImpactEffect.REFUSED: "It would take away a right that was exercised, or a guarantee under which it was.",
    },
)
publish(
    BallotFate,
    "BallotFate",
    "What becomes of an open ballot when the procedure changes.",
    {
        BallotFate.GOES_ON: "It is held to its end under the rule that it was opened with.",
        BallotFate.OPENED_ANEW: "Nobody has voted: it is closed, and opened again under the new rule.",
        BallotFate.WOULD_BREAK: "Its rule would change under votes or proxies: the migration is refused.",
    },
)
