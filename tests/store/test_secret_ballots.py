"""Secret ballots: positions stay in the store, `record` brings the tally."""

from typing import Any

import pytest

from domain import acts
from domain.acts import Position
from domain.process import Ballot, BallotOutcome, BallotState
from store import secret_votes
from store.pool import Pool
from tests.store.stage import DAY, Play, procedure
from tests.unit.procedures import OPINION, call_for_input, review

pytestmark = pytest.mark.postgres

SECRET = {**OPINION, "secret": True}


async def at_the_vote(play: Play) -> Ballot:
    """Go on to the ballot on the opinion of a council of four: its chair and three members."""
    await play.draft(procedure(call_for_input(), review(opinion=SECRET)))
    for name in ("presidente", "c1", "c2", "c3"):
        await play.do(acts.EnrolMember(member=name))
        office = "presidence" if name == "presidente" else "conseil"
        await play.do(acts.AppointMember(office=office, member=name))
    await play.do(acts.EnrolMember(member="rapporteuse"))
    await play.do(acts.AppointMember(office="rapporteur", member="rapporteuse"))
    file = acts.Body(id="d", digest="0" * 64)
    await play.do(acts.AttachDocument(document=file, title={"fr": "Dossier"}))
    await play.do(acts.Launch(opens_at=await play.clock.now() + 16 * DAY))
    for _ in range(40):
        process = await play.process()
        if process.runs["avis"].state == "open":
            break
        deadline = await play.worker.fetchval("SELECT next_deadline FROM concertation WHERE id = $1", play.id)
        await play.clock.reach(deadline)
        await play.tick()
    for name in ("presidente", "c1", "c2", "c3"):
        await play.do(acts.DeclareInterest(), by=name)
    text = acts.Body(id="avis", digest="1" * 64)
    await play.do(
        acts.DraftOpinion(text=text, conclusion=acts.Conclusion.FAVOURABLE), by="presidente", **_avis()
    )
    await play.do(acts.PutOpinionToVote(text=text.digest), by="presidente", **_avis())
    return next(b for b in (await play.process()).ballots.values() if b.state is BallotState.OPEN)


def _avis() -> dict[str, Any]:
    return {"round": 1, "stage": "avis"}


async def vote(play: Play, app: Pool, ballot: Ballot, by: str, position: Position, key: str = "vote") -> Any:
    async with app.acquire() as connection:
        commitment = await secret_votes.keep(
            connection, concertation=play.id, ballot=ballot.id, member=by, key=key, position=position
        )
    act = acts.CastVote(ballot=ballot.id, subject=ballot.subject, position=None, commitment=commitment)
    return await play.do(act, by=by, key=key, **_avis())


async def test_the_last_vote_ends_the_ballot_with_its_tally_in_the_same_transaction(
    play: Play, app: Pool
) -> None:
    ballot = await at_the_vote(play)
    for by, position in (("presidente", Position.FAVOURABLE), ("c1", Position.UNFAVOURABLE)):
        await vote(play, app, ballot, by, position)
    await vote(play, app, ballot, "c1", Position.FAVOURABLE, key="revised")
    await vote(play, app, ballot, "c2", Position.ABSTAIN)
    events = await vote(play, app, ballot, "c3", Position.FAVOURABLE)
    assert "ballot_closed" in [event.fact.kind for event in events]
    closed = (await play.process()).ballots[ballot.id]
    assert closed.count is not None
    assert (closed.count.favourable, closed.count.unfavourable, closed.count.abstain) == (3, 0, 1)
    assert closed.outcome is BallotOutcome.PASSED


async def test_no_position_of_a_secret_ballot_is_in_the_ledger(play: Play, app: Pool) -> None:
    ballot = await at_the_vote(play)
    await vote(play, app, ballot, "c1", Position.UNFAVOURABLE)
    contents = await play.worker.fetch("SELECT content FROM ledger WHERE kind = 'vote_cast'")
    assert len(contents) == 1
    assert "unfavourable" not in contents[0]["content"]


async def test_a_window_that_ends_brings_the_tally_of_those_who_voted(play: Play, app: Pool) -> None:
    ballot = await at_the_vote(play)
    await vote(play, app, ballot, "c1", Position.FAVOURABLE)
    await vote(play, app, ballot, "c2", Position.UNFAVOURABLE)
    await vote(play, app, ballot, "presidente", Position.UNFAVOURABLE)
    assert ballot.closes_at is not None
    await play.clock.reach(ballot.closes_at)
    await play.tick()
    closed = (await play.process()).ballots[ballot.id]
    assert closed.outcome is BallotOutcome.REFUSED
    assert closed.count is not None
    assert (closed.count.favourable, closed.count.unfavourable) == (1, 2)


async def test_a_position_whose_vote_was_refused_counts_for_nothing(play: Play, app: Pool) -> None:
    ballot = await at_the_vote(play)
    async with app.acquire() as connection:
        await secret_votes.keep(
            connection,
            concertation=play.id,
            ballot=ballot.id,
            member="c1",
            key="never sent",
            position=Position.UNFAVOURABLE,
        )
    await vote(play, app, ballot, "c2", Position.FAVOURABLE)
    counted = await secret_votes.positions(play.worker, play.id, ballot.id)
    assert list(counted.values()) == [Position.FAVOURABLE]


async def test_the_same_secret_vote_sent_twice_is_one_command(play: Play, app: Pool) -> None:
    ballot = await at_the_vote(play)
    first = await vote(play, app, ballot, "c1", Position.FAVOURABLE)
    assert await vote(play, app, ballot, "c1", Position.FAVOURABLE) == first
