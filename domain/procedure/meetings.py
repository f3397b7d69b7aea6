"""Rules of the council's meetings."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

from domain.notation import Share, Span
from domain.procedure.part import Part


class MeetingRule(Part):
    """How the council meets before it votes on its opinion (decree 2006-672, CRPA R133-5 to R133-10)."""

    notice: Span = timedelta(days=5)
    """The convocation comes this long before the meeting, or longer."""
    quorum: Share = Fraction(1, 2)
    """Least share of the seats entitled that are present, remote or represented."""
    second_notice: Span = timedelta(0)
    """Notice of a second convening after a missed quorum, where no quorum is needed."""
