"""What is derived from a process beside its snapshot: the row of lists, the guard rows of stages, the members.

Pure functions: `record` writes what they give, `doctor` compares it with what is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from domain.procedure import Stage, Visibility
from domain.process import Process, StageRun, State
from store.ledger import Link

Row = dict[str, Any]


def ledger_row(link: Link) -> Row:
    """Give the columns of table `ledger`, those that repeat the content included."""
    event = link.event
    return {
        "seq": link.seq,
        "at": event.at,
        "kind": event.fact.kind,
        "actor": event.actor,
        "on_behalf_of": event.on_behalf_of,
        "round": event.round,
        "stage": event.stage,
        "content": link.content,
        "previous": hexed(link.previous),
        "hash": hexed(link.hash),
    }


def concertation_row(process: Process, head: bytes, next_deadline: datetime | None) -> Row:
    """Give the columns of table `concertation` that follow from the process, but for the snapshot."""
    procedure = process.procedure
    return {
        "slug": process.slug,
        "phase": process.phase,
        "outcome": process.outcome,
        "title": process.title,
        "procedure": procedure and procedure.id,
        "procedure_version": procedure and procedure.version,
        "procedure_digest": process.procedure_digest,
        "parent": process.parent,
        "territories": list(process.territories),
        "round": process.round,
        "seq": process.seq,
        "head": hexed(head),
        "next_deadline": next_deadline,
        "is_over": process.over,
        "launched_at": process.launched_at,
        "ended_at": process.ended_at,
        "mandates": mandates(process),
    }


def mandates(process: Process) -> list[Row]:
    """Give who holds an office and until when, and who acts for them by delegation: for the second lock."""
    found = [
        (term.member, office.role, term.since, "", term.until)
        for office in process.offices.values()
        for term in office.terms
    ]
    for delegation in process.delegations.values():
        office = process.offices[delegation.office]
        for term in office.terms:
            if (term.seat, term.member) == (delegation.seat, delegation.giver):
                since = max(term.since, delegation.since)
                ends = (term.until, delegation.until, delegation.revoked_at)
                until = min(end for end in ends if end is not None)
                found.append((delegation.to, office.role, since, delegation.giver, until))
    return [
        {
            "member": member,
            "role": role,
            "giver": giver or None,
            "since": _iso(since),
            "until": until and _iso(until),
        }
        for member, role, since, giver, until in sorted(found, key=lambda mandate: mandate[:4])
        if until is None or since < until
    ]


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def stage_rows(process: Process, before: Process | None = None) -> list[Row]:
    """Give the guard rows; where the process `before` is given, those that may have changed since.

    A stage that a migration took out keeps its row, and nobody can answer it.
    """
    known: set[int] = set()
    if before is not None and _surroundings(before) == _surroundings(process):
        known = {id(run) for run, _ in _defined(before)}
    return [_stage_row(process, run, stage) for run, stage in _defined(process) if id(run) not in known]


def _defined(process: Process) -> Iterator[tuple[StageRun, Stage]]:
    """Give every run with the definition of its stage."""
    for run in (*process.past_runs, *process.runs.values()):
        if run.key in process.stages:
            yield run, process.stages[run.key]
    for gone in (process.removed or {}).values():
        yield gone.run, gone.stage


def _surroundings(process: Process) -> tuple[object, ...]:
    """What every guard row depends on, beside its own run."""
    return (
        process.suspended_at is None,
        process.over,
        process.round,
        id(process.stages),
        id(process.themes),
        id(process.procedure),
    )


def _stage_row(process: Process, run: StageRun, stage: Stage) -> Row:
    channels = stage.channels or (process.procedure.channels if process.procedure else ())
    closes_at = run.closes_at or run.planned_closes_at
    return {
        "round": run.round,
        "key": run.key,
        "kind": stage.kind,
        "lane": stage.lane,
        "state": run.state,
        "opens_at": run.opens_at or run.planned_opens_at,
        "closes_at": closes_at,
        "entry_closes_at": run.entry_closes_at or closes_at + stage.entry_window,
        "rectifying_until": run.rectifying_until,
        "suspended": process.suspended_at is not None or run.suspended_at is not None,
        "is_over": process.over,
        "admission": stage.admission,
        "channels": list(channels),
        "themes": list(process.themes),
        "contributions_visible": run.key in process.stages and contributions_are_visible(process, run),
    }


def contributions_are_visible(process: Process, run: StageRun) -> bool:
    """Say whether everyone may read the contributions of a stage in a round: by default from its closing on."""
    past = process.over or process.runs.get(run.key) is not run
    match process.stages[run.key].visibility.get("contributions", Visibility.AT_CLOSE):
        case Visibility.LIVE:
            return True
        case Visibility.AT_CLOSE:
            return past or run.closed_at is not None
        case Visibility.AT_CONCLUSION:
            return past or run.state is State.CONCLUDED
        case Visibility.AT_ROUND_END:
            return past
        case Visibility.NEVER:
            return False


def member_rows(process: Process, before: Process | None = None) -> list[Row]:
    """Give the rows of members; where the process `before` is given, those that may have changed since."""
    if before is not None and before.members is process.members:
        return []
    known = before.members if before is not None else {}
    return [
        {
            "member": member.id,
            "college": member.college,
            "organisation": member.organisation,
            "territory": member.territory,
            "elected": member.elected,
            "left_at": member.left_at,
        }
        for member in process.members.values()
        if known.get(member.id) is not member
    ]


def hexed(value: bytes) -> str:
    """Write bytes as PostgreSQL reads them out of JSON."""
    return f"\\x{value.hex()}"
