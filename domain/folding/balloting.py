"""Folding ballots, whatever they decide."""

from __future__ import annotations

from domain import events as ev
from domain.events import Event
from domain.folding.articles import change_article
from domain.folding.changes import Changes, Fold, change_ballot, change_hearing, change_opinion, change_run
from domain.process import Ballot, BallotState, Process, Proposal, Vote


def _ballot_opened(process: Process, event: Event, fact: ev.BallotOpened) -> Changes:
    proposal = (
        Proposal(
            act=fact.act,
            actor=event.actor,
            on_behalf_of=event.on_behalf_of,
            round=fact.act_round,
            stage=fact.act_stage,
        )
        if fact.act is not None
        else None
    )
    ballot = Ballot(
        id=fact.ballot,
        purpose=fact.purpose,
        stage=event.stage,
        round=event.round or 0,
        subject=fact.subject,
        rule=fact.rule,
        seats=fact.seats,
        opens_at=event.at,
        closes_at=fact.closes_at,
        proposal=proposal,
        about=fact.about,
        meeting=fact.meeting,
    )
    changes: Changes = {
        "ballots": {**process.ballots, ballot.id: ballot},
        "running": (*process.running, ballot.id),
    }
    if fact.purpose in ("opening", "conclusion"):
        changes |= change_run(process, event, gate_ballot=ballot.id, gate_returned=False)
    elif fact.purpose == "opinion":
        changes |= change_opinion(process, event, ballot=ballot.id)
    elif fact.purpose == "article":
        changes |= change_article(process, fact.about, ballot=ballot.id)
    elif fact.purpose == "record":
        assert fact.about is not None
        changes |= change_hearing(process, fact.about, ballot=ballot.id)
    return changes


def _vote_cast(process: Process, event: Event, fact: ev.VoteCast) -> Changes:
    vote = Vote(
        seat=fact.seat,
        member=event.actor,
        position=fact.position,
        at=event.at,
        by_proxy=fact.by_proxy,
        on_behalf_of=event.on_behalf_of,
    )
    ballot = process.ballots[fact.ballot]
    return change_ballot(process, fact.ballot, votes={**ballot.votes, fact.seat: vote})


def _proxy_given(process: Process, event: Event, fact: ev.ProxyGiven) -> Changes:
    ballot = process.ballots[fact.ballot]
    return change_ballot(process, fact.ballot, proxies={**ballot.proxies, fact.seat: fact.to})


def _proxy_revoked(process: Process, event: Event, fact: ev.ProxyRevoked) -> Changes:
    proxies = {seat: to for seat, to in process.ballots[fact.ballot].proxies.items() if seat != fact.seat}
    return change_ballot(process, fact.ballot, proxies=proxies)


def _ballot_reconvened(process: Process, event: Event, fact: ev.BallotReconvened) -> Changes:
    return change_ballot(process, fact.ballot, convening=2, closes_at=fact.closes_at, count=fact.count)


def _ballot_held(process: Process, event: Event, fact: ev.BallotHeld) -> Changes:
    return change_ballot(process, fact.ballot, state=BallotState.HELD, closes_at=None, count=fact.count)


def _ballot_escalated(process: Process, event: Event, fact: ev.BallotEscalated) -> Changes:
    return change_ballot(
        process,
        fact.ballot,
        escalated=True,
        convening=1,
        seats=fact.seats,
        votes={},
        proxies={},
        closes_at=fact.closes_at,
        count=fact.count,
    )


def _ballot_closed(process: Process, event: Event, fact: ev.BallotClosed) -> Changes:
    changes = change_ballot(
        process,
        fact.ballot,
        state=BallotState.CLOSED,
        outcome=fact.outcome,
        count=fact.count,
        closed_at=event.at,
        lapse_reason=fact.lapse_reason,
    )
    return changes | {"running": tuple(ballot for ballot in process.running if ballot != fact.ballot)}


FOLDS: dict[type, Fold] = {
    ev.BallotOpened: _ballot_opened,
    ev.VoteCast: _vote_cast,
    ev.ProxyGiven: _proxy_given,
    ev.ProxyRevoked: _proxy_revoked,
    ev.BallotReconvened: _ballot_reconvened,
    ev.BallotHeld: _ballot_held,
    ev.BallotEscalated: _ballot_escalated,
    ev.BallotClosed: _ballot_closed,
}
