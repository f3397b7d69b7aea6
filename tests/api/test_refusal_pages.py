"""The pages of refusals and faults: one for each code, as the catalogues, the schema and the code have it."""

from __future__ import annotations

import pytest
from graphql import GraphQLEnumType, build_schema

from api.faults import FaultCode
from domain.refusals import Code
from domain.texts import LANGUAGES, catalogue
from tools.answered import answered
from tools.write_refusals import SCHEMA, TARGET, pages, said


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    return pages()


def test_there_is_a_page_for_each_code_and_none_besides(written: dict[str, str]) -> None:
    assert {file.name for file in TARGET.iterdir()} == set(written), "run `python -m tools.write_refusals`"
    assert set(written) == {"README.md"} | {f"{code}.md" for code in (*Code, *FaultCode)}


def test_each_page_is_what_the_code_says(written: dict[str, str]) -> None:
    stale = [name for name, page in written.items() if (TARGET / name).read_text() != page]
    assert stale == [], "run `python -m tools.write_refusals`"


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_code_says_when_it_comes_what_was_kept_and_what_to_do(language: str) -> None:
    texts = catalogue(language)
    assert [code for code in (*Code, *FaultCode) if not texts.get(f"page.{code}.when")] == []
    assert [code for code in Code if not all(said(code, language))] == []
    assert [fault for fault in FaultCode if not texts.get(f"page.{fault}.do")] == []


def test_no_text_of_a_page_is_of_no_code() -> None:
    of_pages = {key.split(".")[1] for key in catalogue("fr") if key.startswith("page.")}
    assert of_pages == {*Code, *FaultCode}


def test_what_a_mutation_may_answer_is_read_down_to_the_decider_and_to_postgresql() -> None:
    found = answered()
    assert found[Code.SEAT_ALREADY_VOTED] == ["castVote", "correctRecord", "giveProxy", "revokeProxy"]
    assert found[Code.BELOW_MINIMUM] == ["closeStageEarly"]
    assert "submitContribution" in found[Code.ALREADY_CONTRIBUTED]  # said by an SQL function alone
    assert "closeStageEarly" in found[Code.STAGE_CHANGED]
    assert "castVote" not in found[Code.LAUNCH_NOT_READY]


def test_the_schema_lists_the_codes_with_a_sentence_each() -> None:
    schema = build_schema(SCHEMA.read_text())
    for name, codes in (("RefusalCode", Code), ("FaultCode", FaultCode)):
        published = schema.type_map[name]
        assert isinstance(published, GraphQLEnumType)
        assert list(published.values) == [code.value for code in codes]
        assert [key for key, value in published.values.items() if not value.description] == []
