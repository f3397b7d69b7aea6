"""Contributions: taken in one round trip each, read by id or receipt, counted. Pages: store/finding.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.digests import canonical_text
from domain.free_text import LONGEST_BODY, LONGEST_CONTRIBUTION, is_storable, key_fault, read
from domain.procedure import Channel
from domain.receipts import read_code
from domain.refusals import Code, Refusal
from store.contribution_refusals import read_refusal
from store.identifiers import parse, parse_many
from store.pool import Connection

LONGEST_WORD = 500
"""Characters of the place and the reference of a form, and of the reason for which it takes another's place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What a participant sends, or a clerk enters on a participant's behalf."""

    concertation: str
    round: int
    stage: str
    #: Member id of who sends it: the author, or the clerk (whose right to enter the caller has checked).
    actor: str
    #: Member id of whose contribution it is.
    author: str
    #: Idempotency key of the actor.
    key: str
    body: str
    #: The college in whose name; unset: the author's.
    college: str | None = None
    channel: Channel = Channel.ONLINE
    themes: tuple[str, ...] = ()
    #: Paper: the postmark.
    posted_at: datetime | None = None
    #: Paper, counter, telephone: when it came into the hands of the clerk's service.
    received_at: datetime | None = None
    #: By question, validated and in their one form (domain/questionnaires/answering.py); unset for plain text.
    answers: dict[str, Any] | None = None
    #: Digest of the questionnaire that they answer.
    questionnaire: str | None = None
    #: The files that the answers name: the actor's own, sent for this stage (store/files.py).
    files: tuple[str, ...] = ()
    #: The scan of the form that it was typed from: a file of the clerk's (store/enclosing.py).
    scan: str | None = None
    #: Where it was handed in or heard.
    place: str | None = None
    #: What the clerk's service calls it.
    reference: str | None = None
    #: The announced batch that it arrived in.
    batch: str | None = None
    #: Why it takes the place of what this author has contributed by another way: the clerk's explicit word.
    supersede_reason: str | None = None
    #: The version that it replaces; author, round, stage, college and channel are then those of that one.
    revises: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Proof for the author. Whoever knows the code may see the contribution."""

    contribution: str
    code: str
    #: The leaf of the seal: SHA-256 over salt and content, in hexadecimal.
    digest: str
    submitted_at: datetime
    member: str
    college: str | None
    channel: Channel
    round: int
    stage: str
    organisation: str | None
    territory: str | None
    posted_at: datetime | None
    received_at: datetime | None
    #: Counted from 1; each version has its receipt.
    version: int
    #: Since when moderation hides it: what was hidden and is sent again stays hidden.
    hidden_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """A contribution as its reader may see it."""

    id: str
    concertation: str
    round: int
    stage: str
    #: The author, as a pseudonymous member id.
    member: str
    college: str | None
    organisation: str | None
    territory: str | None
    channel: Channel
    themes: tuple[str, ...]
    body: str
    posted_at: datetime | None
    received_at: datetime | None
    submitted_at: datetime
    digest: str
    #: The code of the receipt, for the author's eyes alone.
    receipt: str | None
    #: Since when moderation hides the text, and when it was destroyed.
    hidden_at: datetime | None = None
    redacted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How many live contributions, by college and by channel. Those without a college are in `total` alone."""

    total: int
    by_college: dict[str, int]
    by_channel: dict[str, int]


async def submit(connection: Connection, submission: Submission) -> Receipt | Refusal:
    """Take a contribution, in one round trip and one transaction, or refuse it and change nothing."""
    body = text_of(submission)
    if isinstance(body, Refusal):
        return body
    refusal = fault_of(submission)
    if refusal is not None:
        return refusal
    answer: dict[str, Any] = await connection.fetchval(
        """
        SELECT submit_contribution(
            $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
        """,
        parse(submission.concertation),
        submission.round,
        submission.stage,
        submission.actor,
        submission.author,
        submission.college,
        submission.channel.value,
        list(submission.themes),
        body,
        submission.posted_at,
        submission.received_at,
        submission.key,
        None if submission.answers is None else canonical_text(submission.answers),
        submission.questionnaire,
        submission.place,
        submission.reference,
        parse(submission.batch) if submission.batch else None,
        submission.supersede_reason,
        parse(submission.revises) if submission.revises else None,
    )
    return read_answer(answer, own=submission.author == submission.actor)


def read_answer(answer: dict[str, Any], *, own: bool) -> Receipt | Refusal:
    """Read what the SQL function submit_contribution answers. `own`: to the author."""
    return read_refusal(answer, own) if "refusal" in answer else _read_receipt(answer["receipt"])


def text_of(submission: Submission) -> str | Refusal:
    """Give the text in its one form. Answers may say nothing in words, or, of many questions, more than a text may."""
    if submission.answers is None:
        return read(submission.body, LONGEST_CONTRIBUTION, ("body",))
    return read(submission.body, LONGEST_BODY, ("answers",)) if submission.body else ""


def fault_of(submission: Submission) -> Refusal | None:
    """Say what is wrong with the form of a submission, if anything: no rule, and nothing that the database knows."""
    if parse(submission.concertation) is None:
        return Refusal(Code.UNKNOWN_CONCERTATION, {}, ("concertation",))
    if not is_storable(submission.stage) or not 0 < submission.round < 2**31:
        return Refusal(Code.UNKNOWN_STAGE, {}, ("stage",))
    if (submission.channel is Channel.ONLINE and submission.revises is None) and (
        submission.author != submission.actor or submission.posted_at or submission.received_at
    ):
        return Refusal(Code.INPUT_INVALID, {"channel": submission.channel}, ("channel",))
    refusal = _fault_of_entry(submission)
    if refusal is not None:
        return refusal
    for name, texts in (
        ("author", (submission.author,)),
        ("college", (submission.college or "",)),
        ("themes", submission.themes),
    ):
        if not all(map(is_storable, texts)):
            return Refusal(Code.INPUT_INVALID, {}, (name,))
    return key_fault(submission.key)


def _fault_of_entry(submission: Submission) -> Refusal | None:
    """Say what is wrong with what a clerk says of a form."""
    reason = submission.supersede_reason
    if reason is not None and not reason.strip():
        return Refusal(Code.REASON_REQUIRED, {}, ("supersede", "reason"))
    if reason is not None and submission.channel is Channel.ONLINE:
        return Refusal(Code.INPUT_INVALID, {"channel": submission.channel}, ("supersede",))
    for name, said in (
        ("place", submission.place),
        ("reference", submission.reference),
        ("supersede", reason),
    ):
        if said is not None and (len(said) > LONGEST_WORD or not is_storable(said)):
            return Refusal(Code.INPUT_INVALID, {"longest": LONGEST_WORD}, (name,))
    if submission.batch is not None and parse(submission.batch) is None:
        return Refusal(Code.UNKNOWN_BATCH, {}, ("batch",))
    if submission.revises is not None and parse(submission.revises) is None:
        return Refusal(Code.UNKNOWN_CONTRIBUTION, {}, ("contribution",))
    return None


async def get_many(
    connection: Connection,
    identifiers: Sequence[str],
    *,
    reader: str | None = None,
    sees_all_of: str | None = None,
) -> dict[str, Contribution]:
    """Give those that exist and that `reader` may see, by id; all those of the concertation `sees_all_of`."""
    rows = await connection.fetch(
        "SELECT * FROM contribution_get($1, $2, $3)",
        reader,
        None if sees_all_of is None else parse(sees_all_of),
        parse_many(list(identifiers)),
    )
    return {str(row["id"]): _read(row) for row in rows}


async def get(
    connection: Connection, identifier: str, *, reader: str | None = None, sees_all_of: str | None = None
) -> Contribution | None:
    """Give one contribution by its id, if `reader` may see it."""
    found = await get_many(connection, [identifier], reader=reader, sees_all_of=sees_all_of)
    return found.get(identifier.lower())


async def own(connection: Connection, member: str, concertation: str) -> list[Contribution]:
    """Give what a member has contributed to a concertation, in its latest versions, in the order of reception."""
    rows = await connection.fetch("SELECT * FROM contribution_own($1, $2)", member, parse(concertation))
    return [_read(row) for row in rows]


async def by_receipt(connection: Connection, code: str) -> Contribution | None:
    """Give the contribution of a receipt, whose code is read as people write it (`domain.receipts.read_code`)."""
    plain = read_code(code)
    row = await connection.fetchrow("SELECT * FROM contribution_by_receipt($1)", plain) if plain else None
    return None if row is None else _read(row)


async def figures(connection: Connection, concertation: str, round: int, stage: str) -> Figures:
    """Count the contributions of a stage in a round."""
    rows = await connection.fetch(
        "SELECT college, channel, count FROM contribution_counts($1, $2, $3)",
        parse(concertation),
        round,
        stage,
    )
    return tally([(row["college"], row["channel"], row["count"]) for row in rows])


def tally(counts: Sequence[tuple[str | None, str, int]]) -> Figures:
    """Add up counts by college and channel."""
    by_college: dict[str, int] = {}
    by_channel: dict[str, int] = {}
    for college, channel, count in counts:
        if college is not None:
            by_college[college] = by_college.get(college, 0) + count
        by_channel[channel] = by_channel.get(channel, 0) + count
    return Figures(
        total=sum(by_channel.values()),
        by_college=dict(sorted(by_college.items())),
        by_channel=dict(sorted(by_channel.items())),
    )


def _read_receipt(answer: dict[str, Any]) -> Receipt:
    return Receipt(
        contribution=answer["contribution"],
        code=answer["code"],
        digest=answer["digest"],
        submitted_at=datetime.fromisoformat(answer["submitted_at"]),
        member=answer["member"],
        college=answer["college"],
        channel=Channel(answer["channel"]),
        round=answer["round"],
        stage=answer["stage"],
        organisation=answer["organisation"],
        territory=answer["territory"],
        posted_at=_maybe(answer["posted_at"]),
        received_at=_maybe(answer["received_at"]),
        version=answer["version"],
        hidden_at=_maybe(answer["hidden_at"]),
    )


def _maybe(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _read(row: Any) -> Contribution:
    return Contribution(
        id=str(row["id"]),
        concertation=str(row["concertation"]),
        round=row["round"],
        stage=row["stage"],
        member=row["member"],
        college=row["college"],
        organisation=row["organisation"],
        territory=row["territory"],
        channel=Channel(row["channel"]),
        themes=tuple(row["themes"]),
        body=row["body"],
        posted_at=row["posted_at"],
        received_at=row["received_at"],
        submitted_at=row["submitted_at"],
        digest=row["digest"].hex(),
        receipt=row["receipt"],
        hidden_at=row["hidden_at"],
        redacted_at=row["redacted_at"],
    )
