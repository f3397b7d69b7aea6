"""What a concertation must have before it begins, or before a stage that joined later opens."""

from __future__ import annotations

from datetime import datetime

from domain.check import check
from domain.council.evaluating import grid_of
from domain.deciding.seats import offices_named
from domain.procedure import Gate, Stage
from domain.process import Process
from domain.refusals import Finding


def launch_findings(process: Process, now: datetime) -> tuple[Finding, ...]:
    """Give everything that keeps a draft from being launched."""
    assert process.procedure is not None
    errors = (finding for finding in check(process.procedure) if finding.severity == "error")
    return (*errors, *missing(process, now))


def missing(process: Process, now: datetime) -> tuple[Finding, ...]:
    """Give what its procedure asks for and is not there: holders, papers, colleges, signatories."""
    assert process.procedure is not None
    findings: list[Finding] = []
    for office in process.offices.values():
        held = sum(1 for seat in range(1, office.seats + 1) if office.holder(seat, now) is not None)
        if held < office.required:
            findings.append(
                Finding("office_vacant", ("offices", office.id), {"required": office.required, "held": held})
            )
    for key, stage in process.stages.items():
        findings.extend(_document_findings(process, key, stage))
        findings.extend(_college_findings(process, key, stage))
    for act, signoff in process.procedure.signoffs.items():
        findings.extend(
            Finding("signature_impossible", ("signoffs", act, name), {"office": name})
            for name in signoff.all_of
            if not offices_named(process, (name,), None)
        )
    return tuple(findings)


def _document_findings(process: Process, key: str, stage: Stage) -> list[Finding]:
    documents = [d for d in process.documents.values() if d.stage in (None, key, stage.id)]
    gate = stage.approval(Gate.OPENING)
    asks_for = set(gate.subject if gate is not None else ())
    findings = []
    if (stage.information_file or "information_file" in asks_for) and not any(
        not d.questionnaire for d in documents
    ):
        findings.append(
            Finding("information_file_missing", ("stages", key), {"stage": key}, source="CRPA L131-1")
        )
    asks_questions = stage.questionnaire is not None or "questionnaire" in asks_for
    if asks_questions and not any(d.questionnaire for d in documents):
        findings.append(Finding("questionnaire_missing", ("stages", key), {"stage": key}))
    if stage.evaluation is not None and grid_of(process, key) is None:
        findings.append(Finding("grid_missing", ("stages", key), {"stage": key}, source="D3"))
    return findings


def _college_findings(process: Process, key: str, stage: Stage) -> list[Finding]:
    asked = [
        college for college, quorum in stage.quorum.items() if not isinstance(quorum, int) and quorum > 0
    ]
    if stage.admission != "invited" or not asked:
        return []
    present = {member.college for member in process.members.values() if member.left_at is None}
    return [
        Finding("college_empty", ("stages", key, "quorum", college), {"stage": key, "college": college})
        for college in asked
        if college not in present
    ]
