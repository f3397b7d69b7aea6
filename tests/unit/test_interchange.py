"""What exports are made of: columns that are described, texts that come back, cells that are no formulas."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.interchange.cells import readers
from domain.interchange.columns import COLUMNS, Column, Form, Type, Variant
from domain.interchange.forms import FormFault, FormLine, csv_forms, json_forms, questions
from domain.interchange.formulas import guarded, unguarded
from domain.interchange.meanings import MEANINGS
from domain.interchange.table_schema import table_schema
from domain.interchange.writing import _cell, header, writer
from domain.procedure import Channel
from domain.questionnaires.answering import Validator
from domain.questionnaires.checking import check
from domain.questionnaires.shapes import Questionnaire

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t")) | st.sampled_from(
    ["=1+1", "'=1", "''+2", "-3", "@x", "\tx", "\n=", "'", "''", '"', ",", "a;b", "＝1"]
)


def rows_of(columns: tuple[Column, ...]) -> Any:
    def value(column: Column) -> Any:
        match column.type:
            case Type.INTEGER:
                return st.integers(0, 10**6)
            case Type.ARRAY:
                return st.lists(st.sampled_from(["sante", "social"])).map(json.dumps)
            case Type.OBJECT:
                return st.none() | st.dictionaries(TEXTS, TEXTS, max_size=2).map(
                    lambda said: json.dumps(said, ensure_ascii=False)
                )
        if column.name == "body":
            return TEXTS
        plain = TEXTS.filter(bool) if column.words else st.from_regex(r"[a-z0-9-]{1,9}", fullmatch=True)
        return plain if column.required else st.none() | plain

    return st.lists(st.tuples(*map(value, columns)), max_size=4)


@given(st.lists(st.one_of(st.none(), st.integers(), st.text("\",\r\n; é=\t'", max_size=6)), min_size=2))
def test_a_line_is_the_one_that_the_standard_library_would_write(cells: list[str | int | None]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    assert ",".join(map(_cell, cells)) + "\r\n" == text.getvalue()


def read_csv(written: bytes, columns: tuple[Column, ...]) -> list[list[Any]]:
    """Read an export as its Table Schema says."""
    named, *rows = csv.reader(io.StringIO(written.decode(), newline=""), strict=True)
    assert named == [column.name for column in columns]
    found: list[list[Any]] = []
    for row in rows:
        values: list[Any] = []
        for column, cell in zip(columns, row, strict=True):
            if column.type is Type.INTEGER:
                values.append(int(cell))
            elif not cell and column.name != "body":
                values.append(None)
            else:
                values.append(unguarded(cell) if column.words else cell)
        found.append(values)
    return found


@pytest.mark.parametrize("variant", Variant)
@given(data=st.data())
def test_what_is_written_as_csv_is_read_back(variant: Variant, data: st.DataObject) -> None:
    rows = data.draw(rows_of(COLUMNS[variant]))
    written = header(variant, Form.CSV) + writer(variant, Form.CSV)(rows)
    assert read_csv(written, COLUMNS[variant]) == [list(row) for row in rows]
    assert written.endswith(b"\r\n")


@pytest.mark.parametrize("variant", Variant)
@given(data=st.data())
def test_what_is_written_as_json_lines_is_read_back(variant: Variant, data: st.DataObject) -> None:
    columns = COLUMNS[variant]
    rows = data.draw(rows_of(columns))
    written = header(variant, Form.JSONL) + writer(variant, Form.JSONL)(rows)
    lines = written.split(b"\n")[:-1]
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        said = json.loads(line)
        assert list(said) == [column.name for column in columns]
        for column, value in zip(columns, row, strict=True):
            structured = column.type in (Type.ARRAY, Type.OBJECT) and value is not None
            assert said[column.name] == (json.loads(value) if structured else value)


@given(TEXTS)
def test_no_guarded_cell_begins_a_formula_and_each_comes_back(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert guarded(text)[:1] not in tuple("=+-@\t\r\n＝＋－＠")


@pytest.mark.parametrize("variant", Variant)
def test_every_column_is_described_in_french_and_in_english(variant: Variant) -> None:
    described = table_schema(variant)
    assert [one["name"] for one in described["fields"]] == [column.name for column in COLUMNS[variant]]
    for one in (described, *described["fields"]):
        assert one["title"]
        assert one["description"]
        assert set(one["translations"]["en"]) == {"title", "description"}


def test_nothing_is_described_that_there_is_not() -> None:
    assert set(MEANINGS) == {column.name for columns in COLUMNS.values() for column in columns}


@pytest.mark.parametrize("variant", Variant)
def test_the_table_schema_has_the_form_that_frictionless_data_asks_for(variant: Variant) -> None:
    types = ["string", "integer", "date", "datetime", "array", "object"]
    field = {
        "type": "object",
        "required": ["name", "type"],
        "properties": {
            "name": {"type": "string", "pattern": "^[a-z_]+$"},
            "type": {"enum": types},
            "format": {"enum": ["default", "uuid"]},
            "constraints": {
                "type": "object",
                "properties": {
                    "required": {"const": True},
                    "pattern": {"format": "regex"},
                    "enum": {"minItems": 1},
                },
                "additionalProperties": False,
            },
        },
    }
    form = {
        "type": "object",
        "required": ["$schema", "fields", "primaryKey", "missingValues"],
        "properties": {
            "fields": {"type": "array", "minItems": 1, "items": field},
            "missingValues": {"const": [""]},
        },
    }
    jsonschema_rs.validate(form, table_schema(variant))


def test_the_public_variant_has_nothing_that_tells_who_spoke() -> None:
    telling = {"member", "actor", "territory", "place", "reference", "batch", "receipt", "salt", "command"}
    telling |= {"submitted_at", "posted_at", "received_at", "supersedes", "carried_from"}
    assert {column.name for column in COLUMNS[Variant.PUBLIC]} & telling == set()


def questionnaire() -> Questionnaire:
    choices = [
        {"id": "a", "label": {"fr": "Écoles"}},
        {"id": "b", "label": {"fr": "Mairies", "en": "Town halls"}},
    ]
    asked: list[dict[str, Any]] = [
        {"id": "oui", "kind": "yes_no"}, {"id": "un", "kind": "single_choice", "choices": choices, "other": True},
        {"id": "des", "kind": "multiple_choice", "choices": choices},
        {"id": "rang", "kind": "ranking", "choices": choices},
        {"id": "note", "kind": "scale"}, {"id": "nombre", "kind": "number", "whole": False},
        {"id": "jour", "kind": "date"}, {"id": "texte-libre", "kind": "long_text"},
    ]  # fmt: skip
    labelled = [{**one, "label": {"fr": one["id"]}} for one in asked]
    found = check(
        {
            "id": "q",
            "label": {"fr": "Q"},
            "sections": [{"id": "s", "label": {"fr": "S"}, "questions": labelled}],
        }
    ).questionnaire
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "cell", "answer"),
    [
        ("oui", "Oui", True), ("oui", "x", True), ("oui", "0", False), ("oui", "peut-être", "peut-être"),
        ("un", "écoles", "a"), ("un", "Town halls", "b"), ("un", "autre : Gares", {"other": "Gares"}),
        ("un", "a | b", {"ticked": ["a", "b"]}), ("des", "a|Mairies", ["a", "b"]), ("rang", "b | a", ["b", "a"]),
        ("note", "4", 4), ("note", "2|3", {"ticked": [2, 3]}), ("nombre", "1,5", 1.5), ("nombre", "-2", -2),
        ("jour", "14/07/2027", "2027-07-14"), ("jour", "2027-07-14", "2027-07-14"),
        ("texte-libre", "[1] non", "[1] non"),
        ("note", "[blanc]", {"blank": True}), ("texte-libre", "[illisible]", {"unreadable": True}),
        ("des", '["a"]', ["a"]), ("des", '["a"', '["a"'),
    ],
)  # fmt: skip
def test_a_cell_is_read_by_the_kind_of_its_question(name: str, cell: str, answer: Any) -> None:
    found = readers(questionnaire())[name](cell)
    assert (found, type(found)) == (answer, type(answer))


def test_a_grid_has_a_mark_with_its_justification() -> None:
    grid = check(
        {"kind": "grid", "id": "g", "label": {"fr": "G"}, "criteria": [{"id": "c", "label": {"fr": "C"}}]}
    ).questionnaire
    assert grid is not None
    assert readers(grid)["c"]("4 : parce que") == {"mark": 4, "justification": "parce que"}


def forms(text: str, *, json_lines: bool = False) -> list[FormLine | FormFault]:
    asked = questions(questionnaire(), Validator(questionnaire()))
    read = json_forms if json_lines else csv_forms
    return list(read(text.splitlines(keepends=True), asked, Channel.PAPER))


def test_questions_are_columns_by_their_ids_or_by_their_ids_after_a_word() -> None:
    (form,) = forms("Auteur;question:oui;Texte-libre;note\np0;oui;Bonjour;3\n")
    assert isinstance(form, FormLine)
    assert form.answers == {"oui": True, "note": 3, "texte-libre": "Bonjour"}
    assert (form.author, form.body, form.channel) == ("p0", "Bonjour", Channel.PAPER)


def test_a_day_is_its_beginning_in_paris_and_an_instant_has_an_offset() -> None:
    (form, fault) = forms(
        "oui;cachet;remise le\noui;01/07/2027;2027-07-02T10:00:00+02:00\noui;;2027-07-02T10:00:00\n"
    )
    assert isinstance(form, FormLine)
    assert form.posted_at is not None
    assert form.received_at is not None
    assert form.posted_at.isoformat() == "2027-07-01T00:00:00+02:00"
    assert isinstance(fault, FormFault)
    assert (fault.line, fault.column, fault.fault.code) == (3, "remise le", "date_invalid")


@given(st.text(max_size=200))
def test_whatever_a_file_of_json_lines_holds_it_is_read_or_told(text: str) -> None:
    for found in forms(text, json_lines=True):
        assert isinstance(found, FormLine | FormFault)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    ),
    st.sampled_from(["author", "channel", "posted_at", "themes", "body", "answers", "place", "name"]),
)
def test_whatever_a_value_is_of_it_is_read_or_told(value: Any, name: str) -> None:
    for found in forms(json.dumps({"answers": {"oui": True}, name: value}), json_lines=True):
        assert isinstance(found, FormLine | FormFault)
