"""Articles of an opinion: which ballots on them run, and which amendments wait."""

from __future__ import annotations

from domain.process import Amendment, BallotState, Opinion, Process


def running_on_articles(process: Process, opinion: Opinion) -> str | None:
    """Give a ballot on an article that is not over, if there is one."""
    return next(
        (
            article.ballot
            for article in opinion.articles.values()
            if article.ballot is not None and process.ballots[article.ballot].state is not BallotState.CLOSED
        ),
        None,
    )


def unsettled(opinion: Opinion, article: str | None = None) -> tuple[Amendment, ...]:
    """Give the amendments that nobody has settled; of one article, or of all."""
    return tuple(
        amendment
        for amendment in opinion.amendments.values()
        if amendment.adopted is None and article in (None, amendment.article)
    )
