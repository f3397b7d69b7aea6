"""An organisation has one voice in a stage, whoever speaks for it; who represents it too carries it on."""

import asyncio
from typing import Any

import pytest

from domain import acts
from domain.procedure import Channel
from domain.refusals import Code, Refusal
from store import contributions, versions
from store.contributions import Receipt, submit
from store.pool import Connection, Pool
from store.verification import verify
from store.versions import Withdrawn, withdraw
from tests.store.stage import Play, call_for_input, procedure, refused

pytestmark = pytest.mark.postgres

PAPER = procedure(call_for_input(entry_window="P10D", channels=["online", "paper"]))
TOWN = "6b7e4a52-0c52-4a4e-9b0c-6f6f8d1f1f10"


async def represented(play: Play, *, participants: int = 3) -> None:
    """Open the call for input; `p0` and `p1` speak for the town, `p2` for themself."""
    await play.launch(PAPER, participants=participants)
    for member in ("p0", "p1"):
        await play.do(acts.AssignOrganisation(member=member, organisation=TOWN))


async def revise(play: Play, connection: Connection, by: str, of: Receipt, **more: Any) -> Receipt | Refusal:
    said = {"body": f"Ce que {by} dit mieux", "key": f"mieux {by}", **more}
    return await submit(connection, play.submission(by, **said, revises=of.contribution))


async def revised(play: Play, connection: Connection, by: str, of: Receipt, **more: Any) -> Receipt:
    answer = await revise(play, connection, by, of, **more)
    assert isinstance(answer, Receipt), answer
    return answer


async def test_a_second_representative_is_refused_and_told_where_the_first_one_is(
    play: Play, app: Pool
) -> None:
    await represented(play)
    async with app.acquire() as connection:
        first = await play.contribute(connection, "p0")
        assert first.organisation == TOWN
        again = refused(await submit(connection, play.submission("p1")))
        assert again.code is Code.ALREADY_CONTRIBUTED
        assert again.args == {
            "channel": "online",
            "submittedAt": first.submitted_at.isoformat(),
            "reference": f"{first.digest[:4]}-{first.digest[4:8]}",
            "speaker": "organisation",
            "contribution": first.contribution,
        }
        await play.contribute(connection, "p2")
        assert (await contributions.figures(connection, play.id, 1, "appel")).total == 2


async def test_a_form_of_another_representative_takes_its_place_on_the_clerks_word_alone(
    play: Play, app: Pool
) -> None:
    await represented(play)
    typed: dict[str, Any] = {"actor": "agent", "channel": Channel.PAPER, "key": "saisie", "reference": "F-7"}
    async with app.acquire() as connection:
        first = await play.contribute(connection, "p0")
        told = refused(await submit(connection, play.submission("p1", **typed)))
        assert (told.code, told.args["speaker"]) == (Code.ALREADY_CONTRIBUTED, "organisation")
        assert not told.args.keys() & {"contribution", "receiptCode"}
        form = play.submission("p1", **typed, supersede_reason="Le maire l’a signé")
        second = await submit(connection, form)
        assert isinstance(second, Receipt)
        assert (second.version, second.member, second.organisation) == (2, "p1", TOWN)
        assert await submit(connection, form) == second
        assert await versions.followed_by(connection, first.code) == (second.code, 2)
        assert (await contributions.figures(connection, play.id, 1, "appel")).by_channel == {"paper": 1}
        later = refused(await submit(connection, play.submission("p0", key="encore")))
        assert (later.args["formReference"], later.args["channel"]) == ("F-7", "paper")


async def test_who_represents_it_too_reads_revises_and_withdraws_it(play: Play, app: Pool) -> None:
    await represented(play)
    async with app.acquire() as connection:
        first = await play.contribute(connection, "p0", themes=("sante",))
        read = await contributions.get(connection, first.contribution, reader="p1")
        assert read is not None
        assert (read.body, read.receipt) == ("Ce que dit p0", None)
        assert await contributions.get(connection, first.contribution, reader="p2") is None
        assert refused(await revise(play, connection, "p2", first)).code is Code.UNKNOWN_CONTRIBUTION
        second = await revised(play, connection, "p1", first)
        assert (second.version, second.member, second.organisation) == (2, "p1", TOWN)
        assert (second.college, second.territory, second.channel) == ("locales", "FR-971", Channel.ONLINE)
        third = await revised(play, connection, "p0", second)
        assert (third.version, third.member) == (3, "p0")
        found = await versions.versions(connection, [third.contribution], reader="p1")
        assert [v.member for v in found[third.contribution]] == ["p0", "p1", "p0"]
        stranger = await withdraw(connection, play.id, third.contribution, "p2", "retrait")
        assert refused(stranger).code is Code.UNKNOWN_CONTRIBUTION
        gone = await withdraw(connection, play.id, third.contribution, "p1", "retrait")
        assert isinstance(gone, Withdrawn)
        anew = await play.contribute(connection, "p1", key="à nouveau")
        assert anew.version == 1
    await play.close()
    async for verified in verify(play.worker, play.id):
        assert verified.fault is None


async def test_who_has_left_the_organisation_neither_reads_nor_revises_and_is_answered_as_before(
    play: Play, app: Pool
) -> None:
    await represented(play)
    async with app.acquire() as connection:
        first = await play.contribute(connection, "p0")
        second = await revised(play, connection, "p1", first)
        await play.do(acts.AssignOrganisation(member="p1"))
        assert await revised(play, connection, "p1", first) == second
        third = await revised(play, connection, "p0", second)
        assert await contributions.get(connection, third.contribution, reader="p1") is None
        assert refused(await revise(play, connection, "p1", third, key="k")).code is Code.UNKNOWN_CONTRIBUTION
        alone = await play.contribute(connection, "p1", key="pour soi")
        assert (alone.organisation, alone.version) == (None, 1)


async def test_revising_for_an_organisation_needs_no_other_contribution_of_ones_own(
    play: Play, app: Pool
) -> None:
    await represented(play)
    async with app.acquire() as connection:
        first = await play.contribute(connection, "p0")
        await play.contribute(connection, "p2")
        await play.do(acts.AssignOrganisation(member="p2", organisation=TOWN))
        told = refused(await revise(play, connection, "p2", first, key="mieux"))
        assert (told.code, told.args["speaker"]) == (Code.ALREADY_CONTRIBUTED, "you")
        kept = await contributions.get(connection, first.contribution, reader="p0")
        assert kept is not None
        assert (await contributions.figures(connection, play.id, 1, "appel")).total == 2


@pytest.mark.parametrize("turn", range(5))
async def test_of_many_representatives_at_once_one_is_heard_and_all_are_told_of_it(
    play: Play, app: Pool, turn: int
) -> None:
    await play.launch(participants=8, slug=f"essai-{turn}")
    for number in range(8):
        await play.do(acts.AssignOrganisation(member=f"p{number}", organisation=TOWN))

    async def send(by: str) -> Receipt | Refusal:
        async with app.acquire() as connection:
            return await submit(connection, play.submission(by))

    answers = await asyncio.gather(*(send(f"p{number}") for number in range(8)))
    (heard,) = [answer for answer in answers if isinstance(answer, Receipt)]
    told = [answer for answer in answers if isinstance(answer, Refusal)]
    assert {answer.code for answer in told} == {Code.ALREADY_CONTRIBUTED}
    assert {answer.args["contribution"] for answer in told} == {heard.contribution}


async def test_many_who_revise_and_withdraw_for_one_organisation_leave_one_voice_at_most(
    play: Play, app: Pool
) -> None:
    await play.launch(participants=6)
    for number in range(6):
        await play.do(acts.AssignOrganisation(member=f"p{number}", organisation=TOWN))

    async def speak(by: str) -> list[Receipt | Withdrawn | Refusal]:
        answers: list[Receipt | Withdrawn | Refusal] = []
        async with app.acquire() as connection:
            for turn in range(12):
                answer = await submit(connection, play.submission(by, key=f"{by} {turn}"))
                answers.append(answer)
                live = answer.contribution if isinstance(answer, Receipt) else answer.args["contribution"]
                if turn % 3 == 0:
                    answers.append(await withdraw(connection, play.id, str(live), by, f"{by} retrait {turn}"))
                else:
                    better = play.submission(by, key=f"{by} mieux {turn}", revises=str(live))
                    answers.append(await submit(connection, better))
        return answers

    said = [answer for some in await asyncio.gather(*(speak(f"p{n}") for n in range(6))) for answer in some]
    codes = {answer.code for answer in said if isinstance(answer, Refusal)}
    assert codes <= {Code.ALREADY_CONTRIBUTED, Code.CONTRIBUTION_REPLACED, Code.CONTRIBUTION_WITHDRAWN}
    live = await play.worker.fetchval(
        "SELECT count(*) FROM contribution WHERE superseded_at IS NULL AND withdrawn_at IS NULL"
    )
    assert live <= 1
    receipts = {answer.contribution for answer in said if isinstance(answer, Receipt)}
    assert await play.worker.fetchval("SELECT count(*) FROM contribution") == len(receipts)
    async with app.acquire() as connection:
        assert (await contributions.figures(connection, play.id, 1, "appel")).total == live
