"""Exports through the API: a ticket for whoever may, then a plain download; and what the public one does not say."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest

from tests.api.house import DAY, House
from tests.api.stage import Stage

pytestmark = pytest.mark.postgres


async def ticket(stage: Stage, as_: str | None, /, **more: Any) -> Any:
    given = {"id": stage.id, "format": "CSV", "variant": "PUBLIC", **more}
    found = await stage.house.ask("ContributionExport", given, as_)
    return found["concertation"]["contributionExport"]


async def rows(stage: Stage, as_: str | None, /, **more: Any) -> list[dict[str, str]]:
    answer = await stage.house.http.get((await ticket(stage, as_, **more))["url"])
    assert answer.status_code == 200
    found = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert answer.headers["concertation-rows"] == str(len(found))
    return found


async def closed(stage: Stage) -> None:
    await stage.open()
    await stage.contribute("citizen", "=1+1, dit-on.")
    await stage.contribute("prefect", "Plus de guichets.")
    await stage.until("appel", "CONCLUDED")


async def test_anybody_fetches_what_is_public_and_nothing_before(stage: Stage) -> None:
    await stage.open()
    await stage.contribute("citizen")
    early = await stage.house.http.get((await ticket(stage, None))["url"])
    assert (early.status_code, early.json()["code"]) == (422, "UNKNOWN_STAGE")
    await stage.contribute("prefect", "=1+1")
    await stage.until("appel", "CONCLUDED")
    assert [row["body"] for row in await rows(stage, None)] == ["Davantage de formation.", "'=1+1"]
    assert len(await rows(stage, None, stage="appel", round=1)) == 2
    assert await ticket(stage, None, stage="avis") is None


async def test_the_same_as_json_lines_described_by_a_table_schema(stage: Stage) -> None:
    await closed(stage)
    found = await ticket(stage, None, format="JSONL")
    answer = await stage.house.http.get(found["url"])
    assert answer.headers["content-type"] == "application/jsonl"
    assert "essai-public.jsonl" in answer.headers["content-disposition"]
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["body"] for line in lines] == ["=1+1, dit-on.", "Plus de guichets."]
    described = (await stage.house.http.get(found["schemaUrl"])).json()
    assert [one["name"] for one in described["fields"]] == list(lines[0])
    assert (await stage.house.http.get("/exports/contributions-other.schema.json")).status_code == 404


async def test_only_an_operator_has_the_complete_one(stage: Stage) -> None:
    await closed(stage)
    for somebody in (None, "citizen", "coordinator", "warden"):
        assert await ticket(stage, somebody, variant="COMPLETE") is None
    found = await rows(stage, "operator", variant="COMPLETE")
    assert all(re.fullmatch("[0-9a-f]{32}", row["salt"]) for row in found)


async def test_a_ticket_is_good_for_one_export_and_for_some_minutes(stage: Stage, house: House) -> None:
    await closed(stage)
    url = (await ticket(stage, None))["url"]
    assert (await house.http.head(url)).status_code == 200
    for other in (url[:-2], url.split("?")[0], url.replace("ticket=", "ticket=x")):
        assert (await house.http.get(other)).json()["code"] == "TICKET_INVALID"
    await house.clock.advance(timedelta(minutes=6))
    late = await house.http.get(url)
    assert (late.status_code, late.json()["code"]) == (410, "TICKET_EXPIRED")


async def test_no_name_mail_or_telephone_of_a_participant_is_in_a_public_export(stage: Stage) -> None:
    await stage.open()
    await stage.contribute("citizen", "Plus de guichets.")
    await stage.do(
        "RecordContribution", "clerk", stage="appel", round=1, body="Une lettre.", channel="PAPER",
        author={"memberId": stage.members["prefect"]}, place="Chez M. Dupont, 06 12 34 56 78",
        reference="dupont@exemple.test",
        receivedAt=(await stage.house.clock.now() - DAY / 2).isoformat(),
    )  # fmt: skip
    await stage.until("appel", "CONCLUDED")
    for form in ("CSV", "JSONL"):
        text = (await stage.house.http.get((await ticket(stage, None, format=form))["url"])).text
        async with stage.house.sender.worker.acquire() as connection:
            told = await connection.fetchrow(
                "SELECT array_agg(DISTINCT p.display_name) AS names, array_agg(DISTINCT c.member) AS members, "
                "array_agg(c.receipt) AS codes, array_agg(encode(c.salt, 'hex')) AS salts "
                "FROM contribution c JOIN person p ON p.member IN (c.member, c.actor)"
            )
        assert told is not None
        assert len(text.strip().splitlines()) >= 2
        for secret in (*told["names"], *told["members"], *told["codes"], *told["salts"], "Dupont"):
            assert secret not in text
        # Ten digits in the middle of a digest or an id are no telephone number.
        assert not re.search(r"@|(?<![0-9a-f-])(?:\+33|0)[ .]?[1-9](?:[ .]?[0-9]{2}){4}(?![0-9a-f-])", text)
