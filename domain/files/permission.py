"""Who may send a file, and where: a file is sent before what refers to it."""

from __future__ import annotations

from datetime import datetime

from domain.procedure import Kind
from domain.process import Process, State
from domain.refusals import Code, Refusal
from domain.rights import Viewer, may

LARGEST = 20_000_000
"""Bytes of a file, unless the operator says otherwise."""
MOST_WAITING = 50
"""So many files of one person may wait for being referred to."""


def fault_of_place(viewer: Viewer, process: Process, stage: str | None, now: datetime) -> Refusal | None:
    """Say why a viewer may not send a file for a stage, or for a concertation as a whole where none is named.

    Coordination sends documents anywhere, clerks send scans; everybody else sends what goes with an answer, while
    the stage is open to them.
    """
    if stage is not None and stage not in process.stages:
        return Refusal(Code.UNKNOWN_STAGE, {"stage": stage}, ("stage",))
    if process.over:
        return Refusal(Code.CONCERTATION_OVER, {})
    if may(viewer, "send_file", process, now):
        return None
    if viewer.member is None or stage is None:
        return Refusal(Code.NOT_ALLOWED, {})
    if process.stages[stage].kind is not Kind.CALL_FOR_INPUT:
        return Refusal(
            Code.STAGE_WRONG_KIND, {"stage": stage, "kind": process.stages[stage].kind}, ("stage",)
        )
    return _fault_of_time(process, stage, now) or _fault_of_admission(viewer.member, process, stage)


def _fault_of_time(process: Process, stage: str, now: datetime) -> Refusal | None:
    run = process.runs.get(stage)
    if run is None:
        return Refusal(Code.UNKNOWN_STAGE, {"stage": stage}, ("stage",))
    if process.suspended_at is not None or run.suspended_at is not None:
        return Refusal(Code.SUSPENDED, {"stage": stage}, ("stage",))
    opens_at, closes_at = run.opens_at or run.planned_opens_at, run.closes_at or run.planned_closes_at
    if run.state is State.OPEN and opens_at <= now < closes_at:
        return None
    said: dict[str, str | int] = {
        "stage": stage,
        "round": run.round,
        "state": run.state,
        "opensAt": opens_at.isoformat(),
        "closesAt": closes_at.isoformat(),
        "serverTime": now.isoformat(),
    }
    return Refusal(Code.STAGE_NOT_OPEN, said, ("stage",))


def _fault_of_admission(member: str, process: Process, stage: str) -> Refusal | None:
    admission = process.stages[stage].admission
    known = process.members.get(member)
    if known is not None and known.left_at is not None:
        known = None
    if admission != "open" and (known is None or (admission == "invited" and known.college is None)):
        return Refusal(Code.NOT_ADMITTED, {"admission": admission}, ("stage",))
    return None
