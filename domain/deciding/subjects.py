"""What gates are about: the digest that every vote at a gate binds."""

from __future__ import annotations

from domain.digests import digest
from domain.procedure import Approval, Gate
from domain.process import Process, Purpose, StageRun


def gate_subject(process: Process, run: StageRun, approval: Approval) -> str:
    """Give the digest of the subject of a gate.

    Before an opening: the latest questionnaire and information file of the stage (and of the whole).
    Before a conclusion: the root of the latest seal, which covers whatever the stage delivered.
    """
    if approval.gate is Gate.CONCLUSION:
        assert run.root is not None
        return run.root
    documents = {
        document.id: document.digest
        for document in process.documents.values()
        if document.stage in (None, run.key, process.stages[run.key].id)
    }
    return digest({"round": run.round, "stage": run.key, "documents": documents})


def last_subject(process: Process, run: StageRun, purpose: Purpose) -> str | None:
    """Give the subject of the latest ballot of a gate of this run, if there was one."""
    return next(
        (
            ballot.subject
            for ballot in reversed(process.ballots.values())
            if ballot.purpose is purpose and ballot.stage == run.key and ballot.round == run.round
        ),
        None,
    )
