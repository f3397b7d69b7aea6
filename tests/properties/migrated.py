"""What a migration must leave as it was, whatever it changes."""

from __future__ import annotations

from dataclasses import replace

from domain.process import Process, State
from domain.process.people import offices_of

_STAY = (
    "seq", "at", "members", "delegations", "documents", "ballots", "hearings", "meetings", "requests", "interests",
    "withdrawals", "opinions", "syntheses", "responses", "decisions", "commitments", "past_runs", "round",
    "launched_at", "suspended_at",
)  # fmt: skip
"""Fields of the process that a migration touches nothing of: among them every vote and every mandate."""
_WAITING = (State.PENDING, State.AWAITING_OPENING)


def check_migration(before: Process, after: Process) -> None:
    """Check that nothing that was done is lost, and that nothing that was announced comes earlier."""
    for name in _STAY:
        if name not in ("seq", "at"):
            assert getattr(after, name) == getattr(before, name), f"a migration changed {name}"
    for member in before.members:
        assert offices_of(after.offices, member) == tuple(
            key for key in after.offices if key in offices_of(before.offices, member)
        )
    for key, office in before.offices.items():
        if office.terms:
            assert after.offices[key].terms == office.terms, f"a migration moved the seats of {key}"
            held = [term.seat for term in office.terms if term.cause is None]
            assert max(held, default=0) <= after.offices[key].seats
    assert before.procedure is not None
    assert after.procedure is not None
    assert after.procedure.sandbox == before.procedure.sandbox
    assert {c.id for c in before.procedure.colleges} <= {c.id for c in after.procedure.colleges}
    for key, run in before.runs.items():
        if key not in after.runs:
            assert run.state in _WAITING, f"{key} was taken out after it had begun"
            continue
        now, old, new = after.runs[key], before.stages[key], after.stages[key]
        assert new.duration.minimum >= old.duration.minimum, f"the minimum of {key} was lowered"
        if run.state in _WAITING:
            assert now.planned_opens_at >= run.planned_opens_at, f"{key} opens earlier than announced"
            length = now.planned_closes_at - now.planned_opens_at
            assert length >= min(new.duration.minimum, run.planned_closes_at - run.planned_opens_at)
        else:
            assert replace(now, gate_ballot=None) == replace(run, gate_ballot=None), f"{key} was changed"
            assert new.visibility == old.visibility
            assert new.quorum == old.quorum
            assert new.entry_window >= old.entry_window or run.state is State.CONCLUDED
            assert (
                run.concluded_at
                or new.duration.planned >= old.duration.planned
                or run.state is not State.OPEN
            )
    for ballot in before.ballots.values():
        assert after.ballots[ballot.id].rule == ballot.rule
