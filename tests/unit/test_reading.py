"""Reading procedure files from people one does not know."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.builtin import IDS, builtin, source
from domain.procedure import Procedure
from domain.reading import MAX_BYTES, Reading, read, schema

SMALL = source("consultation-ouverte")


def codes(text: str | bytes) -> list[str]:
    return [finding.code for finding in read(text).findings]


def place(reading: Reading) -> tuple[Any, Any]:
    args = reading.findings[0].args
    return args.get("line"), args.get("column")


@pytest.mark.parametrize("name", IDS)
def test_yaml_and_json_say_the_same(name: str) -> None:
    procedure = builtin(name)
    from_json = read(procedure.model_dump_json())
    assert from_json.procedure == procedure
    assert from_json.findings == ()
    assert read(procedure.model_dump_json().encode()).procedure == procedure
    assert read(b"\xef\xbb\xbf" + source(name).encode()).procedure == procedure


def test_findings_say_line_and_column() -> None:
    reading = read(SMALL.replace("kind: synthesis", "kind: summary"))
    line = next(n for n, text in enumerate(SMALL.splitlines(), 1) if "kind: synthesis" in text)
    assert [finding.code for finding in reading.findings] == ["choice_invalid"]
    assert place(reading) == (line, 5)
    assert reading.procedure is None
    assert not reading.is_sound


def test_a_procedure_that_makes_no_sense_is_read_but_not_sound() -> None:
    reading = read(SMALL.replace("channels: [online, paper, counter]", "channels: [online]"))
    assert reading.procedure is not None
    assert not reading.is_sound


def test_a_flow_mapping_of_yaml_is_not_mistaken_for_json() -> None:
    reading = read("{id: a, label: b, colleges: [{id: c, label: c}], stages: [{id: s}]}")
    assert [(f.code, f.path) for f in reading.findings if f.code.startswith("field")] == [
        ("field_missing", ("stages", 0, "kind")),
        ("field_missing", ("stages", 0, "label")),
        ("field_missing", ("stages", 0, "duration")),
    ]


def test_numbers_words_and_quoted_texts_are_told_apart() -> None:
    text = SMALL.replace("admission: open", "admission: open\n    quorum: {public: %s}")
    asked = {}
    for written in ("200", "0.5", "1/4", "80 %", '"1/2"', "1"):
        procedure = read(text % written).procedure
        assert procedure is not None, written
        asked[written] = procedure.stages[0].quorum["public"]
    assert asked == {
        "200": 200, "0.5": Fraction(1, 2), "1/4": Fraction(1, 4), "80 %": Fraction(4, 5), '"1/2"': Fraction(1, 2),
        "1": 1,
    }  # fmt: skip
    assert isinstance(asked["1"], int)
    assert codes(text % '"200"') == codes(text % "true") == ["share_invalid"]
    assert codes(text % "~") == ["share_invalid"]


def test_only_the_values_of_json_are_read() -> None:
    reading = read(SMALL.replace("version: 1", "version: 0x10"))
    assert [finding.code for finding in reading.findings] == ["shape"]
    norway = read(SMALL.replace("label: {fr: Consultation ouverte, en: Open consultation}", "label: no"))
    assert norway.procedure is not None
    assert norway.procedure.label == {"fr": "no"}
    assert codes(SMALL.replace("version: 1", "version: 12:30")) == ["shape"]
    assert codes(SMALL.replace("version: 1", "version: " + "9" * 5000)) == ["shape"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "file_empty"),
        ("  \n\n", "file_empty"),
        ("# only a remark\n", "not_a_procedure"),
        ("just words", "not_a_procedure"),
        ("- a\n- b\n", "not_a_procedure"),
        ("a: [1, 2", "not_yaml"),
        ("a: b: c", "not_yaml"),
        ("a: %b", "not_yaml"),
        ("a: 1\na: 2\n", "key_twice"),
        ("? [a, b]\n: 1\n", "key_not_text"),
        ("&k a: 1\n", "key_not_text"),
        ("a: 1\n---\nb: 2\n", "several_documents"),
        ("a: !!python/object/apply:os.system [id]\n", "tag_refused"),
        ("a: !!binary aGVsbG8=\n", "tag_refused"),
        ("!thing\na: 1\n", "tag_refused"),
        ("a: *nowhere\n", "alias_unknown"),
        ("a: &a [*a]\n", "alias_unknown"),
        ('a: "\\ud800"\n', "not_yaml"),
        ('a: "\\0"\n', "text_invalid"),
        ("a: \0\n", "text_invalid"),
        ("a: \x07\n", "text_invalid"),
        ("a: \ud800\n", "text_invalid"),
        ('{"a": 1, "a": 2}', "key_twice"),
        ('{"a": NaN}', "not_json"),
        ('{"a": [1, 2}', "not_json"),
        ('{"a": ' + "9" * 5000 + "}", "not_json"),
        ('{"a": "\\ud800"}', "text_invalid"),
        ('{"a": "\\u0000"}', "text_invalid"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(text: str, code: str) -> None:
    assert read(text).findings[0].code == code
    assert read(text).procedure is None


def test_what_is_not_utf_8_is_refused() -> None:
    assert codes("libellé".encode("latin-1")) == ["not_utf8"]
    assert codes(SMALL.encode("utf-16")) == ["not_utf8"]


def test_a_fault_of_yaml_says_where_it_is() -> None:
    assert place(read("id: a\nlabel: b: c\n")) == (2, 9)
    assert place(read("id: a\nid: b\n")) == (2, 1)
    assert place(read("id: a\nlabel: \x07\n")) == (2, 8)
    assert place(read('{"id": 1,\n "label" 2}')) == (2, 10)


# Bombs --------------------------------------------------------------------------------------------


def test_ten_megabytes_are_refused_before_they_are_read() -> None:
    assert codes(b"a" * (10 * MAX_BYTES)) == ["file_too_large"]
    assert codes("é" * MAX_BYTES) == ["file_too_large"]


def test_a_thousand_million_laughs_are_not_expanded() -> None:
    bomb = "a0: &a0 [lol]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
    )
    assert codes(bomb) == ["too_many_nodes"]


def test_many_aliases_are_refused() -> None:
    assert codes("a: &a x\nb: [" + ", ".join(["*a"] * 201) + "]\n") == ["too_many_aliases"]


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "{a: " * 50_000, "- " * 200_000, '{"a": ' * 100_000, "? " * 100_000]
)
def test_a_deep_file_is_refused(text: str) -> None:
    assert codes(text)[0] in ("too_deep", "not_yaml", "not_json", "key_not_text")


def test_deep_json_that_is_complete_is_refused() -> None:
    assert codes('{"a":' * 40 + "1" + "}" * 40) == ["too_deep"]
    assert codes('{"a":' * 90_000 + "1" + "}" * 90_000) == ["too_deep"]


def test_depth_by_aliases_counts() -> None:
    chain = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 60))
    assert codes(chain) == ["too_deep"]


def test_a_long_list_is_refused() -> None:
    assert codes("a: [" + "1," * 30_000 + "1]") == ["too_many_nodes"]
    assert codes('{"a": [' + "1," * 30_000 + "1]}") == ["too_many_nodes"]


def test_aliases_within_bounds_are_read() -> None:
    text = SMALL.replace("duration: {planned: P20D", "duration: &d {planned: P20D").replace(
        "duration: {planned: P30D, minimum: P5D, maximum: P90D}", "duration: *d"
    )
    reading = read(text)
    assert reading.procedure is not None
    assert reading.procedure.stages[1].duration == reading.procedure.stages[2].duration


@settings(max_examples=200)
@given(st.text(max_size=200) | st.binary(max_size=200))
def test_nothing_that_is_sent_raises(text: str | bytes) -> None:
    assert read(text).findings


@settings(max_examples=60)
@given(st.integers(0, len(SMALL) - 1), st.text(alphabet="{}[]:,-&*!|>'\"%@`#?\n\t é0", max_size=4))
def test_no_damage_to_a_file_raises(position: int, scrap: str) -> None:
    reading = read(SMALL[:position] + scrap + SMALL[position + len(scrap) :])
    assert reading.procedure is not None or reading.findings


# Schema -------------------------------------------------------------------------------------------


def test_the_schema_is_json_and_describes_every_field() -> None:
    published = json.loads(json.dumps(schema()))
    assert published["$schema"].startswith("https://json-schema.org/")
    assert published["additionalProperties"] is False
    assert set(published["required"]) == {"id", "label", "colleges", "stages"}
    assert "launch" in published["properties"]["signoffs"]["propertyNames"]["enum"]
    stage = published["$defs"]["Stage"]["properties"]
    assert "CRPA" in stage["entry_window"]["description"]
    assert stage["duration"] == {"$ref": "#/$defs/Duration"}


# Reasons for setting contributions aside


def with_reasons(*reasons: Any) -> Reading:
    return read(json.dumps({**json.loads(builtin("delphi").model_dump_json()), "set_aside_reasons": reasons}))


def test_a_reason_in_french_alone_is_written_as_it_was_and_keeps_its_digest() -> None:
    procedure = with_reasons("Hors du sujet").procedure
    assert procedure is not None
    assert procedure.model_dump(mode="json")["set_aside_reasons"] == ["Hors du sujet"]
    assert procedure.labels_of_reasons() == {"Hors du sujet": {"fr": "Hors du sujet"}}


def test_a_reason_in_several_languages_is_named_by_its_french_text() -> None:
    procedure = with_reasons("Illisible", {"fr": "Hors du sujet", "en": "Off topic"}).procedure
    assert procedure is not None
    assert procedure.labels_of_reasons() == {
        "Illisible": {"fr": "Illisible"},
        "Hors du sujet": {"fr": "Hors du sujet", "en": "Off topic"},
    }
    assert Procedure.model_validate_json(procedure.model_dump_json()) == procedure


@pytest.mark.parametrize(
    ("reason", "code", "path"),
    [
        ({"en": "Off topic"}, "label_without_french", ("set_aside_reasons", 0)),
        ({"fr": "Hors du sujet", "english": "x"}, "name_invalid", ("set_aside_reasons", 0, "english")),
        (12, "shape", ("set_aside_reasons", 0)),
        (["Hors du sujet"], "shape", ("set_aside_reasons", 0)),
    ],
)
def test_a_reason_that_is_no_label_is_told_with_its_place(reason: Any, code: str, path: Any) -> None:
    assert [(f.code, f.path[: len(path)]) for f in with_reasons(reason).findings] == [(code, path)]


def test_two_reasons_of_one_name_are_told() -> None:
    found = with_reasons("Hors du sujet", {"fr": "Hors du sujet", "en": "Off topic"}).findings
    assert [(f.code, f.path) for f in found] == [("duplicate_id", ("set_aside_reasons", 1))]
