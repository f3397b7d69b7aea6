"""The treatment through the API: what is cited, set aside and left over, and where each contribution went."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from api.ids import global_id
from tests.api.house import House
from tests.api.stage import Stage
from tests.unit import procedures as write

pytestmark = pytest.mark.postgres

PLACE = {"stage": "synthese", "round": 1}
WHEREABOUTS = """query($id: ID!) { node(id: $id) { ... on Contribution {
    recommendations { key } whereabouts { reason item { key __typename } synthesis { round } } } } }"""
ITEM = """query($id: ID!) { node(id: $id) { ... on SynthesisItem {
    key replaces { key } becomes { key } sources { key } sourceConnection(first: 1) { totalCount nodes { key
    contribution { body } } pageInfo { hasNextPage } } } } }"""


@pytest_asyncio.fixture
async def synthesis(house: House) -> Stage:
    """An open synthesis that must treat two thirds, after a call for input to which two people answered."""
    stage = Stage(
        house,
        write.procedure(
            write.call_for_input(), write.synthesis(treatment={"others": "2/3"}), write.decision()
        ),
    )
    await stage.open()
    return stage


REASONS = """query($id: ID!, $slug: String!) {
    node(id: $id) { ... on Contribution { whereabouts { reason reasonLabel } } }
    concertation(slug: $slug) { procedure { setAsideReasons { key label labels } }
        ledger(kinds: ["contributions_set_aside"]) { nodes { summary } } } }"""


async def sent_by(stage: Stage, *names: str) -> list[str]:
    sent = [await stage.contribute(name, body=f"Ce que dit {name}.") for name in names]
    await stage.until("synthese", "OPEN")
    return [answer["receipt"]["contribution"]["id"] for answer in sent]


async def recommend(stage: Stage, **more: Any) -> Any:
    made = await stage.do(
        "MakeRecommendation", "writer", **PLACE, text="Former les agents.", addressees=["dinum"], **more
    )
    return made["recommendation"]


async def treatment(stage: Stage) -> Any:
    found = await stage.house.ask("Treatment", {"slug": "essai"}, "writer")
    return found["concertation"]["syntheses"][0]


async def test_what_is_left_over_is_shown_until_enough_is_cited_or_set_aside(synthesis: Stage) -> None:
    first, second = await sent_by(synthesis, "citizen", "prefect")
    await synthesis.do("SubmitChapter", "writer", **PLACE, text="Le chapitre.")
    made = await recommend(synthesis, sourceIds=[first], inFavour=["locales"])
    seen = await treatment(synthesis)
    (others,) = (kind for kind in seen["treatment"]["byKind"] if kind["kind"] == "others")
    assert others == {
        "kind": "others", "all": 2, "cited": 1, "setAside": 0, "rate": 0.5, "threshold": pytest.approx(2 / 3),
    }  # fmt: skip
    assert not seen["treatment"]["conclusive"]
    gaps = seen["treatmentGaps"]
    assert (gaps["totalCount"], [gap["contribution"]["id"] for gap in gaps["nodes"]]) == (1, [second])
    refused = await synthesis.refused(
        "TREATMENT_TOO_LOW", "AssembleSynthesis", "editor", **PLACE, text="La synthèse."
    )
    assert refused["__typename"] == "TreatmentTooLow"

    await synthesis.refused(
        "REASON_NOT_LISTED", "SetAside", "writer", **PLACE, contributionIds=[second], reason="Peu clair"
    )
    aside = {"contributionIds": [second], "reason": "Hors du sujet"}
    done = await synthesis.do("SetAside", "writer", **PLACE, **aside)
    assert done["treatment"]["conclusive"]
    await synthesis.do("TakeBack", "writer", **PLACE, contributionIds=[second])
    cited = await synthesis.do("CiteSources", "writer", **PLACE, itemId=made["id"], addIds=[second, first])
    assert cited["item"]["key"] == made["key"]
    await synthesis.do("AssembleSynthesis", "editor", **PLACE, text="La synthèse.")

    for contribution in (first, second):
        found = (await synthesis.house.ask(WHEREABOUTS, {"id": contribution}, "writer"))["node"]
        assert found == {
            "recommendations": [{"key": made["key"]}],
            "whereabouts": [
                {
                    "reason": None,
                    "item": {"key": made["key"], "__typename": "Recommendation"},
                    "synthesis": {"round": 1},
                }
            ],
        }
    hidden = (await synthesis.house.ask(WHEREABOUTS, {"id": first}, None))["node"]
    assert hidden == {"recommendations": [], "whereabouts": []}


async def test_why_one_was_set_aside_is_told_in_the_language_of_the_request(synthesis: Stage) -> None:
    first, second = await sent_by(synthesis, "citizen", "prefect")
    await recommend(synthesis, sourceIds=[second])
    done = await synthesis.do("SetAside", "writer", **PLACE, contributionIds=[first], reason="Hors du sujet")
    assert [event["kind"] for event in done["events"]] == ["contributions_set_aside"]
    given = {"id": first, "slug": "essai"}
    for language, words in (("en", "Off topic"), ("fr", "Hors du sujet"), ("de", "Hors du sujet")):
        found = await synthesis.house.ask(REASONS, given, "writer", language)
        assert found["node"]["whereabouts"] == [{"reason": "Hors du sujet", "reasonLabel": words}]
        (labelled, plain) = found["concertation"]["procedure"]["setAsideReasons"]
        assert (labelled["key"], labelled["label"]) == ("Hors du sujet", words)
        assert labelled["labels"] == {"fr": "Hors du sujet", "en": "Off topic"}
        assert plain == {"key": "Illisible", "label": "Illisible", "labels": {"fr": "Illisible"}}
        (event,) = found["concertation"]["ledger"]["nodes"]
        assert words in event["summary"]


async def test_items_say_what_they_come_from_and_what_became_of_them(synthesis: Stage) -> None:
    first, second = await sent_by(synthesis, "citizen", "prefect")
    stated = await synthesis.do(
        "MakeAscertainment", "writer", **PLACE, text="Les agents se forment seuls.", sourceIds=[first, second]
    )
    made = await recommend(synthesis, replacesIds=[stated["item"]["id"]])
    found = (await synthesis.house.ask(ITEM, {"id": stated["item"]["id"]}, "writer"))["node"]
    assert found["becomes"] == [{"key": made["key"]}]
    assert len(found["sources"]) == 2
    page = found["sourceConnection"]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (2, True)
    assert page["nodes"][0]["contribution"]["body"] == "Ce que dit citizen."
    assert (await synthesis.house.ask(ITEM, {"id": stated["item"]["id"]}, None))["node"] is None
    await synthesis.refused(
        "ITEM_REPLACED", "CiteSources", "writer", **PLACE, itemId=stated["item"]["id"], removeIds=[first]
    )
    commented = await synthesis.do("Comment", "ada", **PLACE, itemId=made["id"], text="À préciser.")
    events = commented["events"]
    assert [event["kind"] for event in events] == ["comment_made"]


async def test_versions_say_what_changed_to_those_who_may_read_them(synthesis: Stage) -> None:
    await sent_by(synthesis, "citizen")
    made = await recommend(synthesis)
    await synthesis.do(
        "MakeRecommendation", "writer", **PLACE,
        text="Former tous les agents.", addressees=["dinum"], recommendationId=made["id"],
    )  # fmt: skip
    for text in ("Le chapitre.", "Le beau chapitre."):
        await synthesis.do("SubmitChapter", "writer", **PLACE, text=text)
    asked = """query($id: ID!, $slug: String!) {
        node(id: $id) { ... on SynthesisItem { versions { version difference { operation text } } } }
        concertation(slug: $slug) { syntheses { chapters { versions {
            version text { content } difference(since: 2) { operation text } } } } } }"""
    found = await synthesis.house.ask(asked, {"id": made["id"], "slug": "essai"}, "writer")
    first, second = found["node"]["versions"]
    assert first["difference"] == [{"operation": "ADDED", "text": "Former les agents."}]
    assert "".join(d["text"] for d in second["difference"]) == "Former tous les agents."
    assert [d["operation"] for d in second["difference"]] == ["KEPT", "ADDED", "KEPT"]
    (chapter,) = found["concertation"]["syntheses"][0]["chapters"]
    assert [v["text"]["content"] for v in chapter["versions"]] == ["Le chapitre.", "Le beau chapitre."]
    assert [d["operation"] for d in chapter["versions"][0]["difference"]] == ["KEPT", "REMOVED", "KEPT"]


async def test_a_source_of_another_concertation_is_refused_by_name(synthesis: Stage) -> None:
    await sent_by(synthesis, "citizen")
    other = Stage(synthesis.house, synthesis.procedure)
    await other.draft("ailleurs")
    foreign = other.id.replace("=", "")
    made = await recommend(synthesis)
    await synthesis.refused(
        "INPUT_INVALID", "CiteSources", "writer", **PLACE, itemId=made["id"], addIds=[foreign]
    )
    elsewhere = global_id("Contribution", other.key, str(uuid4()))
    for field in ("addIds", "removeIds"):
        await synthesis.refused(
            "SOURCE_ELSEWHERE", "CiteSources", "writer", **PLACE, itemId=made["id"], **{field: [elsewhere]}
        )
