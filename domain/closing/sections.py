"""The sections of an archive that follow from its ledger alone: who verifies makes them again, and compares.

Each is a JSON file, and, where it has rows, a table besides. Ids of texts and their digests stand for the texts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from domain.acts import Body
from domain.closing import treating
from domain.closing.chronicle import Chronicle
from domain.closing.tables import table
from domain.closing.tabular import TABLES
from domain.process import (
    Ballot,
    Commitment,
    Decision,
    Document,
    GuarantorReport,
    Hearing,
    HearingRequest,
    Meeting,
    Observation,
    Opinion,
    PlannedStage,
    Process,
    Response,
    StageRun,
    Synthesis,
)

Rows = list[dict[str, Any]]


@cache
def _adapter(of: Any) -> TypeAdapter[Any]:
    return TypeAdapter(of)


def _written(value: Any, of: Any) -> dict[str, Any]:
    """Give the JSON form of a part of the state; `warnings` off, for what is not public is `null` there."""
    found: dict[str, Any] = _adapter(of).dump_python(value, mode="json", warnings=False)
    return found


def procedure(told: Chronicle) -> dict[str, Any]:
    """The procedure in the version that is followed, as it was kept, and the digest that names it.

    Where it was migrated: the versions before, the first one first.
    """
    current = {"digest": told.process.procedure_digest, "procedure": told.procedure}
    return {**current, "earlier": told.earlier} if told.earlier else current


def calendar(told: Chronicle) -> dict[str, Any]:
    """The dates as they were announced, round by round, and as they came to be."""
    planned = [
        {"round": number, "stage": key, **_written(dates, PlannedStage)}
        for number, dates_of in told.calendars
        for key, dates in dates_of.items()
    ]
    return {"planned": planned, "actual": [_stage(told.process, run) for run in runs(told.process)]}


_DATES = (
    "planned_opens_at", "planned_closes_at", "opens_at", "closes_at", "entry_closes_at", "closed_at", "concluded_at",
    "suspended_for", "overdue_since",
)  # fmt: skip


def _stage(process: Process, run: StageRun) -> dict[str, Any]:
    stage, written = process.stages[run.key], _written(run, StageRun)
    return {
        "round": run.round,
        "stage": run.key,
        "label": stage.label,
        "kind": stage.kind.value,
        "lane": stage.lane,
        "state": run.state.value,
        **{name: written[name] for name in _DATES},
    }


def runs(process: Process) -> Iterator[StageRun]:
    """Give every run of every stage, past ones first."""
    yield from process.past_runs
    yield from process.runs.values()


def documents(told: Chronicle) -> Rows:
    """Every version of every document of the information file, questionnaires among them."""
    return [_written(document, Document) for document in told.documents]


def seals(told: Chronicle) -> Rows:
    """Every seal: its root, its counts, and the colleges that missed their quorum."""
    return [
        {
            "round": run.round,
            "stage": run.key,
            "kind": told.process.stages[run.key].kind.value,
            "at": seal.at.isoformat(),
            "supplementary": seal.supplementary,
            "root": seal.figures.root,
            "count": seal.figures.count,
            "by_college": seal.figures.by_college,
            "by_channel": seal.figures.by_channel,
            "entitled": seal.figures.entitled,
            "quorum_missed": run.quorum_missed,
        }
        for run in runs(told.process)
        for seal in run.seals
    ]


def ballots(told: Chronicle) -> Rows:
    """Every ballot: its rule, its votes (of a secret one: who voted), its count, its outcome."""
    return [_written(ballot, Ballot) for ballot in told.process.ballots.values()]


def opinions(told: Chronicle) -> Rows:
    """The opinions of the council, with positions, reservations and dissents."""
    return [_written(opinion, Opinion) for opinion in told.process.opinions.values()]


def hearings(told: Chronicle) -> Rows:
    """The hearings, with their records."""
    return [_written(hearing, Hearing) for hearing in told.process.hearings.values()]


def meetings(told: Chronicle) -> Rows:
    """The meetings of the council, with attendance and minutes."""
    return [_written(meeting, Meeting) for meeting in told.process.meetings.values()]


def requests(told: Chronicle) -> Rows:
    """The requests to be heard, and what came of them."""
    return [_written(request, HearingRequest) for request in told.process.requests.values()]


def synthesis(told: Chronicle) -> Rows:
    """The syntheses, with chapters and recommendations."""
    return [_written(synthesis, Synthesis) for synthesis in told.process.syntheses.values()]


def responses(told: Chronicle) -> Rows:
    """The responses of addressees: the latest version of each."""
    late = told.process.late_responses
    return [
        {
            **_written(response, Response),
            "late_since": since.isoformat() if (since := late.get(key)) else None,
        }
        for key, response in told.process.responses.items()
    ]


def decisions(told: Chronicle) -> Rows:
    """The decision, with every version of it."""
    return [_written(decision, Decision) for decision in told.process.decisions]


def commitments(told: Chronicle) -> Rows:
    """The commitments, with the reports on them."""
    return [_written(commitment, Commitment) for commitment in told.process.commitments.values()]


def observations(told: Chronicle) -> Rows:
    """What the guarantor published on the way."""
    return [_written(observation, Observation) for observation in told.process.observations]


def guarantor_reports(told: Chronicle) -> Rows:
    """The guarantor's report in each version, with the answer to it."""
    return [_written(report, GuarantorReport) for report in told.process.guarantor_reports]


def report(told: Chronicle) -> dict[str, Any]:
    """The report on what came of it, by which the follow-up ends."""
    text = told.process.implementation_report
    return {"text": None if text is None else _written(text, Body)}


_SECTIONS: Mapping[str, Callable[[Chronicle], Any]] = {
    "procedure": procedure,
    "calendar": calendar,
    "documents": documents,
    "seals": seals,
    "ballots": ballots,
    "opinions": opinions,
    "hearings": hearings,
    "meetings": meetings,
    "requests": requests,
    "synthesis": synthesis,
    "responses": responses,
    "decisions": decisions,
    "commitments": commitments,
    "report": report,
    "guarantor": observations,
    "guarantor_reports": guarantor_reports,
}


def sections(told: Chronicle) -> Iterator[tuple[str, bytes]]:
    """Give the files that follow from the ledger, with their names, in their order."""
    for name, make in _SECTIONS.items():
        said = make(told)
        yield f"{name}.json", as_json(said)
        if name in TABLES:
            yield f"{name}.csv", TABLES[name](said)
    yield treating.TABLE, table(treating.COLUMNS, told.treatments.rows())


def as_json(said: Any) -> bytes:
    """Write a section."""
    return json.dumps(said, ensure_ascii=False, indent=1).encode() + b"\n"
