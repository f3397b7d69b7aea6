"""What the decider cannot know of an act is found out under the lock, right before it is decided."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain import acts, events
from domain.acts import Act, Command
from domain.process import Process
from domain.refusals import Code, Refusal
from store import command_log, informing
from store.pool import Connection
from store.replies import Accepted
from tests.store.stage import Play, refused

pytestmark = pytest.mark.postgres


class Registry:
    """An informant of enrolments: who knows the organisation, and in which territory it is."""

    def __init__(self) -> None:
        self.territory = "FR"
        self.asked: list[Process] = []

    async def inform(self, connection: Connection, process: Process, command: Command) -> Act | Refusal:
        self.asked.append(process)
        assert connection.is_in_transaction()
        act = command.act
        assert isinstance(act, acts.EnrolMember)
        if act.organisation == "elsewhere":
            return Refusal(Code.UNKNOWN_ORGANISATION, {}, ("organisation",))
        return replace(act, territory=self.territory)


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry:
    found = Registry()
    monkeypatch.setitem(informing.INFORMANTS, acts.EnrolMember, found.inform)
    return found


async def test_the_ledger_says_what_was_found_out_and_the_log_knows_what_was_sent(
    play: Play, registry: Registry
) -> None:
    await play.draft()
    command = play.command(acts.EnrolMember(member="a", organisation="o"), key="k")
    reply = (await play.ask(command)).reply
    assert isinstance(reply, Accepted)
    told = reply.events[0].fact
    assert isinstance(told, events.MemberEnrolled)
    assert (told.organisation, told.territory) == ("o", "FR")
    assert (await play.process()).members["a"].territory == "FR"

    registry.territory = "GP"
    assert (await play.ask(command)).reply == reply == await command_log.reply_to(play.worker, command)
    assert len(registry.asked) == 1
    assert registry.asked[0].seq == reply.first_seq - 1


async def test_what_is_not_of_the_concertation_is_refused_and_nothing_is_written(
    play: Play, registry: Registry
) -> None:
    events = await play.draft()
    asked = await play.ask(play.command(acts.EnrolMember(member="a", organisation="elsewhere")))
    assert refused(asked).code is Code.UNKNOWN_ORGANISATION
    assert (asked.seq, await play.worker.fetchval("SELECT count(*) FROM ledger")) == (
        len(events),
        len(events),
    )


async def test_who_has_no_right_to_an_act_does_not_learn_what_there_is(
    play: Play, registry: Registry
) -> None:
    await play.draft()
    for organisation in ("o", "elsewhere"):
        act = acts.EnrolMember(member="a", organisation=organisation)
        assert refused(await play.ask(play.command(act, by="stranger"))).code is Code.NOT_ALLOWED


async def test_an_act_without_an_informant_is_decided_as_it_was_sent(play: Play) -> None:
    await play.draft()
    command = play.command(acts.EnrolMember(member="a"))
    assert await informing.informed(play.worker, await play.process(), command) is command
