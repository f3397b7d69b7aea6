"""Questionnaires: all that a form of them needs; and the problems of answers, before they are sent."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlencode

import strawberry
from strawberry import ID, Private, argument, field
from strawberry.scalars import JSON

from api.context import Info
from api.ids import read_global_id, uuid_text
from api.nodes import Labelled
from api.procedures import Finding, finding_of
from api.questions import Question, multilingual, plain, question_of, said
from api.scalars import Multilingual
from api.snapshot import Snapshot
from domain.questionnaires.answering import Validation
from domain.questionnaires.checking import Checked
from domain.questionnaires.json_schema import answers_schema
from domain.questionnaires.problems import Problem, problem_text
from domain.questionnaires.reading import read, read_csv
from domain.questionnaires.shapes import Condition, Form, Grid
from domain.questionnaires.wording import Wording, numbers_of
from store.questionnaires import Kept, definition_of, document_asked, in_axis


class QuestionnaireFormat(StrEnum):
    """How a questionnaire is written."""

    YAML = "yaml"
    CSV = "csv"


def _published() -> None:
    strawberry.enum(QuestionnaireFormat, description="How a questionnaire is written.")
    definition: Any = vars(QuestionnaireFormat)["__strawberry_definition__"]
    for value in definition.values:
        value.description = {"YAML": "YAML, or JSON.", "CSV": "A table: a question a line."}[value.name]


_published()


@strawberry.type(description="Questions that belong together.")
class QuestionnaireSection(Labelled):
    kept: Private[Kept]
    when: Private[Condition | None]
    helping: Private[dict[str, str] | None]
    key: str = field(description="Its id.")
    questions: list[Question] = field(description="Its questions, in their order.")

    @field(description="What helps to answer, in every language given.")
    def helps(self) -> Multilingual | None:
        return multilingual(self.helping)

    @field(description="What helps to answer, in the language of the request.")
    def help(self, info: Info) -> str | None:
        return said(info, self.helping)

    @field(description="When its questions are asked, written as those of questions; nothing: always.")
    def condition(self) -> JSON | None:
        return plain(self.when)

    @field(description="When its questions are asked, in words of the language of the request.")
    def condition_text(self, info: Info) -> str | None:
        return Wording(self.kept.whole, info.context.languages).only_if(self.when)


@strawberry.type(
    description="A questionnaire, or an evaluation grid. It never changes; another has another digest."
)
class Questionnaire(Labelled):
    kept: Private[Kept]
    digest: str = field(description="SHA-256 of its canonical definition: what ledger and votes bind.")
    axis: str | None = field(
        description="The axis whose questions these are, with those of no axis: a stage of one axis asks no others. "
        "Digest, definition and the numbers of questions are those of the whole."
    )
    code: str = field(description="The beginning of the digest, as on each page of the printed form.")
    key: str = field(description="Its id.")
    version: int = field(description="The version that its authors gave it.")
    is_grid: bool = field(description="Whether it is an evaluation grid: criteria × scale × justification.")
    question_count: int = field(description="The number of its questions, those of other axes left out.")
    pdf_path: str = field(description="Where on this server the printable form is.")

    @field(description="What it is for, in every language given.")
    def introductions(self) -> Multilingual | None:
        return multilingual(self.kept.questionnaire.introduction)

    @field(description="What it is for, in the language of the request.")
    def introduction(self, info: Info) -> str | None:
        return said(info, self.kept.questionnaire.introduction)

    @field(description="Its sections, in their order; of a grid, one that holds the criteria.")
    def sections(self) -> list[QuestionnaireSection]:
        return _sections(self.kept)

    @field(description="JSON Schema (2020-12) of answers, with titles in the language of the request.")
    def json_schema(self, info: Info) -> JSON:
        return JSON(answers_schema(self.kept.questionnaire, info.context.languages))

    @field(description="Its whole definition: what the digest is taken of.")
    def definition(self) -> JSON:
        return JSON(definition_of(self.kept.whole))


def _sections(kept: Kept) -> list[QuestionnaireSection]:
    asked, numbers = kept.questionnaire, numbers_of(kept.whole)
    parts: list[tuple[str, dict[str, str], Any, Any, Any]]
    if isinstance(asked, Form):
        parts = [(s.id, s.label, s.help, s.when, s.questions) for s in asked.sections]
    else:
        parts = [("criteria", asked.label, None, None, asked.criteria)]
    return [
        QuestionnaireSection(
            kept=kept,
            when=when,
            helping=helping,
            labels=Multilingual(label),
            key=key,
            questions=[question_of(part, kept.whole, numbers[part.id]) for part in questions],
        )
        for key, label, helping, when, questions in parts
    ]


def questionnaire_of(kept: Kept) -> Questionnaire:
    """Make a questionnaire."""
    found = kept.questionnaire
    return Questionnaire(
        kept=kept,
        labels=Multilingual(found.label),
        digest=kept.digest,
        code=kept.code,
        axis=kept.axis,
        key=found.id,
        version=found.version,
        is_grid=isinstance(found, Grid),
        question_count=len(numbers_of(found)),
        pdf_path=f"/questionnaires/{kept.digest}.pdf"
        + (f"?{urlencode({'axis': kept.axis})}" if kept.axis else ""),
    )


async def asked_of(info: Info, at: Snapshot, stage: str) -> Kept | None:
    """Give the questionnaire of a stage, as its axis asks it."""
    document = document_asked(at.process, stage)
    kept = await info.context.reading.questionnaire(document.digest) if document else None
    return in_axis(kept, at.process.stages[stage].lane) if kept else None


# Checks -------------------------------------------------------------------------------------------


@strawberry.type(description="What a check of a questionnaire found: everything at once.")
class QuestionnaireCheck:
    valid: bool = field(description="Whether nothing holds it back.")
    findings: list[Finding] = field(description="Everything that was found.")


def read_as(source: str, written: QuestionnaireFormat) -> Checked:
    """Read a questionnaire as it is written, and check it."""
    return read_csv(source) if written is QuestionnaireFormat.CSV else read(source)


@strawberry.type(description="One thing wrong with answers.")
class AnswerProblem:
    question_id: str = field(description="The key of the question; empty for the answers as a whole.")
    code: str = field(description="What is wrong: a code of the published list, to which more may come.")
    message: str = field(description="What is wrong and what to do, in the language of the request.")
    path: list[str] = field(description="Where in the answer: keys and positions; empty for the whole of it.")


def problem_of(info: Info, problem: Problem) -> AnswerProblem:
    """Make a problem of answers."""
    return AnswerProblem(
        question_id=problem.question_id,
        code=problem.code.value,
        message=problem_text(problem, info.context.languages),
        path=[str(step) for step in problem.path],
    )


@strawberry.type(description="What came of validating answers: every problem at once. Nothing was kept.")
class AnswersValidation:
    validation: Private[Validation]
    valid: bool = field(description="Whether they would be taken.")
    problems: list[AnswerProblem] = field(
        description="Everything that is wrong, in the order of the questions."
    )

    @field(description="Those that would be taken, by question, each in the form in which it would be kept.")
    def answers(self) -> JSON:
        return JSON(self.validation.answers)


@strawberry.type
class QuestionnaireQueries:
    """Fields of the type Query."""

    @field(description="A questionnaire by its digest; nothing where none was kept.")
    async def questionnaire(
        self, info: Info, digest: Annotated[str, argument(description="Its digest, in hexadecimal.")]
    ) -> Questionnaire | None:
        kept = await info.context.reading.questionnaire(digest)
        return questionnaire_of(kept) if kept else None

    @field(description="Check a questionnaire without attaching it: every finding at once.")
    def check_questionnaire(
        self,
        info: Info,
        source: Annotated[str, argument(description="The questionnaire.")],
        format: Annotated[
            QuestionnaireFormat, argument(description="How it is written.")
        ] = QuestionnaireFormat.YAML,
    ) -> QuestionnaireCheck:
        found = read_as(source, format)
        return QuestionnaireCheck(
            valid=found.is_sound, findings=[finding_of(info, f) for f in found.findings]
        )

    @field(
        description="Validate answers to the questionnaire of a stage without sending them: every problem at once. "
        "Nothing where there is no such stage, or where it asks no questions."
    )
    async def validate_answers(
        self,
        info: Info,
        stage_id: Annotated[ID, argument(description="The stage.")],
        answers: Annotated[JSON, argument(description="Answers by the keys of their questions.")],
        as_written: Annotated[
            bool,
            argument(description="As a clerk enters paper: blank, unreadable and ticked twice are taken."),
        ] = False,
    ) -> AnswersValidation | None:
        kept = await _asked_by(info, stage_id)
        if kept is None:
            return None
        validation = kept.validator(answers, as_written=as_written)
        return AnswersValidation(
            validation=validation,
            valid=validation.is_accepted,
            problems=[problem_of(info, problem) for problem in validation.problems],
        )


async def _asked_by(info: Info, stage_id: ID) -> Kept | None:
    """Give the questionnaire of the stage that a global id names."""
    type_name, keys = read_global_id(stage_id) or ("", ())
    concertation = uuid_text(keys[0]) if type_name == "Stage" and len(keys) > 2 else None
    at = await info.context.reading.snapshot(concertation) if concertation else None
    return await asked_of(info, at, "/".join(keys[2:])) if at else None
