"""Ids: each gives its own object or nothing, and nothing looks alike whether it is not there or not for the viewer."""

from __future__ import annotations

from itertools import islice, product
from typing import Any
from uuid import uuid4

import pytest
from graphql import GraphQLInterfaceType

from api.ids import global_id, read_global_id
from api.proving import ProvingSchema
from tests.api import play
from tests.api.filling import PLAIN, Give, mutations
from tests.api.house import House, pseudonym
from tests.api.stage import Stage

pytestmark = pytest.mark.postgres

VIEWERS = (None, "stranger", "citizen", "prefect", "operator", "ada", "clerk", "coordinator")
EVERYTHING = """{ id stages { id } informationFile { id } offices { id } members { nodes { id } } ballots { id }
    hearings { id } opinions { id reservations { id } } syntheses { id recommendations { id } } delegations { id }
    commitments { id } ledger(first: 40) { nodes { id } } procedure { id } meetings { id }
    contributions(stage: "appel") { nodes { id } } organisations { nodes { id } } }"""
OTHERS = (
    "Notice",
    "AccessToken",
    "Webhook",
    "Draft",
    "Receipt",
    "Person",
    "Batch",
    "Session",
    "Viewer",
    "Query",
    "",
)
"""Types whose objects have ids that no `node` answers to, and some that are none."""


def node_types(schema: ProvingSchema) -> list[str]:
    """The types that can be asked for by their ids."""
    graph = schema._schema
    interface = graph.type_map["Node"]
    assert isinstance(interface, GraphQLInterfaceType)
    return sorted(type_.name for type_ in graph.get_possible_types(interface))


def ids_in(value: Any) -> set[str]:
    """Every id in an answer."""
    if isinstance(value, dict):
        own = {value["id"]} if isinstance(value.get("id"), str) else set()
        return own.union(*(ids_in(v) for v in value.values()))
    return set().union(*(ids_in(v) for v in value)) if isinstance(value, list) else set()


async def nodes(house: House, ids: list[str], as_: str | None) -> dict[str, str | None]:
    """Ask for many at once: the id that each answers with."""
    found: dict[str, str | None] = {}
    left = iter(ids)
    while some := list(islice(left, 20)):
        names = [f"n{number}" for number in range(len(some))]
        declared = ", ".join(f"${name}: ID!" for name in names)
        asked = " ".join(f"{name}: node(id: ${name}) {{ __typename id }}" for name in names)
        response = await house.post(
            f"query({declared}) {{ {asked} }}", dict(zip(names, some, strict=True)), as_
        )
        answer = response.json()
        assert response.status_code == 200
        assert "errors" not in answer, (some, answer)
        found |= {
            id: answer["data"][name] and answer["data"][name]["id"]
            for name, id in zip(names, some, strict=True)
        }
    return found


async def _whole(stage: Stage) -> set[str]:
    await stage.open()
    sent = await stage.contribute("citizen")
    await play.hear(stage)
    await play.adopt(stage)
    recommendation = await play.synthesise(stage, [sent["receipt"]["contribution"]["id"]])
    await play.decide(stage, recommendation)
    return ids_in(await stage.about(EVERYTHING))


async def test_an_id_gives_its_own_object_or_nothing(stage: Stage, schema: ProvingSchema) -> None:
    """Keys under the name of every type, in every concertation, for everybody: no other object than the one named."""
    known = await _whole(stage)
    here, elsewhere = stage.key, str(uuid4())
    keys = {found[1][1:] for id in known if (found := read_global_id(id)) and found[1][0] == here}
    keys |= {
        ("0",),
        ("1",),
        ("01",),
        ("-1",),
        ("١",),
        ("²",),
        ("1/2",),
        ("",),
        ("", ""),
        ("%",),
        ("_",),
        ("*",),
    }
    keys |= {
        (pseudonym("citizen"),),
        (pseudonym("nobody"),),
        (str(uuid4()),),
        ("1", "appel", ""),
        ("9" * 30,),
    }
    sample = sorted(keys)[:: max(1, len(keys) // 70)] + sorted(key for key in keys if len("".join(key)) < 8)
    types = (*node_types(schema), "Event", *OTHERS)
    made_up = {global_id(type_, here, *key) for type_, key in product(types, sample)} - known
    for viewer in (None, "coordinator"):
        for id, answered in (await nodes(stage.house, sorted(made_up), viewer)).items():
            assert answered in (None, id), (viewer, read_global_id(id), answered and read_global_id(answered))
    moved = {
        global_id(found[0], elsewhere, *found[1][1:])
        for id in known
        if (found := read_global_id(id)) and found[1][0] == here
    }
    for viewer in VIEWERS:
        assert set((await nodes(stage.house, sorted(moved), viewer)).values()) == {None}


MALFORMED = (
    "", " ", "x", "=", "====", "\x00", "é", "🎈", "Concertation:1", "null", "0", "-1", "a" * 501, "a" * 100_000,
    "/", "../..", "'; DROP TABLE person; --", "%", "Q29uY2VydGF0aW9u", "Q29uY2VydGF0aW9uOg",
    "/w", "\ud7ff", "\u202e", "$1", "\\",
)  # fmt: skip


@pytest.mark.parametrize("viewer", [None, "coordinator"])
async def test_what_is_no_id_gives_nothing_and_says_nothing(stage: Stage, viewer: str | None) -> None:
    await stage.draft()
    bare = "query($id: ID!) { node(id: $id) { id } }"
    for id in MALFORMED:
        response = await stage.house.post(bare, {"id": id}, viewer)
        answer = response.json()
        if "\x00" in id or len(id) > 50_000:
            assert response.status_code in (200, 400)
        else:
            assert (response.status_code, answer) == (200, {"data": {"node": None}}), id
    for id in (stage.id + "=", stage.id + "==", stage.id[:-1], stage.id.lower(), f" {stage.id}", stage.key):
        if id != stage.id:
            assert (await stage.house.ask(bare, {"id": id}, viewer)) == {"node": None}, id


async def test_nothing_of_a_draft_is_there_for_others(stage: Stage) -> None:
    await stage.draft()
    await stage.staff()
    await stage.do(
        "AttachDocument", "coordinator", title={"fr": "Dossier"}, text={"fr": "Les faits."}, stage="appel"
    )
    known = ids_in(
        await stage.about(EVERYTHING.replace('contributions(stage: "appel") { nodes { id } }', ""))
    )
    ours = sorted(id for id in known if (found := read_global_id(id)) and found[1][0] == stage.key)
    assert len(ours) > 40
    seen = await nodes(stage.house, ours, "coordinator")
    assert all(seen[id] == id for id in ours)
    for viewer in (None, "stranger", "citizen", "operator"):
        assert set((await nodes(stage.house, ours, viewer)).values()) == {None}, viewer
    bare = "query($id: ID!) { node(id: $id) { id } concertation(id: $id) { id } }"
    for id in (stage.id, global_id("Concertation", uuid4()), stage.key, str(uuid4())):
        for viewer in (None, "stranger"):
            response = await stage.house.post(bare, {"id": id}, viewer)
            assert response.json() == {"data": {"node": None, "concertation": None}}


async def test_of_others_nothing_is_there_before_it_is_out(stage: Stage) -> None:
    await stage.open()
    sent = await stage.contribute("citizen")
    contribution = sent["receipt"]["contribution"]["id"]
    made_up = global_id("Contribution", stage.key, uuid4())
    query = """query($id: ID!) { node(id: $id) { __typename id ... on Contribution { body receiptCode } } }"""
    for viewer in (None, "stranger", "prefect", "clerk", "dinum"):
        theirs, none = [
            (await stage.house.post(query, {"id": id}, viewer)).json() for id in (contribution, made_up)
        ]
        assert theirs == none == {"data": {"node": None}}, viewer
    assert (await stage.house.ask(query, {"id": contribution}, "citizen"))["node"]["receiptCode"]
    early = (await stage.house.ask(query, {"id": contribution}, "coordinator"))["node"]
    assert early["body"]
    assert early["receiptCode"] is None


async def test_mutations_tell_objects_of_others_from_nothing_by_no_word(
    stage: Stage, schema: ProvingSchema
) -> None:
    """Every id of every mutation: an object in a draft of others, and one that is not there, are answered alike."""
    await stage.open()
    await stage.do("AppointMember", "coordinator", office="coordination", memberId=stage.members["prefect"])
    other = Stage(stage.house)
    drafted = await stage.house.done(
        "DraftConcertation", "coordinator", slug="autre", title={"fr": "Autre"}, procedure="essai"
    )
    other.id = drafted["concertation"]["id"]
    await other.enrol("citizen")
    await other.do("AttachDocument", "coordinator", title={"fr": "Dossier"}, text={"fr": "Les faits."})
    known = ids_in(
        await other.about(EVERYTHING.replace('contributions(stage: "appel") { nodes { id } }', ""))
    )
    by_type = {
        found[0]: id
        for id in sorted(known)
        if (found := read_global_id(id)) and found[1][0] == other.key and len(found[1]) > 1
    }
    assert {"Member", "Document", "Office", "Event"} <= by_type.keys()
    before = await stage.house.clock_and_ledger()
    tried = 0
    for asked in mutations(schema._schema):
        names: list[str] = []
        asked.variables(_noting(names))
        for name, type_ in product(dict.fromkeys(names), sorted(by_type)):
            answers = []
            for id in (by_type[type_], _like(by_type[type_])):
                tried += 1
                give = _giving(name, id, f"n{tried}", stage)
                response = await stage.house.post(asked.document, asked.variables(give), "prefect")
                assert response.status_code == 200, (asked.name, response.text)
                assert "INTERNAL" not in response.text, (asked.name, response.text)
                answers.append(_without(response.json(), id))
            assert answers[0] == answers[1], (asked.name, name, type_)
            assert "Accepted" not in answers[0], (asked.name, name, type_)
    assert tried > 300
    assert await stage.house.clock_and_ledger() == before


def _noting(names: list[str]) -> Give:
    def note(field: str, scalar: str) -> None:
        if scalar == "ID":
            names.append(field)

    return note


def _giving(named: str, id: str, key: str, stage: Stage) -> Any:
    def give(field: str, scalar: str) -> Any:
        if field == "idempotencyKey":
            return key
        if scalar == "ID":
            return (
                id if field == named else stage.id if field == "concertationId" else stage.members["citizen"]
            )
        return {"Multilingual": {"fr": "x"}, "String": "x"}.get(scalar, PLAIN.get(scalar))

    return give


def _like(id: str) -> str:
    """The id of something of the same type and concertation that is not there."""
    found = read_global_id(id)
    assert found is not None
    return global_id(found[0], *found[1][:-1], "999" if found[0] == "Event" else uuid4())


def _without(answer: Any, id: str) -> str:
    found = read_global_id(id)
    assert found is not None
    text = str(answer)
    for said in (id, found[1][-1]):
        text = text.replace(f"{said}", "·") if len(said) > 3 else text
    return text
