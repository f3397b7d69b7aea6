"""What contributing asks for, from inputs to submissions: the author, the answers, what a clerk knows of a form."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import strawberry
from strawberry import ID, field
from strawberry.scalars import JSON

from api.context import Info
from api.enumerations import Channel
from api.performing import Making, Refusing, refuse
from api.snapshot import Snapshot
from domain.questionnaires.problems import Problem
from domain.questionnaires.spoken import named_files, spoken
from domain.refusals import Code, Refusal
from domain.rights import Scope, refused
from store import questionnaires
from store.contributions import Submission
from store.drafts import Draft
from store.enclosing import save_with_files
from store.pool import Connection


class AnswersRefused(Exception):
    """Carries the problems of answers out of a transaction that changed nothing."""

    def __init__(self, problems: tuple[Problem, ...], submission: Submission) -> None:
        super().__init__(len(problems))
        self.problems = problems
        self.submission = submission


@strawberry.input(description="What a contribution says.")
class SaidInput:
    idempotency_key: str = field(
        description="Chosen by the client, 200 characters at most. Sent again with the same content: the same receipt."
    )
    concertation_id: ID = field(description="The concertation.")
    body: str | None = field(
        default=None,
        description="What it says: plain text, 50,000 characters at most. Unset where answers are given.",
    )
    answers: JSON | None = field(
        default=None,
        description="The answers to the questionnaire of the stage: an object keyed by question; its JSON Schema is "
        "published with the questionnaire.",
    )
    themes: list[str] = field(default_factory=list, description="The keys of its themes.")


@strawberry.input(description="A person who is no member, where everybody may answer.")
class NewAuthorInput:
    name: str = field(description="Their name. It is kept apart, and never in the ledger.")


@strawberry.input(one_of=True, description="Whose contribution it is: exactly one of these.")
class AuthorInput:
    member_id: ID | None = field(default=strawberry.UNSET, description="A member.")
    person: NewAuthorInput | None = field(default=strawberry.UNSET, description="A person who is no member.")


@strawberry.input(
    description="The clerk's explicit word that a form takes the place of what came by another way."
)
class SupersedeInput:
    reason: str = field(description="Why; it is recorded and shown. 500 characters at most.")


async def with_answers(
    connection: Connection, at: Snapshot, submission: Submission, answers: Any
) -> Submission:
    """Give a submission with its answers in their one form, and their words as its text.

    Raises:
        Refusing: the stage asks no questionnaire, or text and answers are both given.
        AnswersRefused: there are problems.
    """
    kept = await questionnaires.kept_for(connection, at.process, submission.stage)
    return answering(kept, submission, answers)


def answering(kept: questionnaires.Kept | None, submission: Submission, answers: Any) -> Submission:
    """Give a submission with its answers to the questionnaire of its stage, as `with_answers`."""
    if answers is not None and submission.body:
        raise refuse(Code.INPUT_INVALID, "body")
    if kept is None:
        if answers is not None:
            raise refuse(Code.ANSWERS_NOT_ASKED, "answers")
        return submission
    typed = submission.actor != submission.author or submission.channel is not Channel.ONLINE
    if answers is None and typed:
        return submission  # a letter instead of the form: it is recorded as it is
    found = kept.validator({} if answers is None else answers, as_written=typed)
    if not found.is_accepted:
        raise AnswersRefused(found.problems, submission)
    if answers is None:
        return submission
    return replace(
        submission,
        body=spoken(kept.questionnaire, found.answers),
        answers=found.answers,
        questionnaire=kept.digest,
        files=named_files(kept.questionnaire, found.answers),
    )


async def save_draft(
    connection: Connection,
    at: Snapshot,
    member: str,
    round: int,
    stage: str,
    draft: Draft,
    key: str | None = None,
) -> Draft | Refusal:
    """Keep a draft, and the files that its answers name; with a key, once for each key."""
    kept = await questionnaires.kept_for(connection, at.process, stage)
    named = named_files(kept.questionnaire, draft.answers) if kept and draft.answers else ()
    return await save_with_files(connection, member, at.id, round, stage, draft, named, key)


def author_of(author: AuthorInput, making: Making) -> str:
    """Give the member id of an author, new if need be."""
    if author.member_id:
        return making.member_key(author.member_id, "author")
    return making.person(author.person.name if author.person else None, None)


def check_clerk(making: Making, at: Snapshot, territory: str | None) -> None:
    """Let a clerk enter within their territory alone.

    Raises:
        Refusing: the viewer is no clerk there, or nothing is entered now.
    """
    viewer, scope = making.context.viewer, Scope(territory=territory)
    if refusal := refused(viewer, "record_contribution", at.process, at.now, scope):
        raise Refusing(refusal)


def batch_key(id: ID | None, making: Making) -> str | None:
    """Give the key of a batch."""
    return making.read(id, "Batch", Code.UNKNOWN_BATCH, "batch_id") if id else None


def scan_key(id: ID | None, making: Making) -> str | None:
    """Give the key of the scan of a form."""
    return making.read(id, "File", Code.UNKNOWN_FILE, "scan_id") if id else None


async def made_for(info: Info, concertation: str | None, key: str) -> Making:
    """Read the concertation that an input is about.

    Raises:
        Refusing: there is none, or nobody asks.
    """
    at = await info.context.reading.snapshot(concertation) if concertation else None
    if at is None:
        raise refuse(Code.UNKNOWN_CONCERTATION, "concertation_id")
    if info.context.viewer.member is None:
        raise refuse(Code.NOT_ALLOWED)
    return Making(context=info.context, concertation=at.id, key=key, at=at)


def accepted_or_refused(answer: Any) -> Any:
    """Give what the store answered.

    Raises:
        Refusing: it refused.
    """
    if isinstance(answer, Refusal):
        raise Refusing(answer)
    return answer
