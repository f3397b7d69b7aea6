"""The statement of reasons that the author of a hidden contribution is given, with the ways to contest the measure.

What it has to say: regulation (EU) 2022/2065 (DSA), article 17(3): the measure, the facts, whether somebody reported
it, automated means, the ground, the ways to contest it. Code of administrative justice, R421-5: without the last, no
time to appeal begins to run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.moderation import GROUNDS, Measure
from domain.texts import text


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What people wrote about a measure. None of it is public."""

    #: Why it was hidden: the facts.
    facts: str
    #: Why its text was destroyed without waiting.
    urgency: str | None = None
    #: The reasons of the decision on the appeal.
    reasons: str | None = None


def statement(measure: Measure, said: Said, submitted_at: datetime, languages: Sequence[str]) -> str:
    """Give the statement as sentences, one a line."""
    return "\n".join(_sentences(measure, said, submitted_at, languages))


def _sentences(
    measure: Measure, said: Said, submitted_at: datetime, languages: Sequence[str]
) -> Iterator[str]:
    reason = measure.reason
    yield text(
        "statement.measure",
        languages,
        submitted_at=submitted_at,
        at=measure.hidden_at,
        moderation_reason=reason,
    )
    yield text("statement.facts", languages, facts=said.facts)
    if reason in GROUNDS:
        yield text("statement.ground", languages, ground=GROUNDS[reason])
    else:
        yield text("statement.rules", languages)
    reported = "statement.reported" if measure.reports else "statement.unprompted"
    yield text(reported, languages, count=measure.reports)
    yield text("statement.person", languages)
    yield text("statement.kept", languages)
    if measure.redacted_at is not None:
        yield text("statement.redacted", languages, at=measure.redacted_at, urgency=said.urgency)
    if measure.decided_at is not None and measure.appealed_at is not None:
        yield text(
            "statement.decided",
            languages,
            at=measure.decided_at,
            appeal_outcome=measure.outcome,
            facts=said.reasons,
        )
    elif measure.appealed_at is not None:
        yield text("statement.appealed", languages, at=measure.appealed_at)
    if measure.restored_at is not None:
        yield text("statement.restored", languages, at=measure.restored_at)
    elif measure.appealed_at is None:
        yield text("statement.appeal", languages, until=measure.appeal_until)
