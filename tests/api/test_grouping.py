"""Grouping through the API: who may, what authors are asked, what the public sees, and that no voice is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest

from api.reading import Reading
from store.identifiers import parse
from store.pool import acquire
from tests.api.house import House, pseudonym
from tests.api.stage import CLERK, Stage
from tests.store.test_grouping import CAMPAIGN
from tests.unit import procedures as write

pytestmark = pytest.mark.postgres

ABOUT = """query($id: ID!) { node(id: $id) { ... on Contribution {
    voices groupings { id state voices kept { id } parts { merged counts consents contribution { id } } } } } }"""
WRITERS = ("citizen", "prefect", "mayor")


async def written(stage: Stage, *, out: bool = True, then: str = "auditions") -> list[str]:
    """Let three people send much the same text; gives their contributions."""
    await stage.open()
    made = [await stage.contribute(name, CAMPAIGN + " Merci." * n) for n, name in enumerate(WRITERS)]
    if out:
        await stage.until(then, "OPEN")
    return [answer["receipt"]["contribution"]["id"] for answer in made]


async def ask(stage: Stage, ids: list[str], as_: str = "coordinator") -> str:
    answer = await stage.house.done("AskForGrouping", as_, keptId=ids[0], contributionIds=ids[1:])
    found: str = answer["grouping"]["id"]
    return found


async def answer(stage: Stage, grouping: str, name: str, contribution: str, consents: bool = True) -> Any:
    fields = {"groupingId": grouping, "answering": {"contributionId": contribution}, "consents": consents}
    return (await stage.house.done("AnswerGrouping", name, **fields))["grouping"]


async def merged(stage: Stage, ids: list[str]) -> str:
    grouping = await ask(stage, ids)
    for name, contribution in zip(WRITERS, ids, strict=False):
        await answer(stage, grouping, name, contribution)
    await stage.house.done("MergeGrouping", "coordinator", groupingId=grouping)
    return grouping


async def seen(stage: Stage, contribution: str, as_: str | None) -> Any:
    return (await stage.house.ask(ABOUT, {"id": contribution}, as_))["node"]


async def test_authors_agree_and_everybody_sees_what_was_grouped(stage: Stage) -> None:
    ids = await written(stage)
    figures = (await stage.about("{ figures { total byCollege { count } } }"))["figures"]
    grouping = await ask(stage, ids)
    waiting = "{ groupingsAwaitingConsent { id kept { id body } parts { consents contribution { body } } } }"
    for name in WRITERS[1:]:
        (one,) = (await stage.about(waiting, name))["groupingsAwaitingConsent"]
        assert one["kept"] == {"id": ids[0], "body": CAMPAIGN}
        assert [part["consents"] for part in one["parts"]] == [None] * 3
        assert all(CAMPAIGN in part["contribution"]["body"] for part in one["parts"])
    await answer(stage, grouping, "citizen", ids[0])
    await answer(stage, grouping, "prefect", ids[1])
    said = await answer(stage, grouping, "mayor", ids[2])
    assert {p["contribution"]["id"]: p["consents"] for p in said["parts"]} == {
        ids[0]: None,
        ids[1]: None,
        ids[2]: True,
    }, "the answers of others are theirs"
    assert (await stage.about(waiting, "mayor"))["groupingsAwaitingConsent"] == []
    await answer(stage, grouping, "mayor", ids[2], consents=False)
    done = (await stage.house.done("MergeGrouping", "coordinator", groupingId=grouping))["grouping"]
    assert (done["state"], done["voices"], done["parts"][0]["contribution"]["id"]) == ("MERGED", 2, ids[0])

    reader: str | None
    for reader in (None, "prefect", "writer"):
        kept, part, left = [await seen(stage, key, reader) for key in ids]
        (group,) = part["groupings"]
        assert (group["id"], group["kept"], group["voices"]) == (grouping, {"id": ids[0]}, 2)
        assert (kept["voices"], part["voices"], left["voices"]) == (2, 1, 1)
        merged_ids = {p["contribution"]["id"] for p in group["parts"] if p["merged"]}
        assert merged_ids == {ids[0], ids[1]}
        assert (left["groupings"] == []) == (reader != "writer"), "who did not agree is not shown to others"
    after = (await stage.about("{ figures { total byCollege { count } } }", None))["figures"]
    assert after == figures, "no voice is lost"


async def test_the_log_tells_the_public_what_was_made_and_undone_and_no_name(stage: Stage) -> None:
    ids = await written(stage)
    grouping = await ask(stage, ids[:2])

    async def log(as_: str | None) -> Any:
        return (await stage.house.ask("Groupings", {"id": stage.id}, as_))["concertation"]["groupings"]

    for name in (None, "mayor"):
        assert (await log(name))["totalCount"] == 0
        assert (
            await stage.house.ask("query($id: ID!) { node(id: $id) { id } }", {"id": grouping}, name)
        ) == {"node": None}
        assert (await seen(stage, ids[0], name))["groupings"] == []
    for name in ("coordinator", "writer", "warden"):
        assert [n["state"] for n in (await log(name))["nodes"]] == ["ASKED"]
    for name, contribution in zip(WRITERS, ids[:2], strict=False):
        await answer(stage, grouping, name, contribution)
    await stage.house.done("MergeGrouping", "writer", groupingId=grouping)
    await stage.house.done("UndoGrouping", "coordinator", groupingId=grouping, reason="Les textes diffèrent.")
    (entry,) = (await log(None))["nodes"]
    assert (entry["state"], entry["undoneBecause"], entry["voices"]) == ("UNDONE", "Les textes diffèrent.", 0)
    assert entry["stage"]["key"] == "appel"
    assert entry["kept"]["voices"] == 1
    assert not any(pseudonym(name) in json.dumps(entry) for name in WRITERS)
    assert (await seen(stage, ids[0], "coordinator"))["groupings"] == []
    assert (await stage.house.ask("query($id: ID!) { node(id: $id) { id } }", {"id": grouping}))["node"] == {
        "id": grouping
    }


async def test_the_log_tells_which_grouping_goes_on_in_the_next_round_and_no_text_before_it_is_out(
    stage: Stage,
) -> None:
    ids = await written(stage)
    grouping = await ask(stage, ids[:2])
    for name, contribution in zip(WRITERS, ids[:2], strict=False):
        await answer(stage, grouping, name, contribution)
    await stage.house.done("MergeGrouping", "writer", groupingId=grouping)
    async with acquire(stage.house.sender.worker) as connection:
        place = parse(stage.key), 1, 2, "appel"
        await connection.execute("SELECT carry_contributions($1, $2, $3, $4, NULL, 100)", *place)
        await connection.execute("SELECT carry_groupings($1, $2, $3, $4)", *place)
    log = (await stage.house.ask("Groupings", {"id": stage.id}, None))["concertation"]["groupings"]
    latest, before = log["nodes"]
    assert (latest["round"], latest["voices"]) == (2, 2)
    assert latest["carriedFrom"] == {"id": grouping, "round": 1}
    assert latest["kept"] is None, "the new round is not out"
    assert (before["id"], before["carriedFrom"], before["kept"]["id"]) == (grouping, None, ids[0])


@pytest.mark.parametrize("name", ["warden", "chair", "clerk", "citizen", "local", None])
async def test_grouping_is_for_the_coordination_and_the_rapporteurs(stage: Stage, name: str | None) -> None:
    ids = await written(stage)
    refused = stage.house.refused
    await refused("NOT_ALLOWED", "AskForGrouping", name, keptId=ids[0], contributionIds=ids[1:])
    await refused("NOT_ALLOWED", "JudgeResemblance", name, contributionId=ids[0], otherId=ids[1], same=False)
    grouping = await ask(stage, ids, "writer")
    await refused("NOT_ALLOWED", "MergeGrouping", name, groupingId=grouping)
    await refused("NOT_ALLOWED", "UndoGrouping", name, groupingId=grouping, reason="Non.")


async def test_a_clerk_answers_for_who_came_by_paper_and_the_receipt_for_who_has_no_account(
    stage: Stage,
) -> None:
    await stage.open()
    online = (await stage.contribute("citizen", CAMPAIGN))["receipt"]
    paper = (
        await stage.do(
            "RecordContribution",
            "clerk",
            stage="appel",
            round=1,
            body=CAMPAIGN,
            themes=["sante"],
            channel="PAPER",
            author={"memberId": stage.members["prefect"]},
            postedAt=(await stage.house.clock.now()).isoformat(),
        )
    )["receipt"]
    await stage.until("auditions", "OPEN")
    ids = [online["contribution"]["id"], paper["contribution"]["id"]]
    grouping = await ask(stage, ids)
    by_clerk = {"groupingId": grouping, "consents": True}
    await stage.house.refused(
        "NOT_ALLOWED", "AnswerGrouping", "clerk", **by_clerk, answering={"contributionId": ids[0]}
    )
    await stage.house.refused(
        "NOT_ALLOWED", "AnswerGrouping", "warden", **by_clerk, answering={"contributionId": ids[1]}
    )
    told = await answer(stage, grouping, "clerk", ids[1])
    assert {p["contribution"]["id"]: p["consents"] for p in told["parts"]} == {ids[0]: None, ids[1]: True}
    await stage.house.refused(
        "UNKNOWN_CONTRIBUTION",
        "AnswerGrouping",
        None,
        **by_clerk,
        answering={"receiptCode": "0000-0000-0000"},
    )
    query = """query($code: String!) { receipt(code: $code) { contribution { groupings {
        state parts { consents contribution { body } } } } } }"""
    (group,) = (await stage.house.ask(query, {"code": online["code"]}))["receipt"]["contribution"][
        "groupings"
    ]
    assert (group["state"], len(group["parts"])) == ("ASKED", 2)
    given = await stage.house.done(
        "AnswerGrouping", None, **by_clerk, answering={"receiptCode": online["code"].lower()}
    )
    assert given["grouping"]["parts"][0]["consents"] is True
    done = await stage.house.done("MergeGrouping", "coordinator", groupingId=grouping)
    assert done["grouping"]["voices"] == 2


async def test_a_suggestion_is_confirmed_or_denied_by_a_person(stage: Stage) -> None:
    ids = await written(stage, out=False)

    async def hints() -> Any:
        found = await stage.house.ask("SimilarContributions", {"id": ids[0]}, "coordinator")
        return {h["contribution"]["id"]: h["confirmedAt"] is not None for h in found["similarContributions"]}

    assert await hints() == {ids[1]: False, ids[2]: False}
    judge = {"contributionId": ids[1], "otherId": ids[0]}
    denied = await stage.house.done("JudgeResemblance", "coordinator", **judge, same=False)
    assert denied["same"] is False
    await stage.house.done("JudgeResemblance", "writer", contributionId=ids[0], otherId=ids[2], same=True)
    assert await hints() == {ids[2]: True}
    await stage.house.refused(
        "CONTRIBUTIONS_NOT_OUT", "AskForGrouping", "coordinator", keptId=ids[0], contributionIds=ids[1:]
    )


async def test_where_the_kept_one_went_the_merged_ones_went_too(house: House) -> None:
    procedure = write.procedure(
        write.call_for_input(), write.synthesis(), write.decision(), offices=[*write.OFFICES, CLERK]
    )
    stage = Stage(house, procedure)
    ids = await written(stage, then="synthese")
    await merged(stage, ids[:2])
    query = "query($id: ID!) { node(id: $id) { ... on Contribution { recommendations { id } } } }"
    assert (await stage.house.ask(query, {"id": ids[1]}))["node"]["recommendations"] == []
    made = await stage.do(
        "MakeRecommendation",
        "writer",
        stage="synthese",
        round=1,
        text={"fr": "Former les agents."},
        addressees=["dinum"],
        sourceIds=[ids[0]],
    )
    for contribution in ids[:2]:
        found = (await stage.house.ask(query, {"id": contribution}, "writer"))["node"]["recommendations"]
        assert [r["id"] for r in found] == [made["recommendation"]["id"]]
    found = (await stage.house.ask(query, {"id": ids[2]}, "writer"))["node"]["recommendations"]
    assert found == []


async def test_a_page_of_groupings_takes_as_many_questions_as_a_line(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await written(stage)
    for other in ids[1:]:
        await ask(stage, [ids[0], other])
    query = "{ groupings(first: %d) { nodes { voices kept { body voices } parts { consents contribution { id } } } } }"
    counted: list[int] = []
    plain = Reading.ask

    async def counting(self: Reading, question: Any) -> Any:
        counted[-1] += 1
        return await plain(self, question)

    monkeypatch.setattr(Reading, "ask", counting)
    for size in (1, 2):
        counted.append(0)
        await stage.about(query % size)
    assert counted[0] == counted[1] > 0


async def test_bad_input_is_refused(stage: Stage) -> None:
    ids = await written(stage)
    refused = stage.house.refused
    for wrong in ("x", stage.id, stage.members["citizen"]):
        await refused("UNKNOWN_GROUPING", "MergeGrouping", "coordinator", groupingId=wrong)
        await refused(
            "UNKNOWN_CONTRIBUTION", "AskForGrouping", "coordinator", keptId=ids[0], contributionIds=[wrong]
        )
    await refused("INPUT_INVALID", "AskForGrouping", "coordinator", keptId=ids[0], contributionIds=[])
    await refused("INPUT_INVALID", "AskForGrouping", "coordinator", keptId=ids[0], contributionIds=[ids[0]])
    await refused("INPUT_INVALID", "AskForGrouping", "coordinator", keptId=ids[0], contributionIds=ids * 40)
    grouping = await ask(stage, ids)
    await refused("ALREADY_GROUPED", "AskForGrouping", "coordinator", keptId=ids[1], contributionIds=[ids[2]])
    await refused("CONSENT_MISSING", "MergeGrouping", "coordinator", groupingId=grouping)
    await refused("TEXT_EMPTY", "UndoGrouping", "coordinator", groupingId=grouping, reason=" ")
    answering = {"groupingId": grouping, "consents": True}
    for wrong in ("x", stage.id):
        await refused(
            "UNKNOWN_CONTRIBUTION",
            "AnswerGrouping",
            "citizen",
            **answering,
            answering={"contributionId": wrong},
        )
    await stage.house.done("UndoGrouping", "coordinator", groupingId=grouping, reason="Non.")
    await refused("GROUPING_UNDONE", "MergeGrouping", "coordinator", groupingId=grouping)
