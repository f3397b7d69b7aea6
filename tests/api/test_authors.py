"""Who wrote a contribution: members and, where everybody may answer, people who are none."""

from __future__ import annotations

from typing import Any

import pytest

from api.ids import global_id
from tests.api.house import House, pseudonym
from tests.api.stage import CLERK, Stage
from tests.api.test_pages import statements
from tests.unit import procedures as write

__all__ = ["statements"]

pytestmark = pytest.mark.postgres

NODES = """nodes { id author { id pseudonym name enrolled college { key } organisation represents { id } terms { seat }
    leftAt } typedBy { pseudonym name } versions { typedBy { pseudonym } } }"""
PAGE = '{ contributions(stage: "appel", round: 1, first: %s) { ' + NODES + " } }"
NODE = "query($id: ID!) { node(id: $id) { __typename ... on Member { pseudonym name enrolled } } }"


async def open_to_all(house: House, visibility: str = "live") -> Stage:
    """Open a call for input that everybody may answer."""
    procedure = write.procedure(
        write.call_for_input(admission="open", visibility={"contributions": visibility}),
        offices=[*write.OFFICES, CLERK],
    )
    stage = Stage(house, procedure)
    await stage.open()
    return stage


async def author_seen(stage: Stage, as_: str | None) -> Any:
    (node,) = (await stage.about(PAGE % 10, as_))["contributions"]["nodes"]
    return node


async def test_an_author_who_is_no_member_sees_themself_and_is_seen_by_who_keeps_the_concertation(
    house: House,
) -> None:
    stage = await open_to_all(house)
    await stage.contribute("passer-by", themes=[])
    for name in ("passer-by", "coordinator", "warden"):
        node = await author_seen(stage, name)
        assert node["author"] == {
            "id": node["author"]["id"],
            "pseudonym": pseudonym("passer-by"),
            "name": None,
            "enrolled": False,
            "college": None,
            "organisation": None,
            "represents": None,
            "terms": [],
            "leftAt": None,
        }
        assert node["typedBy"] == {"pseudonym": pseudonym("passer-by"), "name": None}
        assert node["versions"] == [{"typedBy": {"pseudonym": pseudonym("passer-by")}}]
        again = (await house.ask(NODE, {"id": node["author"]["id"]}, name))["node"]
        assert again == {
            "__typename": "Member",
            "pseudonym": pseudonym("passer-by"),
            "name": None,
            "enrolled": False,
        }
    hidden = node["author"]["id"]
    for other in ("citizen", "ada", "writer", None):
        node = await author_seen(stage, other)
        assert (node["author"], node["typedBy"]) == (None, None), "as for members"
        assert (await house.ask(NODE, {"id": hidden}, other))["node"] is None


async def test_the_name_that_a_clerk_was_told_is_kept_and_shown_as_those_of_members_are(house: House) -> None:
    stage = await open_to_all(house)
    told = {"person": {"name": "Personne de passage"}}
    form = {"stage": "appel", "round": 1, "channel": "PAPER", "body": "Au stylo."}
    await stage.do("RecordContribution", "clerk", **form, author=told)
    node = await author_seen(stage, "coordinator")
    assert (node["author"]["name"], node["author"]["enrolled"]) == ("Personne de passage", False)
    assert node["typedBy"]["name"] == "Clerk"
    assert (await author_seen(stage, "citizen"))["author"] is None


async def test_who_is_a_member_is_told_as_one(house: House) -> None:
    stage = await open_to_all(house)
    await stage.contribute("citizen", themes=[])
    author = (await author_seen(stage, "coordinator"))["author"]
    assert (author["id"], author["enrolled"]) == (stage.members["citizen"], True)
    nobody = author["id"].replace(author["id"][-8:], "AAAAAAAA")
    assert (await house.ask(NODE, {"id": nobody}, "coordinator"))["node"] is None


async def test_who_has_said_nothing_is_no_person_of_the_concertation(house: House) -> None:
    stage = await open_to_all(house)
    silent = global_id("Member", stage.key, pseudonym("passer-by"))
    for name in ("passer-by", "coordinator"):
        assert (await house.ask(NODE, {"id": silent}, name))["node"] is None


async def test_authors_who_are_no_members_take_no_statement_each(house: House, statements: list[str]) -> None:
    stage = await open_to_all(house)
    for n in range(6):
        await stage.contribute(f"passer-by {n}", themes=[])
    counts = set()
    for first in (1, 6):
        statements.clear()
        nodes = (await stage.about(PAGE % first))["contributions"]["nodes"]
        assert all(node["author"] for node in nodes)
        counts.add(len(statements))
    assert len(counts) == 1
