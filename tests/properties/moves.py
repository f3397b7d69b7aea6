"""What people may do next, drawn from the state of a concertation: moves across its course, whatever is awaited."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from domain import acts
from domain.acts import Act, Position, TermEnd
from domain.deciding.seats import voters
from domain.process import Ballot, BallotState, State
from tests.properties.chance import Chance, coin
from tests.properties.generated import CAST, CROWD
from tests.unit.play import Play

Move = tuple[Act, str, str | None]
Maker = Callable[[Chance, Play], Move | None]

EVERYBODY = (*CROWD, *(member for members in CAST.values() for member in members))
POSITIONS = ("favourable", "favourable", "favourable", "unfavourable", "abstain")


def unit(play: Play) -> timedelta:
    """Give the unit of time of the procedure."""
    return timedelta(seconds=1) if play.procedure.sandbox else timedelta(days=1)


def vote_by(chance: Chance, ballot: Ballot, by: str, seat: str | None = None) -> Move:
    """Vote, in secret where the rule says so."""
    position = Position(chance.one(POSITIONS))
    secret = ballot.rule.secret
    act = acts.CastVote(
        ballot=ballot.id,
        subject=ballot.subject,
        position=None if secret else position,
        commitment=f"{by}/{position}" if secret else None,
        seat=seat,
    )
    return act, by, None


def is_open(play: Play) -> bool:
    """Say whether a stage is open."""
    return any(run.state is State.OPEN for run in play.process.runs.values())


def schedule_move(chance: Chance, play: Play) -> Move:
    """Move the schedule of a stage, or try to."""
    key = chance.one(play.process.runs)
    run = play.process.runs[key]
    by = chance.one(("coordinator", "second", "state", "local", "sponsor"))
    away = chance.number(-3, 30) * unit(play)
    closes_at = run.closes_at or run.planned_closes_at
    postpone = acts.PostponeStage(
        opens_at=run.planned_opens_at + away, seen_opens_at=run.planned_opens_at, reason="x"
    )
    rectify = acts.RectifyStage(until=play.now + away, reason="x")
    reopen = acts.ReopenStage(closes_at=play.now + away, reason="x")
    while_open = (
        acts.ExtendStage(closes_at=closes_at + away, seen_closes_at=closes_at, reason="x"),
        acts.CloseStageEarly(closes_at=closes_at - away, seen_closes_at=closes_at, reason="x"),
        acts.CloseStageEarly(closes_at=play.now + away, seen_closes_at=closes_at, reason="x"),
    )
    anytime = (acts.Suspend(reason="x"), acts.Resume(reason="x"))
    fitting: dict[State, tuple[Act, ...]] = {
        State.PENDING: (postpone, *anytime),
        State.AWAITING_OPENING: (postpone, *anytime),
        State.OPEN: (*while_open, *anytime),
        State.CONCLUDED: (rectify,),
    }
    whatever = (postpone, rectify, reopen, *while_open, *anytime)
    fits = fitting.get(run.state, (reopen, rectify, *anytime))
    act = chance.one(whatever if chance.number(0, 3) == 0 else fits)
    anywhere = isinstance(act, acts.Suspend | acts.Resume) and coin(chance)
    return act, by, None if anywhere else key


def people_move(chance: Chance, play: Play) -> Move:
    """Change who holds what."""
    office = chance.one(
        ("coordination", "etat", "locale", "presidence", "conseil", "conseil", "panel", "dinum")
    )
    member, by = chance.one(EVERYBODY), chance.one(("coordinator", "second"))
    until = play.now + chance.number(1, 40) * unit(play)
    seat = chance.number(1, 3)
    move: Move = chance.one(
        (
            (acts.AppointMember(office=office, member=member), by, None),
            (acts.AppointMember(office=office, member=member, until=until), by, None),
            (acts.AppointMember(office=office, member=member, since=until), by, None),
            (acts.EndTerm(office=office, seat=seat, cause=TermEnd.DEATH), by, None),
            (acts.EndTerm(office=office, seat=seat, cause=TermEnd.RESIGNATION, successor=member), by, None),
            (acts.RemoveMember(member=member, reason="x"), by, None),
            (acts.AssignOrganisation(member=member, organisation="org"), by, None),
            (acts.EnrolMember(member=member, college="etat", elected=True), by, None),
            (
                acts.GiveDelegation(office=office, to=member, since=play.now, until=until),
                chance.one(CAST[office]),
                None,
            ),
        ),
    )
    return move


def ballot_move(chance: Chance, play: Play) -> Move | None:
    """Vote or give a proxy in a ballot, whoever one is; or withdraw a proposal."""
    if not play.process.ballots:
        return None
    running = [b for b in play.process.ballots.values() if b.state is not BallotState.CLOSED]
    ballot = chance.one(running or tuple(play.process.ballots.values()))
    speaking = [m for seat in ballot.seats for m in voters(play.process, ballot, seat, play.now)]
    by, to = (chance.one(speaking if speaking and chance.number(0, 3) else EVERYBODY) for _ in "ab")
    match chance.number(0, 4):
        case 0:
            return acts.GiveProxy(ballot=ballot.id, to=to), by, None
        case 1:
            return acts.RevokeProxy(ballot=ballot.id), by, None
        case 2:
            return acts.WithdrawProposal(ballot=ballot.id), by, None
        case 3 if ballot.proxies:
            seat, holder = chance.one(ballot.proxies.items())
            return vote_by(chance, ballot, holder, seat)
        case _:
            return vote_by(chance, ballot, by)


def abandonment(chance: Chance, play: Play) -> Move:
    """Abandon, or try to."""
    return acts.Abandon(reason="x"), chance.one(("coordinator", "state")), None
