"""The one ballot mechanism: opening, voting, proxies, windows, silence, outcome."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domain import events as ev
from domain.acts import Act, CastVote, GiveProxy, Position, RevokeProxy, SecretTally
from domain.deciding.act_rule import ActRule
from domain.deciding.counting import casting_position, count, has_quorum, is_tie, reaches
from domain.deciding.seats import all_have_voted, is_aside, seats_named, standing_vote, voters
from domain.deciding.turn import Turn
from domain.procedure import BallotRule, Silence
from domain.process import Ballot, BallotOutcome, BallotState, Process, Purpose
from domain.refusals import Code, Refusal


def open_ballot(
    turn: Turn,
    *,
    purpose: Purpose,
    rule: BallotRule,
    seats: tuple[str, ...],
    subject: str,
    stage: str | None,
    about: str | None = None,
    act: Act | None = None,
    by_author: bool = False,
    meeting: str | None = None,
) -> str:
    """Open a ballot and give its id. Its window starts now."""
    ballot = turn.new_id("ballot", len(turn.process.ballots) + 1)
    fact = ev.BallotOpened(
        ballot=ballot,
        purpose=purpose,
        subject=subject,
        rule=rule.plain(),
        seats=seats,
        closes_at=turn.now + rule.within,
        about=about,
        act=act,
        act_round=turn.round if act is not None else None,
        act_stage=turn.stage if act is not None else None,
        meeting=meeting,
    )
    (turn.tell if by_author else turn.conclude)(fact, stage)
    return ballot


def is_frozen(process: Process, ballot: Ballot) -> bool:
    """Say whether the window of a ballot stands still with a suspension. Signatures never do: they end it."""
    if ballot.purpose is Purpose.SIGNATURES:
        return False
    run = process.runs.get(ballot.stage) if ballot.stage is not None else None
    return process.suspended_at is not None or (run is not None and run.suspended_at is not None)


def _running(turn: Turn, ballot_id: str) -> Ballot | Refusal:
    ballot = turn.process.ballots.get(ballot_id)
    if ballot is None:
        return Refusal(Code.UNKNOWN_BALLOT, {"ballot": ballot_id}, ("ballot",))
    if ballot.state is BallotState.CLOSED:
        return Refusal(
            Code.BALLOT_CLOSED,
            {"ballot": ballot_id, "closedAt": ballot.closed_at.isoformat() if ballot.closed_at else ""},
            ("ballot",),
        )
    if is_frozen(turn.process, ballot):
        return Refusal(Code.SUSPENDED, {"stage": ballot.stage or ""}, ("ballot",))
    if ballot.closes_at is not None and turn.now >= ballot.closes_at:
        return Refusal(
            Code.BALLOT_CLOSED, {"ballot": ballot_id, "closedAt": ballot.closes_at.isoformat()}, ("ballot",)
        )
    return ballot


def seat_of(process: Process, ballot: Ballot, member: str, now: datetime) -> tuple[str, str | None] | None:
    """Give the seat for which a member speaks in a ballot, with whom they act for.

    Their own first, unless a predecessor has voted there; then one that was delegated to them.
    """
    taken = by_delegation = None
    for seat in ballot.seats:
        found = voters(process, ballot, seat, now)
        if member in found:
            if found[member] is not None:
                by_delegation = by_delegation or (seat, found[member])
                continue
            vote = standing_vote(process, ballot, seat)
            if vote is None or vote.principal == member:
                return seat, None
            taken = taken or (seat, None)
    return by_delegation or taken


def _aside(turn: Turn, ballot: Ballot, member: str) -> Refusal | None:
    recused = is_aside(turn.process, ballot, member)
    if recused is None:
        return None
    return Refusal(Code.MEMBER_RECUSED if recused else Code.MEMBER_WITHDRAWN, {"ballot": ballot.id})


def _own_seat(turn: Turn, ballot: Ballot) -> str | Refusal:
    """Give the seat that the author speaks for, and act on behalf of its holder; or refuse."""
    found = seat_of(turn.process, ballot, turn.actor.member, turn.now)
    if found is None or turn.actor.on_behalf_of not in (None, found[1]):
        return Refusal(Code.NOT_IN_ELECTORATE, {"ballot": ballot.id}, ("ballot",))
    if found[1] is not None and (aside := _aside(turn, ballot, found[1])):
        return aside
    turn.on_behalf_of = found[1]
    return found[0]


def _seat_by_proxy(turn: Turn, ballot: Ballot, seat: str) -> str | Refusal:
    """Give the seat whose mandate the author holds, being a voter too, if it still counts; or refuse."""
    holder = next(iter(voters(turn.process, ballot, seat, turn.now)), None)
    if (
        holder is None
        or is_aside(turn.process, ballot, holder) is not None
        or seat_of(turn.process, ballot, turn.actor.member, turn.now) is None
        or turn.actor.on_behalf_of not in (None, holder)
    ):
        return Refusal(Code.NOT_IN_ELECTORATE, {"ballot": ballot.id}, ("seat",))
    turn.on_behalf_of = holder
    return seat


def cast_vote(turn: Turn, act: CastVote) -> Refusal | None:
    """Vote, or revise a vote. A vote binds the digest of its subject."""
    ballot = _running(turn, act.ballot)
    if isinstance(ballot, Refusal):
        return ballot
    if act.subject != ballot.subject:
        return Refusal(Code.SUBJECT_CHANGED, {"ballot": ballot.id, "subject": ballot.subject}, ("subject",))
    if (act.position is None) != ballot.rule.secret or (act.commitment is None) == ballot.rule.secret:
        return Refusal(Code.INPUT_INVALID, {"ballot": ballot.id}, ("position",))
    member = turn.actor.member
    if aside := _aside(turn, ballot, member):
        return aside
    by_proxy = act.seat is not None and ballot.proxies.get(act.seat) == member
    seat = _seat_by_proxy(turn, ballot, act.seat or "") if by_proxy else _own_seat(turn, ballot)
    if isinstance(seat, Refusal):
        return seat
    if act.seat not in (None, seat):
        return Refusal(Code.NOT_IN_ELECTORATE, {"ballot": ballot.id}, ("seat",))
    if refusal := _may_vote(turn, ballot, seat, by_proxy=by_proxy):
        return refusal
    turn.tell(
        ev.VoteCast(
            ballot=ballot.id,
            seat=seat,
            position=act.position,
            subject=act.subject,
            by_proxy=by_proxy,
            commitment=act.commitment,
        ),
        ballot.stage,
    )
    return None


def _may_vote(turn: Turn, ballot: Ballot, seat: str, *, by_proxy: bool) -> Refusal | None:
    """Check what has been voted: votes cast stand, and nobody votes twice but by the one proxy they hold."""
    member = turn.actor.member
    before = standing_vote(turn.process, ballot, seat)
    if before is not None:
        if before.principal != (turn.on_behalf_of or member) or (by_proxy and not before.by_proxy):
            return Refusal(Code.SEAT_ALREADY_VOTED, {"ballot": ballot.id})
        if not ballot.rule.revisable:
            return Refusal(Code.VOTE_NOT_REVISABLE, {"ballot": ballot.id})
    for other, vote in ballot.votes.items():
        if other != seat and (
            vote.principal == (turn.on_behalf_of or member)
            or (vote.member == member and not vote.by_proxy and not by_proxy)
        ):
            return Refusal(Code.SEAT_ALREADY_VOTED, {"ballot": ballot.id})
    return None


def give_proxy(turn: Turn, act: GiveProxy) -> Refusal | None:
    """Give one's mandate to another voter, who may hold one at most (CRPA R133-9)."""
    ballot = _running(turn, act.ballot)
    if isinstance(ballot, Refusal):
        return ballot
    if not ballot.rule.proxies:
        return Refusal(Code.PROXY_NOT_ALLOWED, {"ballot": ballot.id})
    if aside := _aside(turn, ballot, turn.actor.member):
        return aside
    seat = _own_seat(turn, ballot)
    if isinstance(seat, Refusal):
        return seat
    other = seat_of(turn.process, ballot, act.to, turn.now)
    if act.to == turn.actor.member or (other is not None and other[0] == seat):
        return Refusal(Code.PROXY_TO_SELF, {"ballot": ballot.id}, ("to",))
    if other is None or is_aside(turn.process, ballot, act.to) is not None:
        return Refusal(Code.NOT_IN_ELECTORATE, {"ballot": ballot.id}, ("to",))
    if seat in ballot.proxies:
        return Refusal(Code.PROXY_ALREADY_GIVEN, {"ballot": ballot.id})
    if act.to in ballot.proxies.values():
        return Refusal(Code.PROXY_ALREADY_HELD, {"ballot": ballot.id}, ("to",))
    if standing_vote(turn.process, ballot, seat) is not None:
        return Refusal(Code.SEAT_ALREADY_VOTED, {"ballot": ballot.id})
    turn.tell(ev.ProxyGiven(ballot=ballot.id, seat=seat, to=act.to), ballot.stage)
    return None


def revoke_proxy(turn: Turn, act: RevokeProxy) -> Refusal | None:
    """Take one's mandate back, as long as it has not voted."""
    ballot = _running(turn, act.ballot)
    if isinstance(ballot, Refusal):
        return ballot
    seat = _own_seat(turn, ballot)
    if isinstance(seat, Refusal):
        return seat
    if seat not in ballot.proxies:
        return Refusal(Code.PROXY_NOT_ALLOWED, {"ballot": ballot.id})
    if standing_vote(turn.process, ballot, seat) is not None:
        return Refusal(Code.SEAT_ALREADY_VOTED, {"ballot": ballot.id})
    turn.tell(ev.ProxyRevoked(ballot=ballot.id, seat=seat), ballot.stage)
    return None


def close(turn: Turn, ballot: Ballot, outcome: BallotOutcome, **details: Any) -> None:
    """End a ballot with its outcome."""
    turn.conclude(ev.BallotClosed(ballot=ballot.id, outcome=outcome, **details), ballot.stage)


def supersede(turn: Turn, ballot_id: str | None) -> None:
    """End a running ballot whose subject has changed or is over."""
    if ballot_id is not None and turn.process.ballots[ballot_id].state is not BallotState.CLOSED:
        close(turn, turn.process.ballots[ballot_id], BallotOutcome.SUPERSEDED)


def supersede_all(turn: Turn) -> None:
    """End every running ballot, because the concertation ends: nothing is left that waits for nobody."""
    for ballot in turn.process.running:
        supersede(turn, ballot)


def counted_at(process: Process, ballot: Ballot, now: datetime) -> datetime:
    """Give the instant as of which the base of a running ballot is taken.

    That of a secret ballot whose window is not what ends it: its latest event. The store then finds it due
    or not whatever the hour, and the tick that brings the tally finds what called for it.
    """
    if ballot.rule.secret and process.at is not None and (ballot.closes_at is None or now < ballot.closes_at):
        return process.at
    return now


def settle(turn: Turn, ballot: Ballot, tally: SecretTally | None) -> BallotOutcome | None:
    """Bring a running ballot as far as it can go at this instant, and give the outcome if it has one.

    The outcome is given, not told: what it does decides whether it stands (see `outcomes`).
    """
    if ballot.purpose is Purpose.SIGNATURES and any(
        vote.position is Position.UNFAVOURABLE for vote in ballot.votes.values()
    ):
        return BallotOutcome.REFUSED
    window_over = ballot.closes_at is None or turn.now >= ballot.closes_at
    if not window_over and not ballot.rule.early_end:
        return None
    at = counted_at(turn.process, ballot, turn.now)
    if not window_over and not all_have_voted(turn.process, ballot, at):
        return None
    counted = count(turn.process, ballot, at, tally)
    if ballot.rule.secret and counted.present and tally is None:
        return None  # the store adds the tally to the tick that closes it
    if has_quorum(counted):
        passes = reaches(ballot, counted)
        if not passes and is_tie(ballot, counted):
            passes = casting_position(turn.process, ballot, tally) is Position.FAVOURABLE
        return BallotOutcome.PASSED if passes else BallotOutcome.REFUSED
    if ballot.state is BallotState.HELD:
        return None
    if ballot.convening == 1 and ballot.rule.second_within is not None:
        turn.conclude(
            ev.BallotReconvened(
                ballot=ballot.id, count=counted, closes_at=turn.now + ballot.rule.second_within
            ),
            ballot.stage,
        )
        return None
    return _silence(turn, ballot)


def _silence(turn: Turn, ballot: Ballot) -> BallotOutcome | None:
    counted = count(turn.process, ballot, turn.now)
    match ballot.rule.if_silent:
        case Silence.GIVEN:
            return BallotOutcome.DEEMED_GIVEN
        case Silence.FAVOURABLE:
            return BallotOutcome.DEEMED_FAVOURABLE
        case Silence.LAPSE:
            return BallotOutcome.LAPSED
        case Silence.ESCALATE if not ballot.escalated:
            run = turn.process.stages.get(ballot.stage) if ballot.stage is not None else None
            seats = seats_named(turn.process, ballot.rule.escalate_to, run.lane if run else None)
            if seats:
                turn.conclude(
                    ev.BallotEscalated(
                        ballot=ballot.id, count=counted, seats=seats, closes_at=turn.now + ballot.rule.within
                    ),
                    ballot.stage,
                )
                return None
        case _:
            pass
    turn.conclude(ev.BallotHeld(ballot=ballot.id, count=counted), ballot.stage)
    return None


RULES: dict[type, ActRule] = {
    CastVote: ActRule(cast_vote),
    GiveProxy: ActRule(give_proxy),
    RevokeProxy: ActRule(revoke_proxy),
}
