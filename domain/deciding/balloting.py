"""The one ballot mechanism: opening, voting, proxies, windows, silence, outcome."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domain import events as ev
from domain.acts import Act, CastVote, GiveProxy, Position, RevokeProxy, SecretTally
from domain.deciding.counting import casting_position, count, has_quorum, is_tie, reaches
from domain.deciding.seats import all_have_voted, entitled, seats_named, speakers, stands_aside
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
    return ballot


def seat_of(process: Process, ballot: Ballot, member: str, now: datetime) -> tuple[str, str | None] | None:
    """Give the seat for which a member speaks in a ballot, with whom they act for; the own seat first."""
    by_delegation = None
    for seat in ballot.seats:
        found = speakers(process, seat, now)
        if member in found:
            if found[member] is None:
                return seat, None
            by_delegation = by_delegation or (seat, found[member])
    return by_delegation


def _aside(turn: Turn, ballot: Ballot, member: str) -> Refusal | None:
    recused = stands_aside(turn.process, member, ballot.stage)
    if recused is None:
        return None
    return Refusal(Code.MEMBER_RECUSED if recused else Code.MEMBER_WITHDRAWN, {"ballot": ballot.id})


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
    if act.seat is not None and ballot.proxies.get(act.seat) == member:
        seat, by_proxy = act.seat, True
        if act.seat not in entitled(turn.process, ballot, turn.now):
            return Refusal(Code.NOT_IN_ELECTORATE, {"ballot": ballot.id}, ("seat",))
        turn.on_behalf_of = next(iter(speakers(turn.process, seat, turn.now)), None)
    else:
        found = seat_of(turn.process, ballot, member, turn.now)
        if found is None or act.seat not in (None, found[0]):
            return Refusal(Code.NOT_IN_ELECTORATE, {"ballot": ballot.id}, ("ballot",))
        seat, by_proxy = found[0], False
        turn.on_behalf_of = found[1]
        if found[1] is not None and (aside := _aside(turn, ballot, found[1])):
            return aside
    before = ballot.votes.get(seat)
    if before is not None:
        if (
            before.member != member
            and not before.by_proxy
            and before.member not in speakers(turn.process, seat, turn.now)
        ):
            return Refusal(Code.SEAT_ALREADY_VOTED, {"ballot": ballot.id})
        if by_proxy and not before.by_proxy:
            return Refusal(Code.SEAT_ALREADY_VOTED, {"ballot": ballot.id})
        if not ballot.rule.revisable:
            return Refusal(Code.VOTE_NOT_REVISABLE, {"ballot": ballot.id})
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


def give_proxy(turn: Turn, act: GiveProxy) -> Refusal | None:
    """Give one's mandate to another voter, who may hold one at most (CRPA R133-9)."""
    ballot = _running(turn, act.ballot)
    if isinstance(ballot, Refusal):
        return ballot
    if not ballot.rule.proxies:
        return Refusal(Code.PROXY_NOT_ALLOWED, {"ballot": ballot.id})
    if act.to == turn.actor.member:
        return Refusal(Code.PROXY_TO_SELF, {"ballot": ballot.id}, ("to",))
    own = seat_of(turn.process, ballot, turn.actor.member, turn.now)
    other = seat_of(turn.process, ballot, act.to, turn.now)
    if own is None:
        return Refusal(Code.NOT_IN_ELECTORATE, {"ballot": ballot.id}, ("ballot",))
    if other is None or stands_aside(turn.process, act.to, ballot.stage) is not None:
        return Refusal(Code.NOT_IN_ELECTORATE, {"ballot": ballot.id}, ("to",))
    if aside := _aside(turn, ballot, turn.actor.member):
        return aside
    if own[0] in ballot.proxies:
        return Refusal(Code.PROXY_ALREADY_GIVEN, {"ballot": ballot.id})
    if act.to in ballot.proxies.values():
        return Refusal(Code.PROXY_ALREADY_HELD, {"ballot": ballot.id}, ("to",))
    if own[0] in ballot.votes:
        return Refusal(Code.SEAT_ALREADY_VOTED, {"ballot": ballot.id})
    turn.on_behalf_of = own[1]
    turn.tell(ev.ProxyGiven(ballot=ballot.id, seat=own[0], to=act.to), ballot.stage)
    return None


def revoke_proxy(turn: Turn, act: RevokeProxy) -> Refusal | None:
    """Take one's mandate back, as long as it has not voted."""
    ballot = _running(turn, act.ballot)
    if isinstance(ballot, Refusal):
        return ballot
    own = seat_of(turn.process, ballot, turn.actor.member, turn.now)
    if own is None or own[0] not in ballot.proxies:
        return Refusal(Code.PROXY_NOT_ALLOWED, {"ballot": ballot.id})
    if own[0] in ballot.votes:
        return Refusal(Code.SEAT_ALREADY_VOTED, {"ballot": ballot.id})
    turn.tell(ev.ProxyRevoked(ballot=ballot.id, seat=own[0]), ballot.stage)
    return None


def close(turn: Turn, ballot: Ballot, outcome: BallotOutcome, **details: Any) -> None:
    """End a ballot with its outcome."""
    turn.conclude(ev.BallotClosed(ballot=ballot.id, outcome=outcome, **details), ballot.stage)


def supersede(turn: Turn, ballot_id: str | None) -> None:
    """End a running ballot whose subject has changed or is over."""
    if ballot_id is not None and turn.process.ballots[ballot_id].state is not BallotState.CLOSED:
        close(turn, turn.process.ballots[ballot_id], BallotOutcome.SUPERSEDED)


def settle(turn: Turn, ballot: Ballot, tally: SecretTally | None) -> BallotOutcome | None:
    """Bring a running ballot as far as it can go at this instant, and give the outcome if it has one.

    The outcome is given, not told: what it does decides whether it stands (see `outcomes`).
    """
    signatures = ballot.purpose is Purpose.SIGNATURES
    if signatures and any(vote.position is Position.UNFAVOURABLE for vote in ballot.votes.values()):
        return BallotOutcome.REFUSED
    window_over = ballot.closes_at is None or turn.now >= ballot.closes_at
    if not window_over and not ballot.rule.early_end:
        return None
    all_voted = all_have_voted(turn.process, ballot, turn.now)
    if not window_over and not all_voted:
        return None
    counted = count(turn.process, ballot, turn.now, tally)
    if ballot.rule.secret and counted.present and tally is None:
        return None  # the store adds the tally to the tick that closes it
    if has_quorum(counted) and not (signatures and not all_voted):
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
