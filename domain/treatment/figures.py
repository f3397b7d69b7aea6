"""The treatment rate: (cited + set aside) / all, by kind of source, and the thresholds of the assembly.

Contributions are counted by the store, which knows them; hearing records and reservations here. A kind of which there
is nothing is treated as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from domain.acts import Treated, TreatmentFigures
from domain.notation import share_text
from domain.procedure import Treatment
from domain.process import Process, Synthesis
from domain.refusals import Finding
from domain.treatment.lineage import all_items, with_ancestors
from domain.treatment.sources import records, reservations

ORGANISATIONS, RECORDS, RESERVATIONS, OTHERS = "organisations", "records", "reservations", "others"
KINDS = (ORGANISATIONS, RECORDS, RESERVATIONS, OTHERS)
"""Contributions of organisations; approved records of hearings; reservations of the council; other contributions."""


def rate(treated: Treated) -> Fraction:
    """Give the share that is cited or set aside."""
    return Fraction(treated.cited + treated.set_aside, treated.all) if treated.all else Fraction(1)


def whole(process: Process, synthesis: Synthesis, counted: TreatmentFigures) -> TreatmentFigures:
    """Give the figures of all kinds, from those of contributions and from the process."""
    items = all_items(process)
    cited = {source for name in with_ancestors(process, synthesis) for source in items[name].sources}
    heard = records(process, synthesis.round, synthesis.stage)
    reserved = reservations(process, synthesis.round, synthesis.stage)
    own = {
        RECORDS: Treated(all=len(heard), cited=sum(1 for hearing in heard if hearing.id in cited)),
        RESERVATIONS: Treated(
            all=len(reserved), cited=sum(1 for name in reserved if name in synthesis.answers)
        ),
    }
    nothing = Treated(all=0, cited=0)
    return TreatmentFigures(
        by_kind={kind: own.get(kind) or counted.by_kind.get(kind, nothing) for kind in KINDS}
    )


def asked(threshold: Treatment, kind: str) -> Fraction:
    """Give the share of a kind that has to be treated."""
    found: Fraction = getattr(threshold, kind)
    return found


def too_low(figures: TreatmentFigures, threshold: Treatment | None) -> Iterator[Finding]:
    """Give the kinds of which too few are treated, with how many there are and what is asked."""
    if threshold is None:
        return
    for kind in KINDS:
        treated, least = figures.by_kind[kind], asked(threshold, kind)
        if rate(treated) < least:
            yield Finding(
                "treatment_too_low",
                (kind,),
                {
                    "kind": kind,
                    "treated": treated.cited + treated.set_aside,
                    "all": treated.all,
                    "asked": share_text(least),
                },
            )
