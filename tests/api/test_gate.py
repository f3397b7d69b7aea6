"""The gate: what documents ask for is counted by looking at each selection once; what is too much is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema, get_introspection_query, parse

from api.faults import AsksTooMuch, Bound
from api.gate import DEEPEST_WALK, LARGEST_PAGE, MOST, Measure, listed, measure
from api.parsing import MOST_CHARACTERS, MOST_TOKENS, Documents, Parsed
from api.proving import ProvingSchema

OPERATIONS = Path(__file__).parents[2] / "graphql" / "operations"

SCHEMA = build_schema(
    """
    type Query { word: String item: Item items(first: Int, after: String): Items few(first: Int!): [Item!] }
    type Items { nodes: [Item!] totalCount: Int }
    type Item { id: ID word: String item: Item items(first: Int, after: String): Items }
    """
)

assert SCHEMA.query_type
SCHEMA.query_type.fields["few"].args["first"].default_value = 5  # where Strawberry writes it


def counted(document: str, schema: GraphQLSchema = SCHEMA) -> Measure:
    return measure(parse(document), schema)


def cost(document: str, variables: dict[str, Any] | None = None) -> int:
    (found,) = counted(document).costs.values()
    return found.of(variables or {})


def refused(document: str) -> Bound | None:
    found = Documents(SCHEMA).read(document)
    assert isinstance(found, Parsed | AsksTooMuch), found
    return found.bound if isinstance(found, AsksTooMuch) else None


def chain(links: int, selection: str = "a: item {{ ...F{n} }} b: item {{ ...F{n} }}") -> str:
    """Give a document that is twice as large with each fragment, if fragments are written out."""
    fragments = " ".join(f"fragment F{n} on Item {{ {selection.format(n=n + 1)} }}" for n in range(links))
    return f"{{ item {{ ...F0 }} }} {fragments} fragment F{links} on Item {{ id }}"


def test_what_a_document_asks_for_is_counted_with_its_fragments_written_out() -> None:
    found = counted(
        "query Q($x: Int @a) @b { x: item @c { ...F } item { ... on Item @d { ...F @e } } } "
        "fragment F on Item @f { id w: word }"
    )
    assert found.asked == {
        Bound.DIRECTIVES: 6, Bound.ALIASES: 2, Bound.ROOTS: 2, Bound.LEVELS: 2, Bound.FIELDS: 6, Bound.REPEATS: 0,
    }  # fmt: skip
    assert found.costs["Q"].of({}) == 6


def test_what_is_asked_about_the_schema_costs_as_much_as_the_schema_has() -> None:
    lists = listed(SCHEMA)
    types = lists["__Schema.types"]
    assert types == round(len(SCHEMA.type_map) / 4)
    assert cost("{ __schema { queryType { name } } }") == 3
    assert cost("{ __schema { types { name kind } } }") == 2 + types * 2
    assert cost("{ __schema { types { ...F } } } fragment F on __Type { fields { name } }") == 2 + types * (
        1 + lists["__Type.fields"]
    )
    assert cost('{ __type(name: "Item") { fields { name } } }') == 2 + lists["__Type.fields"]


def test_the_usual_question_about_the_schema_is_let_through(schema: ProvingSchema) -> None:
    (asked,) = counted(get_introspection_query(), schema._schema).costs.values()
    print(f"introspection costs {asked.of({})} of {MOST[Bound.COST]}")
    assert 10_000 < asked.of({}) < MOST[Bound.COST]


def test_each_selection_is_looked_at_once_however_often_it_is_spread() -> None:
    for links in (5, 15, 45):
        found = counted(chain(links, "...F{n} ...F{n}"))
        assert found.work <= 2 * (2 * links + 3)
        assert found.asked[Bound.FIELDS] == 2**links + 1


def test_fields_that_stand_for_the_same_answer_are_paired_wherever_they_are_written() -> None:
    repeats = counted(
        "{ item { ...F ...F ... on Item { id w: id } } item { id item { word } } } "
        "fragment F on Item { id item { w: word word ...G } } fragment G on Item { word }"
    ).asked[Bound.REPEATS]
    # item 2; id 3; item.item 2; item.item.word 3 (each fragment once)
    assert repeats == 1 + 3 + 1 + 3


def test_fragments_that_ask_for_nothing_are_not_looked_at_again_and_again() -> None:
    found = counted(chain(45, "...F{n} ...F{n}").replace("{ id }", "{ ...Nothing }"))
    assert found.work <= 2 * (2 * 45 + 3)


def test_the_levels_of_a_chain_are_those_of_its_fragments_together() -> None:
    assert counted(chain(10)).asked[Bound.LEVELS] == 12


@pytest.mark.parametrize(
    ("document", "bound"),
    [
        (chain(17), Bound.FIELDS),
        (chain(45, "...F{n} ...F{n}"), Bound.FIELDS),
        (chain(45, "...F{n} ...F{n} ...F{n}") + " fragment Spare on Item { id }", Bound.FIELDS),
        (chain(17).replace("...F0", "id"), Bound.FIELDS),
        (chain(60, "id"), Bound.FRAGMENTS),
        (chain(40), Bound.LEVELS),
        ("{ " + "word " * 5_000 + "}", Bound.TOKENS),
        ("{ " + "word " * 1_001 + "}", Bound.ROOTS),
        ("{ item { " + "word " * 1_001 + "} }", Bound.FIELDS),
        ("{ item { " + "word " * 65 + "} }", Bound.REPEATS),
        ("{ item { " + "item { id } " * 50 + "} }", Bound.REPEATS),
        ("{ word } fragment F on Item { " + "word " * 65 + "}", Bound.REPEATS),
        ("{ item { ...F } } fragment F on Item { item { ...F } }", Bound.LEVELS),
        ("{ item { ...F } } fragment F on Item { ...G } fragment G on Item { ...F }", Bound.LEVELS),
        ("{ word } fragment F on Item { a: item { ...F } b: item { ...F } }", Bound.LEVELS),
        ("{ items(first: " + "9" * 9_000 + ") { totalCount } }", Bound.DIGITS),
        ("{ word(a: [{b: 1." + "9" * 9_000 + "}]) }", Bound.DIGITS),
        ("query " + "@a " * 1_000 + "{ word }", Bound.TOKENS),
        ("query " + "@a " * 500 + "{ word }", Bound.DIRECTIVES),
        ("query (" + "$a: Int @a " * 100 + ") { word }", Bound.DIRECTIVES),
        ("{ item { " + " ".join(f"a{n}: word" for n in range(101)) + " } }", Bound.ALIASES),
        ("{ " + " ".join(f"a{n}: word" for n in range(21)) + " }", Bound.ROOTS),
        ("{ " + "item { " * 20 + "id" + " }" * 21, Bound.LEVELS),
        ("{ " + "... { " * DEEPEST_WALK + "word" + " }" * DEEPEST_WALK + " }", Bound.LEVELS),
        ("{ word(a: " + "[" * 51 + "]" * 51 + ") }", Bound.VALUES),
        ("{ word(a: " + "{a: [" * 26 + "]}" * 26 + ") }", Bound.VALUES),
        ("{ word @a(a: " + "[" * 51 + "]" * 51 + ") }", Bound.VALUES),
        ("query ($a: Int = " + "[" * 51 + "]" * 51 + ") { word }", Bound.VALUES),
        ("{ word } # " + "x" * MOST_CHARACTERS, Bound.CHARACTERS),
    ],
    ids=lambda given: str(given)[:30],
)  # fmt: skip
def test_what_asks_for_too_much_is_refused(document: str, bound: Bound) -> None:
    assert refused(document) is bound


def test_what_is_just_within_a_bound_is_not_refused() -> None:
    assert refused("{ item { " + " ".join(f"word{n}" for n in range(999)) + "} }") is None
    assert refused("{ item { " + "word " * 63 + "} }") is None
    assert refused("{ items(first: " + "9" * 400 + ") { totalCount } }") is None
    assert refused("{ " + "item { " * 19 + "id" + " }" * 20) is None
    assert refused("{ word(a: " + "[" * 50 + "]" * 50 + ") }") is None
    assert refused("{ " + "word\n#\n" * 20 + "}") is None


@pytest.mark.parametrize(
    "document",
    [
        "{ ...Nothing }",
        "{ nothing { nothing } }",
        "{ item { ... on Nothing { id } } }",
        "mutation { act }",
        "type Query { word: String }",
    ],
)
def test_what_validation_will_refuse_is_counted_as_written(document: str) -> None:
    assert refused(document) is None


def test_a_page_costs_its_size_times_what_is_under_it() -> None:
    assert cost("{ items(first: 10) { nodes { id word } totalCount } }") == 1 + 10 * 4
    assert cost("{ items(first: 10) { nodes { items(first: 5) { nodes { id } } } } }") == 1 + 10 * (2 + 5 * 2)
    assert cost("{ item { items(first: 3) { ...P } } } fragment P on Items { nodes { id } }") == 2 + 3 * 2


def test_a_page_without_a_size_has_that_of_the_schema() -> None:
    assert cost("{ few { id } }") == 1 + 5
    assert cost("{ items { totalCount } }") == 1 + 20
    assert cost("{ items(first: null) { totalCount } }") == 1 + 20


def test_the_size_may_come_from_a_variable() -> None:
    fragment = "fragment P on Items { nodes { id } }"
    query = "query ($n: Int) { items(first: $n) { ...P } items(first: $n) { ...P } } " + fragment
    assert cost(query, {"n": 7}) == 2 * (1 + 7 * 2)
    assert cost(query) == cost(query, {"n": None}) == 2 * (1 + 20 * 2)
    assert cost(query.replace("Int)", "Int = 3)")) == 2 * (1 + 3 * 2)
    assert cost(query.replace("Int)", "Int = 3)"), {"n": 0}) == 2
    nonsense: Any
    for nonsense in ("7", True, 7.5, [], {}):
        assert cost(query, {"n": nonsense}) == cost(query)


def test_no_page_is_larger_than_the_largest_and_none_less_than_nothing() -> None:
    for size in ("1000000", "9" * 400):
        assert cost(f"{{ items(first: {size}) {{ totalCount }} }}") == 1 + LARGEST_PAGE
    assert cost("{ items(first: -5) { totalCount } }") == 1
    assert cost(f"query ($n: Int = {'9' * 400}) {{ items(first: $n) {{ totalCount }} }}") == 1 + LARGEST_PAGE


def test_pages_in_pages_are_reckoned_once_for_each_fragment() -> None:
    pages = "items(first: $n) {{ nodes {{ ...F{n} }} }} x: items(first: $n) {{ nodes {{ ...F{n} }} }}"
    document = "query Q($n: Int) " + chain(40, pages)
    with pytest.raises(AsksTooMuch):
        counted(document)  # too deep to be followed
    (found,) = counted("query Q($n: Int) " + chain(20, pages)).costs.values()
    seen: dict[int, int] = {}
    assert found.of({"n": 100}, seen) > 200**20
    assert len(seen) <= 10 * 21


def test_what_an_operation_costs_is_refused_by_its_variables() -> None:
    found = counted(
        "query A($n: Int) { items(first: $n) { nodes { items(first: $n) { nodes { items(first: $n) { totalCount } } } "
        "} } } query B { word }"
    )
    refusal = found.refused("A", {"n": 100})
    assert refusal is not None
    assert refusal.bound is Bound.COST
    assert found.refused("A", {"n": 5}) is None
    assert found.refused("B", {"n": 100}) is None
    assert found.refused(None, {"n": 100}) is not None


def test_why_a_document_is_refused_is_remembered_with_it() -> None:
    documents = Documents(SCHEMA, most=2)
    first = documents.read("{ " + "word " * 21 + "}")
    assert documents.read("{ " + "word " * 21 + "}") is first
    for other in ("{ word }", "{ item { id } }"):
        documents.read(other)
    assert len(documents._known) == 2


@pytest.mark.parametrize("bound", Bound)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_refusal_says_the_bound_and_what_to_do(bound: Bound, language: str) -> None:
    said = AsksTooMuch(bound, 7**5_000, 1_234, (language,)).message
    assert "1234" in said
    assert "{" not in said
    assert said != f"bound.{bound}"
    assert len(said) < 300
    assert "Rien n’a été exécuté." in said or "Nothing was executed." in said


def test_the_projects_own_documents_stay_far_below_the_bounds(schema: ProvingSchema) -> None:
    """Print the largest by each bound, and keep a factor."""
    largest: dict[Bound, tuple[int, str]] = {}

    def keep(bound: Bound, asked: int, name: str) -> None:
        largest[bound] = max(largest.get(bound, (0, "")), (asked, name))

    for path in sorted(OPERATIONS.glob("*.graphql")):
        text = path.read_text()
        found = counted(text, schema._schema)
        for bound, asked in found.asked.items():
            keep(bound, asked, path.name)
        keep(Bound.CHARACTERS, len(text), path.name)
        for one in found.costs.values():
            keep(Bound.COST, one.of({}), path.name)
    for bound, (asked, name) in largest.items():
        most = {Bound.CHARACTERS: MOST_CHARACTERS, Bound.TOKENS: MOST_TOKENS, **MOST}[bound]
        print(f"{bound}: {asked} of {most} ({name})")
        assert asked * (1.5 if bound is Bound.LEVELS else 4) <= most


def test_what_tools_ask_of_the_schema_keeps_to_the_bounds(schema: ProvingSchema) -> None:
    query = get_introspection_query(
        descriptions=True, input_value_deprecation=True, specified_by_url=True, directive_is_repeatable=True
    )
    found = schema.documents.read(query)
    assert isinstance(found, Parsed)
    assert found.measure.introspects
    assert found.measure.refused() is None
