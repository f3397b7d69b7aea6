"""Files are announced here and sent to the address that the ticket names; then something refers to them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, get_args

import strawberry
from strawberry import ID, argument, field

from api.answers import AnyRefusal
from api.context import Info
from api.ids import concertation_key, global_id
from api.performing import Making, Refusing, refuse
from api.refusals import StageNotOpen, refusal_of
from api.snapshot import Snapshot
from domain.files.kinds import kind_of
from domain.files.names import read_name
from domain.files.permission import fault_of_place
from domain.free_text import key_fault
from domain.refusals import Code, Refusal
from store import files


@strawberry.input(description="A file that is about to be sent.")
class RequestUploadInput:
    idempotency_key: str = field(
        description="Chosen by the client, 200 characters at most. Sent again with the same words: the same file."
    )
    concertation_id: ID = field(description="The concertation.")
    stage: str | None = field(
        default=None, description="The key of the stage that it is for; none: the concertation as a whole."
    )
    name: str = field(description="Its name, without a path; the extension must be one of its kind.")
    size: int = field(description="Its size in bytes, exactly.")
    media_type: str = field(
        default="", description="Its kind, as a media type; by the extension where it is empty or vague."
    )


@strawberry.type(description="Leave to send one file for a short time.")
class UploadTicket:
    url: str = field(
        description="Where to send the content, by PUT and as it is: no form, no token. Answers 201, or why not as "
        "JSON (`code`, `message`). Relative to the address of the API unless the operator named one."
    )
    expires_at: datetime = field(description="Until when; then ask again, with the same key.")
    file_id: ID = field(description="The id of the file: for `file`, and for documents that it belongs to.")
    file_key: str = field(description="The UUID of the file: for answers of the kind `file`.")


RequestUploadResult = Annotated[
    UploadTicket | StageNotOpen | AnyRefusal,
    strawberry.union("RequestUploadResult", description="What `requestUpload` answers."),
]
_MEMBERS = (UploadTicket, StageNotOpen, *get_args(AnyRefusal))


async def _request(info: Info, input: RequestUploadInput) -> Any:
    context = info.context
    at: Snapshot | None = None
    try:
        if fault := key_fault(input.idempotency_key):
            raise Refusing(fault)
        concertation = concertation_key(input.concertation_id)
        at = await context.reading.snapshot(concertation) if concertation else None
        if at is None:
            raise refuse(Code.UNKNOWN_CONCERTATION, "concertation_id")
        if refused := fault_of_place(context.viewer, at.process, input.stage, at.now):
            raise Refusing(refused)
        making = Making(context=context, concertation=at.id, key=input.idempotency_key, at=at)
        file, now = await _announced(input, making, at)
    except Refusing as refusing:
        return refusal_of(info, refusing.refusal, at, _MEMBERS)
    until = now + context.filing.upload_within
    return UploadTicket(
        url=context.filing.tickets.send(file.id, until),
        expires_at=until.replace(microsecond=0),
        file_id=global_id("File", at.id, file.id),
        file_key=file.id,
    )


async def _announced(input: RequestUploadInput, making: Making, at: Snapshot) -> tuple[files.File, datetime]:
    name = read_name(input.name)
    if isinstance(name, Refusal):
        raise Refusing(name)
    kind = kind_of(input.media_type, name)
    if isinstance(kind, Refusal):
        raise Refusing(kind)
    largest = making.context.filing.largest
    if input.size > largest:
        raise refuse(Code.FILE_TOO_LARGE, "size", largest=largest)
    if input.size < 1:
        raise refuse(Code.INPUT_INVALID, "size")
    found = await making.context.reading.ask(
        lambda connection: files.request(
            connection,
            id=making.made("file"),
            concertation=at.id,
            stage=input.stage,
            owner=making.member,
            name=name,
            media_type=kind.media_type,
            size=input.size,
        )
    )
    if isinstance(found, Refusal):
        raise Refusing(found)
    return found


@strawberry.type
class FileMutations:
    """Fields of the type Mutation."""

    @strawberry.mutation(
        description="Ask for leave to send a file: for a document, or for an answer to an open stage. What nothing "
        "refers to for a day is removed.",
        graphql_type=RequestUploadResult,
    )
    async def request_upload(
        self,
        info: Info,
        input: Annotated[RequestUploadInput, argument(description="What is asked for.")],
    ) -> Any:
        return await _request(info, input)
