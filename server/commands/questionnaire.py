"""`concertation questionnaire check|schema|validate|print`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from server.errors import CommandFailed
from server.settings import Settings

if TYPE_CHECKING:
    from domain.questionnaires.checking import Checked
    from domain.questionnaires.shapes import Questionnaire


class FileNotRead(CommandFailed):
    """There is no such file, and no built-in questionnaire of this name."""


class FormNotWritten(CommandFailed):
    """The file of the form cannot be written."""


class AnswersNotRead(CommandFailed):
    """The answers are not JSON, or too large."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    tasks = parser.add_subparsers(dest="task", required=True, metavar="check|schema|validate|print")
    check = tasks.add_parser("check", help="say everything that is wrong; exit code 1 if anything is")
    schema = tasks.add_parser(
        "schema", help="print the JSON Schema of the answers, or of questionnaire files"
    )
    validate = tasks.add_parser("validate", help="say every problem of answers; exit code 1 if there is one")
    form = tasks.add_parser("print", help="set the form to be filled in on paper, as a PDF")
    for task, number in ((check, None), (schema, "?"), (validate, None), (form, None)):
        task.add_argument(
            "questionnaire", nargs=number,
            help="a YAML, JSON or CSV (.csv) file, - for standard input, or the name of a built-in one",
        )  # fmt: skip
        task.add_argument(
            "--lang", choices=("fr", "en"), help="language of the texts (default: CONCERTATION_LANGUAGE)"
        )
    validate.add_argument(
        "answers", help="a JSON file: an object of answers by question id; - for standard input"
    )
    validate.add_argument(
        "--as-written",
        action="store_true",
        help="as a clerk enters paper: take blank, unreadable, ticked twice",
    )
    form.add_argument("--pdf", required=True, metavar="OUT", help="the file to write; - for standard output")
    for task in (check, validate):
        task.add_argument("--json", action="store_true", help="print what is found as JSON")


async def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Check a questionnaire, print a schema, or validate answers."""
    languages = (arguments.lang or settings.language,)
    if arguments.task == "schema" and arguments.questionnaire is None:
        from domain.questionnaires.reading import schema

        _print(schema())
        return 0
    checked = _read(arguments.questionnaire)
    if arguments.task == "check" or checked.questionnaire is None or not checked.is_sound:
        return _check(checked, languages, as_json=getattr(arguments, "json", False))
    if arguments.task == "schema":
        from domain.questionnaires.json_schema import answers_schema

        _print(answers_schema(checked.questionnaire, languages))
        return 0
    if arguments.task == "print":
        return _set(checked.questionnaire, arguments.pdf, languages)
    return _validate(checked.questionnaire, arguments, languages)


def _read(name: str) -> Checked:
    from domain.loading import MAX_BYTES
    from domain.questionnaires.builtin import NAMES, source
    from domain.questionnaires.reading import read, read_csv

    if name in NAMES and not Path(name).is_file():
        return read(source(name))
    content = _content(name, MAX_BYTES, f"; built-in questionnaires: {', '.join(NAMES)}")
    return read_csv(content) if name.lower().endswith(".csv") else read(content)


def _content(name: str, longest: int, hint: str = "") -> bytes:
    if name == "-":
        return sys.stdin.buffer.read(longest + 1)
    try:
        with Path(name).open("rb") as file:
            return file.read(longest + 1)
    except (OSError, ValueError) as fault:
        raise FileNotRead(f"{name}: {getattr(fault, 'strerror', None) or 'cannot be read'}{hint}") from fault


def _check(checked: Checked, languages: Sequence[str], *, as_json: bool) -> int:
    from domain.questionnaires.shapes import Grid
    from domain.texts import text
    from server.commands.procedure import line_of, plain

    errors = sum(finding.severity == "error" for finding in checked.findings)
    if as_json:
        _print([plain(finding, languages) for finding in checked.findings])
        return 1 if errors else 0
    for finding in checked.findings:
        print(line_of(finding, languages))
    found = checked.questionnaire
    if found is None or errors:
        print(text("check.faulty", languages, count=errors))
        return 1
    count = len(found.criteria) if isinstance(found, Grid) else sum(1 for _ in found.questions())
    print(text("questionnaire.sound", languages, questionnaire=found.id, version=found.version, count=count))
    return 0


def _validate(questionnaire: Questionnaire, arguments: argparse.Namespace, languages: Sequence[str]) -> int:
    from domain.questionnaires.answering import validate
    from domain.questionnaires.problems import problem_text
    from domain.texts import text

    validation = validate(questionnaire, _answers(arguments.answers), as_written=arguments.as_written)
    said = [
        {
            "questionId": problem.question_id,
            "code": problem.code,
            "path": list(problem.path),
            "message": problem_text(problem, languages),
        }
        for problem in validation.problems
    ]
    if arguments.json:
        _print({"answers": validation.answers, "problems": said})
    else:
        for problem in said:
            print(f"{problem['questionId'] or '·'} · {problem['code']}\n    {problem['message']}")
        outcome = "questionnaire.accepted" if validation.is_accepted else "questionnaire.refused"
        print(text(outcome, languages, count=len(said) or len(validation.answers)))
    return 0 if validation.is_accepted else 1


def _set(questionnaire: Questionnaire, out: str, languages: Sequence[str]) -> int:
    from domain.texts import text
    from server.printed_form import printed
    from store.questionnaires import code_of, questionnaire_digest

    page = printed(questionnaire, languages[0])
    if out == "-":
        sys.stdout.buffer.write(page)
        return 0
    try:
        Path(out).write_bytes(page)
    except (OSError, ValueError) as fault:
        raise FormNotWritten(f"{out}: {getattr(fault, 'strerror', None) or 'cannot be written'}") from fault
    code = code_of(questionnaire_digest(questionnaire))
    print(text("questionnaire.printed", languages, file=out, version=questionnaire.version, code=code))
    return 0


def _answers(name: str) -> Any:
    import orjson

    from domain.loading import MAX_BYTES

    content = _content(name, MAX_BYTES)
    if len(content) > MAX_BYTES:
        raise AnswersNotRead(f"{name}: longer than {MAX_BYTES} bytes")
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as fault:
        raise AnswersNotRead(f"{name}: {fault}") from fault


def _print(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))
