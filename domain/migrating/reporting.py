"""May a concertation be moved to a version at all, and what would that change."""

from __future__ import annotations

from datetime import datetime

from domain.check import check
from domain.migrating.examining import examine
from domain.migrating.following import Followed, followed
from domain.migrating.impact import Change, Impact
from domain.procedure import Procedure
from domain.process import Phase, Process
from domain.refusals import Code, Finding, Refusal


def report(
    process: Process, later: Procedure, digest: str, now: datetime
) -> tuple[Followed, Impact] | Refusal:
    """Give what a concertation would follow and the report; refuse what is no later, or no sound, version.

    A report that names rights at stake is given all the same: it is what its reader came for.
    """
    current = process.procedure
    if current is None or process.phase is not Phase.LAUNCHED:
        return Refusal(Code.NOT_LAUNCHED, {})
    if later.id != current.id or later.version <= current.version:
        return Refusal(
            Code.PROCEDURE_NOT_LATER,
            {"procedure": current.id, "version": current.version, "asked": f"{later.id} {later.version}"},
            ("version",),
        )
    after = followed(process, later)
    errors = tuple(finding for finding in check(after.procedure) if finding.severity == "error")
    if errors:
        return Refusal(Code.PROCEDURE_INVALID, {"count": len(errors)}, ("version",), errors)
    try:
        return after, examine(process, after, digest, now)
    except OverflowError:
        return Refusal(Code.INPUT_INVALID, {"field": "version"}, ("version",))


def finding_of(change: Change) -> Finding:
    """Give a change as a finding: `finding.<because>` says what it means."""
    written = {"before": change.before, "after": change.after}
    args = {name: value for name, value in written.items() if isinstance(value, str | int)}
    if change.part == "channel" and isinstance(change.before, str):
        args["channel"] = change.before
    if change.stage is not None:
        args["stage"] = change.stage
    return Finding(change.because, change.path, args, source=change.source)
