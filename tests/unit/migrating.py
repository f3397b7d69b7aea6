"""Later versions of a procedure, and moving a concertation that is played to one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from domain import acts
from domain.digests import digest
from domain.migrating.impact import Change, Effect, Impact
from domain.migrating.reporting import report
from domain.procedure import Procedure
from domain.refusals import Refusal
from tests.unit.play import Play

Raw = dict[str, Any]


def later(play: Play, change: Callable[[Raw], object] | None = None) -> Procedure:
    """Write the next version of what is followed, with something changed in its file."""
    assert play.process.procedure is not None
    raw: Raw = play.process.procedure.model_dump(mode="json")
    raw["version"] += 1
    if change is not None:
        change(raw)
    return Procedure.model_validate(raw)


def stage_of(raw: Raw, name: str) -> Raw:
    """Give a stage of a file by its id."""
    found: Raw = next(stage for stage in raw["stages"] if stage["id"] == name)
    return found


def of_stage(name: str, **fields: Any) -> Callable[[Raw], None]:
    """Set fields of a stage."""
    return lambda raw: stage_of(raw, name).update(fields)


def named(procedure: Procedure) -> str:
    """Give the digest of a version."""
    return digest(procedure.model_dump(mode="json"))


def examined(play: Play, procedure: Procedure) -> Impact:
    """Give the report on a version that may be examined."""
    found = report(play.process, procedure, named(procedure), play.now)
    assert not isinstance(found, Refusal), found
    return found[1]


def migration(play: Play, procedure: Procedure, impact: str | None = None) -> acts.MigrateProcedure:
    """Give the act of moving to a version, as the report says that holds now."""
    return acts.MigrateProcedure(
        procedure=procedure,
        procedure_digest=named(procedure),
        impact_digest=impact if impact is not None else examined(play, procedure).digest,
        reason="Correction du calendrier",
    )


def only(impact: Impact, part: str) -> Change:
    """Give the one change of a part."""
    found = [change for change in impact.changes if change.part == part]
    assert len(found) == 1, [change.part for change in impact.changes]
    return found[0]


def refused_for(play: Play, change: Callable[[Raw], object]) -> set[str]:
    """Give why the version with something changed is refused."""
    impact = examined(play, later(play, change))
    return {change.because for change in impact.changes if change.effect is Effect.REFUSED}
