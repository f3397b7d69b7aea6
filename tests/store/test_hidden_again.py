"""What moderation hides does not come back by being withdrawn and sent again."""

from typing import Any

import pytest

from domain import acts
from store import contributions
from store.contributions import Receipt
from store.pool import Pool
from store.versions import Withdrawn, withdraw
from tests.store.stage import Play
from tests.store.test_carrying import refer_back, referring
from tests.store.test_moderation import (
    FIRST,
    HIDE,
    RESTORE,
    SECOND,
    URGENT,
    Desk,
    contributed,
    row,
)

pytestmark = pytest.mark.postgres

TOWN = "6b7e4a52-0c52-4a4e-9b0c-6f6f8d1f1f10"


@pytest.fixture
def desk(app: Pool) -> Desk:
    return Desk(app)


async def hidden_and_withdrawn(play: Play, app: Pool, desk: Desk, by: str = "p0", **more: Any) -> Receipt:
    receipt = await contributed(play, app, by, **more)
    await desk.do(HIDE, FIRST, receipt.contribution)
    async with app.acquire() as connection:
        gone = await withdraw(connection, play.id, receipt.contribution, by, f"retrait {by}")
    assert isinstance(gone, Withdrawn)
    return receipt


async def test_withdrawn_and_sent_again_in_its_stage_it_stays_hidden_whatever_it_says(
    play: Play, app: Pool, desk: Desk
) -> None:
    await play.launch()
    first = await hidden_and_withdrawn(play, app, desk)
    again = await contributed(play, app, "p0", key="à nouveau", body="Tout autre chose")
    measure = str((await row(play, first.contribution))["measure"])
    found = await row(play, again.contribution)
    assert (str(found["measure"]), found["hidden_at"] is not None) == (measure, True)
    async with app.acquire() as connection:
        seen = await contributions.get(connection, again.contribution, sees_all_of=play.id)
        assert seen is not None
        assert seen.hidden_at is not None
        assert (await contributions.figures(connection, play.id, 1, "appel")).total == 1
    restored = await desk.do(RESTORE, SECOND, again.contribution)
    assert restored.id == measure
    assert (await row(play, again.contribution))["hidden_at"] is None


async def test_what_others_send_and_what_was_restored_are_not_hidden(
    play: Play, app: Pool, desk: Desk
) -> None:
    await play.launch()
    await hidden_and_withdrawn(play, app, desk)
    same_words = await contributed(play, app, "p1", body="Ce que dit p0")
    assert (await row(play, same_words.contribution))["hidden_at"] is None
    shown = await contributed(play, app, "p2")
    await desk.do(HIDE, FIRST, shown.contribution)
    await desk.do(RESTORE, FIRST, shown.contribution)
    async with app.acquire() as connection:
        await withdraw(connection, play.id, shown.contribution, "p2", "retrait")
    again = await contributed(play, app, "p2", key="à nouveau")
    assert (await row(play, again.contribution))["hidden_at"] is None


@pytest.mark.parametrize("destroyed", [False, True])
async def test_in_a_later_round_the_same_words_stay_hidden_and_others_do_not(
    play: Play, app: Pool, desk: Desk, destroyed: bool
) -> None:
    await play.launch(referring("none"))
    first = await contributed(play, app, "p0")
    other = await contributed(play, app, "p1")
    for receipt in (first, other):
        await desk.do(HIDE, FIRST, receipt.contribution)
        if destroyed:
            await desk.do(URGENT, SECOND, receipt.contribution)
    await refer_back(play)
    same = await contributed(play, app, "p0", round=2, key="k2")
    found = await row(play, same.contribution)
    assert found["measure"] == (await row(play, first.contribution))["measure"]
    assert found["hidden_at"] is not None
    better = await contributed(play, app, "p1", round=2, key="k2", body="Autrement dit")
    assert (await row(play, better.contribution))["hidden_at"] is None


async def test_who_speaks_for_the_same_organisation_does_not_bring_it_back_either(
    play: Play, app: Pool, desk: Desk
) -> None:
    await play.launch()
    for member in ("p0", "p1"):
        await play.do(acts.AssignOrganisation(member=member, organisation=TOWN))
    first = await hidden_and_withdrawn(play, app, desk)
    again = await contributed(play, app, "p1")
    found = await row(play, again.contribution)
    assert found["measure"] == (await row(play, first.contribution))["measure"]
    assert found["hidden_at"] is not None
