"""From an input to a command, and from its outcome to the union that a mutation answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, get_args

import strawberry
from strawberry import ID

from api.accepting import Accepted, Outcome, SignOffPending
from api.commanding import Prepare
from api.context import Context, Info
from api.ids import concertation_key, read_global_id, uuid_text
from api.refusals import refusal_of
from api.scalars import Multilingual
from api.snapshot import Snapshot
from domain.acts import Act, Body, Command
from domain.digests import digest
from domain.evolve import fold
from domain.free_text import key_fault, read
from domain.process import Ballot
from domain.questionnaires.shapes import Questionnaire
from domain.refusals import Code, Refusal
from domain.texts import text
from store import bodies, files, people, questionnaires
from store.identifiers import derived
from store.pool import Connection
from store.questionnaires import questionnaire_digest
from store.replies import Accepted as AcceptedReply
from store.replies import Refused as RefusedReply

LONGEST_NAME = 200
"""Characters of the name of a person."""


class Refusing(Exception):
    """Carries a refusal out of the making of an act."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


def refuse(code: Code, *path: str, **args: str | int) -> Refusing:
    """Make the exception for a refusal."""
    return Refusing(Refusal(code, args, path))


@dataclass(kw_only=True)
class Making:
    """What an input needs to become an act: ids read, names derived from the key, texts kept."""

    context: Context
    concertation: str
    key: str
    #: The concertation as the viewer saw it; unset for one that is about to begin.
    at: Snapshot | None = None
    puts: list[Prepare] = field(default_factory=list)

    @property
    def member(self) -> str:
        """The pseudonymous id of the author."""
        return self.context.viewer.member or ""

    def made(self, what: str) -> str:
        """Name something that this command makes: the same whenever it is sent again."""
        return derived(self.member, self.key, what)

    def read(self, id: ID, type_name: str, code: Code, *path: str) -> str:
        """Give the key that a global id names in this concertation."""
        found = read_global_id(id)
        if found is None or found[0] != type_name or len(found[1]) < 2 or found[1][0] != self.concertation:
            raise refuse(code, *path)
        return "/".join(found[1][1:])

    def member_key(self, id: ID, path: str) -> str:
        """Give the pseudonymous id of a member."""
        return self.read(id, "Member", Code.UNKNOWN_MEMBER, path)

    def ballot(self, id: ID) -> Ballot:
        """Give a ballot."""
        key = self.read(id, "Ballot", Code.UNKNOWN_BALLOT, "ballot_id")
        found = self.at.process.ballots.get(key) if self.at else None
        if found is None:
            raise refuse(Code.UNKNOWN_BALLOT, "ballot_id", ballot=key)
        return found

    def article(self, id: ID, path: str = "article_id") -> str:
        """Give the key of an article of an opinion."""
        return self.read(id, "Article", Code.UNKNOWN_ARTICLE, path)

    def organisation(self, id: ID, path: str) -> str:
        """Give the key of an organisation of this concertation."""
        return self.read(id, "Organisation", Code.UNKNOWN_ORGANISATION, path)

    def meeting(self, id: ID, path: str) -> str:
        """Give the key of a meeting of the council."""
        return self.read(id, "Meeting", Code.UNKNOWN_MEETING, path)

    def recommendation(self, id: ID) -> str:
        """Give the key of a recommendation."""
        return self.read(id, "Recommendation", Code.UNKNOWN_RECOMMENDATION, "recommendation_id")

    def source(self, id: ID, path: str = "source_ids") -> str:
        """Give the key of what an item comes from."""
        found = read_global_id(id)
        if found is None or found[0] not in ("Contribution", "Hearing", "Reservation"):
            raise refuse(Code.INPUT_INVALID, path)
        if found[1][0] != self.concertation:
            raise refuse(Code.SOURCE_ELSEWHERE, path)
        return found[1][-1]

    def item(self, id: ID, path: str = "item_id") -> str:
        """Give the key of an item of a synthesis."""
        found = read_global_id(id)
        if (
            found is None
            or found[0] not in ("Recommendation", "Ascertainment")
            or len(found[1]) != 2
            or found[1][0] != self.concertation
        ):
            raise refuse(Code.ITEM_UNKNOWN, path)
        return found[1][1]

    def person(self, name: str | None, pseudonym: str | None) -> str:
        """Give the pseudonymous id of a person, new if need be, and have their name kept."""
        member = uuid_text(pseudonym) if pseudonym else self.made("person")
        if member is None:
            raise refuse(Code.INPUT_INVALID, "pseudonym")
        if name is not None:
            tidied = read(name, LONGEST_NAME, ("name",))
            if isinstance(tidied, Refusal):
                raise Refusing(tidied)

            async def put(connection: Connection) -> Refusal | None:
                await people.keep(connection, member, tidied)
                return None

            self.puts.append(put)
        return member

    def document(self, content: Multilingual, known: str | None, attached: Sequence[files.File] = ()) -> Body:
        """Name a document or, where one is known, a version of it: each version is a body of its own.

        What votes bind is one digest, over the text and over the files that are attached to it.
        """
        document = known or self.made("document")
        binds = (lambda text: document_digest(text, attached)) if attached else None
        kept = self.body(content, "document", "text", version_of=document, binds=binds)
        referrer = files.document_referrer(document, kept.digest)

        async def put(connection: Connection) -> Refusal | None:
            ids = [file.id for file in attached]
            return await files.refer(connection, ids, kind="document", referrer=referrer)

        if attached:
            self.puts.append(put)
        return Body(id=document, digest=kept.digest)

    def questionnaire(self, questionnaire: Questionnaire, known: str | None) -> Body:
        """Name a questionnaire as a document or, where one is known, a version of it."""
        author = self.member

        async def put(connection: Connection) -> None:
            await questionnaires.put(connection, questionnaire, author)

        self.puts.append(put)
        return Body(id=known or self.made("document"), digest=questionnaire_digest(questionnaire))

    def body(
        self,
        content: Multilingual,
        kind: str,
        *path: str,
        version_of: str | None = None,
        binds: Callable[[str], str] | None = None,
    ) -> Body:
        """Name a text, to be kept before the command is sent. `binds` makes what the command names of its digest."""
        tidied = bodies.tidied(dict(content), path)
        if isinstance(tidied, Refusal):
            raise Refusing(tidied)
        digest = bodies.named("", tidied).digest
        digest = binds(digest) if binds else digest
        # The name depends on the text: a key whose command was refused may be used again with another text.
        name = bodies.version_id(version_of, digest) if version_of else self.made("/".join((*path, digest)))

        async def put(connection: Connection) -> Refusal | None:
            kept = await bodies.put(
                connection,
                id=name,
                kind=kind,
                content=tidied,
                author=self.member,
                concertation=self.concertation,
            )
            return kept if isinstance(kept, Refusal) else None

        self.puts.append(put)
        return Body(id=name, digest=digest)

    async def prepare(self, connection: Connection) -> Refusal | None:
        """Keep everything that the command names."""
        for put in self.puts:
            refusal = await put(connection)
            if refusal is not None:
                return refusal
        return None


def document_digest(text: str, attached: Sequence[files.File]) -> str:
    """Give the digest of a document with files, over that of its text and those of their contents."""
    return digest({"files": sorted(file.digest or "" for file in attached), "text": text})


@strawberry.input(description="What every command to a concertation says.")
class ActInput:
    idempotency_key: str = strawberry.field(
        description="Chosen by the client, 200 characters at most. Sent again with the same content: the same answer."
    )
    concertation_id: ID = strawberry.field(description="The concertation.")
    on_behalf_of_id: ID | None = strawberry.field(
        default=None, description="The member whose delegation is used, where there are several."
    )

    async def act(self, making: Making) -> Act:
        """Make the act."""
        raise NotImplementedError

    def seen_place(self) -> tuple[int | None, str | None]:
        """Give the round and the key of the stage that the author saw."""
        return None, None


@strawberry.input(description="What every command to a stage says.")
class StageActInput(ActInput):
    stage: str = strawberry.field(description="The key of the stage, as its author saw it.")
    round: int = strawberry.field(description="The round of the stage, as its author saw it.")

    def seen_place(self) -> tuple[int | None, str | None]:
        """Give the round and the key of the stage that the author saw."""
        return self.round, self.stage


async def perform(info: Info, input: ActInput, union: object, accepted: type[Accepted]) -> Any:
    """Carry out what an input asks for, and give the member of the union that answers it."""
    context = info.context
    members: Sequence[type] = get_args(get_args(union)[0])
    at: Snapshot | None = None
    try:
        concertation = concertation_key(input.concertation_id)
        if fault := key_fault(input.idempotency_key):
            raise Refusing(fault)
        at = await context.reading.snapshot(concertation) if concertation else None
        if concertation is None or at is None:
            raise refuse(Code.UNKNOWN_CONCERTATION, "concertation_id")
        making = Making(context=context, concertation=concertation, key=input.idempotency_key, at=at)
        command = await _command(input, making)
        outcome = await carry_out(context, command, making)
    except Refusing as refused:
        return refusal_of(info, refused.refusal, at, members)
    if SignOffPending in members and outcome.signatures():
        message = text("refusal.SIGN_OFF_PENDING", context.languages)
        return SignOffPending(code="SIGN_OFF_PENDING", message=message, path=[], outcome=outcome)
    return accepted(outcome=outcome)


async def _command(input: ActInput, making: Making) -> Command:
    if making.context.viewer.member is None:
        raise refuse(Code.NOT_ALLOWED)
    whom = input.on_behalf_of_id
    principal = making.read(whom, "Member", Code.UNKNOWN_MEMBER, "on_behalf_of_id") if whom else None
    act = await input.act(making)
    round_, stage = input.seen_place()
    return Command(
        id=making.key,
        concertation=making.concertation,
        actor=making.context.viewer.actor(principal),
        act=act,
        round=round_,
        stage=stage,
    )


async def carry_out(context: Context, command: Command, making: Making) -> Outcome:
    """Send the command and read what came of it.

    Raises:
        Refusing: the command was refused.
    """
    reply = await context.commands.execute(command, making.at, making.prepare)
    if isinstance(reply, RefusedReply):
        raise Refusing(reply.refusal)
    context.changed = True
    context.renew()
    at = _after(making.at, reply) or await context.reading.any_snapshot(command.concertation)
    assert at is not None, "an accepted command leaves a snapshot"
    return Outcome(command=command, at=at, first_seq=reply.first_seq, events=reply.events)


def _after(before: Snapshot | None, reply: AcceptedReply) -> Snapshot | None:
    """Fold what came of the command, where nothing else came in between."""
    if before is None or before.process.seq != reply.first_seq - 1 or not reply.events:
        return None
    return Snapshot(fold(before.process, reply.events), max(before.now, reply.events[-1].at))


def mutation(input: type[ActInput], union: object, accepted: type[Accepted], description: str) -> Any:
    """Make the field of a mutation: its input becomes an act, its outcome a member of the union."""

    async def resolver(info: Info, input: ActInput) -> Any:
        return await perform(info, input, union, accepted)

    resolver.__annotations__ = {
        "info": Info,
        "input": _described(input),
        "return": union,
    }
    return strawberry.mutation(resolver=resolver, description=description)


def _described(input: type[ActInput]) -> Any:
    return Annotated[input, strawberry.argument(description="What is asked for.")]
