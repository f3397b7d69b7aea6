"""What everybody, and what those concerned, can read."""

from __future__ import annotations

import pytest

from tests.api.house import House
from tests.api.stage import Stage

pytestmark = pytest.mark.postgres


async def test_the_viewer_is_who_the_token_says(house: House) -> None:
    anybody = (await house.ask("Viewer"))["viewer"]
    assert anybody == {"authenticated": False, "pseudonym": None, "name": None, "platformRoles": []}
    coordinator = (await house.ask("Viewer", as_="coordinator"))["viewer"]
    assert coordinator["authenticated"]
    assert coordinator["platformRoles"] == ["coordinator"]


async def test_a_concertation_reads_whole_after_its_launch(stage: Stage) -> None:
    await stage.open()
    found = (await stage.house.ask("Concertation", {"slug": "essai"}))["concertation"]
    assert found["phase"] == "LAUNCHED"
    assert [s["key"] for s in found["openStages"]] == ["appel"]
