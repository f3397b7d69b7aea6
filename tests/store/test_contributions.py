"""Contributions: one round trip, checked against the guard row by the one clock."""

from datetime import timedelta
from typing import Any

import pytest

from domain import acts
from domain.free_text import LONGEST_CONTRIBUTION
from domain.procedure import Channel
from domain.refusals import Code
from store import contributions
from store.contributions import Receipt, submit
from store.leaves import leaf
from store.pool import Pool
from tests.store.stage import DAY, Play, call_for_input, procedure, refused

pytestmark = pytest.mark.postgres

PAPER = procedure(call_for_input(entry_window="P10D", channels=["online", "paper"]))


async def test_a_receipt_is_short_readable_and_finds_its_contribution(play: Play, app: Pool) -> None:
    await play.launch()
    async with app.acquire() as connection:
        receipt = await play.contribute(connection, "p0", themes=("sante",))
        assert len(receipt.code) == 14
        found = await contributions.by_receipt(connection, receipt.code.lower().replace("-", ""))
        assert found is not None
        assert (found.id, found.body, found.college) == (receipt.contribution, "Ce que dit p0", "locales")
        assert (found.territory, found.themes, found.digest) == ("FR-971", ("sante",), receipt.digest)
        for wrong in ("0000-0000-0000", "", "x", "é" * 12, "\x00" * 12):
            assert await contributions.by_receipt(connection, wrong) is None


async def test_the_same_key_and_content_give_the_same_receipt_even_after_the_closing(
    play: Play, app: Pool
) -> None:
    await play.launch()
    async with app.acquire() as connection:
        receipt = await play.contribute(connection, "p0")
        assert await play.contribute(connection, "p0") == receipt
        await play.close()
        assert await play.contribute(connection, "p0") == receipt


@pytest.mark.parametrize(
    "other",
    [{"body": "Autre chose"}, {"themes": ("sante",)}, {"college": "etat"}, {"stage": "autre"}, {"round": 2}],
)
async def test_the_same_key_with_another_content_is_refused(
    play: Play, app: Pool, other: dict[str, Any]
) -> None:
    await play.launch()
    async with app.acquire() as connection:
        await play.contribute(connection, "p0")
        answer = await submit(connection, play.submission("p0", **other))
        assert refused(answer).code is Code.IDEMPOTENCY_KEY_REUSED


async def test_a_second_contribution_of_a_person_is_refused_with_their_receipt(play: Play, app: Pool) -> None:
    await play.launch(PAPER)
    async with app.acquire() as connection:
        receipt = await play.contribute(connection, "p0")
        again = refused(await submit(connection, play.submission("p0", key="autre")))
        assert again.code is Code.ALREADY_CONTRIBUTED
        known = {
            "channel": "online",
            "submittedAt": receipt.submitted_at.isoformat(),
            "reference": f"{receipt.digest[:4]}-{receipt.digest[4:8]}",
        }
        own = {"speaker": "you", "receiptCode": receipt.code, "contribution": receipt.contribution}
        assert again.args == {**known, **own}
        typed = play.submission("p0", actor="agent", channel=Channel.PAPER, key="papier")
        to_clerk = refused(await submit(connection, typed))
        assert (to_clerk.code, to_clerk.args) == (Code.ALREADY_CONTRIBUTED, {**known, "speaker": "person"})


async def test_before_the_opening_and_from_the_closing_on_nothing_is_taken(play: Play, app: Pool) -> None:
    await play.launch()
    run = (await play.process()).runs["appel"]
    assert run.closes_at is not None
    async with app.acquire() as connection:
        # Nobody ticks: the guard row still says open, the interval refuses all the same.
        await play.clock.reach(run.closes_at)
        answer = refused(await submit(connection, play.submission("p0")))
        assert answer.code is Code.STAGE_NOT_OPEN
        assert answer.args["state"] == "open"
        assert answer.args["closesAt"] == run.closes_at.isoformat()
        assert str(answer.args["serverTime"]) >= run.closes_at.isoformat()


async def test_before_the_opening_a_contribution_is_refused_with_the_date(play: Play, app: Pool) -> None:
    await play.draft()
    await play.do(acts.EnrolMember(member="p0", college="locales"))
    await play.do(acts.EnrolMember(member="presidente"))
    await play.do(acts.AppointMember(office="presidence", member="presidente"))
    await play.do(acts.AppointMember(office="rapporteur", member="presidente"))
    await play.do(acts.AttachDocument(document=acts.Body(id="d", digest="0" * 64), title={"fr": "Dossier"}))
    opens_at = await play.clock.now() + 20 * DAY
    await play.do(acts.Launch(opens_at=opens_at))
    async with app.acquire() as connection:
        answer = refused(await submit(connection, play.submission("p0")))
    assert (answer.code, answer.args["state"]) == (Code.STAGE_NOT_OPEN, "pending")
    assert str(answer.args["opensAt"]) >= opens_at.isoformat()[:10]


async def test_a_suspended_stage_takes_nothing(play: Play, app: Pool) -> None:
    await play.launch()
    await play.do(acts.Suspend(reason="Incident de plateforme"), round=1, stage="appel")
    async with app.acquire() as connection:
        assert refused(await submit(connection, play.submission("p0"))).code is Code.SUSPENDED
        await play.do(acts.Resume(reason="Incident clos"), round=1, stage="appel")
        await play.contribute(connection, "p0")


async def test_an_abandoned_concertation_takes_nothing(play: Play, app: Pool) -> None:
    await play.launch()
    await play.do(acts.Abandon(reason="Retrait du projet"))
    async with app.acquire() as connection:
        assert refused(await submit(connection, play.submission("p0"))).code is Code.CONCERTATION_OVER


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"concertation": "x"}, Code.UNKNOWN_CONCERTATION),
        ({"concertation": "00000000-0000-4000-8000-000000000000"}, Code.UNKNOWN_CONCERTATION),
        ({"stage": "inconnue"}, Code.UNKNOWN_STAGE),
        ({"stage": "a\x00b"}, Code.UNKNOWN_STAGE),
        ({"round": 2}, Code.ROUND_CHANGED),
        ({"round": 2**40}, Code.UNKNOWN_STAGE),
        ({"themes": ("autre",)}, Code.UNKNOWN_THEME),
        ({"college": "etat"}, Code.NOT_ADMITTED),
        ({"author": "inconnu", "actor": "inconnu"}, Code.NOT_ADMITTED),
        ({"author": "p1"}, Code.INPUT_INVALID),
        ({"channel": Channel.COUNTER, "actor": "agent"}, Code.CHANNEL_NOT_OFFERED),
        ({"key": ""}, Code.INPUT_INVALID),
        ({"key": "k" * 201}, Code.INPUT_INVALID),
        ({"key": "\ud800"}, Code.INPUT_INVALID),
        ({"author": "\x00", "actor": "\x00"}, Code.INPUT_INVALID),
        ({"body": " \n "}, Code.TEXT_EMPTY),
        ({"body": "a\x00"}, Code.TEXT_INVALID),
        ({"body": "a\udfff"}, Code.TEXT_INVALID),
        ({"body": "a" * (LONGEST_CONTRIBUTION + 1)}, Code.TEXT_TOO_LONG),
    ],
)
async def test_a_faulty_contribution_is_refused_and_changes_nothing(
    play: Play, app: Pool, change: dict[str, Any], code: Code
) -> None:
    await play.launch()
    async with app.acquire() as connection:
        assert refused(await submit(connection, play.submission("p0", **change))).code is code
    assert await play.worker.fetchval("SELECT count(*) FROM contribution") == 0


async def test_a_stage_that_is_no_call_for_input_takes_none(play: Play, app: Pool) -> None:
    await play.launch(
        procedure(
            call_for_input(),
            {"id": "synthese", "kind": "synthesis", "label": "Synthèse", "duration": {"planned": "P30D"}},
        )
    )
    async with app.acquire() as connection:
        answer = await submit(connection, play.submission("p0", stage="synthese"))
    assert refused(answer).code is Code.STAGE_WRONG_KIND


async def test_a_member_who_left_is_not_admitted(play: Play, app: Pool) -> None:
    await play.launch()
    await play.do(acts.RemoveMember(member="p0", reason="Démission"))
    async with app.acquire() as connection:
        assert refused(await submit(connection, play.submission("p0"))).code is Code.NOT_ADMITTED


@pytest.mark.parametrize(
    ("admission", "admitted"), [("open", True), ("registered", False), ("invited", False)]
)
async def test_who_is_no_member_is_admitted_where_the_stage_is_open_to_all(
    play: Play, app: Pool, admission: str, admitted: bool
) -> None:
    await play.launch(procedure(call_for_input(admission=admission)))
    async with app.acquire() as connection:
        answer = await submit(connection, play.submission("passante"))
    if admitted:
        assert isinstance(answer, Receipt)
        assert answer.college is None
    else:
        assert refused(answer).code is Code.NOT_ADMITTED


async def test_where_members_are_invited_they_speak_for_a_college(play: Play, app: Pool) -> None:
    await play.launch(procedure(call_for_input(admission="invited")))
    async with app.acquire() as connection:
        await play.contribute(connection, "p0")
        assert refused(await submit(connection, play.submission("presidente"))).code is Code.NOT_ADMITTED


async def test_paper_posted_in_time_is_entered_until_the_entry_window_ends(play: Play, app: Pool) -> None:
    process = await play.launch(PAPER)
    run = process.runs["appel"]
    assert run.closes_at is not None
    assert run.entry_closes_at is not None
    await play.clock.reach(run.closes_at + DAY)
    await play.tick()
    in_time = run.closes_at - timedelta(hours=1)
    paper: dict[str, Any] = {"actor": "agent", "channel": Channel.PAPER}
    async with app.acquire() as connection:
        late = play.submission("p0", **paper, posted_at=run.closes_at)
        assert refused(await submit(connection, late)).code is Code.STAGE_NOT_OPEN
        undated = play.submission("p0", **paper)
        assert refused(await submit(connection, undated)).code is Code.STAGE_NOT_OPEN
        online = play.submission("p0")
        assert refused(await submit(connection, online)).code is Code.STAGE_NOT_OPEN
        await play.contribute(connection, "p0", **paper, posted_at=in_time)
        await play.contribute(
            connection, "p1", **paper, key="autre", received_at=in_time, posted_at=in_time - DAY
        )
        await play.clock.reach(run.entry_closes_at)
        last = play.submission("p2", **paper, key="dernier", posted_at=in_time)
        assert refused(await submit(connection, last)).code is Code.STAGE_NOT_OPEN
    await play.tick()
    (seal,) = (await play.process()).runs["appel"].seals
    assert seal.figures.by_channel == {"paper": 2}


async def test_a_postmark_in_the_future_is_refused(play: Play, app: Pool) -> None:
    await play.launch(PAPER)
    posted_at = await play.clock.now() + DAY
    async with app.acquire() as connection:
        answer = await submit(
            connection, play.submission("p0", actor="agent", channel=Channel.PAPER, posted_at=posted_at)
        )
    assert refused(answer).code is Code.INPUT_INVALID


async def test_a_rectification_lets_paper_in_and_the_supplementary_seal_covers_the_whole_set(
    play: Play, app: Pool
) -> None:
    await play.launch(
        procedure(
            call_for_input(entry_window="P10D"),
            {"id": "synthese", "kind": "synthesis", "label": "Synthèse", "duration": {"planned": "P60D"}},
        )
    )
    async with app.acquire() as connection:
        await play.contribute(connection, "p0")
        run = (await play.close()).runs["appel"]
        assert run.closes_at is not None
        until = await play.clock.now() + 5 * DAY
        await play.do(
            acts.RectifyStage(until=until, reason="Registre retrouvé"),
            by="coordinator",
            round=1,
            stage="appel",
        )
        posted_at = run.closes_at - DAY
        await play.contribute(connection, "p1", actor="agent", channel=Channel.PAPER, posted_at=posted_at)
    await play.clock.reach(until)
    await play.tick()
    first, second = (await play.process()).runs["appel"].seals
    assert (first.figures.count, second.figures.count, second.supplementary) == (1, 2, True)
    assert first.figures.root != second.figures.root


async def test_the_leaf_is_the_same_in_sql_and_in_python(play: Play, app: Pool) -> None:
    await play.launch(PAPER)
    posted_at = await play.clock.now() - DAY
    async with app.acquire() as connection:
        await play.contribute(connection, "p0", body='« É\t"\\ </é>\n\u200b𝄞»', themes=("sante",))
        await play.contribute(
            connection, "p1", actor="agent", channel=Channel.PAPER, posted_at=posted_at.replace(microsecond=0)
        )
    rows = await play.worker.fetch("SELECT *, contribution_leaf(contribution) AS leaf FROM contribution")
    assert len(rows) == 2
    for row in rows:
        assert row["leaf"] == row["digest"]
        assert leaf(row["salt"], dict(row)) == row["digest"]


async def test_figures_are_public_while_texts_are_not(play: Play, app: Pool) -> None:
    await play.launch(PAPER)
    async with app.acquire() as connection:
        await play.contribute(connection, "p0")
        await play.contribute(connection, "p1", actor="agent", channel=Channel.PAPER)
        await play.contribute(connection, "presidente")
        figures = await contributions.figures(connection, play.id, 1, "appel")
    assert figures.total == 3
    assert figures.by_college == {"locales": 2}
    assert figures.by_channel == {"online": 2, "paper": 1}


async def test_each_contribution_leaves_a_row_in_the_outbox(play: Play, app: Pool) -> None:
    await play.launch()
    async with app.acquire() as connection:
        receipt = await play.contribute(connection, "p0")
    payload = await play.worker.fetchval("SELECT payload FROM outbox WHERE kind = 'contribution_received'")
    assert payload == {"contribution": receipt.contribution}
