"""Finding contributions through the API: filters, words, facets, orders, hints, and bad input."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import Any

import orjson
import pytest

from tests.api.house import House, document
from tests.api.stage import Stage
from tests.api.test_pages import statements

__all__ = ["statements"]

pytestmark = pytest.mark.postgres


async def found(stage: Stage, as_: str | None = "coordinator", **variables: Any) -> Any:
    data = await stage.house.ask("Contributions", {"id": stage.id, "stage": "appel", **variables}, as_)
    return data["concertation"]["contributions"]


async def test_filters_and_words_are_combined_and_counted(stage: Stage) -> None:
    await stage.open()
    await stage.contribute("citizen", "Une évaluation éthique.", themes=["sante"])
    await stage.contribute("prefect", "Des évaluations, mais vite.", themes=[])
    everything = await found(stage)
    assert (everything["totalCount"], everything["totalIsExact"]) == (2, True)
    searched = await found(stage, filter={"search": "EVALUATION -ethique"})
    assert [n["body"] for n in searched["nodes"]] == ["Des évaluations, mais vite."]
    assert searched["totalCount"] == 1
    themed = await found(stage, filter={"theme": "sante", "college": "locales", "channel": "ONLINE"})
    assert [n["body"] for n in themed["nodes"]] == ["Une évaluation éthique."]
    newest = await found(stage, orderBy="NEWEST_FIRST")
    assert newest["nodes"] == everything["nodes"][::-1]
    later = await found(stage, filter={"from": everything["nodes"][1]["submittedAt"]})
    assert later["nodes"] == everything["nodes"][1:]
    assert (await found(stage, filter={"to": everything["nodes"][0]["submittedAt"]}))["totalCount"] == 0
    assert (await found(stage, None))["totalCount"] == 0


async def test_pages_go_on_from_their_last_cursor_in_either_order(stage: Stage) -> None:
    await stage.open()
    for n in range(5):
        await stage.enrol(f"person {n}", college="locales")
        await stage.contribute(f"person {n}", f"Texte {n}")
    for order, numbers in (("RECEPTION", range(5)), ("NEWEST_FIRST", range(4, -1, -1))):
        bodies: list[str] = []
        info = {"hasNextPage": True, "endCursor": None}
        while info["hasNextPage"]:
            page = await found(stage, first=2, after=info["endCursor"], orderBy=order)
            bodies += [n["body"] for n in page["nodes"]]
            info = page["pageInfo"]
        assert bodies == [f"Texte {n}" for n in numbers]


async def test_what_is_most_about_the_words_comes_first_in_pages_of_one_ranking(stage: Stage) -> None:
    await stage.open()
    for n in range(5):
        await stage.enrol(f"person {n}", college="locales")
        await stage.contribute(f"person {n}", "Un guichet humain. " * (1 + n * 2 % 5))
    wanted: dict[str, Any] = {"filter": {"search": "GUICHETS"}, "orderBy": "RELEVANCE", "first": 2}
    page = await found(stage, **wanted)
    numbers = []
    while True:
        assert page["isRankedWhole"]
        assert page["totalCount"] >= 5
        numbers += [n["body"].count("guichet") for n in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        await stage.enrol(f"later {len(numbers)}", college="locales")
        await stage.contribute(f"later {len(numbers)}", "Un guichet humain. " * 3)
        page = await found(stage, **wanted, after=page["pageInfo"]["endCursor"])
    assert numbers == [5, 4, 3, 2, 1]
    assert (await found(stage, as_=None, **wanted))["nodes"] == []
    for search in (None, "", " "):
        variables = {"id": stage.id, "stage": "appel", "orderBy": "RELEVANCE", "filter": {"search": search}}
        response = await stage.house.post(document("Contributions"), variables, "coordinator")
        assert response.json()["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "input": ["orderBy"]}


async def test_facets_are_for_those_who_may_read_and_come_from_the_counters(stage: Stage) -> None:
    await stage.open()
    await stage.contribute("citizen")
    variables: dict[str, Any] = {"id": stage.id, "stage": "appel"}

    async def facets(as_: str | None, **wanted: Any) -> Any:
        data = await stage.house.ask("ContributionFacets", {**variables, "filter": wanted}, as_)
        return data["concertation"]["contributions"]["facets"]

    assert await facets("coordinator") == {
        "byCollege": [{"key": "locales", "count": 1}],
        "byChannel": [{"key": "online", "count": 1}],
        "byTheme": [{"key": "sante", "count": 1}],
        "byDepartement": [],
    }
    assert (await facets(None))["byCollege"] == []
    assert await facets("coordinator", state="HIDDEN") is None
    searched = await facets("coordinator", search="formation", territory="97105")
    assert searched == {"byCollege": [], "byChannel": [], "byTheme": [], "byDepartement": []}
    assert await facets("coordinator", search="formations") == await facets("coordinator")
    assert (await facets(None, search="formations"))["byCollege"] == []
    assert await facets("coordinator", territory="971") is not None


async def test_the_statements_of_a_page_do_not_grow_with_it(stage: Stage, statements: list[str]) -> None:
    await stage.open()
    for n in range(6):
        await stage.enrol(f"person {n}", college="locales")
        await stage.contribute(f"person {n}")
    counts = set()
    for first in (1, 5):
        for wanted in ({}, {"search": "formation", "college": "locales"}):
            statements.clear()
            await found(stage, first=first, filter=wanted)
            counts.add(len(statements))
    assert len(counts) == 1
    assert counts.pop() <= 5


@pytest.mark.parametrize(
    "filter",
    [
        {"search": "x" * 201},
        {"search": "a\u0000b"},
        {"college": "a\u0007"},
        {"theme": "\u0085"},
        {"territory": "9" * 201},
    ],
)
async def test_what_is_no_text_is_refused(stage: Stage, filter: dict[str, str]) -> None:
    await stage.open()
    variables = {"id": stage.id, "stage": "appel", "filter": filter}
    response = await stage.house.post(document("Contributions"), variables, "coordinator")
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


PLACE = ("2026-01-01T00:00:00Z", "0197c4b2-0000-7000-8000-000000000000")


def forged(position: Any) -> str:
    return urlsafe_b64encode(orjson.dumps(position)).decode().rstrip("=")


@pytest.mark.parametrize(
    "after",
    [
        "",
        "x",
        forged("a"),
        forged(["a", "b"]),
        forged(["2026-01-01T00:00:00", "0197c4b2-0000-7000-8000-000000000000"]),
        forged(["2026-01-01T00:00:00Z", "1"]),
        forged([1, 2]),
        forged(["2026-01-01T00:00:00Z", "0197c4b2-0000-7000-8000-000000000000", 3]),
        forged(["0001-01-01T00:00:00+14:00", "0197c4b2-0000-7000-8000-000000000000"]),
        forged([1, *PLACE, *PLACE, "", "x"]),
        forged([1, "", "", *PLACE, "", ""]),
        forged([-1, *PLACE, *PLACE, "", ""]),
        forged([2**31, *PLACE, *PLACE, "", ""]),
        forged([True, *PLACE, *PLACE, "", ""]),
        forged([-1, "", "", "", "", "", ""]),
    ],
)
@pytest.mark.parametrize("order", ["RECEPTION", "RELEVANCE"])
async def test_a_forged_cursor_is_refused(stage: Stage, after: str, order: str) -> None:
    await stage.open()
    variables = {
        "id": stage.id,
        "stage": "appel",
        "after": after,
        "orderBy": order,
        "filter": {"search": "x"},
    }
    response = await stage.house.post(document("Contributions"), variables, "coordinator")
    assert response.json()["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "input": ["after"]}


async def test_a_negative_page_is_refused_and_an_unknown_stage_is_empty(stage: Stage) -> None:
    await stage.open()
    variables = {"id": stage.id, "stage": "appel", "first": -1}
    response = await stage.house.post(document("Contributions"), variables, "coordinator")
    assert response.json()["errors"][0]["extensions"]["input"] == ["first"]
    unknown = await stage.house.ask("Contributions", {"id": stage.id, "stage": "rien"}, "coordinator")
    assert unknown["concertation"]["contributions"]["totalCount"] == 0


async def test_what_says_much_the_same_is_suggested_to_who_may_read_the_stage(stage: Stage) -> None:
    await stage.open()
    text = (
        "Nous demandons une évaluation indépendante des expérimentations avant toute généralisation, "
        "une formation sérieuse des fonctionnaires territoriaux et une transparence complète des algorithmes."
    )
    await stage.contribute("citizen", text)
    await stage.contribute("prefect", text + " Merci.")
    one, other = (await found(stage))["nodes"]

    async def similar(as_: str | None, id: str = one["id"]) -> Any:
        return (await stage.house.ask("SimilarContributions", {"id": id}, as_))["similarContributions"]

    (hint,) = await similar("coordinator")
    assert hint["contribution"]["id"] == other["id"]
    assert 0.9 < hint["likeness"] < 1
    assert await similar("citizen") == []
    assert await similar(None) == []
    assert await similar("coordinator", id=stage.id) == []
    assert await similar("coordinator", id="x") == []


async def test_the_figures_of_an_open_stage_follow_from_its_counters(stage: Stage, house: House) -> None:
    await stage.open()
    await stage.contribute("citizen")
    await stage.contribute("prefect")
    (figures,) = (await house.ask("Concertation", {"slug": "essai"}))["concertation"]["figures"]
    assert figures["total"] == 2
    assert figures["byCollege"] == [{"key": "locales", "count": 2}]
