"""The closing archive through the API: asked for, made by the worker, kept, fetched by ticket, made anew."""

from __future__ import annotations

import json
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from domain.closing.verifying import Verdict, verify
from server.closing.keeping import Export, NotMade, make_one
from server.closing.reading import ClosingFile
from server.files.shelf import shelf_of
from server.settings import Settings
from tests.api.house import DAY
from tests.api.stage import Stage
from tests.fixtures.postgres import Database

pytestmark = pytest.mark.postgres


@pytest.fixture
def settings(stage: Stage, database: Database) -> Settings:
    """What the worker knows."""
    return stage.house.settings.model_copy(update={"worker_database_url": SecretStr(database.worker)})


async def asked(stage: Stage, as_: str | None = None) -> Any:
    found = await stage.house.ask("ClosingArchive", {"id": stage.id}, as_)
    return found["concertation"]["closingArchive"]


async def made(stage: Stage, settings: Settings, export: Export | None = None) -> bool:
    return await make_one(stage.house.sender.worker, settings, shelf_of(settings), export)


class Quick:
    """Writes something else each time that is as much of an archive as keeping needs."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.number = 0

    async def __call__(self, settings: Settings, concertation: str, file: Path) -> None:
        self.number += 1
        found = await self.stage.house.ask(
            "query($id: ID!) { concertation(id: $id) { seq } }", {"id": self.stage.id}, "coordinator"
        )
        with zipfile.ZipFile(file, "w") as archive:
            seq = found["concertation"]["seq"]
            archive.writestr("manifest.json", json.dumps({"seq": seq, "number": self.number}))


async def over(stage: Stage) -> str:
    """Bring the concertation to its end; give the contribution that came."""
    await stage.open()
    receipt = (await stage.contribute("citizen", "Davantage de formation."))["receipt"]
    await stage.until("appel", "CONCLUDED")
    await stage.house.done("Abandon", "coordinator", concertationId=stage.id, reason="Retrait du projet")
    return str(receipt["contribution"]["id"])


async def test_once_it_is_over_anybody_asks_for_the_archive_fetches_and_verifies_it(
    stage: Stage, settings: Settings, tmp_path: Path
) -> None:
    await over(stage)
    assert not await made(stage, settings)  # nobody has asked
    first = await asked(stage)
    assert (first["url"], first["sha256"], first["provisional"]) == (None, None, False)
    assert await made(stage, settings)
    assert not await made(stage, settings)
    found = await asked(stage)
    answer = await stage.house.http.get(found["url"])
    assert answer.status_code == 200
    assert (len(answer.content), sha256(answer.content).hexdigest()) == (found["size"], found["sha256"])
    assert answer.headers["content-type"] == "application/zip"
    assert f'filename="essai-{found["seq"]}.zip"' in answer.headers["content-disposition"]
    part = await stage.house.http.get(found["url"], headers={"range": "bytes=0-9"})
    assert (part.status_code, part.content) == (206, answer.content[:10])
    file = tmp_path / "fetched.zip"
    file.write_bytes(answer.content)
    lines = list(verify(ClosingFile(file)))
    assert [line for line in lines if line.verdict is Verdict.FAILS] == []
    await asked(stage)
    assert not await made(stage, settings)  # it is still the one


async def test_before_the_end_only_the_coordination_has_one_made_and_events_make_it_old(
    stage: Stage, settings: Settings
) -> None:
    quick = Quick(stage)
    await stage.open()
    assert await asked(stage) is None
    assert await asked(stage, "citizen") is None
    assert not await made(stage, settings, quick)
    assert (await asked(stage, "coordinator"))["provisional"]
    assert await made(stage, settings, quick)
    before = await asked(stage, "coordinator")
    assert before["url"]
    await stage.house.done("Abandon", "coordinator", concertationId=stage.id, reason="Retrait du projet")
    meanwhile = await asked(stage)
    assert meanwhile["sha256"] == before["sha256"]
    assert await made(stage, settings, quick)
    after = await asked(stage)
    assert after["seq"] > before["seq"]
    assert after["sha256"] != before["sha256"]
    gone = await stage.house.http.get(before["url"])
    assert gone.status_code == 503  # only the latest is kept


async def test_what_moderation_hid_since_is_not_given_out(stage: Stage, settings: Settings) -> None:
    quick = Quick(stage)
    hidden = await over(stage)
    await asked(stage)
    assert await made(stage, settings, quick)
    before = await asked(stage)
    await stage.house.done(
        "HideContribution", "coordinator", contributionId=hidden, reason="INSULT", note="Une injure."
    )
    assert (await asked(stage))["url"] is None
    assert await made(stage, settings, quick)
    after = await asked(stage)
    assert after["url"]
    assert after["sha256"] != before["sha256"]
    assert after["seq"] == before["seq"]


async def test_tickets_are_for_one_archive_and_for_a_time(stage: Stage, settings: Settings) -> None:
    quick = Quick(stage)
    await over(stage)
    await asked(stage)
    await made(stage, settings, quick)
    url = (await asked(stage))["url"]
    other = await stage.house.http.get(url[:-5] + "AAAAA")
    assert other.json()["code"] == "TICKET_INVALID"
    export = await stage.house.ask(
        "ContributionExport", {"id": stage.id, "format": "CSV", "variant": "PUBLIC"}, None
    )
    ticket = export["concertation"]["contributionExport"]["url"].partition("ticket=")[2]
    answer = await stage.house.http.get(f"/exports/closing-archive?ticket={ticket}")
    assert answer.json()["code"] == "TICKET_INVALID"
    await stage.house.clock.advance(2 * DAY)
    late = await stage.house.http.get(url)
    assert late.json()["code"] == "TICKET_EXPIRED"


async def test_what_cannot_be_made_is_given_up_until_it_is_asked_for_again(
    stage: Stage, settings: Settings
) -> None:
    async def broken(settings: Settings, concertation: str, file: Path) -> None:
        raise NotMade("no space left")

    await over(stage)
    await asked(stage)
    assert await made(stage, settings, broken)
    assert not await made(stage, settings, broken)
    assert (await asked(stage))["url"] is None
    assert await made(stage, settings, Quick(stage))
    assert (await asked(stage))["url"]
