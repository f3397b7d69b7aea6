"""Contributions and drafts with files: those that answers name, scans of forms. In one transaction, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from domain.files.kinds import SCANNED, accepted
from domain.procedure import Channel
from domain.refusals import Code, Refusal
from store import drafts, files
from store.contributions import Receipt, Submission, submit
from store.drafts import Draft
from store.pool import Connection

_SCAN = ("scan_id",)


async def submit_with_files(connection: Connection, submission: Submission) -> Receipt | Refusal:
    """Take a contribution with the files that it names; without any it is one round trip, as always.

    The files must have arrived, and be the sender's own; a version may keep those of the version that it replaces. The
    corrected typing of a form has the scan of the version before, unless it brings another.
    """
    corrects = submission.revises is not None and submission.actor != submission.author
    if not submission.files and submission.scan is None and not corrects:
        return await submit(connection, submission)
    try:
        async with connection.transaction():
            receipt = await submit(connection, submission)
            if isinstance(receipt, Refusal):
                return receipt
            refusal = await _refer(connection, submission, receipt.contribution)
            refusal = refusal or await _enclose(connection, submission, receipt)
            if refusal is not None:
                raise _Refused(refusal)
            await files.let_go(connection, draft_referrer(submission.actor, *_place(submission)))
            return receipt
    except _Refused as refused:
        return refused.refusal


async def save_with_files(
    connection: Connection,
    member: str,
    concertation: str,
    round: int,
    stage: str,
    draft: Draft,
    named: Sequence[str],
    key: str | None = None,
) -> Draft | Refusal:
    """Keep a draft with those of the files it names that are its author's, so that they are not collected.

    With a key, once for each key.
    """
    async with connection.transaction():
        place = (concertation, round, stage)
        if key is None:
            saved = await drafts.save(connection, member, *place, draft)
        else:
            kept = await drafts.keep(connection, member, *place, draft, key)
            if isinstance(kept, Refusal) or kept.again:
                return kept if isinstance(kept, Refusal) else kept.draft
            saved = kept.draft
        if isinstance(saved, Refusal):
            return saved
        referrer = draft_referrer(member, concertation, round, stage)
        await files.let_go(connection, referrer)
        found = await files.get_many(connection, list(named))
        own = [
            file.id for file in found.values() if (file.owner, file.concertation) == (member, concertation)
        ]
        await files.refer(connection, own, kind="draft", referrer=referrer)
        return saved


def draft_referrer(member: str, concertation: str, round: int, stage: str) -> str:
    """Name a draft as what files belong to."""
    return f"{concertation}/{round}/{stage}/{member}"


def _place(submission: Submission) -> tuple[str, int, str]:
    return submission.concertation, submission.round, submission.stage


class _Refused(Exception):
    """Rolls back a contribution whose files cannot be had."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__()
        self.refusal = refusal


async def _refer(connection: Connection, submission: Submission, contribution: str) -> Refusal | None:
    if not submission.files:
        return None
    held = await files.of_referrers(
        connection, "contribution", [contribution, *([submission.revises] if submission.revises else [])]
    )
    kept = {file.id for found in held.values() for file in found}
    refusal = await files.belongs(
        connection,
        [file for file in submission.files if file not in kept],
        concertation=submission.concertation,
        stage=submission.stage,
        owner=submission.actor,
    )
    return refusal or await files.refer(
        connection, submission.files, kind="contribution", referrer=contribution
    )


async def _enclose(connection: Connection, submission: Submission, receipt: Receipt) -> Refusal | None:
    """Let the scan of a form belong to what was typed from it."""
    past = [submission.revises] if submission.revises else []
    held = await files.of_referrers(connection, "scan", [receipt.contribution, *past])
    enclosed, before = held[receipt.contribution], [file.id for key in past for file in held[key]]
    if enclosed:  # taken with the same key before
        same = submission.scan in (None, enclosed[0].id)
        return None if same else Refusal(Code.IDEMPOTENCY_KEY_REUSED, {}, ("idempotency_key",))
    if receipt.channel is Channel.ONLINE:
        return Refusal(Code.INPUT_INVALID, {}, _SCAN) if submission.scan else None
    scans = [submission.scan] if submission.scan else before
    if scans != before:
        refusal = await _fault_of_scan(connection, submission, scans[0])
        if refusal is not None:
            return replace(refusal, path=_SCAN)
    return await files.refer(connection, scans, kind="scan", referrer=receipt.contribution)


async def _fault_of_scan(connection: Connection, submission: Submission, scan: str) -> Refusal | None:
    refusal = await files.belongs(
        connection,
        [scan],
        concertation=submission.concertation,
        stage=submission.stage,
        owner=submission.actor,
    )
    if refusal is not None:
        return refusal
    file = (await files.get_many(connection, [scan]))[scan]
    return (
        None
        if file.media_type in SCANNED
        else Refusal(Code.FILE_TYPE_NOT_ACCEPTED, {"accepted": accepted(SCANNED)})
    )
