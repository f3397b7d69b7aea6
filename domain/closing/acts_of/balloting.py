"""Ballots: opened by a person (a proposal that wants signatures, or an opinion put to the vote), votes, proxies."""

from __future__ import annotations

from collections.abc import Mapping

from domain import acts
from domain import events as ev
from domain.closing.rebuilding import ActOf, Addressed, Happened, by_name, placed
from domain.process import BallotOutcome, Purpose, article_in


def _opened(happened: Happened) -> Addressed:
    fact = happened.event.fact
    assert isinstance(fact, ev.BallotOpened)
    if fact.act is not None:
        return Addressed(fact.act, fact.act_round, fact.act_stage)
    if fact.purpose is Purpose.ARTICLE:
        _, article = article_in(fact.about)
        return placed(
            happened, acts.PutArticleToVote(article=article, text=fact.subject, meeting=fact.meeting)
        )
    return placed(happened, acts.PutOpinionToVote(text=fact.subject, meeting=fact.meeting))


def _voted(happened: Happened) -> Addressed:
    """Name the seat only where it is not one's own."""
    fact = happened.event.fact
    assert isinstance(fact, ev.VoteCast)
    return Addressed(
        acts.CastVote(
            ballot=fact.ballot,
            subject=fact.subject,
            position=fact.position,
            commitment=fact.commitment,
            seat=fact.seat if fact.by_proxy else None,
        )
    )


def _closed(happened: Happened) -> Addressed | None:
    fact = happened.event.fact
    assert isinstance(fact, ev.BallotClosed)
    if fact.outcome is not BallotOutcome.WITHDRAWN:
        return None
    return Addressed(acts.WithdrawProposal(ballot=fact.ballot))


ACT_OF: Mapping[type, ActOf] = {
    ev.BallotOpened: _opened,
    ev.VoteCast: _voted,
    ev.ProxyGiven: by_name(acts.GiveProxy, unplaced=True),
    ev.ProxyRevoked: by_name(acts.RevokeProxy, unplaced=True),
    ev.BallotClosed: _closed,
}
