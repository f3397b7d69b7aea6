"""The contract: what is exported, described, and sent by the project's own clients."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import graphql
import pytest
from graphql import (
    DirectiveLocation,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    is_specified_directive,
    is_specified_scalar_type,
    parse,
    validate,
)

from api.exporting import compare, sdl
from api.ids import global_id, read_global_id
from domain.acts import Act
from domain.refusals import Code
from domain.texts import has_text
from tests.api.house import OPERATIONS

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "graphql" / "schema.graphql"


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema(COMMITTED.read_text())


def test_the_committed_schema_is_what_the_code_says() -> None:
    assert COMMITTED.read_text() == sdl(), "run `concertation export-schema`"


def test_the_folder_graphql_never_shadows_the_library() -> None:
    assert not (ROOT / "graphql" / "__init__.py").exists()
    assert graphql.__file__ is not None
    assert ROOT / "graphql" not in Path(graphql.__file__).parents


def _undescribed(schema: GraphQLSchema) -> Iterator[str]:
    for name, kind in schema.type_map.items():
        if name.startswith("__") or (isinstance(kind, GraphQLScalarType) and is_specified_scalar_type(kind)):
            continue
        if not _says_something(kind.description):
            yield name
        if isinstance(kind, GraphQLEnumType):
            yield from (
                f"{name}.{key}"
                for key, value in kind.values.items()
                if not _says_something(value.description)
            )
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for key, field in kind.fields.items():
                if not _says_something(field.description):
                    yield f"{name}.{key}"
                for argument, given in getattr(field, "args", {}).items():
                    if not _says_something(given.description):
                        yield f"{name}.{key}({argument})"
    for directive in schema.directives:
        if is_specified_directive(directive):
            continue
        if not _says_something(directive.description):
            yield f"@{directive.name}"
        for argument, given in directive.args.items():
            if not _says_something(given.description):
                yield f"@{directive.name}({argument})"


def _says_something(description: str | None) -> bool:
    """A sentence, with its full stop."""
    return bool(description) and re.search(r"\w.*[.!?)…]$", description or "", re.DOTALL) is not None


def test_every_type_field_argument_value_and_directive_is_described(schema: GraphQLSchema) -> None:
    assert list(_undescribed(schema)) == []


def test_the_check_of_descriptions_finds_each_sort_of_element() -> None:
    bare = build_schema(
        """
        directive @d(a: Int) on FIELD
        interface I { f: Int }
        type Query implements I { f(a: Int): Int g(u: N): U }
        union U = Query
        enum E { V }
        input N { f: E }
        scalar S
        type T { \"\"\" \"\"\" f: S \"no sentence\" g: S \"A sentence.\" h: S }
        """
    )
    found = {name for name in _undescribed(bare) if "deprecated" not in name}
    assert found == {
        "@d", "@d(a)", "E", "E.V", "I", "I.f", "N", "N.f", "Query", "Query.f", "Query.f(a)", "Query.g", "Query.g(u)",
        "S", "T", "T.f", "T.g", "U",
    }  # fmt: skip


def test_every_mutation_takes_one_input_and_answers_a_union_of_what_was_done_or_why_not(
    schema: GraphQLSchema,
) -> None:
    assert schema.mutation_type
    for name, field in schema.mutation_type.fields.items():
        assert list(field.args) == ["input"], name
        assert isinstance(field.args["input"].type, GraphQLNonNull), name
        union = get_named_type(field.type)
        assert isinstance(union, GraphQLUnionType), name
        assert "Refused" in {member.name for member in union.types}, name
        for member in union.types:
            interfaces = {interface.name for interface in member.interfaces}
            done = "Accepted" in interfaces or member.name.endswith("Accepted")
            assert done or "Refusal" in interfaces or member.name == "UploadTicket", (name, member.name)


def test_every_act_of_the_domain_has_its_mutation(schema: GraphQLSchema) -> None:
    assert schema.mutation_type
    mutations = set(schema.mutation_type.fields)
    # The engine's own; what `concertation import` asks; `addRepresentative` and `removeRepresentative`.
    own = {"Tick", "RecordSeal", "AdmitInvited", "EnrolMembers", "AssignOrganisation"}
    for act in Act.__args__:
        if act.__name__ not in own:
            assert act.__name__[0].lower() + act.__name__[1:] in mutations, act.__name__


IDEMPOTENT = {
    "endOtherSessions", "endSession",
    "publishProcedure", "openInvitation", "acceptInvitation", "declineInvitation", "reissueInvitationCode", "remind",
    "removeWebhook", "retryNotice", "revokeAccessToken", "setContact", "setReminderDays", "signInWithCode",
}  # fmt: skip
"""Said again, they change nothing more; a code issued again voids the one before, a sign-in the token before."""


def test_every_mutation_has_an_idempotency_key_except_what_is_idempotent_by_its_content(
    schema: GraphQLSchema,
) -> None:
    assert schema.mutation_type
    for name, field in schema.mutation_type.fields.items():
        kind = get_named_type(field.args["input"].type)
        assert isinstance(kind, GraphQLInputObjectType)
        assert ("idempotencyKey" in kind.fields) == (name not in IDEMPOTENT), name


@pytest.mark.parametrize("file", sorted(OPERATIONS.glob("*.graphql")), ids=lambda file: file.stem)
def test_every_document_is_valid_and_named_after_its_operation(file: Path, schema: GraphQLSchema) -> None:
    document = parse(file.read_text())
    assert validate(schema, document) == []
    names = [
        d.name.value
        for d in document.definitions
        if isinstance(d, graphql.OperationDefinitionNode) and d.name
    ]
    assert names == [file.stem]


def test_there_is_a_document_for_every_mutation(schema: GraphQLSchema) -> None:
    assert schema.mutation_type
    documents = {file.stem for file in OPERATIONS.glob("*.graphql")}
    assert {name[0].upper() + name[1:] for name in schema.mutation_type.fields} <= documents


def test_a_change_that_breaks_clients_is_named() -> None:
    before = "type Query { a: Int b: Int }"
    assert compare(before, before).breaking == ()
    assert not compare(before, before).differs
    added = compare(before, "type Query { a: Int b: Int c: Int }")
    assert added.differs
    assert added.breaking == ()
    assert compare(before, "type Query { a: Int }").breaking == ("FIELD_REMOVED: Field Query.b was removed.",)


def test_every_code_of_a_refusal_has_its_sentence() -> None:
    assert [code for code in Code if not has_text(f"refusal.{code}")] == []


@pytest.mark.parametrize("keys", [("x",), ("a", "b"), ("été", "1", "clé"), ("a/b",)])
def test_a_global_id_names_a_type_and_its_keys(keys: tuple[str, ...]) -> None:
    found = read_global_id(global_id("Stage", *keys))
    assert found == ("Stage", tuple("/".join(keys).split("/")))


@pytest.mark.parametrize("wrong", ["", "x", "é", "====", "\ud800", "a" * 2000, "QQ", "Og", "AAAA", "\0"])
def test_what_is_no_global_id_is_not_read(wrong: str) -> None:
    assert read_global_id(wrong) is None


def test_directives_of_the_contract_are_those_of_the_specification(schema: GraphQLSchema) -> None:
    assert {d.name for d in schema.directives} == {"skip", "include", "deprecated", "specifiedBy", "oneOf"}
    assert all(isinstance(d.locations[0], DirectiveLocation) for d in schema.directives)


def test_no_french_and_english_are_mixed_in_descriptions(schema: GraphQLSchema) -> None:
    words = re.compile(r"\b(le|la|les|des|une|dans|pour)\b")
    french = [name for name, kind in schema.type_map.items() if words.search(kind.description or "")]
    assert french == []
