"""Attach: documents of the information file, and questionnaires among them."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import ID, field
from strawberry.scalars import JSON

from api.accepting import DocumentAccepted
from api.answers import AnyRefusal
from api.performing import ActInput, Making, Refusing, mutation, refuse
from api.questionnaires import QuestionnaireFormat, read_as
from api.refusals import QuestionnaireInvalid
from api.scalars import Multilingual
from domain.acts import Act, AttachDocument, Body
from domain.questionnaires.checking import Checked, check, check_against
from domain.questionnaires.shapes import Questionnaire
from domain.refusals import Code, Refusal
from store import files
from store.pool import Connection

MOST_FILES = 20
"""Files of one document."""


@strawberry.input(description="A document for the information file, or a new version of one.")
class AttachDocumentInput(ActInput):
    title: Multilingual = field(description="Its title.")
    text: Multilingual | None = field(
        default=None, description="Its content; nothing where questions are given instead."
    )
    definition: JSON | None = field(
        default=None, description="The questions that it asks, where it is a questionnaire: as JSON."
    )
    source: str | None = field(default=None, description="Or the questions as a file writes them.")
    format: QuestionnaireFormat = field(
        default=QuestionnaireFormat.YAML, description="How `source` is written."
    )
    stage: str | None = field(default=None, description="The key of its stage; none: the whole concertation.")
    questionnaire: bool = field(default=False, description="Whether it is the questionnaire.")
    document_id: ID | None = field(default=None, description="The document that this is a new version of.")
    file_ids: list[ID] = field(
        default_factory=list,
        description="The files that belong to this version: sent before (`requestUpload`), or those of the one before.",
    )

    async def act(self, making: Making) -> Act:
        known = (
            making.read(self.document_id, "Document", Code.UNKNOWN_DOCUMENT, "document_id")
            if self.document_id
            else None
        )
        return AttachDocument(
            document=self._named(making, known, await self._attached(making, known)),
            title=dict(self.title),
            stage=self.stage,
            questionnaire=self.questionnaire,
        )

    async def _attached(self, making: Making, known: str | None) -> tuple[files.File, ...]:
        """Give the files, each of which was sent by the author or belongs to the version before."""
        if not self.file_ids:
            return ()
        if len(self.file_ids) > MOST_FILES or self.text is None:
            raise refuse(Code.INPUT_INVALID, "file_ids")
        ids = list(
            dict.fromkeys(making.read(id, "File", Code.UNKNOWN_FILE, "file_ids") for id in self.file_ids)
        )
        reading, before = (
            making.context.reading,
            making.at.process.documents.get(known or "") if making.at else None,
        )
        held = await reading.files.of_document(before.id, before.digest) if before else []
        sent = [id for id in ids if id not in {file.id for file in held}]

        async def question(connection: Connection) -> dict[str, files.File] | Refusal:
            refusal = await files.belongs(
                connection, sent, concertation=making.concertation, stage=self.stage, owner=making.member
            )
            return refusal or await files.get_many(connection, ids)

        found = await reading.ask(question)
        if isinstance(found, Refusal):
            raise Refusing(Refusal(found.code, found.args, ("file_ids",)))
        return tuple(found[id] for id in ids)

    def _named(self, making: Making, known: str | None, attached: tuple[files.File, ...]) -> Body:
        """Name a text, or the questions of a questionnaire."""
        if sum(given is not None for given in (self.text, self.definition, self.source)) != 1:
            raise refuse(Code.INPUT_INVALID, "text")
        if self.text is not None:
            return making.document(self.text, known, attached)
        if not self.questionnaire:
            raise refuse(Code.INPUT_INVALID, "questionnaire")
        path = "definition" if self.source is None else "source"
        found = check(self.definition) if self.source is None else read_as(self.source, self.format)
        return making.questionnaire(_askable(found, making, path), known)


def _askable(found: Checked, making: Making, path: str) -> Questionnaire:
    """Give a questionnaire that can be asked in this concertation."""
    faults = [finding for finding in found.findings if finding.severity == "error"]
    if found.questionnaire is not None and making.at is not None:
        process = making.at.process
        faults += check_against(found.questionnaire, process.themes, process.lanes)
    if found.questionnaire is None or faults:
        args: dict[str, str | int] = {"count": len(faults)}
        raise Refusing(Refusal(Code.QUESTIONNAIRE_INVALID, args, (path,), tuple(faults)))
    return found.questionnaire


AttachDocumentResult = Annotated[
    DocumentAccepted | QuestionnaireInvalid | AnyRefusal,
    strawberry.union("AttachDocumentResult", description="What `attachDocument` answers."),
]


@strawberry.type
class AttachingMutations:
    """Fields of the type Mutation."""

    attach_document = mutation(
        AttachDocumentInput,
        AttachDocumentResult,
        DocumentAccepted,
        "Put a version of a document into the information file; a questionnaire is checked first.",
    )
