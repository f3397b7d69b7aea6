"""The articles of an opinion: drafted, amended, and put to the vote one by one where the council asks for it."""

from __future__ import annotations

from domain import events as ev
from domain.acts import DraftArticle, ProposeAmendment, PutArticleToVote, SettleAmendment
from domain.council.wording import unsettled
from domain.deciding.act_rule import ActRule
from domain.deciding.balloting import open_ballot, supersede
from domain.deciding.meeting import refused_without_meeting
from domain.deciding.reviewing import in_review, presiding
from domain.deciding.seats import seats_named
from domain.deciding.turn import Turn
from domain.procedure import Stage
from domain.process import (
    Article,
    BallotState,
    Opinion,
    Purpose,
    StageRun,
    article_ballot,
    stage_in_round,
)
from domain.refusals import Code, Refusal
from domain.rights import COUNCIL, mandate


def _in_draft(turn: Turn, act: str) -> tuple[Stage, StageRun, Opinion] | Refusal:
    """Give the open review and its opinion, as long as the opinion may change: no ballot on the whole of it runs."""
    found = in_review(turn, act)
    if isinstance(found, Refusal):
        return found
    _, run, opinion = found
    if opinion.adopted_at is not None:
        return Refusal(Code.OPINION_ALREADY_ADOPTED, {"stage": run.key})
    if opinion.ballot is not None and turn.process.ballots[opinion.ballot].state is not BallotState.CLOSED:
        return Refusal(Code.BALLOT_RUNNING, {"ballot": opinion.ballot})
    return found


def _article(opinion: Opinion, name: str) -> Article | Refusal:
    article = opinion.articles.get(name)
    if article is None:
        return Refusal(Code.UNKNOWN_ARTICLE, {"article": name}, ("article",))
    return article


def draft_article(turn: Turn, act: DraftArticle) -> Refusal | None:
    """Hand in a version of an article. A ballot on an earlier one ends, and what it came to: the text changed."""
    found = _in_draft(turn, act.kind)
    if isinstance(found, Refusal):
        return found
    _, run, opinion = found
    if mandate(turn.process, act.rapporteur, COUNCIL, turn.now) is None:
        return Refusal(Code.UNKNOWN_MEMBER, {"member": act.rapporteur}, ("rapporteur",))
    known = opinion.articles.get(act.article)
    if known is not None:
        supersede(turn, known.ballot)
    turn.tell(
        ev.ArticleDrafted(
            article=act.article,
            title=act.title,
            rapporteur=act.rapporteur,
            text=act.text,
            version=known.version + 1 if known is not None else 1,
        ),
        run.key,
    )
    return None


def propose_amendment(turn: Turn, act: ProposeAmendment) -> Refusal | None:
    """Propose to change an article that is not being voted on."""
    found = _in_draft(turn, act.kind)
    if isinstance(found, Refusal):
        return found
    _, run, opinion = found
    article = _article(opinion, act.article)
    if isinstance(article, Refusal):
        return article
    if running := _running(turn, article):
        return running
    if act.amendment in opinion.amendments:
        return Refusal(Code.ALREADY_EXISTS, {"id": act.amendment}, ("amendment",))
    turn.tell(
        ev.AmendmentProposed(
            amendment=act.amendment, article=act.article, member=turn.actor.member, text=act.text
        ),
        run.key,
    )
    return None


def _running(turn: Turn, article: Article) -> Refusal | None:
    if article.ballot is None or turn.process.ballots[article.ballot].state is BallotState.CLOSED:
        return None
    return Refusal(Code.BALLOT_RUNNING, {"ballot": article.ballot})


def settle_amendment(turn: Turn, act: SettleAmendment) -> Refusal | None:
    """Adopt an amendment or not: the rapporteur of its article, or the chair. The next version takes it up."""
    found = _in_draft(turn, act.kind)
    if isinstance(found, Refusal):
        return found
    stage, run, opinion = found
    amendment = opinion.amendments.get(act.amendment)
    if amendment is None:
        return Refusal(Code.UNKNOWN_AMENDMENT, {"amendment": act.amendment}, ("amendment",))
    rapporteur = opinion.articles[amendment.article].rapporteur
    if turn.actor.member not in {rapporteur, *presiding(turn, stage, run)}:
        return Refusal(Code.NOT_ALLOWED, {"act": act.kind})
    if amendment.adopted is not None:
        return Refusal(Code.AMENDMENT_SETTLED, {"amendment": amendment.id}, ("amendment",))
    if not act.reason.strip():
        return Refusal(Code.REASON_REQUIRED, {}, ("reason",))
    turn.tell(ev.AmendmentSettled(amendment=act.amendment, adopted=act.adopted, reason=act.reason), run.key)
    return None


def put_article_to_vote(turn: Turn, act: PutArticleToVote) -> Refusal | None:
    """Open the ballot on an article: the chair, or a member where no chair presides."""
    found = _in_draft(turn, act.kind)
    if isinstance(found, Refusal):
        return found
    stage, run, opinion = found
    article = _article(opinion, act.article)
    if isinstance(article, Refusal):
        return article
    chairs = presiding(turn, stage, run)
    if chairs and turn.actor.member not in chairs:
        return Refusal(Code.NOT_ALLOWED, {"act": act.kind})
    if act.text != article.text.digest:
        return Refusal(Code.SUBJECT_CHANGED, {"subject": article.text.digest}, ("text",))
    if running := _running(turn, article):
        return running
    if article.adopted is not None:
        return Refusal(Code.ARTICLE_VOTED, {"article": article.id}, ("article",))
    if unsettled(opinion, article.id):
        return Refusal(Code.AMENDMENT_PENDING, {"article": article.id}, ("article",))
    if refusal := refused_without_meeting(turn, stage, run, act.meeting):
        return refusal
    rule = stage.articles or stage.opinion
    assert rule is not None, "no review without the rule of its opinion passes the check"
    open_ballot(
        turn,
        purpose=Purpose.ARTICLE,
        rule=rule,
        seats=seats_named(turn.process, rule.by, stage.lane),
        subject=article.text.digest,
        stage=run.key,
        about=article_ballot(stage_in_round(run.round, run.key), article.id),
        by_author=True,
        meeting=act.meeting,
    )
    return None


RULES: dict[type, ActRule] = {
    DraftArticle: ActRule(draft_article),
    ProposeAmendment: ActRule(propose_amendment),
    SettleAmendment: ActRule(settle_amendment),
    PutArticleToVote: ActRule(put_article_to_vote),
}
