"""`concertation questionnaire`: check, schema, validate, print."""

import io
import json
import sys
from pathlib import Path

import pytest

from domain.questionnaires.builtin import NAMES, builtin, source
from server.cli import call
from store.questionnaires import code_of, questionnaire_digest

ANSWERS = {
    "experience-ia": False, "generalisation": "evaluation", "alternative": 5, "agent": False,
    "proposition": "Évaluer avant de généraliser.",
}  # fmt: skip


def run(*words: str) -> int:
    return call(["questionnaire", *words])


def written(folder: Path, name: str, content: object) -> str:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return str(path)


@pytest.mark.parametrize("name", NAMES)
def test_a_built_in_questionnaire_is_said_to_be_sound(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", name, "--lang", "en") == 0
    assert f"{name}, version 1: no error" in capsys.readouterr().out


def test_faults_are_named_with_line_and_column(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, "q.yaml", source("assises").replace("question: agent,", "question: agents,", 1))
    assert run("check", file) == 1
    assert "« agents »" in capsys.readouterr().out
    assert run("check", file, "--json", "--lang", "en") == 1
    found = json.loads(capsys.readouterr().out)
    assert [(finding["code"], finding["path"][-1]) for finding in found] == [
        ("condition_unknown_question", "question")
    ]
    assert found[0]["line"] > 1
    assert "does not exist" in found[0]["message"]


def test_a_table_is_read_by_its_suffix(tmp_path: Path) -> None:
    table = "kind;id;label\nquestionnaire;a;A\nyes_no;b;B\n"
    assert run("check", written(tmp_path, "q.CSV", table)) == 0
    assert run("check", written(tmp_path, "q.yaml", table)) == 1


def test_a_questionnaire_is_read_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(source("evaluation").encode())))
    assert run("check", "-") == 0


def test_the_schemas_are_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("schema") == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Questionnaire"
    assert run("schema", "assises", "--lang", "en") == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["properties"]["agent"]["title"] == "Do you work for a public service?"
    assert printed["properties"]["dialogue"]["x-when"] == {"question": "agent", "is": True}
    assert run("schema", written(tmp_path, "q.yaml", "id: a")) == 1


def test_answers_are_validated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("validate", "assises", written(tmp_path, "a.json", ANSWERS)) == 0
    assert "Réponses recevables : 5" in capsys.readouterr().out
    wrong = written(tmp_path, "b.json", {**ANSWERS, "alternative": 9, "dialogue": "non"})
    assert run("validate", "assises", wrong, "--lang", "en") == 1
    assert "alternative · ABOVE_MAXIMUM" in capsys.readouterr().out
    assert run("validate", "assises", wrong, "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert [(problem["questionId"], problem["code"]) for problem in told["problems"]] == [
        ("alternative", "ABOVE_MAXIMUM"), ("dialogue", "NOT_ASKED"),
    ]  # fmt: skip
    assert told["answers"]["proposition"] == ANSWERS["proposition"]


def test_what_was_written_on_paper_is_taken_as_written(tmp_path: Path) -> None:
    paper = written(tmp_path, "a.json", {**ANSWERS, "alternative": {"ticked": [4, 5]}})
    assert run("validate", "assises", paper) == 1
    assert run("validate", "assises", paper, "--as-written") == 0


@pytest.mark.parametrize("words", [("check", "nowhere.yaml"), ("validate", "assises", "nowhere.json")])
def test_a_file_that_is_not_there_is_said_to_be_so(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*words) == 1
    assert "nowhere" in capsys.readouterr().err


def test_answers_that_are_no_json_are_said_to_be_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("validate", "assises", written(tmp_path, "a.json", "{")) == 1
    assert "a.json" in capsys.readouterr().err
    assert run("validate", "assises", written(tmp_path, "b.json", '"' + "x" * (1 << 20) + '"')) == 1
    assert "longer" in capsys.readouterr().err


def test_the_form_is_written_as_a_pdf_and_its_code_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "form.pdf"
    assert run("print", "assises", "--pdf", str(out)) == 0
    assert out.read_bytes().startswith(b"%PDF-")
    assert code_of(questionnaire_digest(builtin("assises"))) in capsys.readouterr().out
    english = tmp_path / "english.pdf"
    assert run("print", "assises", "--pdf", str(english), "--lang", "en") == 0
    assert english.read_bytes() != out.read_bytes()


def test_a_form_goes_to_standard_output_and_nothing_else_does(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    assert run("print", "evaluation", "--pdf", "-") == 0
    sys.stdout.flush()
    assert capfdbinary.readouterr().out.startswith(b"%PDF-")


def test_a_questionnaire_with_faults_is_not_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "form.pdf"
    assert run("print", written(tmp_path, "q.yaml", "id: q"), "--pdf", str(out)) == 1
    assert not out.exists()
    assert run("print", "assises", "--pdf", str(tmp_path / "no" / "form.pdf")) == 1
    assert "form.pdf" in capsys.readouterr().err
