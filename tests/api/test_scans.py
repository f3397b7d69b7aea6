"""The scan of a form: sent by the clerk, seen by its author, the clerks and those who moderate, gone with the text."""

from __future__ import annotations

from typing import Any

import pytest

from server.files.collecting import collect
from server.files.shelf import FolderShelf
from store.pool import acquire
from tests.api.stage import Stage
from tests.api.test_files import PDF, file, sent
from tests.store.test_moderation import URGENT

pytestmark = pytest.mark.postgres

SCAN = "query($id: ID!) { node(id: $id) { ... on Contribution { body scan { key downloadUrl } files { key } } } }"


async def scanned(stage: Stage, **more: Any) -> str:
    return str((await sent(stage, "clerk", PDF, name="Bulletin.pdf", **more))["fileId"])


async def typed(stage: Stage, scan: str | None, as_: str = "clerk", **more: Any) -> Any:
    """Enter a form of the prefect's."""
    said = {
        "concertationId": stage.id,
        "stage": "appel",
        "round": 1,
        "body": "Davantage de guichets.",
        "themes": ["sante"],
        "channel": "PAPER",
        "author": {"memberId": stage.members["prefect"]},
        "postedAt": (await stage.house.clock.now()).isoformat(),
    }
    return await stage.house.do("RecordContribution", as_, **{**said, "scanId": scan, **more})


async def colleague(stage: Stage) -> None:
    """Give the territory another clerk."""
    await stage.enrol("colleague")
    office = {"key": "renfort", "role": "CLERK", "label": {"fr": "Renfort"}, "territory": "FR"}
    await stage.do("CreateOffice", "coordinator", **office)
    await stage.do("AppointMember", "coordinator", office="renfort", memberId=stage.members["colleague"])


async def shown(stage: Stage, contribution: str, as_: str | None) -> Any:
    return (await stage.house.ask(SCAN, {"id": contribution}, as_))["node"]


async def test_the_scan_is_for_the_author_the_clerks_and_those_who_moderate(stage: Stage) -> None:
    await stage.open()
    await colleague(stage)
    scan = await scanned(stage)
    contribution = (await typed(stage, scan))["receipt"]["contribution"]["id"]

    async def sees(name: str | None) -> bool:
        node = await shown(stage, contribution, name)
        by_id = await file(stage, scan, name)
        if node is None:
            assert name == "colleague", "who reads no contribution yet, and enters them"
            return by_id is not None
        assert node["files"] == [], "no answer names it"
        assert (node["scan"] is None) == (by_id is None)
        return node["scan"] is not None

    found = (await shown(stage, contribution, "prefect"))["scan"]
    fetched = await stage.house.http.get(found["downloadUrl"])
    assert (fetched.status_code, fetched.content) == (200, PDF)
    for name in ("prefect", "coordinator", "warden", "colleague"):
        assert await sees(name), name
    for name in ("writer", "chair"):
        assert not await sees(name), name
    await stage.until("auditions", "OPEN")
    reader: str | None
    for reader in (None, "citizen", "writer", "mayor"):
        assert (await shown(stage, contribution, reader))["body"] == "Davantage de guichets."
        assert not await sees(reader), reader
    assert await sees("colleague")


async def test_who_has_the_receipt_sees_the_scan_and_a_correction_keeps_it(stage: Stage) -> None:
    await stage.open()
    scan = await scanned(stage)
    made = (await typed(stage, scan))["receipt"]
    better = await stage.do(
        "ReviseContribution",
        "clerk",
        stage="appel",
        round=1,
        contributionId=made["contribution"]["id"],
        body="Davantage de guichets ouverts.",
    )
    query = "query($code: String!) { receipt(code: $code) { contribution { scan { key } } } }"
    for code in (made["code"], better["receipt"]["code"]):
        found = (await stage.house.ask(query, {"code": code}))["receipt"]["contribution"]
        assert found["scan"] is not None


async def test_bad_scans_are_refused_by_name(stage: Stage) -> None:
    await stage.open()
    own = (await sent(stage, "citizen", PDF))["fileId"]
    for wrong, code in ((stage.id, "UNKNOWN_FILE"), ("x", "UNKNOWN_FILE"), (own, "FILE_ELSEWHERE")):
        refused = await typed(stage, wrong)
        assert (refused["code"], refused["path"]) == (code, ["scanId"])
    text = await sent(stage, "clerk", b"Bonjour", name="bulletin.txt", mediaType="text/plain")
    refused = await typed(stage, text["fileId"])
    assert refused["code"] == "FILE_TYPE_NOT_ACCEPTED"
    assert "PDF, PNG, JPG, WEBP." in refused["message"]
    assert (await stage.about("{ figures { total } }"))["figures"] == [{"total": 0}]


async def test_the_scan_is_hidden_and_destroyed_with_the_text(stage: Stage) -> None:
    await stage.open()
    await colleague(stage)
    scan = await scanned(stage)
    contribution = (await typed(stage, scan))["receipt"]["contribution"]["id"]
    fields = {"contributionId": contribution, "reason": "PERSONAL_DATA", "note": "Une adresse."}
    await stage.house.done("HideContribution", "coordinator", **fields)
    assert (await shown(stage, contribution, "prefect"))["scan"]
    assert (await shown(stage, contribution, "coordinator"))["scan"]
    assert await file(stage, scan, "colleague") is None
    await stage.house.done("RedactContribution", "local", **fields, urgency=URGENT.urgency)
    for name in ("prefect", "coordinator"):
        assert (await shown(stage, contribution, name))["scan"] is None
        assert await file(stage, scan, name) is None


async def test_after_a_redaction_not_even_the_clerk_who_sent_the_scan_fetches_it(stage: Stage) -> None:
    await stage.open()
    scan = await scanned(stage)
    made = (await typed(stage, scan))["receipt"]["contribution"]["id"]
    corrected = await stage.do(
        "ReviseContribution", "clerk", stage="appel", round=1, contributionId=made, body="Des guichets."
    )
    contribution = corrected["receipt"]["contribution"]["id"]
    address = (await file(stage, scan, "clerk"))["downloadUrl"]
    assert (await stage.house.http.get(address)).content == PDF
    fields = {"contributionId": contribution, "reason": "PERSONAL_DATA", "note": "Une adresse."}
    await stage.house.done("HideContribution", "coordinator", **fields)
    assert (await stage.house.http.get(address)).content == PDF
    await stage.house.done("RedactContribution", "local", **fields, urgency=URGENT.urgency)
    assert await file(stage, scan, "clerk") is None
    for ask in (stage.house.http.get, stage.house.http.head):
        assert (await ask(address)).status_code == 404
    again = await typed(stage, scan, author={"memberId": stage.members["citizen"]})
    assert (again["code"], again["path"]) == ("UNKNOWN_FILE", ["scanId"])
    async with acquire(stage.house.sender.worker) as connection:
        folder = stage.house.settings.files_folder
        done = await collect(connection, FolderShelf(folder), folder / "incoming")
    assert (done.files, done.contents) == (1, 0), "what is young may be sent by somebody else at this moment"


async def test_a_scan_that_another_form_has_too_stays_with_that_one(stage: Stage) -> None:
    await stage.open()
    scan = await scanned(stage)
    first = (await typed(stage, scan))["receipt"]["contribution"]["id"]
    await typed(stage, scan, author={"memberId": stage.members["citizen"]})
    fields = {"contributionId": first, "reason": "PERSONAL_DATA", "note": "Une adresse."}
    await stage.house.done("HideContribution", "coordinator", **fields)
    await stage.house.done("RedactContribution", "local", **fields, urgency=URGENT.urgency)
    assert await file(stage, scan, "clerk") is not None
