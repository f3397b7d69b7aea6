"""What leads to an object that is not published leads nowhere, whatever was published before it."""

from __future__ import annotations

import pytest

from domain.procedure import Visibility
from tests.api import play
from tests.api.house import House
from tests.api.stage import Stage, whole

pytestmark = pytest.mark.postgres
ASKED = """{ opinions { reservations { id } } syntheses {
    reservationAnswers { reservation { id text { content } } }
    recommendations { id sources { key reservation { text { content } } } } } }"""


async def test_a_synthesis_does_not_tell_what_an_opinion_that_stays_secret_reserves(house: House) -> None:
    procedure = whole()
    stages = tuple(
        stage.model_copy(update={"visibility": {"opinion": Visibility.NEVER}}) if stage.opinion else stage
        for stage in procedure.stages
    )
    stage = Stage(house, procedure.model_copy(update={"stages": stages}))
    await stage.open()
    await play.hear(stage)
    await play.adopt(stage)
    ((reserved,),) = [opinion["reservations"] for opinion in (await stage.about(ASKED))["opinions"]]
    await play.synthesise(stage, [reserved["id"]])
    await stage.until("decision", "OPEN")
    for name, shown in (("coordinator", "Une réserve."), ("citizen", None), (None, None)):
        found = await stage.about(ASKED, name)
        assert [o["reservations"] for o in found["opinions"]] == [[reserved] if shown else []]
        (said,) = found["syntheses"]
        texts = [answer["reservation"] for answer in said["reservationAnswers"]]
        texts += [source["reservation"] for item in said["recommendations"] for source in item["sources"]]
        assert [text and text["text"]["content"] for text in texts] == [shown, shown]
